//! Tests of shapes: sharing, look-up, sweeping.

use crate::testing::{Lcg, steps, with_heap};
use crate::*;
use quadriga_value::Value;

/// Interned names, kept by the roots.
fn names(heap: &mut Heap, n: usize) -> Vec<StrRef> {
    (0..n)
        .map(|i| {
            let s = heap.intern(&format!("name {i}")).unwrap();
            heap.roots.permanent.push(s.value());
            s
        })
        .collect()
}

#[test]
fn equal_histories_give_equal_shapes() {
    with_heap(None, |heap| {
        let names = names(heap, 30);
        let mut random = Lcg(3);
        // Model: the keys of a shape.
        let mut known: Vec<(ShapeId, Vec<StrRef>)> = vec![(ShapeId::EMPTY, Vec::new())];
        for _ in 0..steps(3000) {
            let (shape, keys) = known[random.below(known.len())].clone();
            let key = names[random.below(names.len())];
            let slot = keys.iter().position(|&k| k == key);
            assert_eq!(heap.shapes.lookup(shape, key), slot);
            assert_eq!(heap.shapes.keys(shape), keys);
            if slot.is_some() {
                continue;
            }
            let child = heap.shapes.add(shape, key, None).unwrap();
            assert_eq!(heap.shapes.transition(shape, key), Some(child));
            assert_eq!((heap.shapes.parent(child), heap.shapes.last_key(child)), (shape, Some(key)));
            let mut longer = keys;
            longer.push(key);
            match known.iter().find(|(id, _)| *id == child) {
                Some((_, keys)) => assert_eq!(*keys, longer),
                None => {
                    assert!(known.iter().all(|(_, keys)| *keys != longer));
                    known.push((child, longer));
                }
            }
        }
        assert_eq!(heap.shapes.len(), known.len());
    });
}

#[test]
fn a_long_chain_is_cheap() {
    with_heap(None, |heap| {
        let n = if cfg!(miri) { 50 } else { 3000 };
        let names = names(heap, n);
        let mut shape = ShapeId::EMPTY;
        for (i, &name) in names.iter().enumerate() {
            shape = heap.shapes.add(shape, name, None).unwrap();
            assert_eq!(heap.shapes.lookup(shape, name), Some(i));
            assert_eq!(heap.shapes.lookup(shape, names[0]), Some(0));
        }
        assert_eq!(heap.shapes.keys(shape), names);
    });
}

#[test]
fn unused_shapes_are_freed() {
    with_heap(None, |heap| {
        let names = names(heap, 20);
        let kept = object(heap, &names[..5]);
        heap.roots.permanent.push(kept.value());
        let before = heap.shapes.len();
        for i in 0..10 {
            object(heap, &names[i..i + 8]);
        }
        assert!(heap.shapes.len() > before + 50);
        heap.collect_minor();
        assert!(heap.shapes.len() > before + 50, "a minor collection frees no shape");
        let generation = heap.shapes_generation;
        heap.roots.native_high = 0;
        heap.collect_full();
        assert_eq!(heap.shapes.len(), before);
        assert_ne!(heap.shapes_generation, generation);
        assert_eq!(heap.shapes.keys(kept.shape()), &names[..5]);
        // Ids are used again, with the right keys.
        let again = object(heap, &names[..8]);
        assert_eq!(heap.shapes.keys(again.shape()), &names[..8]);
        assert_eq!(heap.shapes.lookup(again.shape(), names[7]), Some(7));
        assert_eq!(heap.shapes.lookup(kept.shape(), names[7]), None);
    });
}

#[inline(never)]
fn object(heap: &mut Heap, keys: &[StrRef]) -> MapRef {
    let m = heap.map_new(None, keys.len()).unwrap();
    for &key in keys {
        heap.map_set(m, key.value(), Value::NIL, KeyOrigin::Constant).unwrap();
    }
    m
}

#[test]
fn names_and_prototypes_of_young_shapes_survive_a_minor_collection() {
    with_heap(None, |heap| {
        let m = heap.map_new(None, 0).unwrap();
        heap.roots.permanent.push(m.value());
        heap.collect_full();
        add_names(heap, m);
        heap.roots.native_high = 0;
        heap.collect_minor();
        heap.collect_minor();
        let texts: Vec<String> = heap.shapes.keys(m.shape()).iter().map(|k| k.text().to_string()).collect();
        assert_eq!(texts, ["isa", "fresh 0", "fresh 1", "fresh 2"]);
        assert_eq!(heap.map_proto(m).map(MapRef::len), Some(0));
        heap.collect_full();
        let key = heap.intern("fresh 2").unwrap();
        assert_eq!(heap.map_get_str(m, key), Some(Value::TRUE));
    });
}

#[inline(never)]
fn add_names(heap: &mut Heap, m: MapRef) {
    let isa = heap.intern("isa").unwrap();
    heap.proto_key = Some(isa);
    let proto = heap.map_new(None, 0).unwrap();
    heap.map_set(m, isa.value(), proto.value(), KeyOrigin::Constant).unwrap();
    for i in 0..3 {
        let key = heap.str(&format!("fresh {i}")).unwrap();
        heap.map_set(m, key.value(), Value::TRUE, KeyOrigin::Constant).unwrap();
    }
}

#[test]
fn a_full_table_makes_dictionaries() {
    if cfg!(miri) {
        return;
    }
    with_heap(None, |heap| {
        let names = names(heap, MAX_SHAPES + 10);
        let all = heap.list_new(0).unwrap();
        heap.roots.permanent.push(all.value());
        for &name in &names {
            let m = heap.map_new(None, 1).unwrap();
            heap.map_set(m, name.value(), Value::TRUE, KeyOrigin::Constant).unwrap();
            heap.list_push(all, m.value()).unwrap();
        }
        let last = all.get(all.len() - 1).as_map().unwrap();
        assert!(last.is_dictionary() && !all.get(0).as_map().unwrap().is_dictionary());
        assert_eq!(heap.map_get_str(last, names[names.len() - 1]), Some(Value::TRUE));
        let derived = heap.map_new(Some(last), 3).unwrap();
        assert_eq!((derived.is_dictionary(), heap.map_proto(derived)), (true, Some(last)));
    });
}

#[test]
fn maps_of_a_known_shape() {
    with_heap(None, |heap| {
        let names = names(heap, 3);
        let model = object(heap, &names);
        let m = heap.map_with_shape(model.shape(), 5).unwrap().unwrap();
        assert!(m.len() == 3 && m.slot_capacity() >= 5);
        // SAFETY: the map has three fields.
        unsafe {
            for slot in 0..3 {
                heap.set_slot(m, slot, Value::int(slot as i64));
            }
        }
        let key = heap.intern("one more").unwrap();
        let child = heap.shapes.add(m.shape(), key, None).unwrap();
        // SAFETY: the child is that of the map's shape, and the map has room for more slots.
        unsafe { heap.add_slot(m, child, Value::TRUE) };
        assert_eq!(heap.map_get_str(m, names[2]), Some(Value::int(2)));
        assert_eq!(heap.map_get_str(m, key), Some(Value::TRUE));
    });
}
