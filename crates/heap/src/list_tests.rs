//! Tests of lists against `Vec`.

use crate::layout::ListKind;
use crate::testing::{Lcg, steps, with_heap};
use crate::*;
use quadriga_value::Value;

fn check(list: ListRef, model: &[Value]) {
    assert_eq!(list.len(), model.len());
    for (i, &v) in model.iter().enumerate() {
        assert_eq!(list.get(i), v, "element {i}");
    }
    match list.list_kind() {
        ListKind::Int => assert!(!model.is_empty() && model.iter().all(|v| v.is_int())),
        ListKind::Double => assert!(!model.is_empty() && model.iter().all(|v| v.is_double())),
        ListKind::Fresh => assert!(model.is_empty()),
        ListKind::Any => assert!(!model.is_empty()),
        ListKind::Range | ListKind::IntRange => {}
    }
}

/// A value that needs no root: a number, or one of the strings that the roots hold.
fn random_value(random: &mut Lcg, heap: &Heap, ints_only: bool) -> Value {
    match random.below(if ints_only { 1 } else { 6 }) {
        0..=2 => Value::int(random.below(100) as i64),
        3 => Value::double(random.below(100) as f64 + 0.5),
        4 => Value::NIL,
        _ => heap.roots.permanent[random.below(heap.roots.permanent.len())],
    }
}

fn random_lists(heap: &mut Heap, seed: u64) {
    let mut random = Lcg(seed);
    for i in 0..4 {
        let s = heap.str(&format!("string {i}")).unwrap();
        heap.roots.permanent.push(s.value());
    }
    let mut models: Vec<Vec<Value>> = vec![Vec::new(); 4];
    for _ in 0..4 {
        let list = heap.list_new(0).unwrap();
        heap.roots.temps.push(list.value());
    }
    let at = |heap: &Heap, i: usize| heap.roots.temps[i].as_list().unwrap();
    for step in 0..steps(8000) {
        let (i, j) = (random.below(4), random.below(4));
        let list = at(heap, i);
        let len = models[i].len();
        let v = random_value(&mut random, heap, step % 1000 < 500);
        let from = random.below(len + 1);
        let to = from + random.below(len - from + 1);
        match random.below(24) {
            0..=6 => {
                heap.list_push(list, v).unwrap();
                models[i].push(v);
            }
            7 => assert_eq!(heap.list_pop(list).unwrap(), models[i].pop()),
            8..=9 => {
                let front = if len == 0 { None } else { Some(models[i].remove(0)) };
                assert_eq!(heap.list_pull(list).unwrap(), front);
            }
            10 if len > 0 => {
                let k = random.below(len);
                heap.list_set(list, k, v).unwrap();
                models[i][k] = v;
            }
            11..=12 => {
                heap.list_insert(list, from, v).unwrap();
                models[i].insert(from, v);
            }
            13 if len > 0 => {
                let k = random.below(len);
                assert_eq!(heap.list_remove(list, k).unwrap(), models[i].remove(k));
            }
            14 => {
                heap.list_remove_range(list, from, to).unwrap();
                models[i].drain(from..to);
            }
            15 => {
                heap.list_truncate(list, from).unwrap();
                models[i].truncate(from);
            }
            16 if len < 200 => {
                heap.list_extend(list, at(heap, j)).unwrap();
                let more = models[j].clone();
                models[i].extend(more);
            }
            17 if len < 200 => {
                let made = heap.list_concat(list, at(heap, j)).unwrap();
                heap.roots.temps[i] = made.value();
                let more = models[j].clone();
                models[i].extend(more);
            }
            18 if len < 100 => {
                let n = random.below(4);
                let made = heap.list_repeat(list, n).unwrap();
                heap.roots.temps[i] = made.value();
                models[i] = models[i].repeat(n);
            }
            19 => {
                let made = heap.list_slice(list, from, to).unwrap();
                heap.roots.temps[j] = made.value();
                models[j] = models[i][from..to].to_vec();
            }
            20 => {
                heap.list_reverse(list).unwrap();
                models[i].reverse();
            }
            21 if len > 0 => {
                let (a, b) = (random.below(len), random.below(len));
                heap.list_swap(list, a, b).unwrap();
                models[i].swap(a, b);
                heap.list_fill(list, from, to, v).unwrap();
                models[i][from..to].fill(v);
            }
            22 => {
                let (start, step) = (random.below(9) as f64 / 2.0, random.below(5) as f64 - 2.0);
                let n = random.below(12);
                let made = heap.list_range(start, step, n).unwrap();
                heap.roots.temps[i] = made.value();
                models[i] = (0..n).map(|k| Value::number(start + k as f64 * step)).collect();
            }
            23 => {
                heap.list_shrink(list).unwrap();
                let copy = models[j].clone();
                heap.list_assign(list, &copy).unwrap();
                models[i] = copy;
            }
            _ => {}
        }
        check(at(heap, i), &models[i]);
        check(at(heap, j), &models[j]);
        if random.below(400) == 0 {
            heap.collect_full();
        } else if random.below(100) == 0 {
            heap.collect_minor();
        }
    }
}

#[test]
fn random_lists_agree_with_the_model() {
    for seed in 0..4 {
        with_heap(None, |heap| random_lists(heap, seed));
    }
}

#[test]
fn random_lists_survive_collections() {
    with_heap(Some(1), |heap| random_lists(heap, 20));
    with_heap(Some(5), |heap| random_lists(heap, 21));
}

#[test]
fn a_queue_does_not_grow() {
    with_heap(None, |heap| {
        let queue = heap.list_new(0).unwrap();
        for i in 0..10 {
            heap.list_push(queue, Value::int(i)).unwrap();
        }
        let before = heap.stats().allocated_bytes;
        for i in 10..steps(50_000) as i64 + 10 {
            heap.list_push(queue, Value::int(i)).unwrap();
            assert_eq!(heap.list_pull(queue).unwrap(), Some(Value::int(i - 10)));
        }
        assert!(heap.stats().allocated_bytes - before < 4096);
        assert_eq!(queue.list_kind(), ListKind::Int);
    });
}

#[test]
fn ranges_have_no_storage_until_written() {
    with_heap(None, |heap| {
        let range = heap.list_range(0.0, 1.0, 1_000_000).unwrap();
        assert!(range.is_range());
        assert_eq!(range.get(999_999), Value::int(999_999));
        let part = heap.list_slice(range, 10, 20).unwrap();
        assert!(part.is_range());
        assert_eq!(heap.list_pop(part).unwrap(), Some(Value::int(19)));
        heap.list_push(part, Value::NIL).unwrap();
        assert!(!part.is_range());
        assert_eq!((part.len(), part.get(0), part.get(9)), (10, Value::int(10), Value::NIL));
        let halves = heap.list_range(0.0, 0.5, 4).unwrap();
        heap.materialize(halves).unwrap();
        assert_eq!(halves.list_kind(), ListKind::Any);
        assert_eq!(halves.as_slice()[1..3], [Value::double(0.5), Value::int(1)]);
    });
}

#[test]
fn kinds_are_kept() {
    with_heap(None, |heap| {
        let list = heap.list_new(0).unwrap();
        assert_eq!(list.list_kind(), ListKind::Fresh);
        heap.list_push(list, Value::double(1.5)).unwrap();
        assert_eq!(list.list_kind(), ListKind::Double);
        heap.list_push(list, Value::int(1)).unwrap();
        assert_eq!(list.list_kind(), ListKind::Any);
        heap.list_pop(list).unwrap();
        heap.list_pop(list).unwrap();
        assert_eq!(list.list_kind(), ListKind::Fresh);
        heap.list_push(list, Value::int(1)).unwrap();
        assert_eq!(list.list_kind(), ListKind::Int);
        heap.list_clear(list);
        assert_eq!(list.list_kind(), ListKind::Fresh);
    });
}

#[test]
fn old_lists_keep_young_elements() {
    with_heap(None, |heap| {
        let list = heap.list_new(4).unwrap();
        heap.roots.permanent.push(list.value());
        heap.collect_full();
        push_strings(heap, list);
        heap.collect_minor();
        push_strings(heap, list);
        heap.collect_minor();
        for i in 0..list.len() {
            assert_eq!(list.get(i).as_str().unwrap().text(), format!("element {}", i % 100));
        }
    });
}

#[inline(never)]
fn push_strings(heap: &mut Heap, list: ListRef) {
    for i in 0..100 {
        let s = heap.str(&format!("element {i}")).unwrap();
        heap.list_push(list, s.value()).unwrap();
    }
}

#[test]
fn too_long_lists_are_errors() {
    with_heap(None, |heap| {
        assert!(matches!(heap.list_range(0.0, 1.0, 1 << 31), Err(HeapError::TooLarge { .. })));
        let list = heap.list_range(0.0, 1.0, 1 << 20).unwrap();
        assert!(matches!(heap.list_repeat(list, 1 << 12), Err(HeapError::TooLarge { .. })));
    });
    let mut heap = Heap::new(HeapConfig { limit_bytes: Some(1 << 20), ..HeapConfig::default() });
    let list = heap.list_range(0.0, 1.0, 1 << 20).unwrap();
    assert!(matches!(heap.materialize(list), Err(HeapError::OutOfMemory { .. })));
    assert_eq!(list.get(7), Value::int(7));
}
