//! Tests of maps against an ordered list of entries.

use crate::layout::flags;
use crate::testing::{Lcg, steps, with_heap};
use crate::*;
use quadriga_value::Value;

/// What a key is in the model.
#[derive(Clone, PartialEq, Debug)]
enum Key {
    Int(i64),
    Text(String),
    Bits(u64),
}

type Model = Vec<(Key, Value)>;

fn key_of(v: Value) -> Key {
    match (v.as_str(), v.as_i64()) {
        (Some(s), _) => Key::Text(s.to_text().into_owned()),
        (_, Some(i)) => Key::Int(i),
        _ => match v.as_double() {
            Some(d) if d as i64 as f64 == d => Key::Int(d as i64),
            _ => Key::Bits(v.bits()),
        },
    }
}

/// A key and what it is in the model. Strings come flat, interned, or as ropes.
fn random_key(random: &mut Lcg, heap: &mut Heap, strings_only: bool) -> (Value, Key) {
    match random.below(if strings_only { 5 } else { 12 }) {
        0..=3 => {
            let n = random.below(40);
            let text = if n < 30 { format!("k{n}") } else { format!("k{n}").repeat(30) };
            let s = match random.below(3) {
                0 => heap.str(&text).unwrap(),
                1 => heap.intern(&text).unwrap(),
                _ => {
                    let (a, b) = text.split_at(text.len() / 2);
                    let (a, b) = (heap.str(a).unwrap(), heap.str(b).unwrap());
                    heap.str_concat(a, b).unwrap()
                }
            };
            (s.value(), Key::Text(text))
        }
        4 => {
            let s = heap.single_char((b'a' + random.below(4) as u8) as char).unwrap();
            (s.value(), Key::Text(s.to_text().into_owned()))
        }
        5..=8 => {
            let i = random.below(30) as i64 - 3;
            let v = if random.below(2) == 0 { Value::int(i) } else { Value::double(i as f64) };
            (v, Key::Int(i))
        }
        9 => {
            let i = (1 << 50) + random.below(3) as i64;
            let v = if random.below(2) == 0 { heap.int64(i).unwrap() } else { Value::double(i as f64) };
            (v, Key::Int(i))
        }
        10 => {
            let d = random.below(4) as f64 + 0.25;
            (Value::double(d), Key::Bits(Value::double(d).bits()))
        }
        _ => {
            let pool = heap.roots.permanent.len();
            let v = [Value::NIL, Value::TRUE, heap.roots.permanent[random.below(pool)]][random.below(3)];
            (v, Key::Bits(v.bits()))
        }
    }
}

fn check(heap: &Heap, m: MapRef, model: &Model) {
    assert_eq!(m.len(), model.len());
    let mut cursor = 0;
    let mut found = Vec::new();
    while let Some((key, value)) = heap.map_next(m, &mut cursor) {
        assert_eq!(heap.map_get(m, key), Some(value));
        found.push((key_of(key), value));
    }
    assert_eq!(&found, model);
    assert_eq!(heap.map_first(m).map(|(k, v)| (key_of(k), v)), model.first().cloned());
}

fn random_maps(heap: &mut Heap, seed: u64) {
    let mut random = Lcg(seed);
    for tag in 0..3 {
        let v = heap.record(tag, &[]).unwrap();
        heap.roots.permanent.push(v.value());
    }
    let isa = heap.intern("isa").unwrap();
    heap.proto_key = seed.is_multiple_of(2).then_some(isa);
    let mut models: Vec<Model> = vec![Vec::new(); 5];
    for i in 0..5 {
        // The last two are name spaces, in which everything is a dictionary.
        let m = if i < 3 { heap.map_new(None, i) } else { heap.namespace_new() };
        heap.roots.temps.push(m.unwrap().value());
    }
    let at = |heap: &Heap, i: usize| heap.roots.temps[i].as_map().unwrap();
    for step in 0..steps(10_000) {
        let i = random.below(5);
        let m = at(heap, i);
        let (key, name) = random_key(&mut random, heap, step % 2000 < 300);
        let known = models[i].iter().position(|(k, _)| *k == name);
        match random.below(20) {
            0..=9 => {
                let value = Value::int(step as i64);
                let origin = if random.below(8) == 0 { KeyOrigin::Computed } else { KeyOrigin::Constant };
                heap.map_set(m, key, value, origin).unwrap();
                match known {
                    Some(k) => models[i][k].1 = value,
                    None => models[i].push((name, value)),
                }
            }
            10..=13 => {
                let removed = known.map(|k| models[i].remove(k).1);
                assert_eq!(heap.map_remove(m, key).unwrap(), removed);
            }
            14 => {
                let first = (!models[i].is_empty()).then(|| models[i].remove(0));
                let popped = heap.map_pop_first(m).unwrap();
                assert_eq!(popped.map(|(k, v)| (key_of(k), v)), first);
            }
            15 => {
                let popped = heap.map_pop_last(m).unwrap();
                assert_eq!(popped.map(|(k, v)| (key_of(k), v)), models[i].pop());
            }
            16 if random.below(10) == 0 => {
                heap.map_clear(m);
                models[i].clear();
                if i < 3 {
                    let fresh = heap.map_new(None, random.below(4)).unwrap();
                    heap.roots.temps[i] = fresh.value();
                }
            }
            17 if i < 3 => {
                let j = random.below(5);
                let copy = heap.copy_map(at(heap, j)).unwrap();
                heap.roots.temps[i] = copy.value();
                models[i] = models[j].clone();
            }
            _ => assert_eq!(heap.map_get(m, key), known.map(|k| models[i][k].1)),
        }
        if random.below(8) == 0 {
            check(heap, at(heap, i), &models[i]);
        }
        if random.below(400) == 0 {
            heap.collect_full();
        } else if random.below(100) == 0 {
            heap.collect_minor();
        }
    }
    for (i, model) in models.iter().enumerate() {
        check(heap, at(heap, i), model);
    }
}

#[test]
fn random_maps_agree_with_the_model() {
    for seed in 0..4 {
        with_heap(None, |heap| random_maps(heap, seed));
    }
}

#[test]
fn random_maps_survive_collections() {
    with_heap(Some(1), |heap| random_maps(heap, 30));
    with_heap(Some(6), |heap| random_maps(heap, 31));
}

#[test]
fn many_entries() {
    with_heap(None, |heap| {
        let n = if cfg!(miri) { 100 } else { 20_000 };
        let m = heap.map_new(None, 0).unwrap();
        for i in 0..n {
            heap.map_set(m, Value::int(i * 7), Value::int(i), KeyOrigin::Computed).unwrap();
            let s = heap.str(&format!("s{i}")).unwrap();
            heap.map_set(m, s.value(), Value::int(-i), KeyOrigin::Computed).unwrap();
        }
        assert!(m.is_dictionary());
        assert_eq!(m.len(), 2 * n as usize);
        for i in 0..n {
            assert_eq!(heap.map_get(m, Value::int(i * 7)), Some(Value::int(i)));
            let s = heap.str(&format!("s{i}")).unwrap();
            assert_eq!(heap.map_get_str(m, s), Some(Value::int(-i)));
        }
        assert_eq!(heap.map_get(m, Value::int(1)), None);
        for i in 0..n {
            let first = heap.map_pop_first(m).unwrap().unwrap();
            assert_eq!(first, (Value::int(i * 7), Value::int(i)));
            heap.map_pop_first(m).unwrap();
        }
        assert!(m.is_empty());
    });
}

#[test]
fn taking_from_the_end_is_constant() {
    with_heap(None, |heap| {
        let n = if cfg!(miri) { 60 } else { 100_000 };
        let m = heap.dictionary_new().unwrap();
        for i in 0..n {
            heap.map_set(m, Value::int(i), Value::NIL, KeyOrigin::Computed).unwrap();
        }
        let mut left = n;
        while let Some((key, _)) = heap.map_pop_last(m).unwrap() {
            left -= 1;
            assert_eq!(key, Value::int(left));
            if left % 3 == 0 {
                heap.map_set(m, Value::double(0.5), Value::NIL, KeyOrigin::Computed).unwrap();
                assert_eq!(heap.map_pop_last(m).unwrap(), Some((Value::double(0.5), Value::NIL)));
            }
        }
        assert_eq!(left, 0);
    });
}

#[test]
fn maps_leave_their_shape_when_they_are_no_objects() {
    with_heap(None, |heap| {
        let (a, b) = (heap.intern("a").unwrap(), heap.intern("b").unwrap());
        let object = |heap: &mut Heap| {
            let m = heap.map_new(None, 0).unwrap();
            heap.map_set(m, a.value(), Value::int(1), KeyOrigin::Constant).unwrap();
            heap.map_set(m, b.value(), Value::int(2), KeyOrigin::Constant).unwrap();
            assert!(!m.is_dictionary());
            m
        };
        let m = object(heap);
        assert_eq!(m.shape(), object(heap).shape());
        assert_eq!(heap.map_remove(m, b.value()).unwrap(), Some(Value::int(2)));
        assert!(!m.is_dictionary());
        assert_eq!(heap.shapes.keys(m.shape()), [a]);
        let m = object(heap);
        assert_eq!(heap.map_remove(m, a.value()).unwrap(), Some(Value::int(1)));
        assert!(m.is_dictionary());
        let m = object(heap);
        heap.map_set(m, Value::int(1), Value::NIL, KeyOrigin::Constant).unwrap();
        assert!(m.is_dictionary());
        let m = object(heap);
        heap.map_set(m, a.value(), Value::NIL, KeyOrigin::Computed).unwrap();
        assert!(!m.is_dictionary());
        let c = heap.str("c").unwrap();
        heap.map_set(m, c.value(), Value::NIL, KeyOrigin::Computed).unwrap();
        assert!(m.is_dictionary());
        for keep in [false, true] {
            let m = object(heap);
            if keep {
                m.set_flag(flags::KEEP_SHAPE);
            }
            for i in 0..MAX_FIELDS {
                let key = heap.intern(&format!("field {i}")).unwrap();
                heap.map_set(m, key.value(), Value::int(i as i64), KeyOrigin::Constant).unwrap();
            }
            assert_eq!(m.is_dictionary(), !keep);
            let key = heap.str("field 100").unwrap();
            assert_eq!(heap.map_get(m, key.value()), Some(Value::int(100)));
        }
    });
}

#[test]
fn prototypes_are_part_of_the_shape() {
    with_heap(Some(1), |heap| {
        let isa = heap.intern("isa").unwrap();
        heap.proto_key = Some(isa);
        let (x, y) = (heap.intern("x").unwrap(), heap.intern("y").unwrap());
        let (p, q) = (heap.map_new(None, 1).unwrap(), heap.map_new(None, 1).unwrap());
        let m = heap.map_derive(p, 2).unwrap();
        heap.map_set(m, x.value(), Value::int(1), KeyOrigin::Constant).unwrap();
        heap.map_set(m, y.value(), Value::int(2), KeyOrigin::Constant).unwrap();
        assert_eq!(heap.map_proto(m), Some(p));
        assert_eq!(heap.map_get_str(m, isa), Some(p.value()));
        assert!(p.has_flag(flags::PROTO) && !q.has_flag(flags::PROTO));
        let literal = heap.map_new(None, 0).unwrap();
        for (key, value) in [(isa, p.value()), (x, Value::NIL), (y, Value::NIL)] {
            heap.map_set(literal, key.value(), value, KeyOrigin::Constant).unwrap();
        }
        assert_eq!(literal.shape(), m.shape());
        // Another prototype, another shape; the slots stay.
        let epoch = heap.proto_epoch;
        heap.map_set(m, isa.value(), q.value(), KeyOrigin::Constant).unwrap();
        assert_ne!(literal.shape(), m.shape());
        assert_eq!((heap.map_proto(m), heap.map_get_str(m, y)), (Some(q), Some(Value::int(2))));
        assert_eq!(heap.proto_epoch, epoch, "m is nobody's prototype");
        // Keys that come and go in a prototype are noticed, values are not.
        for (step, changes) in [(0, true), (1, false), (2, true), (3, true)] {
            let before = heap.proto_epoch;
            match step {
                0 | 1 => heap.map_set(q, x.value(), Value::int(step), KeyOrigin::Constant).unwrap(),
                2 => drop(heap.map_remove(q, x.value()).unwrap()),
                _ => heap.make_dictionary(q).unwrap(),
            }
            assert_eq!(heap.proto_epoch != before, changes, "step {step}");
        }
        // As a dictionary it keeps the prototype, until the entry goes.
        heap.make_dictionary(m).unwrap();
        assert_eq!(heap.map_proto(m), Some(q));
        heap.map_set(m, isa.value(), p.value(), KeyOrigin::Computed).unwrap();
        assert_eq!(heap.map_proto(m), Some(p));
        heap.map_remove(m, isa.value()).unwrap();
        assert_eq!(heap.map_proto(m), None);
    });
}

#[test]
fn hidden_prototypes_stay_with_dictionaries() {
    with_heap(Some(1), |heap| {
        let class = heap.map_new(None, 0).unwrap();
        let m = heap.map_new(Some(class), 2).unwrap();
        assert_eq!((heap.map_proto(m), m.len()), (Some(class), 0));
        heap.map_set(m, Value::int(3), Value::TRUE, KeyOrigin::Computed).unwrap();
        assert!(m.is_dictionary());
        assert_eq!(heap.map_proto(m), Some(class));
        let copy = heap.copy_map(m).unwrap();
        assert_eq!(heap.map_proto(copy), Some(class));
        heap.map_clear(m);
        assert_eq!(heap.map_proto(m), Some(class));
    });
}

#[test]
fn instances_get_the_slots_that_earlier_ones_needed() {
    with_heap(None, |heap| {
        let class = heap.map_new(None, 0).unwrap();
        let fill = |heap: &mut Heap| {
            let m = heap.map_new(Some(class), 0).unwrap();
            for i in 0..9 {
                let key = heap.intern(&format!("field {i}")).unwrap();
                heap.map_set(m, key.value(), Value::int(i), KeyOrigin::Constant).unwrap();
            }
            m
        };
        let first: Vec<MapRef> = (0..4).map(|_| fill(heap)).collect();
        let m = heap.map_new(Some(class), 0).unwrap();
        assert!(m.slot_capacity() >= 9);
        assert_eq!(first[0].shape(), first[3].shape());
    });
}

#[test]
fn boxes_of_a_name_space_stay_the_same() {
    with_heap(Some(1), |heap| {
        let ns = heap.namespace_new().unwrap();
        let (x, y) = (heap.intern("x").unwrap(), heap.intern("y").unwrap());
        let cell = heap.cell(ns, x).unwrap();
        assert!(cell.get().is_empty() && ns.is_empty() && heap.map_get_str(ns, x).is_none());
        heap.cell_define(ns, y, Value::int(1)).unwrap();
        heap.cell_define(ns, x, Value::int(2)).unwrap();
        assert_eq!(heap.cell(ns, x).unwrap(), cell);
        let order = |heap: &Heap| {
            let mut cursor = 0;
            std::iter::from_fn(|| heap.map_next(ns, &mut cursor)).map(|(_, v)| v).collect::<Vec<_>>()
        };
        assert_eq!(order(heap), [Value::int(1), Value::int(2)]);
        assert_eq!(heap.map_remove(ns, y.value()).unwrap(), Some(Value::int(1)));
        let y_cell = heap.cell_find(ns, y).unwrap();
        assert!(y_cell.get().is_empty());
        for i in 0..50 {
            heap.map_set(ns, Value::int(i), Value::NIL, KeyOrigin::Computed).unwrap();
            heap.map_remove(ns, Value::int(i)).unwrap();
        }
        heap.map_set(ns, y.value(), Value::int(3), KeyOrigin::Constant).unwrap();
        assert_eq!(order(heap), [Value::int(2), Value::int(3)]);
        assert_eq!((heap.cell_find(ns, y), y_cell.get()), (Some(y_cell), Value::int(3)));
        heap.box_set(cell, Value::int(7));
        assert_eq!(heap.map_get_str(ns, x), Some(Value::int(7)));
        let copy = heap.copy_map(ns).unwrap();
        assert!(!copy.has_flag(flags::CELLS));
        assert_eq!(heap.map_get_str(copy, x), Some(Value::int(7)));
        heap.map_clear(ns);
        assert!(cell.get().is_empty() && ns.is_empty());
        assert_eq!(heap.cell(ns, x).unwrap(), cell);
    });
}

#[test]
fn user_defined_keys_are_found_by_steps() {
    with_heap(None, |heap| {
        let m = heap.dictionary_with(KeyPolicy::User(1), 2).unwrap();
        assert_eq!(m.key_policy(), KeyPolicy::User(1));
        let keys: Vec<Value> = (0..3).map(|i| heap.record(i, &[]).unwrap().value()).collect();
        heap.roots.temps.extend(&keys);
        for (i, &key) in keys.iter().enumerate() {
            heap.map_insert_hashed(m, key, 42, Value::int(i as i64)).unwrap();
        }
        let mut state = ProbeState::default();
        let mut seen = Vec::new();
        while let Candidate::Key { entry, key } = heap.map_candidates(m, 42, &mut state) {
            assert!(heap.probe_is_current(m, &state));
            assert_eq!(heap.map_entry(m, entry).unwrap().0, key);
            seen.push(key);
        }
        assert_eq!(seen, keys);
        assert_eq!(heap.map_candidates(m, 43, &mut ProbeState::default()), Candidate::Absent);
        // "User code" between two steps removes, then adds until the entries move.
        let mut state = ProbeState::default();
        let Candidate::Key { entry, .. } = heap.map_candidates(m, 42, &mut state) else { panic!() };
        assert_eq!(heap.map_remove_entry(m, entry), Some(Value::int(0)));
        assert_eq!(heap.map_entry(m, entry), None);
        assert_eq!(heap.map_candidates(m, 42, &mut state), Candidate::Key { entry: 1, key: keys[1] });
        for i in 0..20 {
            heap.map_insert_hashed(m, Value::int(i), hash_key(Value::int(i)), Value::NIL).unwrap();
        }
        assert_eq!(heap.map_candidates(m, 42, &mut state), Candidate::Moved);
        let Candidate::Key { entry, key } = heap.map_candidates(m, 42, &mut state) else { panic!() };
        assert_eq!(key, keys[1]);
        heap.map_set_entry(m, entry, Value::TRUE);
        assert_eq!(heap.map_entry(m, entry), Some((keys[1], Value::TRUE)));
    });
}

#[test]
fn walking_survives_changes() {
    with_heap(None, |heap| {
        let m = heap.map_new(None, 0).unwrap();
        heap.roots.temps.push(m.value());
        for name in ["a", "b", "c"] {
            let key = heap.intern(name).unwrap();
            heap.map_set(m, key.value(), Value::NIL, KeyOrigin::Constant).unwrap();
        }
        let mut cursor = 0;
        let mut seen = 0;
        while let Some((key, _)) = heap.map_next(m, &mut cursor) {
            seen += 1;
            heap.map_remove(m, key).unwrap();
            if seen < 10 {
                heap.map_set(m, Value::int(seen), Value::NIL, KeyOrigin::Computed).unwrap();
            }
            heap.collect_minor();
        }
        assert!((3..20).contains(&seen));
    });
}

#[test]
fn old_maps_keep_young_values() {
    with_heap(None, |heap| {
        for shaped in [true, false] {
            let m = if shaped { heap.map_new(None, 2) } else { heap.dictionary_new() }.unwrap();
            heap.roots.permanent.push(m.value());
            heap.collect_full();
            for round in 0..4 {
                add_strings(heap, m, round);
                heap.collect_minor();
            }
            let mut cursor = 0;
            while let Some((key, value)) = heap.map_next(m, &mut cursor) {
                let (key, value) = (key.as_str().unwrap(), value.as_str().unwrap());
                assert_eq!(value.text(), format!("value of {key}"));
            }
            assert_eq!((cursor, m.is_dictionary()), (40, !shaped));
        }
    });
}

#[inline(never)]
fn add_strings(heap: &mut Heap, m: MapRef, round: usize) {
    for i in 0..10 {
        let name = format!("key {round} {i}");
        let key = heap.str(&name).unwrap();
        let value = heap.str(&format!("value of {name}")).unwrap();
        heap.map_set(m, key.value(), value.value(), KeyOrigin::Constant).unwrap();
    }
}
