//! Tests of the library against a context, without a program around it.

use crate::runtime::{Lang, compare, display, freeze, isa, operators};
use crate::{MiniScriptDialect, Version};
use quadriga_vm::heap::{HeapConfig, KeyOrigin, ListRef, MapRef, ValueExt};
use quadriga_vm::value::Value;
use quadriga_vm::{BinaryOp, Context, ContextConfig, ErrorKind, Limits, Result};
use std::sync::Arc;

/// Runs `f` in a fresh context that collects very often.
fn world<R>(f: impl FnOnce(&mut World) -> Result<R>) -> R {
    let heap = HeapConfig { collect_every: Some(7), poison: true, verify: true, ..HeapConfig::default() };
    world_with(heap, f)
}

/// Runs `f` in a fresh context.
fn world_with<R>(heap: HeapConfig, f: impl FnOnce(&mut World) -> Result<R>) -> R {
    let limits = Limits { memory: heap.limit_bytes, ..Limits::default() };
    let mut cx = Context::new(ContextConfig { heap, limits, ..ContextConfig::default() }).unwrap();
    cx.add_dialect(Arc::new(MiniScriptDialect::new(Version::V2))).unwrap();
    cx.enter(|cx| f(&mut World { lang: Lang::in_context(Version::V2, cx), cx })).unwrap()
}

struct World<'a> {
    cx: &'a mut Context,
    lang: Lang,
}

impl World<'_> {
    fn text(&mut self, s: &str) -> Value {
        self.cx.heap.str(s).unwrap().value()
    }

    fn list(&mut self, values: &[Value]) -> ListRef {
        self.cx.heap.list_from_slice(values).unwrap()
    }

    fn map(&mut self, entries: &[(&str, Value)]) -> MapRef {
        let map = self.cx.heap.map_new(None, 0).unwrap();
        for (name, v) in entries {
            let name = self.cx.heap.intern(name).unwrap();
            self.cx.heap.map_set(map, name.value(), *v, KeyOrigin::Constant).unwrap();
        }
        map
    }

    fn intrinsic(&mut self, name: &str) -> Value {
        let name = self.cx.heap.intern(name).unwrap();
        let all = self.lang.type_map(self.cx, crate::runtime::slot::INTRINSICS).unwrap();
        self.cx.heap.map_get(all, name.value()).expect("an intrinsic")
    }

    fn call(&mut self, name: &str, args: &[Value]) -> Result<Value> {
        let f = self.intrinsic(name);
        self.cx.call(f, Value::NIL, args)
    }

    /// The display form of what a call gives, or of the error that it raises.
    fn show_call(&mut self, name: &str, args: &[Value]) -> String {
        match self.call(name, args) {
            Ok(v) => self.show(v),
            Err(e) => format!("! {}", e.message()),
        }
    }

    fn show(&mut self, v: Value) -> String {
        display::text_of(self.cx, self.lang, v).unwrap()
    }

    fn equal(&mut self, x: Value, y: Value) -> bool {
        compare::equal(self.cx, x, y).unwrap()
    }
}

#[test]
fn containers_print_three_levels() {
    world(|w| {
        let mut v = w.list(&[Value::int(4)]);
        for i in (1..4).rev() {
            v = w.list(&[Value::int(i), v.value()]);
        }
        assert_eq!(w.show(v.value()), "[1, [2, [3, [...]]]]");
        let quoted = w.text("say \"hi\"");
        let map = w.map(&[("a", quoted), ("b", Value::NIL), ("c", Value::double(1.5))]);
        assert_eq!(w.show(map.value()), "{\"a\": \"say \"\"hi\"\"\", \"b\": null, \"c\": 1.5}");
        Ok(())
    });
}

#[test]
fn globals_and_types_have_short_names() {
    world(|w| {
        let inner = w.list(&[Value::int(7)]);
        w.cx.set_global("g", inner.value())?;
        let outer = w.list(&[Value::int(1), inner.value()]);
        assert_eq!(w.show(outer.value()), "[1, g]");
        assert_eq!(w.show(inner.value()), "[7]");
        let list_type = w.intrinsic("list");
        let object = w.map(&[("__isa", list_type), ("n", Value::int(42))]);
        assert_eq!(w.show(object.value()), "{\"__isa\": list, \"n\": 42}");
        Ok(())
    });
}

#[test]
fn a_chain_of_prototypes_that_is_a_ring_ends() {
    world(|w| {
        let a = w.map(&[]);
        let b = w.map(&[("__isa", a.value())]);
        let key = w.cx.heap.intern("__isa")?;
        w.cx.heap.map_set(a, key.value(), b.value(), KeyOrigin::Constant)?;
        assert!(w.show(a.value()).ends_with("{...}}}}}}}}}}}}}}}}}}"));
        let other = w.map(&[]);
        assert!(!isa::isa(w.cx, w.lang, a.value(), other.value())?);
        assert!(isa::isa(w.cx, w.lang, a.value(), b.value())?);
        Ok(())
    });
}

#[test]
fn equality_is_deep_and_ends() {
    world(|w| {
        let (s, t) = (w.text("abc"), w.text("abc"));
        let (a, b) = (w.list(&[Value::int(1), s]), w.list(&[Value::double(1.0), t]));
        assert!(w.equal(a.value(), b.value()));
        // Two lists that contain themselves and each other.
        w.cx.heap.list_push(a, b.value())?;
        w.cx.heap.list_push(b, a.value())?;
        assert!(w.equal(a.value(), b.value()));
        w.cx.heap.list_push(a, Value::int(1))?;
        w.cx.heap.list_push(b, Value::int(2))?;
        assert!(!w.equal(a.value(), b.value()));
        let x = w.map(&[("p", Value::int(1)), ("q", a.value())]);
        let y = w.map(&[("q", a.value()), ("p", Value::int(1))]);
        assert!(w.equal(x.value(), y.value()));
        Ok(())
    });
}

#[test]
fn rings_of_different_length_are_equal_in_linear_time() {
    world_with(HeapConfig::default(), |w| {
        // Unrolled, both are endless chains of lists of one element.
        let ring = |w: &mut World, n: usize| {
            let first = w.list(&[]);
            let mut last = first;
            for _ in 1..n {
                last = w.list(&[last.value()]);
            }
            w.cx.heap.list_push(first, last.value()).unwrap();
            first
        };
        let (a, b) = (ring(w, 10_007), ring(w, 10_009));
        assert!(w.equal(a.value(), b.value()));
        w.cx.heap.list_set(b, 0, Value::int(1))?;
        assert!(!w.equal(a.value(), b.value()));
        Ok(())
    });
}

#[test]
fn deep_nests_need_no_native_stack() {
    world_with(HeapConfig::default(), |w| {
        let (mut a, mut b) = (w.list(&[]), w.list(&[]));
        for _ in 0..50_000 {
            a = w.list(&[a.value()]);
            b = w.list(&[b.value()]);
        }
        assert!(w.equal(a.value(), b.value()));
        freeze::freeze(w.cx, a.value())?;
        assert!(freeze::is_frozen(a.get(0)));
        let stopped = freeze::frozen_copy(w.cx, b.value()).unwrap_err();
        assert_eq!(stopped.kind(), ErrorKind::StackOverflow);
        Ok(())
    });
}

#[test]
fn frozen_copies_keep_rings() {
    world(|w| {
        let list = w.list(&[Value::int(1)]);
        w.cx.heap.list_push(list, list.value())?;
        let copy = freeze::frozen_copy(w.cx, list.value())?.as_list().unwrap();
        assert!(copy != list && copy.get(1) == copy.value() && copy.is_immutable());
        assert!(!list.is_immutable());
        assert_eq!(w.show_call("push", &[copy.value(), Value::NIL]), "! Attempt to modify a frozen list");
        Ok(())
    });
}

#[test]
fn replication_counts_fractions_and_is_limited() {
    world(|w| {
        let s = w.text("abc");
        let times = |w: &mut World, x: Value, n: f64| {
            operators::binary(w.cx, w.lang, BinaryOp::Mul, x, Value::number(n)).unwrap()
        };
        let r = times(w, s, 2.5);
        assert_eq!(w.show(r), "abcabca");
        let r = times(w, s, -1.0);
        assert_eq!(w.show(r), "");
        assert!(times(w, s, f64::NAN).is_nil());
        let r = times(w, s, 1e30);
        assert_eq!(w.show(r), "error: string too large (exceeds maximum size)");
        let l = w.list(&[Value::int(1), Value::int(2), Value::int(3)]);
        let r = times(w, l.value(), 1.5);
        assert_eq!(w.show(r), "[1, 2, 3, 1]");
        let r = times(w, l.value(), 1e30);
        assert_eq!(w.show(r), "error: list too large (exceeds maximum size)");
        Ok(())
    });
}

#[test]
fn numbers_are_asked_for_politely() {
    world(|w| {
        let (nine, minus) = (w.text("nine"), w.text(" -3 "));
        let list = w.list(&[]);
        assert_eq!(w.show_call("sqrt", &[nine]), "error: Format error: 'nine' is not a valid number");
        assert_eq!(w.show_call("abs", &[minus]), "3");
        assert_eq!(w.show_call("abs", &[list.value()]), "error: Type error: number required, but got list");
        assert_eq!(w.show_call("abs", &[Value::NIL]), "error: Type error: number required, but got null");
        assert_eq!(w.show_call("bitXor", &[Value::int(-6), Value::int(3)]), "-5");
        assert_eq!(w.show_call("asin", &[Value::int(100)]), "NaN");
        assert_eq!(w.show_call("floor", &[Value::double(-42.9)]), "-43");
        Ok(())
    });
}

#[test]
fn errors_end_mutating_functions() {
    world(|w| {
        let text = w.text("boom");
        let e = w.call("err", &[text])?;
        assert_eq!(w.show(e), "error: boom");
        assert_eq!(w.show_call("push", &[e, Value::int(1)]), "! Uncaught boom");
        assert_eq!(w.show_call("abs", &[e]), "error: boom");
        assert_eq!(w.show_call("len", &[e]), "error: boom");
        assert_eq!(
            w.show_call("push", &[Value::int(5), Value::int(6)]),
            "error: Type error: list or map required, but got number"
        );
        Ok(())
    });
}

#[test]
fn searching_and_splitting() {
    world(|w| {
        let text = w.text("a-é-漢-d");
        let dash = w.text("-");
        let empty = w.text("");
        assert_eq!(w.show_call("split", &[text, dash]), "[\"a\", \"é\", \"漢\", \"d\"]");
        assert_eq!(w.show_call("split", &[text, dash, Value::int(2)]), "[\"a\", \"é-漢-d\"]");
        assert_eq!(w.show_call("split", &[empty, dash]), "[\"\"]");
        assert_eq!(w.show_call("split", &[empty, empty]), "[]");
        assert_eq!(w.show_call("split", &[dash, dash]), "[\"\", \"\"]");
        assert_eq!(w.show_call("indexOf", &[text, dash, Value::int(1)]), "3");
        assert_eq!(w.show_call("indexOf", &[text, dash, Value::int(-3)]), "5");
        assert_eq!(w.show_call("replace", &[text, dash, empty, Value::int(2)]), "aé漢-d");
        assert_eq!(w.show_call("insert", &[text, Value::int(-1), dash]), "a-é-漢-d-");
        let parts = w.call("split", &[text, dash])?;
        assert_eq!(w.show_call("join", &[parts, text]), "aa-é-漢-déa-é-漢-d漢a-é-漢-dd");
        Ok(())
    });
}

#[test]
fn sorting_orders_numbers_strings_others() {
    world(|w| {
        let (b, a) = (w.text("b"), w.text("a"));
        let inner = w.list(&[]);
        let mixed = w.list(&[inner.value(), b, Value::int(3), Value::NIL, a, Value::double(-0.5)]);
        assert_eq!(w.show_call("sort", &[mixed.value()]), "[-0.5, 3, \"a\", \"b\", [], null]");
        let range = w.call("range", &[Value::int(1), Value::int(40)])?;
        let sorted = w.call("sort", &[range, Value::NIL, Value::int(0)])?.as_list().unwrap();
        assert_eq!((sorted.get(0), sorted.get(39)), (Value::int(40), Value::int(1)));
        Ok(())
    });
}

#[test]
fn ranges() {
    world(|w| {
        let int = Value::int;
        assert_eq!(w.show_call("range", &[int(5)]), "[5, 4, 3, 2, 1, 0]");
        assert_eq!(w.show_call("range", &[int(0), int(10), int(3)]), "[0, 3, 6, 9]");
        assert_eq!(w.show_call("range", &[int(1), int(0), int(1)]), "[]");
        assert_eq!(w.show_call("range", &[int(1), int(5), int(0)]), "error: range() step may not be zero");
        assert_eq!(
            w.show_call("range", &[Value::double(1e30)]),
            "error: range() result too large (exceeds maximum list size)"
        );
        Ok(())
    });
}

#[test]
fn capabilities_are_refused_politely() {
    world(|w| {
        let name = w.text("nowhere");
        assert_eq!(w.show_call("import", &[name]), "error: File error: import: library not found: nowhere");
        let file = w.intrinsic("file").as_map().unwrap();
        let key = w.cx.heap.intern("exists")?;
        let exists = w.cx.heap.map_get(file, key.value()).unwrap();
        let answer = w.cx.call(exists, Value::NIL, &[name])?;
        assert_eq!(w.show(answer), "error: File error: access to files is not enabled");
        assert_eq!(w.call("exit", &[Value::int(3)]).unwrap_err().kind(), ErrorKind::Exit(3));
        assert_eq!(w.show_call("shellArgs", &[]), "[]");
        Ok(())
    });
}

/// A value of every sort there is, by number.
fn specimen(w: &mut World, i: usize) -> Value {
    let (one, text) = (Value::int(1), w.text("a-é-漢"));
    match i % 19 {
        0 => Value::NIL,
        1 => Value::int(0),
        2 => Value::int(-3),
        3 => Value::double(1.5),
        4 => Value::double(1e300),
        5 => Value::double(f64::NAN),
        6 => Value::double(f64::NEG_INFINITY),
        7 => w.text(""),
        8 => w.text("a"),
        9 => text,
        10 => w.list(&[]).value(),
        11 => w.list(&[one, text, Value::NIL, Value::double(-0.0)]).value(),
        12 => w.call("range", &[one, Value::int(9)]).unwrap(),
        13 => w.map(&[]).value(),
        14 => w.map(&[("a", one), ("__isa", text)]).value(),
        15 => w.call("err", &[text]).unwrap(),
        16 => {
            let ring = w.list(&[text]);
            w.cx.heap.list_push(ring, ring.value()).unwrap();
            ring.value()
        }
        17 => {
            let frozen = w.map(&[("a", one)]).value();
            freeze::freeze(w.cx, frozen).unwrap();
            frozen
        }
        _ => w.intrinsic("len"),
    }
}

#[test]
fn no_arguments_upset_the_library() {
    let heap = HeapConfig { collect_every: Some(11), poison: true, ..HeapConfig::default() };
    world_with(heap, |w| {
        w.cx.set_output(Box::new(|_| {}));
        let all = w.lang.type_map(w.cx, crate::runtime::slot::INTRINSICS).unwrap();
        let mut cursor = 0;
        let mut dice = crate::rng::Rng::from_bits(5);
        while let Some((name, f)) = w.cx.heap.map_next(all, &mut cursor) {
            let name = name.as_str().unwrap().to_string();
            let Some(info) = w.cx.native_info(f) else { continue };
            let params = info.params.len();
            if name == "wait" {
                continue;
            }
            for _ in 0..40 * (1 + params * params) {
                let count = dice.next_bits() as usize % (params + 1);
                let mut args = [Value::NIL; 4];
                for arg in &mut args[..count] {
                    *arg = specimen(w, (dice.next_bits() >> 8) as usize);
                }
                // Whatever it says, it must be sayable.
                match w.cx.call(f, Value::NIL, &args[..count]) {
                    Ok(v) => drop(w.show(v)),
                    Err(e) => assert!(!e.message().is_empty(), "{name}"),
                }
            }
        }
        Ok(())
    });
}

/// A rope of 262 MB that takes a few KB.
fn huge_rope(w: &mut World) -> Result<Value> {
    let mut s = w.cx.heap.str(&"x".repeat(1000))?;
    for _ in 0..18 {
        s = w.cx.concat(s, s)?;
    }
    Ok(s.value())
}

#[test]
fn ropes_leave_the_heap_within_its_limit_only() {
    let heap = HeapConfig { limit_bytes: Some(64 << 20), ..HeapConfig::default() };
    world_with(heap, |w| {
        w.cx.set_output(Box::new(|_| {}));
        let map = w.map(&[("a", Value::int(1))]);
        let s = huge_rope(w)?;
        let list = w.list(&[s]);
        let before = w.cx.heap.stats().allocated_bytes;
        assert_eq!(w.show_call("hasIndex", &[map.value(), s]), "0");
        assert!(w.cx.heap.stats().allocated_bytes - before < 64 << 10);
        assert!(s.as_str().unwrap().is_rope());
        for (name, args) in [
            ("print", &[s][..]),
            ("print", &[list.value()]),
            ("print", &[Value::NIL, s]),
            ("str", &[list.value()]),
            ("join", &[list.value()]),
            ("join", &[list.value(), s]),
            ("val", &[s]),
            ("abs", &[s]),
        ] {
            let error = w.call(name, args).expect_err(name);
            assert_eq!(error.kind(), ErrorKind::OutOfMemory, "{name}: {error:?}");
        }
        // A flat text is not copied to be printed.
        let flat = w.cx.heap.str(&"\"y".repeat(15 << 20))?.value();
        let list = w.list(&[flat]);
        assert_eq!(w.show_call("print", &[list.value()]), "null");
        assert_eq!(w.call("str", &[list.value()]).unwrap_err().kind(), ErrorKind::OutOfMemory);
        Ok(())
    });
}

#[test]
fn gathering_costs_fuel() {
    let mut cx = Context::new(ContextConfig::default()).unwrap();
    cx.add_dialect(Arc::new(MiniScriptDialect::new(Version::V2))).unwrap();
    cx.set_time_and_fuel(None, Some(10_000));
    cx.enter(|cx| -> Result<()> {
        let mut s = cx.heap.str(&"x".repeat(1000))?;
        for _ in 0..10 {
            s = cx.concat(s, s)?;
        }
        assert_eq!(cx.flatten(s).unwrap_err().kind(), ErrorKind::OutOfFuel);
        assert!(s.is_rope());
        Ok(())
    })
    .unwrap();
}

#[test]
fn information() {
    world(|w| {
        let print = w.intrinsic("print");
        let shown = w.show_call("info", &[print]);
        assert!(shown.contains("{\"name\": \"s\", \"default\": \"\"}"), "{shown}");
        assert!(shown.ends_with("\"closure\": 0}"), "{shown}");
        let range = w.call("range", &[Value::int(1), Value::int(3)])?;
        assert_eq!(w.show_call("info", &[range]), "{\"type\": \"list\", \"computed\": 1, \"frozen\": 0}");
        assert_eq!(w.show_call("info", &[Value::NIL]), "{\"type\": \"null\"}");
        Ok(())
    });
}
