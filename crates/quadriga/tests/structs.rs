//! Conversions of structs and enums through serde.
#![cfg(all(feature = "miniscript", feature = "serde"))]

mod common;

use common::{context, output, run};
use quadriga::{Context, ErrorKind, Serde, from_value, to_value};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt::Debug;

#[derive(Serialize, Deserialize, PartialEq, Debug, Clone, Default)]
struct Everything {
    flag: bool,
    small: i8,
    large: i64,
    unsigned: u64,
    real: f64,
    letter: char,
    text: String,
    none: Option<i32>,
    some: Option<i32>,
    unit: (),
    tuple: (i32, String),
    list: Vec<f32>,
    map: BTreeMap<String, Vec<i32>>,
    by_number: BTreeMap<i32, String>,
    inner: Inner,
    inners: Vec<Inner>,
    kinds: Vec<Kind>,
}

#[derive(Serialize, Deserialize, PartialEq, Debug, Clone, Default)]
struct Inner {
    name: String,
    #[serde(default)]
    extra: Option<Box<Inner>>,
}

#[derive(Serialize, Deserialize, PartialEq, Debug, Clone)]
enum Kind {
    Plain,
    One(i32),
    Two(i32, String),
    Named { x: f64, y: f64 },
}

#[derive(Serialize, Deserialize, PartialEq, Debug, Clone)]
struct Wrapped(i32);

#[derive(Serialize, Deserialize, PartialEq, Debug, Clone)]
#[serde(tag = "type", rename_all = "lowercase")]
enum Tagged {
    Circle { r: f64 },
    Label { text: String, size: u8 },
}

fn round_trip<T: Serialize + for<'de> Deserialize<'de> + PartialEq + Debug>(cx: &mut Context, value: &T) {
    let there = to_value(cx, value).unwrap();
    cx.set("x", &there).unwrap();
    let there = cx.get("x").unwrap();
    assert_eq!(&from_value::<T>(cx, &there).unwrap(), value);
}

fn everything() -> Everything {
    Everything {
        flag: true,
        small: -7,
        large: (1 << 53) - 1,
        unsigned: 1 << 63,
        real: 2.5,
        letter: 'ß',
        text: "x\0y".into(),
        none: None,
        some: Some(4),
        unit: (),
        tuple: (1, "two".into()),
        list: vec![0.5, -1.0],
        map: BTreeMap::from([("k".into(), vec![1, 2]), ("l".into(), vec![])]),
        by_number: BTreeMap::from([(1, "a".into())]),
        inner: Inner {
            name: "outer".into(),
            extra: Some(Box::new(Inner { name: "in".into(), extra: None })),
        },
        inners: (0..100).map(|i| Inner { name: format!("n{i}"), extra: None }).collect(),
        kinds: vec![Kind::Plain, Kind::One(1), Kind::Two(2, "b".into()), Kind::Named { x: 0.5, y: 1.0 }],
    }
}

#[test]
fn what_goes_in_comes_out() {
    let cx = &mut context();
    round_trip(cx, &everything());
    round_trip(cx, &Wrapped(3));
    round_trip(cx, &vec![Tagged::Circle { r: 1.0 }, Tagged::Label { text: "t".into(), size: 3 }]);
    round_trip(cx, &Some(vec![Some(1), None]));
    round_trip(
        cx,
        &BTreeMap::from([((1, 2), "pair")])
            .into_iter()
            .map(|(k, v)| (k, v.to_string()))
            .collect::<BTreeMap<_, _>>(),
    );
}

#[test]
fn scripts_work_with_structs() {
    let cx = &mut context();
    let value = to_value(cx, &everything()).unwrap();
    cx.set("e", &value).unwrap();
    let code = "print e.flag + e.small + e.inner.extra.name + e.kinds[3].Named.x + e.by_number[1]\n\
                e.inners = [e.inners[99]]\ne.kinds.push {\"One\": 5}\ne.some = null\ne.flag = 0";
    assert_eq!(output(cx, code), "-6in0.5a\n");
    let back: Everything = from_value(cx, &value).unwrap();
    assert_eq!((back.inners.len(), &*back.inners[0].name, back.flag), (1, "n99", false));
    assert_eq!((back.kinds.last(), back.some), (Some(&Kind::One(5)), None));
}

#[test]
fn host_functions_take_structs() {
    #[derive(Deserialize)]
    struct Order {
        item: String,
        #[serde(default = "one")]
        count: u32,
    }
    fn one() -> u32 {
        1
    }
    let cx = &mut context();
    cx.function("order", |Serde(o): Serde<Order>| format!("{} x {}", o.count, o.item)).unwrap();
    assert_eq!(
        output(
            cx,
            "print order({\"item\": \"tea\"})\nprint order({\"item\": \"tea\", \"count\": 3, \"more\": []})"
        ),
        "1 x tea\n3 x tea\n"
    );
    assert_eq!(
        run(cx, "order {\"count\": 1}").unwrap_err().message(),
        "order: argument 1: missing field `item`"
    );
    let error = run(cx, "order {\"item\": [], \"count\": 1}").unwrap_err();
    assert_eq!(error.message(), "order: argument 1: expected a string, but got list");
    assert!(run(cx, "order {\"item\": \"a\", \"count\": -1}").unwrap_err().message().contains("-1"));
}

#[test]
fn wrong_forms_and_endless_ones() {
    let cx = &mut context();
    let value = run(cx, "[1, \"x\"]").unwrap();
    let error = from_value::<Vec<i32>>(cx, &value).unwrap_err();
    assert_eq!(
        (error.kind(), error.message()),
        (ErrorKind::Conversion, "element 1: expected an integer, but got \"x\"")
    );
    for (code, ok) in [
        ("\"Plain\"", true),
        ("\"Wrong\"", false),
        ("{\"One\": 1}", true),
        ("{\"One\": 1, \"Two\": 2}", false),
        ("7", false),
    ] {
        let value = run(cx, code).unwrap();
        assert_eq!(from_value::<Kind>(cx, &value).is_ok(), ok, "{code}");
    }
    let cyclic = run(cx, "l = []\nl.push l\nl").unwrap();
    #[derive(Deserialize, Debug)]
    struct Nested(#[allow(dead_code)] Vec<Nested>);
    let error = from_value::<Nested>(cx, &cyclic).unwrap_err();
    assert!(error.message().ends_with("more than 128 containers within each other"), "{error}");
    #[derive(Serialize)]
    struct Deep(Option<Box<Deep>>, i32);
    let mut deep = Deep(None, 0);
    for i in 0..200 {
        deep = Deep(Some(Box::new(deep)), i);
    }
    assert_eq!(to_value(cx, &deep).unwrap_err().message(), "more than 128 containers within each other");
    let other = context().new_list().unwrap();
    assert_eq!(from_value::<Vec<i32>>(cx, &other.into()).unwrap_err().kind(), ErrorKind::ContextGone);
    let function = run(cx, "@print").unwrap();
    assert!(from_value::<Inner>(cx, &function).is_err());
}
