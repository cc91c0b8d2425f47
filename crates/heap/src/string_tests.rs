//! Tests of strings against `String`.

use crate::layout::StrKind;
use crate::testing::{Lcg, steps, with_heap};
use crate::*;

fn random_text(random: &mut Lcg, longest: usize) -> String {
    let alphabet: &[char] = if random.below(3) == 0 {
        &['a', 'é', '漢', '🎉', 'b', '\u{7ff}']
    } else {
        &['a', 'b', 'c', ' ']
    };
    (0..random.below(longest + 1)).map(|_| alphabet[random.below(alphabet.len())]).collect()
}

fn check(heap: &mut Heap, s: StrRef, model: &str) {
    assert_eq!(s.byte_len(), model.len());
    assert_eq!(s.char_len(), model.chars().count());
    assert_eq!(s.is_ascii(), model.is_ascii());
    assert_eq!(s.to_text(), model);
    assert_eq!(s.hash(), hash_text(model));
    let other = heap.str(model).unwrap();
    assert!(str_eq(s, other) && str_eq(other, s));
}

fn at_pool(heap: &Heap, i: usize) -> StrRef {
    heap.roots.temps[i].as_str().unwrap()
}

/// The pool of strings stands in the roots; `model` has their texts.
fn random_strings(heap: &mut Heap, seed: u64) {
    let mut random = Lcg(seed);
    let mut model: Vec<String> = Vec::new();
    for _ in 0..8 {
        let text = random_text(&mut random, 60);
        let s = heap.str(&text).unwrap();
        heap.roots.temps.push(s.value());
        model.push(text);
    }
    for _ in 0..steps(6000) {
        let (i, j, k) = (random.below(8), random.below(8), random.below(8));
        let (a, b) = (at_pool(heap, i), at_pool(heap, j));
        let chars = model[i].chars().count();
        let from = random.below(chars + 1);
        let to = from + random.below(chars - from + 1);
        let (made, text) = match random.below(10) {
            0 => {
                let text = random_text(&mut random, 100);
                (heap.str(&text).unwrap(), text)
            }
            1..=3 if model[i].len() + model[j].len() < 20_000 => {
                (heap.str_concat(a, b).unwrap(), format!("{}{}", model[i], model[j]))
            }
            4 | 5 => {
                let text = model[i].chars().skip(from).take(to - from).collect();
                (heap.str_slice(a, from, to).unwrap(), text)
            }
            6 if chars > 0 => {
                let at = random.below(chars);
                let c = model[i].chars().nth(at);
                assert_eq!(heap.code_point_at(a, at).unwrap(), c);
                assert_eq!(heap.char_at(a, chars).unwrap(), None);
                (heap.char_at(a, at).unwrap().unwrap(), c.unwrap().to_string())
            }
            7 => (heap.intern_str(a).unwrap(), model[i].clone()),
            8 if model[i].len() < 500 => {
                let count = random.below(4);
                (heap.str_repeat(a, count).unwrap(), model[i].repeat(count))
            }
            _ => {
                assert_eq!(str_cmp(a, b), model[i].cmp(&model[j]));
                assert_eq!(str_eq(a, b), model[i] == model[j]);
                let start: usize = model[i].chars().take(from).map(char::len_utf8).sum();
                let found = model[i][start..].find(&model[j]);
                let index = found.map(|n| model[i][..start + n].chars().count());
                assert_eq!(heap.str_find(a, b, from).unwrap(), index);
                let end: usize = model[i].chars().take(to).map(char::len_utf8).sum();
                let index = model[i][..end].rfind(&model[j]).map(|n| model[i][..n].chars().count());
                assert_eq!(heap.str_rfind(a, b, to).unwrap(), index);
                continue;
            }
        };
        heap.roots.temps[k] = made.value();
        model[k] = text;
        if random.below(4) == 0 {
            check(heap, at_pool(heap, k), &model[k]);
        }
        if random.below(300) == 0 {
            heap.collect_full();
        } else if random.below(100) == 0 {
            heap.collect_minor();
        }
    }
    for (i, text) in model.iter().enumerate() {
        check(heap, at_pool(heap, i), text);
    }
}

#[test]
fn random_strings_agree_with_the_model() {
    for seed in 0..4 {
        with_heap(None, |heap| random_strings(heap, seed));
    }
}

#[test]
fn random_strings_survive_collections() {
    with_heap(Some(1), |heap| random_strings(heap, 10));
    with_heap(Some(7), |heap| random_strings(heap, 11));
}

#[test]
fn appending_is_linear() {
    with_heap(None, |heap| {
        let n = if cfg!(miri) { 300 } else { 100_000 };
        let piece = heap.str("piece").unwrap();
        heap.roots.temps.push(piece.value());
        let mut text = heap.empty_str().unwrap();
        for i in 0..n {
            text = heap.str_concat(text, piece).unwrap();
            if i % 1000 == 0 {
                // Reading in between does not make it quadratic.
                assert_eq!(heap.char_at(text, i * 5).unwrap().unwrap().text(), "p");
            }
        }
        assert_eq!(*text.to_text(), *"piece".repeat(n));
        let copied = heap.stats().allocated_bytes;
        assert!(copied < n as u64 * 200, "{copied} bytes for {n} appends");
    });
}

#[test]
fn appends_to_the_same_start_do_not_disturb_each_other() {
    with_heap(Some(3), |heap| {
        let start = heap.str(&"start ".repeat(20)).unwrap();
        let one = heap.str("one, which is long enough to be no copy").unwrap();
        let two = heap.str("two: the same, but a little longer than the other").unwrap();
        let mut base = start;
        for _ in 0..12 {
            base = heap.str_concat(base, one).unwrap();
        }
        let text = base.to_text().into_owned();
        let a = heap.str_concat(base, one).unwrap();
        let b = heap.str_concat(base, two).unwrap();
        let c = heap.str_concat(a, two).unwrap();
        let d = heap.str_concat(base, base).unwrap();
        let (one, two) = (one.to_text(), two.to_text());
        assert_eq!(base.to_text(), text);
        assert_eq!(a.to_text(), format!("{text}{one}"));
        assert_eq!(b.to_text(), format!("{text}{two}"));
        assert_eq!(c.to_text(), format!("{text}{one}{two}"));
        assert_eq!(d.to_text(), format!("{text}{text}"));
    });
}

#[test]
fn deep_ropes_on_either_side_are_gathered_without_recursion() {
    with_heap(None, |heap| {
        let n = if cfg!(miri) { 700 } else { 20_000 };
        let piece = heap.str("<fifty bytes or more, so that it is never copied!>").unwrap();
        heap.roots.temps.push(piece.value());
        let mut text = piece;
        for _ in 1..n {
            text = heap.str_concat(piece, text).unwrap();
        }
        assert_eq!(text.byte_len(), 50 * n);
        heap.flatten(text).unwrap();
        assert_eq!(text.str_kind(), StrKind::Slice);
        assert_eq!(text.text(), piece.text().repeat(n));
        let mut doubled = piece;
        for _ in 0..20 {
            doubled = heap.str_concat(doubled, doubled).unwrap();
        }
        assert!(doubled.is_rope());
        assert_eq!(doubled.byte_len(), 50 << 20);
    });
}

#[test]
fn too_long_is_an_error() {
    with_heap(None, |heap| {
        let mut s = heap.str(&"x".repeat(64)).unwrap();
        let error = loop {
            match heap.str_concat(s, s) {
                Ok(longer) => s = longer,
                Err(e) => break e,
            }
        };
        assert_eq!(s.byte_len(), 1 << 30);
        assert_eq!(error, HeapError::TooLarge { what: "string", max: MAX_STR_BYTES });
        assert_eq!(heap.str_repeat(s, 3), Err(error));
    });
}

#[test]
fn the_limit_holds_for_strings() {
    let config = HeapConfig { limit_bytes: Some(4 << 20), ..HeapConfig::default() };
    let mut heap = Heap::new(config);
    let s = heap.str("0123456789").unwrap();
    heap.roots.temps.push(s.value());
    assert!(matches!(heap.str_repeat(s, 1_000_000), Err(HeapError::OutOfMemory { .. })));
    let mut text = heap.str_repeat(s, 100).unwrap();
    let error = loop {
        heap.roots.temps.push(text.value());
        match heap.str_concat(text, text).and_then(|t| heap.flatten(t).map(|()| t)) {
            Ok(t) => text = t,
            Err(e) => break e,
        }
    };
    assert!(matches!(error, HeapError::OutOfMemory { .. }));
    assert!(heap.stats().accounted_bytes <= 4 << 20);
    assert!(str_eq(s, heap.str("0123456789").unwrap()));
}

#[test]
fn interned_strings_are_unique_and_weak() {
    with_heap(None, |heap| {
        let kept = heap.intern("kept").unwrap();
        heap.roots.permanent.push(kept.value());
        let before = heap.interner.len();
        intern_many(heap);
        assert!(heap.interner.len() >= before + 500);
        heap.collect_minor();
        assert!(heap.interner.len() < before + 50, "{} are left", heap.interner.len());
        intern_many(heap);
        heap.collect_full();
        // A few may be held by what is left of frames on the stack.
        assert!(heap.interner.len() < before + 50, "{} are left", heap.interner.len());
        assert_eq!(heap.intern("kept").unwrap(), kept);
        let copy = heap.str("kept").unwrap();
        assert_eq!(heap.interned(copy), Some(kept));
        assert_eq!(heap.intern_str(copy).unwrap(), kept);
    });
}

#[inline(never)]
fn intern_many(heap: &mut Heap) {
    for i in 0..500 {
        let s = heap.intern(&format!("name {i}")).unwrap();
        assert_eq!(heap.intern(&format!("name {i}")).unwrap(), s);
        assert!(s.is_interned());
    }
}

#[test]
fn single_characters_are_made_once() {
    with_heap(Some(1), |heap| {
        let a = heap.single_char('a').unwrap();
        assert_eq!(heap.str("a").unwrap(), a);
        assert_eq!(heap.intern("a").unwrap(), a);
        let text = heap.str("banana").unwrap();
        assert_eq!(heap.char_at(text, 1).unwrap(), Some(a));
        assert_eq!(heap.str_slice(text, 1, 2).unwrap(), a);
        assert_eq!(heap.single_char('é').unwrap().text(), "é");
    });
}

#[test]
fn positions_are_translated_both_ways() {
    with_heap(None, |heap| {
        let text = "aé漢🎉b ".repeat(12);
        let s = heap.str(&text).unwrap();
        let starts: Vec<usize> = text.char_indices().map(|(i, _)| i).collect();
        let mut random = Lcg(5);
        for _ in 0..steps(2000) {
            let i = random.below(starts.len());
            assert_eq!(heap.byte_offset(s, i), starts[i]);
            let j = random.below(starts.len());
            assert_eq!(heap.char_index(s, starts[j]), j);
        }
        assert_eq!(heap.byte_offset(s, starts.len()), text.len());
        assert_eq!(heap.char_index(s, text.len()), starts.len());
    });
}

/// A rope of 262 MB that takes a few KB.
fn huge_rope(heap: &mut Heap) -> StrRef {
    let piece = heap.str(&"x".repeat(1000)).unwrap();
    let mut s = heap.str_repeat(piece, 1).unwrap();
    for _ in 0..if cfg!(miri) { 4 } else { 18 } {
        s = heap.str_concat(s, s).unwrap();
    }
    s
}

#[test]
fn ropes_are_hashed_and_compared_where_they_are() {
    let mut heap = Heap::new(HeapConfig { limit_bytes: Some(4 << 20), ..HeapConfig::default() });
    let mut random = Lcg(11);
    for _ in 0..steps(300) {
        let mut model = random_text(&mut random, 80);
        let mut s = heap.str(&model).unwrap();
        for _ in 0..5 {
            let more = random_text(&mut random, 40);
            let t = heap.str(&more).unwrap();
            if random.below(2) == 0 {
                (s, model) = (heap.str_concat(t, s).unwrap(), format!("{more}{model}"));
            } else {
                (s, model) = (heap.str_concat(s, t).unwrap(), format!("{model}{more}"));
            }
        }
        let other = format!("{}{}", &model, random_text(&mut random, 2));
        let flat = heap.str(&other).unwrap();
        assert_eq!(str_cmp(s, flat), model.as_bytes().cmp(other.as_bytes()));
        assert_eq!(str_cmp(flat, s), other.as_bytes().cmp(model.as_bytes()));
        assert_eq!(str_eq(s, flat), model == other);
        assert_eq!(s.to_string(), model);
        let most = random.below(model.len() + 2);
        let head = s.head(most);
        assert!(model.starts_with(&*head) && head.len() <= most && head.len() + 4 > most.min(model.len()));
        assert_eq!(s.hash(), hash_text(&model));
    }
    heap.collect_full();
    let before = heap.stats();
    let s = huge_rope(&mut heap);
    let map = heap.map_new(None, 1).unwrap();
    assert!(!heap.map_has(map, s.value()));
    assert!(heap.interned(s).is_none());
    assert!(s.is_rope(), "a question flattens nothing");
    assert!(heap.stats().allocated_bytes - before.allocated_bytes < 64 << 10);
    assert_eq!(s.head(5), "xxxxx");
}
