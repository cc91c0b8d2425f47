//! Tests of the collector, on raw objects: records, boxes, storage, weak references, payloads.

use crate::layout::*;
use crate::{Heap, HeapConfig, HeapError, at, header_of, stack_address_here, value_of};
use quadriga_value::Value;
use std::mem::size_of;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// A linear congruential generator: tests are the same every time.
struct Lcg(u64);

impl Lcg {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (self.0 >> 33) as usize % n
    }
}

fn strict() -> HeapConfig {
    HeapConfig { poison: true, verify: true, ..HeapConfig::default() }
}

fn record(heap: &mut Heap, tag: u32, values: &[Value]) -> Result<Value, HeapError> {
    let bytes = size_of::<Record>() + size_of_val(values);
    let object = heap.alloc_raw(Kind::Record, bytes)?.as_ptr().cast::<Record>();
    // SAFETY: room for a record of that many values.
    unsafe {
        (*object).tag = tag;
        (*object).len = values.len() as u32;
        slot(value_of(object), 0).copy_from_nonoverlapping(values.as_ptr(), values.len());
    }
    Ok(value_of(object))
}

fn bytes(heap: &mut Heap, len: usize) -> Result<Value, HeapError> {
    let object = heap.alloc_raw(Kind::Bytes, size_of::<Bytes>() + len)?.as_ptr().cast::<Bytes>();
    // SAFETY: room for that many bytes.
    unsafe { (*object).len = len as u32 };
    Ok(value_of(object))
}

fn weak(heap: &mut Heap, target: Value) -> Value {
    let object = heap.alloc_raw(Kind::Weak, size_of::<Weak>()).unwrap().as_ptr().cast::<Weak>();
    // SAFETY: room for a weak reference.
    unsafe { (*object).target = target };
    value_of(object)
}

fn slot(record: Value, index: usize) -> *mut Value {
    at::<Value>(record.address_unchecked() + size_of::<Record>()).wrapping_add(index)
}

fn get(record: Value, index: usize) -> Value {
    // SAFETY: the tests keep the record alive and the index in range.
    unsafe { *slot(record, index) }
}

fn set(heap: &mut Heap, record: Value, index: usize, value: Value) {
    // SAFETY: as for `get`.
    unsafe {
        heap.barrier(header_of(record).unwrap());
        *slot(record, index) = value;
    }
}

fn tag(record: Value) -> u32 {
    // SAFETY: as for `get`.
    unsafe { (*at::<Record>(record.address_unchecked())).tag }
}

fn kind(value: Value) -> Kind {
    // SAFETY: poisoned memory reads as a header, too.
    unsafe { (*header_of(value).unwrap()).kind }
}

fn target(weak: Value) -> Value {
    // SAFETY: the tests keep the weak reference alive.
    unsafe { (*at::<Weak>(weak.address_unchecked())).target }
}

fn gc_bits_of(value: Value) -> u8 {
    // SAFETY: the tests keep the object alive.
    unsafe { (*header_of(value).unwrap()).gc }
}

/// Records of 4 edges against a model that knows which are reachable.
#[test]
fn random_graphs_survive_and_die_as_the_model_says() {
    const EDGES: usize = 4;
    let rounds = if cfg!(miri) { 12 } else { 100 };
    let batch = if cfg!(miri) { 20 } else { 200 };
    for seed in 0..if cfg!(miri) { 1 } else { 4 } {
        let mut random = Lcg(seed);
        let mut heap = Heap::new(strict());
        // Model: per node its value, its edges, and a weak reference kept by the heap's handles.
        let mut nodes: Vec<(Value, [Option<usize>; EDGES])> = Vec::new();
        let mut weaks: Vec<u32> = Vec::new();
        let mut roots: Vec<usize> = Vec::new();
        let mut reachable: Vec<usize> = Vec::new();
        for round in 0..rounds {
            for _ in 0..batch {
                let id = nodes.len();
                let mut edges = [None; EDGES];
                if !reachable.is_empty() {
                    for edge in edges.iter_mut().take(random.below(EDGES + 1)) {
                        *edge = Some(reachable[random.below(reachable.len())]);
                    }
                }
                // Pad some nodes: medium objects and large ones.
                let extra =
                    [0, 0, 0, 0, 0, 3, 40, 600, 5000][random.below(9)] * (random.below(8) == 0) as usize;
                let mut values = vec![Value::int(id as i64); EDGES + extra];
                for (value, edge) in values.iter_mut().zip(edges) {
                    *value = edge.map_or(Value::NIL, |other| nodes[other].0);
                }
                let value = record(&mut heap, id as u32, &values).unwrap();
                nodes.push((value, edges));
                let w = weak(&mut heap, value);
                weaks.push(heap.roots.handle_new(w));
                if random.below(3) == 0 {
                    roots.push(id);
                    heap.roots.temps.push(value);
                }
                // Hang it below something that is alive, old or young.
                if !reachable.is_empty() && random.below(2) == 0 {
                    let parent = reachable[random.below(reachable.len())];
                    let edge = random.below(EDGES);
                    set(&mut heap, nodes[parent].0, edge, value);
                    nodes[parent].1[edge] = Some(id);
                }
                reachable.push(id);
            }
            // Drop some roots.
            while roots.len() > batch / 4 {
                let gone = random.below(roots.len());
                roots.swap_remove(gone);
                heap.roots.temps.swap_remove(gone);
            }
            let full = round % 5 == 4;
            let before = reachable.clone();
            reachable = reach(&nodes, &roots);
            if full {
                heap.collect_full()
            } else {
                heap.collect_minor()
            }
            let mut alive = vec![false; nodes.len()];
            for &id in &reachable {
                alive[id] = true;
                let (value, edges) = nodes[id];
                assert_eq!(tag(value), id as u32);
                for (index, edge) in edges.iter().enumerate() {
                    assert_eq!(get(value, index), edge.map_or(Value::NIL, |other| nodes[other].0));
                }
            }
            for id in before {
                let there = !target(heap.roots.handle_get(weaks[id])).is_nil();
                assert!(there || !alive[id], "live node {id} lost in round {round}");
                assert!(!full || there == alive[id], "dead node {id} kept by the full collection {round}");
                if !alive[id] && full {
                    heap.roots.handle_free(weaks[id]);
                }
            }
        }
        assert!(heap.stats().minor_collections > 0 && heap.stats().full_collections > 0);
    }
}

fn reach(nodes: &[(Value, [Option<usize>; 4])], roots: &[usize]) -> Vec<usize> {
    let mut seen = vec![false; nodes.len()];
    let mut stack = roots.to_vec();
    let mut out = Vec::new();
    while let Some(id) = stack.pop() {
        if !std::mem::replace(&mut seen[id], true) {
            out.push(id);
            stack.extend(nodes[id].1.iter().flatten());
        }
    }
    out
}

#[test]
fn the_barrier_logs_an_old_object_once_and_keeps_what_it_was_given() {
    let mut heap = Heap::new(strict());
    let old = record(&mut heap, 1, &[Value::NIL, Value::NIL]).unwrap();
    heap.roots.temps.push(old);
    assert_eq!(gc_bits_of(old) & gc_bits::OLD_UNLOGGED, 0, "new objects need no barrier");
    heap.collect_minor();
    assert_ne!(gc_bits_of(old) & gc_bits::OLD_UNLOGGED, 0);
    let young = record(&mut heap, 2, &[]).unwrap();
    set(&mut heap, old, 0, young);
    set(&mut heap, old, 1, young);
    assert_eq!(heap.remembered.len(), 1);
    heap.collect_minor();
    assert_eq!(tag(get(old, 0)), 2);
    assert_ne!(gc_bits_of(old) & gc_bits::OLD_UNLOGGED, 0, "armed again");
    assert_ne!(gc_bits_of(young) & gc_bits::OLD_UNLOGGED, 0);
}

#[test]
fn storage_of_an_old_list_is_scanned_through_its_owner() {
    let mut heap = Heap::new(strict());
    let storage = heap.alloc_raw(Kind::Values, size_of::<Values>() + 32).unwrap().as_ptr().cast::<Values>();
    // SAFETY: room for four values.
    unsafe {
        (*storage).len = 4;
        (*storage).cap = 4;
        at::<[Value; 4]>(storage.addr() + size_of::<Values>()).write([Value::EMPTY; 4]);
    }
    let list = heap.alloc_raw(Kind::List, size_of::<List>()).unwrap().as_ptr().cast::<List>();
    // SAFETY: room for a list; its storage was just made.
    unsafe {
        (*list).len = 0;
        (*list).cap = 4;
        (*list).elems = at(storage.addr() + size_of::<Values>());
        (*list).buffer = storage;
    }
    heap.roots.temps.push(value_of(list));
    heap.collect_minor();
    let young = record(&mut heap, 7, &[]).unwrap();
    // SAFETY: the list is alive and has room.
    unsafe {
        heap.barrier(list.cast());
        *(*list).elems = young;
        (*list).len = 1;
    }
    heap.collect_minor();
    assert_eq!(tag(young), 7);
    heap.collect_full();
    assert_eq!(tag(young), 7);
}

#[test]
fn conservative_words_find_objects_and_nothing_else() {
    let mut heap = Heap::new(strict());
    let mut values = Vec::new();
    for index in 0..40 {
        let len = if index == 20 {
            5000
        } else if index == 21 {
            1500
        } else {
            index % 5
        };
        values.push(record(&mut heap, index as u32, &vec![Value::NIL; len]).unwrap());
    }
    for collected in [false, true] {
        if collected {
            heap.roots.temps.extend(&values);
            heap.collect_full();
        }
        heap.end_holes();
        heap.large.sort();
        let tracer = crate::Tracer::new(&heap.space, &heap.large, Vec::new());
        for (index, &value) in values.iter().enumerate() {
            let start = value.address_unchecked();
            // SAFETY: the record is alive.
            let size = unsafe { (*at::<Header>(start)).granules as usize * GRANULE };
            for offset in [0, 1, 7, size / 2, size - 1] {
                assert_eq!(tracer.resolve(start + offset), header_of(value), "object {index} + {offset}");
            }
        }
        assert_eq!(tracer.resolve(0), None);
        assert_eq!(tracer.resolve(usize::MAX >> 16), None);
        let chunk = crate::block::head(values[0].address_unchecked()) as usize;
        assert_eq!(tracer.resolve(chunk + 64), None, "the tables are no object");
        assert_eq!(tracer.resolve(chunk + crate::block::CHUNK - 64), None, "an empty block");
    }
}

#[test]
fn words_with_any_tag_keep_objects_alive() {
    let mut heap = Heap::new(strict());
    let mut registers = [Value::NIL; 5];
    let kept: Vec<Value> = (0..4).map(|tag| record(&mut heap, tag, &[]).unwrap()).collect();
    let dead = record(&mut heap, 9, &[Value::NIL; 60]).unwrap();
    registers[0] = kept[0];
    registers[1] = Value::from_bits(kept[1].address_unchecked() as u64);
    registers[2] = Value::from_bits(kept[2].address_unchecked() as u64 + 9);
    registers[3] = Value::from_bits(0x1234 << 48 | kept[3].address_unchecked() as u64);
    registers[4] = Value::from_bits(0x7FFF_FFFF_FFFF);
    let base = registers.as_ptr();
    heap.roots.registers = (base, base.wrapping_add(registers.len()));
    for round in 0..4 {
        if round % 2 == 0 {
            heap.collect_minor()
        } else {
            heap.collect_full()
        }
        for (index, &value) in kept.iter().enumerate() {
            assert_eq!(tag(value), index as u32);
        }
        assert_eq!(kind(dead), Kind::Free, "freed and poisoned");
    }
}

#[test]
fn the_native_stack_keeps_what_it_holds() {
    if !crate::stack::CAN_SCAN {
        return;
    }
    #[inline(never)]
    fn build(heap: &mut Heap, depth: u32) -> Value {
        if depth == 0 {
            return record(heap, 0, &[]).unwrap();
        }
        let left = build(heap, depth - 1);
        let right = build(heap, depth - 1);
        record(heap, depth, &[left, right]).unwrap()
    }
    fn check(tree: Value, depth: u32) {
        assert_eq!(tag(tree), depth);
        if depth > 0 {
            check(get(tree, 0), depth - 1);
            check(get(tree, 1), depth - 1);
        }
    }
    for every in [1, 2, 7] {
        let mut heap = Heap::new(HeapConfig { collect_every: Some(every), ..strict() });
        heap.roots.native_high = stack_address_here();
        let tree = build(&mut heap, 6);
        check(std::hint::black_box(tree), 6);
        let stats = heap.stats();
        assert!(stats.minor_collections + stats.full_collections >= u64::from(126 / every));
    }
}

#[test]
fn large_objects_are_freed_promptly_and_found_by_address() {
    let mut heap = Heap::new(strict());
    let sizes = [33_000, 40_000, 130_000, 1_000_000];
    let kept: Vec<Value> = sizes.iter().map(|&size| bytes(&mut heap, size).unwrap()).collect();
    heap.roots.temps.extend(&kept);
    heap.collect_minor();
    let before = heap.stats().accounted_bytes;
    for size in sizes {
        bytes(&mut heap, size).unwrap();
    }
    assert!(heap.stats().accounted_bytes >= before + 1_203_000);
    heap.collect_minor();
    assert_eq!(heap.stats().accounted_bytes, before, "a minor collection frees young large objects");
    heap.roots.temps.truncate(1);
    heap.collect_minor();
    assert_eq!(heap.stats().accounted_bytes, before, "old ones wait for a full one");
    heap.collect_full();
    assert!(heap.stats().accounted_bytes <= before - 1_170_000);
    assert_eq!(kind(kept[0]), Kind::Bytes);
}

#[test]
fn the_limit_holds_and_the_heap_stays_usable() {
    let limit = 2 << 20;
    let poison = !cfg!(miri);
    let mut heap = Heap::new(HeapConfig { limit_bytes: Some(limit), poison, ..strict() });
    let error = bytes(&mut heap, 3 << 20).unwrap_err();
    assert!(matches!(error, HeapError::OutOfMemory { wanted, limit: l } if wanted > 3 << 20 && l == limit));
    assert!(heap.check_size(usize::MAX / 2).is_err());
    let width = if cfg!(miri) { 900 } else { 30 };
    let mut chain = Value::NIL;
    let error = loop {
        match record(&mut heap, 0, &vec![chain; width]) {
            Ok(next) => chain = next,
            Err(error) => break error,
        }
        heap.roots.temps.clear();
        heap.roots.temps.push(chain);
        assert!(heap.stats().accounted_bytes <= limit);
    };
    assert!(matches!(error, HeapError::OutOfMemory { limit: l, .. } if l == limit), "{error}");
    assert!(heap.stats().allocated_bytes > (limit - (limit >> 2)) as u64);
    assert!(bytes(&mut heap, 100_000).is_err());
    heap.roots.temps.clear();
    heap.collect_full();
    assert!(heap.stats().live_bytes == 0);
    bytes(&mut heap, 1 << 20).unwrap();
    record(&mut heap, 0, &[]).unwrap();
}

#[test]
fn allocation_collects_when_the_limit_is_reached() {
    if !crate::stack::CAN_SCAN {
        return;
    }
    let mut heap = Heap::new(HeapConfig { limit_bytes: Some(4 << 20), ..HeapConfig::default() });
    heap.roots.native_high = stack_address_here();
    for round in 0..20_000 {
        record(&mut heap, 0, &[Value::NIL; 50]).unwrap();
        if round % 100 == 0 {
            bytes(&mut heap, 500_000).unwrap();
        }
        if round % 1000 == 0 {
            heap.charge_external(100_000).unwrap();
            heap.discharge_external(100_000);
        }
    }
    assert!(heap.stats().minor_collections + heap.stats().full_collections > 10);
}

#[test]
fn memory_goes_back_and_stays_flat() {
    let mut heap = Heap::new(HeapConfig::default());
    let many = if cfg!(miri) { 3_000 } else { 300_000 };
    let mut peaks = Vec::new();
    for _ in 0..3 {
        for tag in 0..many {
            let value = record(&mut heap, tag, &[Value::NIL; 6]).unwrap();
            if tag % 100 == 0 {
                heap.roots.temps.push(value);
            }
        }
        peaks.push(heap.stats().accounted_bytes);
        heap.roots.temps.clear();
        heap.collect_full();
        assert_eq!(heap.stats().accounted_bytes, 0, "an empty heap has given everything back");
    }
    assert!(peaks.windows(2).all(|pair| pair[0] == pair[1]), "{peaks:?}");
}

#[test]
fn holes_between_survivors_are_filled_again() {
    let mut heap = Heap::new(strict());
    let many = if cfg!(miri) { 600 } else { 20_000 };
    for tag in 0..many {
        let value = record(&mut heap, tag, &[Value::NIL; 6]).unwrap();
        if tag % 32 == 0 {
            heap.roots.temps.push(value);
        }
    }
    heap.collect_full();
    let before = heap.stats().accounted_bytes;
    for tag in 0..many / 2 {
        record(&mut heap, tag, &[Value::NIL; 6]).unwrap();
    }
    assert_eq!(heap.stats().accounted_bytes, before);
    for (index, &value) in heap.roots.temps.iter().enumerate() {
        assert_eq!(tag(value), index as u32 * 32);
    }
    heap.collect_full();
}

#[test]
fn medium_objects_do_not_waste_holes() {
    let mut heap = Heap::new(strict());
    let mut random = Lcg(5);
    let mut total = 0;
    for _ in 0..if cfg!(miri) { 100 } else { 5000 } {
        let len = if random.below(10) == 0 { random.below(900) + 20 } else { random.below(6) };
        record(&mut heap, 0, &vec![Value::NIL; len]).unwrap();
        total += (16 + len * 8).next_multiple_of(16);
    }
    assert_eq!(heap.stats().allocated_bytes, total as u64);
    let mut walked = 0;
    // SAFETY: the walk yields objects.
    heap.for_each_object(&mut |object| walked += unsafe { (*object).granules as usize * GRANULE });
    assert_eq!(walked, total);
    assert_eq!(heap.count_kinds()[Kind::Record as usize].1, total);
}

struct Payload(Arc<AtomicUsize>, bool);

impl Drop for Payload {
    fn drop(&mut self) {
        self.0.fetch_add(1, Ordering::Relaxed);
        assert!(!self.1, "a payload that panics in its drop");
    }
}

fn host(heap: &mut Heap, payload: Payload) -> Value {
    heap.charge_external(1000).unwrap();
    let object = heap.alloc_raw(Kind::Host, size_of::<Host>()).unwrap().as_ptr().cast::<Host>();
    let index = heap.hosts.insert(Box::new(payload), 1000);
    heap.hosts.bind(index, object.addr());
    // SAFETY: room for a host object.
    unsafe {
        (*object).index = index;
        (*object).pad = 0;
        (*object).class = Value::NIL;
    }
    value_of(object)
}

#[test]
fn payloads_are_dropped_once_when_their_object_dies() {
    let hook = std::panic::take_hook();
    std::panic::set_hook(Box::new(|_| {}));
    let drops = Arc::new(AtomicUsize::new(0));
    let mut heap = Heap::new(strict());
    for index in 0..10 {
        let value = host(&mut heap, Payload(drops.clone(), index % 3 == 2));
        if index < 5 {
            heap.roots.temps.push(value);
        }
    }
    assert_eq!(heap.stats().external_bytes, 10_000);
    heap.collect_minor();
    assert_eq!(drops.load(Ordering::Relaxed), 5);
    assert_eq!((heap.hosts.len(), heap.stats().external_bytes), (5, 5_000));
    heap.roots.temps.truncate(2);
    heap.collect_minor();
    assert_eq!(drops.load(Ordering::Relaxed), 5, "old ones wait for a full collection");
    heap.collect_full();
    assert_eq!(drops.load(Ordering::Relaxed), 8);
    // A payload that a caller has taken out survives the death of its object until it comes back.
    heap.roots.temps.clear();
    let index = 0;
    let payload = heap.hosts.take(index).unwrap();
    heap.collect_full();
    assert_eq!(drops.load(Ordering::Relaxed), 9);
    assert_eq!(heap.hosts.put_back(index, payload), 1000);
    assert_eq!(drops.load(Ordering::Relaxed), 10);
    assert!(heap.hosts.is_empty());
    host(&mut heap, Payload(drops.clone(), true));
    drop(heap);
    assert_eq!(drops.load(Ordering::Relaxed), 11);
    std::panic::set_hook(hook);
}

#[test]
fn weak_references_end_with_their_target() {
    let mut heap = Heap::new(strict());
    let small = record(&mut heap, 1, &[]).unwrap();
    let large = bytes(&mut heap, 40_000).unwrap();
    for value in [small, large] {
        let w = weak(&mut heap, value);
        heap.roots.permanent.push(w);
    }
    let kept = heap.roots.handle_new(small);
    heap.collect_minor();
    let weaks = heap.roots.permanent.clone();
    assert_eq!(target(weaks[0]), small);
    assert!(target(weaks[1]).is_nil());
    heap.roots.handle_free(kept);
    heap.collect_full();
    assert!(target(weaks[0]).is_nil());
}

#[test]
fn registered_callbacks_report_roots() {
    unsafe fn report(data: *const (), tracer: &mut crate::Tracer<'_>) {
        // SAFETY: registered with this pointer below.
        let values = unsafe { &*data.cast::<[Value; 3]>() };
        tracer.value(values[0]);
        tracer.conservative_word(values[1].bits());
        tracer.object(header_of(values[2]).unwrap());
    }
    let mut heap = Heap::new(strict());
    let values = [0, 1, 2].map(|tag| record(&mut heap, tag, &[Value::NIL]).unwrap());
    heap.roots.extra.push((report, (&raw const values).cast()));
    heap.collect_minor();
    heap.collect_full();
    assert_eq!(values.map(tag), [0, 1, 2]);
}

#[test]
fn safepoint_mode_collects_only_at_safepoints() {
    let config = HeapConfig { safepoint_only: true, limit_bytes: Some(8 << 20), ..strict() };
    let mut heap = Heap::new(config);
    heap.roots.native_high = stack_address_here();
    for _ in 0..if cfg!(miri) { 10 } else { 200_000 } {
        record(&mut heap, 0, &[Value::NIL; 30]).unwrap();
        if heap.safepoint_due() {
            heap.collect_at_safepoint();
            assert!(!heap.safepoint_due());
        }
    }
    let stats = heap.stats();
    assert!(cfg!(miri) || stats.minor_collections + stats.full_collections > 10);
    // Without a safepoint the limit ends it, not a collection.
    let mut heap = Heap::new(HeapConfig { safepoint_only: true, limit_bytes: Some(1 << 20), ..strict() });
    while record(&mut heap, 0, &[Value::NIL; 200]).is_ok() {}
    assert_eq!(heap.stats().minor_collections + heap.stats().full_collections, 0);
    assert!(heap.safepoint_due());
}

#[test]
fn deep_and_wide_structures_need_no_native_stack() {
    let mut heap = Heap::new(HeapConfig::default());
    let mut chain = Value::NIL;
    for _ in 0..if cfg!(miri) { 500 } else { 1_000_000 } {
        chain = record(&mut heap, 0, &[chain]).unwrap();
    }
    let wide = vec![chain; if cfg!(miri) { 3_000 } else { 1_000_000 }];
    let wide = record(&mut heap, 1, &wide).unwrap();
    heap.roots.temps.push(wide);
    heap.collect_full();
    assert!(heap.stats().live_bytes > if cfg!(miri) { 20_000 } else { 30_000_000 });
}

#[test]
#[should_panic(expected = "refers to freed")]
fn the_verifier_sees_a_missing_barrier() {
    let mut heap = Heap::new(strict());
    let old = record(&mut heap, 1, &[Value::NIL]).unwrap();
    heap.roots.temps.push(old);
    heap.collect_minor();
    let young = record(&mut heap, 2, &[]).unwrap();
    // SAFETY: the record is alive. The barrier is missing, which is the point.
    unsafe { *slot(old, 0) = young };
    heap.collect_minor();
}
