//! Values that Rust keeps: alive wherever they are stored, harmless wherever they are dropped or misused.
#![cfg(feature = "miniscript")]

mod common;

use common::{context, run};
use quadriga::{Context, ErrorKind, Function, HostRef, List, Map, Opaque, Scope, Value};
use std::collections::HashMap;

/// Makes and drops many objects, and collects.
fn churn(cx: &mut Context) {
    run(cx, "for i in range(1, 300)\njunk = [i, \"x\" + i, {\"a\": i}]\nend for\njunk = null").unwrap();
    cx.collect_garbage();
}

#[test]
fn values_survive_in_a_vector() {
    let mut cx = context();
    let mut kept = Vec::new();
    for i in 0..200 {
        kept.push(run(&mut cx, &format!("[{i}, \"text {i}\"]")).unwrap());
    }
    churn(&mut cx);
    for (i, value) in kept.iter().enumerate() {
        let list = value.as_list().unwrap();
        assert_eq!(list.to_vec::<Value>(&mut cx).unwrap()[0].as_i64(), Some(i as i64));
        assert_eq!(list.get::<String>(&mut cx, 1).unwrap(), format!("text {i}"));
    }
}

struct Game {
    hero: Map,
    think: Function,
    by_name: HashMap<String, Value>,
}

#[test]
fn values_survive_in_structs_and_maps() {
    let mut cx = context();
    run(&mut cx, "hero = {\"hp\": 10}\nthink = function(h)\nh.hp = h.hp - 1\nreturn h.hp\nend function")
        .unwrap();
    let mut game =
        Game { hero: cx.get("hero").unwrap(), think: cx.get("think").unwrap(), by_name: HashMap::new() };
    game.by_name.insert("boss".into(), run(&mut cx, "{\"hp\": 99}").unwrap());
    run(&mut cx, "hero = null\nthink = null").unwrap();
    churn(&mut cx);
    assert_eq!(game.think.call::<i64>(&mut cx, (&game.hero,)).unwrap(), 9);
    let boss = game.by_name["boss"].as_map().unwrap().clone();
    assert_eq!(game.think.call::<i64>(&mut cx, (&boss,)).unwrap(), 98);
    assert_eq!(game.hero.get::<i64>(&mut cx, "hp").unwrap(), 9);
}

#[test]
fn dropped_values_are_collected_and_their_slots_used_again() {
    let mut cx = context();
    let base = cx.stats().handles;
    for round in 0..50 {
        let lists: Vec<List> = (0..100).map(|_| cx.new_list().unwrap()).collect();
        assert_eq!(cx.stats().handles, base + 100, "round {round}");
        lists[7].push(&mut cx, "x".repeat(1000)).unwrap();
    }
    assert_eq!(cx.stats().handles, base);
    cx.collect_garbage();
    let before = cx.stats().live_bytes;
    let big = cx.value(vec!["some text"; 20_000]).unwrap();
    cx.collect_garbage();
    assert!(cx.stats().live_bytes >= before + 100_000);
    drop(big);
    cx.collect_garbage();
    assert!(cx.stats().live_bytes < before + 10_000);
}

#[test]
fn clones_share_one_handle_and_compare_by_identity() {
    let mut cx = context();
    run(&mut cx, "a = [1]\nb = [1]\nc = a").unwrap();
    let a: List = cx.get("a").unwrap();
    let again: List = cx.get("a").unwrap();
    let b: List = cx.get("b").unwrap();
    let handles = cx.stats().handles;
    let copy = a.clone();
    assert_eq!(cx.stats().handles, handles);
    assert!(copy == a && a == again && a != b);
    assert_eq!(cx.get::<List>("c").unwrap(), a);
    assert_eq!(Value::from(a.clone()), Value::from(again));
    assert_ne!(Value::from(a), Value::from(b));
}

#[test]
fn another_context_refuses_a_value() {
    let (mut one, mut two) = (context(), context());
    let list = one.new_list().unwrap();
    let map = one.new_map().unwrap();
    run(&mut one, "f = function\nreturn 1\nend function").unwrap();
    let f: Function = one.get("f").unwrap();
    let host = one.host_object(5_i32).unwrap();
    let wrong = |r: Result<(), quadriga::Error>| assert_eq!(r.unwrap_err().kind(), ErrorKind::WrongContext);
    wrong(list.push(&mut two, 1));
    wrong(list.len(&mut two).map(drop));
    wrong(map.set(&mut two, "a", 1));
    wrong(map.get::<Value>(&mut two, "a").map(drop));
    wrong(f.call::<()>(&mut two, ()));
    wrong(host.with(&mut two, |_| ()));
    wrong(two.set("x", &list));
    wrong(two.set("x", vec![Value::from(list.clone())]));
    wrong(two.call::<()>("print", (&map,)));
    wrong(two.host_object(1).and_then(|own| list.push(&mut one, &own)));
    assert_eq!(two.display(&Value::from(list)), "<the value belongs to another context>");
    let own = two.new_list().unwrap();
    own.push(&mut two, 1).unwrap();
    assert_eq!(own.len(&mut two).unwrap(), 1);
}

#[test]
fn a_value_may_outlive_its_context() {
    let mut other = context();
    let (list, function, host) = {
        let mut cx = context();
        run(&mut cx, "l = [1, 2]\nf = function\nend function").unwrap();
        (cx.get::<List>("l").unwrap(), cx.get::<Function>("f").unwrap(), cx.host_object("x").unwrap())
    };
    assert_eq!(list.len(&mut other).unwrap_err().kind(), ErrorKind::ContextGone);
    assert_eq!(function.call::<()>(&mut other, ()).unwrap_err().kind(), ErrorKind::ContextGone);
    assert_eq!(host.with(&mut other, |_| ()).unwrap_err().kind(), ErrorKind::ContextGone);
    let copy = list.clone();
    drop((list, function, host));
    assert_eq!(copy, copy.clone());
}

#[test]
fn values_are_dropped_on_other_threads() {
    let mut cx = context();
    let base = cx.stats().handles;
    for _ in 0..10 {
        let lists: Vec<List> = (0..50).map(|_| cx.new_list().unwrap()).collect();
        let thread = std::thread::spawn(move || drop(lists));
        // The context works meanwhile.
        run(&mut cx, "x = [1, 2, 3]").unwrap();
        thread.join().unwrap();
    }
    assert_eq!(cx.stats().handles, base);
    churn(&mut cx);
}

#[test]
fn a_value_stays_alive_inside_a_host_function() {
    let mut cx = context();
    cx.function(
        "keepAndChurn",
        |cx: &mut Scope<'_>, list: List, churn: Function| -> Result<i64, quadriga::Error> {
            let fresh = cx.new_list()?;
            fresh.push(cx, 41)?;
            churn.call::<()>(cx, ())?;
            fresh.push(cx, 1)?;
            list.push(cx, &fresh)?;
            churn.call::<()>(cx, ())?;
            Ok(fresh.to_vec::<i64>(cx)?.into_iter().sum())
        },
    )
    .unwrap();
    run(&mut cx, "churn = function\nfor i in range(1, 200)\nx = [i, str(i), {}]\nend for\nend function")
        .unwrap();
    assert_eq!(run(&mut cx, "l = []\nkeepAndChurn(l, @churn) + l[0].len").unwrap().as_i64(), Some(44));
}

#[test]
fn error_values_can_be_kept_and_passed_back() {
    let mut cx = context();
    let error = run(&mut cx, "err(\"broken\")").unwrap();
    assert!(matches!(error, Value::Other(_)));
    churn(&mut cx);
    cx.set("e", &error).unwrap();
    assert_eq!(run(&mut cx, "e.message").unwrap().as_str(), Some("broken"));
    assert_eq!(cx.get::<Opaque>("e").unwrap(), cx.get::<Opaque>("e").unwrap());
    let wrong = cx.get::<f64>("e").unwrap_err();
    assert_eq!(wrong.kind(), ErrorKind::Conversion);
    assert!(wrong.message().contains("broken"), "{}", wrong.message());
}

#[test]
fn lists_by_reference() {
    let mut cx = context();
    let list = cx.new_list().unwrap();
    cx.set("l", &list).unwrap();
    for i in 0..5 {
        list.push(&mut cx, i * 10).unwrap();
    }
    list.set(&mut cx, 1, "one").unwrap();
    assert_eq!(run(&mut cx, "l[1] + l[4] + l.len").unwrap().as_str(), Some("one405"));
    assert_eq!(list.pop(&mut cx).unwrap(), Some(Value::Int(40)));
    assert_eq!(list.get::<Option<i64>>(&mut cx, 9).unwrap(), None);
    assert_eq!(list.get::<i64>(&mut cx, 9).unwrap_err().kind(), ErrorKind::NotFound);
    assert_eq!(list.set(&mut cx, 9, 1).unwrap_err().kind(), ErrorKind::NotFound);
    assert_eq!(
        list.get::<i64>(&mut cx, 1).unwrap_err().message(),
        "element 1: expected a number, but got \"one\""
    );
    list.clear(&mut cx).unwrap();
    assert!(list.is_empty(&mut cx).unwrap());
    assert_eq!(list.pop(&mut cx).unwrap(), None);
    run(&mut cx, "l.push 1\nfreeze l").unwrap();
    for refused in
        [list.push(&mut cx, 2), list.clear(&mut cx), list.set(&mut cx, 0, 2), list.pop(&mut cx).map(drop)]
    {
        assert_eq!(refused.unwrap_err().message(), "Attempt to modify a frozen list");
    }
    let range: List = run(&mut cx, "range(1, 5)").map(|v| v.as_list().unwrap().clone()).unwrap();
    range.set(&mut cx, 0, "first").unwrap();
    assert_eq!(range.get::<i64>(&mut cx, 4).unwrap(), 5);
}

#[test]
fn maps_by_reference() {
    let mut cx = context();
    let map = cx.new_map().unwrap();
    cx.set("m", &map).unwrap();
    map.set(&mut cx, "a", 1).unwrap();
    map.set(&mut cx, 2.5, "number key").unwrap();
    let key = cx.new_list().unwrap();
    map.set(&mut cx, &key, true).unwrap();
    assert_eq!(map.len(&mut cx).unwrap(), 3);
    assert_eq!(run(&mut cx, "m.a + m[2.5]").unwrap().as_str(), Some("1number key"));
    assert_eq!(map.get::<i64>(&mut cx, &key).unwrap(), 1);
    assert!(map.contains(&mut cx, "a").unwrap() && !map.contains(&mut cx, "b").unwrap());
    assert_eq!(map.get::<Option<i64>>(&mut cx, "b").unwrap(), None);
    assert_eq!(map.get::<i64>(&mut cx, "b").unwrap_err().kind(), ErrorKind::NotFound);
    assert_eq!(map.remove(&mut cx, "a").unwrap(), Some(Value::Int(1)));
    assert_eq!(map.remove(&mut cx, "a").unwrap(), None);
    let entries = map.entries::<Value, Value>(&mut cx).unwrap();
    assert_eq!(entries[0], (Value::Number(2.5), Value::from("number key")));
    assert_eq!(entries[1].0, Value::from(key));
    run(&mut cx, "freeze m").unwrap();
    assert_eq!(map.set(&mut cx, "x", 1).unwrap_err().message(), "Attempt to modify a frozen map");
    assert_eq!(map.remove(&mut cx, 2.5).unwrap_err().message(), "Attempt to modify a frozen map");
}

#[test]
fn the_map_of_globals_stays_one() {
    let mut cx = context();
    let globals = run(&mut cx, "x = 1\nglobals").unwrap().as_map().unwrap().clone();
    globals.set(&mut cx, "x", 2).unwrap();
    globals.set(&mut cx, "y", 3).unwrap();
    assert_eq!(run(&mut cx, "x + y").unwrap().as_i64(), Some(5));
    assert_eq!(globals.get::<i64>(&mut cx, "y").unwrap(), 3);
    globals.remove(&mut cx, "y").unwrap();
    assert_eq!(cx.get::<Option<i64>>("y").unwrap(), None);
    assert!(run(&mut cx, "y").is_err());
}

#[test]
fn methods_of_objects() {
    let mut cx = context();
    let code = "
        A = {}
        A.name = function
          return \"A\"
        end function
        B = new A
        B.full = function(suffix)
          return self.name + suffix
        end function
        B.up = function(x)
          return super.name + x
        end function
        b = new B";
    run(&mut cx, code).unwrap();
    let b: Map = cx.get("b").unwrap();
    assert_eq!(b.call_method::<String>(&mut cx, "full", ("!",)).unwrap(), "A!");
    assert_eq!(b.call_method::<String>(&mut cx, "up", (1,)).unwrap(), "A1");
    assert_eq!(b.call_method::<()>(&mut cx, "nope", ()).unwrap_err().kind(), ErrorKind::NotFound);
}

#[test]
fn host_objects_are_dropped_when_nobody_refers_to_them() {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};
    struct Counted(Arc<AtomicUsize>);
    impl Drop for Counted {
        fn drop(&mut self) {
            self.0.fetch_add(1, Ordering::SeqCst);
        }
    }
    let dropped = Arc::new(AtomicUsize::new(0));
    let mut cx = context();
    let object = cx.host_object(Counted(dropped.clone())).unwrap();
    cx.set("o", &object).unwrap();
    drop(object);
    cx.collect_garbage();
    assert_eq!(dropped.load(Ordering::SeqCst), 0, "the script has it");
    run(&mut cx, "o = null").unwrap();
    cx.collect_garbage();
    assert_eq!(dropped.load(Ordering::SeqCst), 1);
    let object = cx.host_object(Counted(dropped.clone())).unwrap();
    cx.set("o", &object).unwrap();
    drop(cx);
    assert_eq!(dropped.load(Ordering::SeqCst), 2, "with the context");
    drop(object);
}

#[test]
fn host_objects_know_their_type_and_are_used_once_at_a_time() {
    let mut cx = context();
    cx.function("length", |cx: &mut Scope<'_>, s: HostRef<String>| s.with(cx, |s| s.len())).unwrap();
    let text = cx.host_object(String::from("four")).unwrap();
    let number = cx.host_object(4_u8).unwrap();
    cx.set("text", &text).unwrap();
    cx.set("number", &number).unwrap();
    assert_eq!(run(&mut cx, "length(text)").unwrap().as_i64(), Some(4));
    let error = run(&mut cx, "length number").unwrap_err();
    assert!(error.message().starts_with("length: argument 1: expected a host object (String)"), "{error}");
    assert!(run(&mut cx, "length [1]").is_err());
    let inner = text.with_scope(&mut cx, |t, cx| {
        t.push('!');
        cx.call::<i64>("length", (&text,))
    });
    assert!(inner.unwrap().unwrap_err().message().contains("in use"));
    assert_eq!(text.with(&mut cx, |t| t.clone()).unwrap(), "four!");
    let panic = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        text.with_scope(&mut cx, |_, _| panic!("x"))
    }));
    assert!(panic.is_err());
    assert_eq!(text.with(&mut cx, |t| t.len()).unwrap(), 5, "a panic puts it back");
}
