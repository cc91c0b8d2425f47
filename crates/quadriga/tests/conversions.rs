//! Values from Rust to scripts and back.
#![cfg(feature = "miniscript")]

mod common;

use common::{context, run};
use quadriga::{Context, Error, ErrorKind, FromValue, IntoValue, List, Map, Scope, Value};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};
use std::fmt::Debug;
use std::sync::Arc;

fn round_trip<T: IntoValue + FromValue + Clone + PartialEq + Debug>(cx: &mut Context, value: T) {
    cx.set("x", value.clone()).unwrap();
    assert_eq!(cx.get::<T>("x").unwrap(), value);
    let owned = cx.value(value.clone()).unwrap();
    cx.set("y", &owned).unwrap();
    assert_eq!(cx.get::<T>("y").unwrap(), value);
}

#[test]
fn what_goes_in_comes_out() {
    let cx = &mut context();
    round_trip(cx, true);
    round_trip(cx, false);
    round_trip(cx, i8::MIN);
    round_trip(cx, u8::MAX);
    round_trip(cx, i32::MIN);
    round_trip(cx, u32::MAX);
    round_trip(cx, (1_i64 << 47) - 1);
    round_trip(cx, -(1_i64 << 47));
    round_trip(cx, 1_i64 << 47);
    round_trip(cx, (1_i64 << 53) - 1);
    round_trip(cx, 1_u64 << 63);
    round_trip(cx, -1_isize);
    round_trip(cx, 7_usize);
    round_trip(cx, 0.1_f64);
    round_trip(cx, -0.0_f64);
    round_trip(cx, 1.5_f32);
    round_trip(cx, f64::INFINITY);
    round_trip(cx, 'ß');
    round_trip(cx, String::new());
    round_trip(cx, String::from("käse\0\n"));
    round_trip::<Arc<str>>(cx, "abc".into());
    round_trip::<Box<str>>(cx, "abc".into());
    round_trip(cx, None::<i64>);
    round_trip(cx, Some(3));
    round_trip(cx, vec![1, 2, 3]);
    round_trip(cx, vec![vec!["a".to_string()], vec![]]);
    round_trip(cx, [1.5, 2.5]);
    round_trip(cx, VecDeque::from([1, 2]));
    round_trip(cx, BTreeSet::from([3, 1, 2]));
    round_trip(cx, HashSet::from(["a".to_string(), "b".to_string()]));
    round_trip(cx, BTreeMap::from([(1, "a".to_string()), (2, "b".to_string())]));
    round_trip(cx, HashMap::from([("k".to_string(), vec![1.5])]));
    round_trip(cx, (1,));
    round_trip(cx, (1, "two".to_string(), 3.0));
    round_trip(cx, vec![(1, Some("x".to_string())), (2, None)]);
}

#[test]
fn large_containers_survive_collections_while_they_are_made() {
    let cx = &mut context();
    let many: Vec<Vec<String>> = (0..2000).map(|i| (0..5).map(|j| format!("{i}.{j}")).collect()).collect();
    cx.set("many", &many).unwrap();
    run(cx, "for i in many.indexes\nmany[i].push \"last\"\nend for").unwrap();
    let back: Vec<Vec<String>> = cx.get("many").unwrap();
    assert_eq!(back.len(), 2000);
    assert_eq!(back[1999], ["1999.0", "1999.1", "1999.2", "1999.3", "1999.4", "last"]);
}

#[test]
fn scripts_see_ordinary_values() {
    let cx = &mut context();
    cx.set("yes", true).unwrap();
    cx.set("no", false).unwrap();
    assert_eq!(run(cx, "str(yes) + str(no) + (yes == 1) + (no == 0)").unwrap().as_str(), Some("1011"));
    cx.set("big", 1_i64 << 60).unwrap();
    assert_eq!(run(cx, "big + 0 == 2 ^ 60").unwrap().as_i64(), Some(1));
    assert_eq!(run(cx, "\"\" + big").unwrap().as_str(), run(cx, "\"\" + 2 ^ 60").unwrap().as_str());
    cx.set("zero", -0.0).unwrap();
    cx.set("half", 0.5).unwrap();
    cx.set("three", 3.0).unwrap();
    assert_eq!(run(cx, "[0, 1, 2, 9][three] + half").unwrap().as_f64(), Some(9.5));
    cx.set("nan", f64::from_bits(0xFFFF_0000_0000_0001)).unwrap();
    assert_eq!(run(cx, "nan == nan").unwrap().as_i64(), Some(0));
    cx.set("m", BTreeMap::from([("a", 1), ("b", 2)])).unwrap();
    assert_eq!(run(cx, "m.a + m[\"b\"]").unwrap().as_i64(), Some(3));
    cx.set("t", (1, "x", [2, 3])).unwrap();
    assert_eq!(run(cx, "t[0] + t[2][1]").unwrap().as_i64(), Some(4));
    cx.set("nothing", ()).unwrap();
    assert!(run(cx, "nothing").unwrap().is_null());
}

#[test]
fn numbers_show_no_history() {
    let cx = &mut context();
    for (code, expected) in [
        ("3", Value::Int(3)),
        ("1.5 + 1.5", Value::Int(3)),
        ("6 / 2", Value::Int(3)),
        ("0.5", Value::Number(0.5)),
        ("2 ^ 46", Value::Int(1 << 46)),
        ("2 ^ 60", Value::Number((1_u64 << 60) as f64)),
        ("1 == 1", Value::Int(1)),
    ] {
        assert_eq!(run(cx, code).unwrap(), expected, "{code}");
    }
    let zero = run(cx, "0 * -1").unwrap();
    assert!(zero.as_f64().unwrap().is_sign_negative(), "{zero:?}");
}

#[test]
fn wrong_types_and_ranges_are_reported() {
    let cx = &mut context();
    let mut message = |code: &str, convert: fn(&Value, &mut Scope<'_>) -> Result<(), Error>| {
        let value = run(cx, code).unwrap();
        let mut scope = quadriga::AsScope::scope(cx);
        let error = convert(&value, &mut scope).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Conversion);
        error.message().to_string()
    };
    fn to<T: FromValue>(value: &Value, cx: &mut Scope<'_>) -> Result<(), Error> {
        T::from_value(value, cx).map(drop)
    }
    assert_eq!(message("300", to::<u8>), "expected an integer from 0 to 255, but got 300");
    assert_eq!(message("-1", to::<u32>), "expected an integer from 0 to 4294967295, but got -1");
    assert_eq!(message("2.5", to::<i32>), "expected an integer from -2147483648 to 2147483647, but got 2.5");
    assert_eq!(message("\"x\"", to::<i32>), "expected a number, but got \"x\"");
    assert_eq!(
        message("2 ^ 63", to::<i64>).split(',').next(),
        Some("expected an integer from -9223372036854775808 to 9223372036854775807")
    );
    assert_eq!(message("null", to::<f64>), "expected a number, but got null");
    assert_eq!(message("[1]", to::<String>), "expected a string, but got list");
    assert_eq!(message("{}", to::<Vec<i64>>), "expected a list, but got map");
    assert_eq!(message("@print", to::<Map>), "expected a map, but got function");
    assert_eq!(message("\"ab\"", to::<char>), "expected a string of one character, but got \"ab\"");
    assert_eq!(
        message("[1, [2, \"x\"]]", to::<(i64, Vec<i64>)>),
        "element 1: element 1: expected a number, but got \"x\""
    );
    assert_eq!(message("[1, 2]", to::<(i64, i64, i64)>), "expected a list of 3 elements, but got 2");
    assert_eq!(message("[1, 2]", to::<[i64; 1]>), "expected a list of 1 elements, but got 2");
    assert_eq!(
        message("{\"a\": []}", to::<HashMap<String, i64>>),
        "entry \"a\": expected a number, but got list"
    );
    assert_eq!(message("{1: 2}", to::<HashMap<String, i64>>), "a key: expected a string, but got 1");
    assert_eq!(
        message("\"x\" * 100", to::<bool>),
        format!("expected a boolean, but got \"{}...\"", "x".repeat(37))
    );
}

#[test]
fn globals_by_name() {
    let cx = &mut context();
    assert_eq!(cx.get::<i64>("nope").unwrap_err().kind(), ErrorKind::NotFound);
    assert_eq!(cx.get::<Option<i64>>("nope").unwrap(), None);
    cx.set("b", 1).unwrap();
    cx.set("a", "x").unwrap();
    assert_eq!(cx.global_names(), ["b", "a"]);
    assert_eq!(cx.get::<i64>("a").unwrap_err().message(), "a: expected a number, but got \"x\"");
    assert!(cx.remove("b").unwrap() && !cx.remove("b").unwrap());
    assert_eq!(cx.global_names(), ["a"]);
    cx.set("print", 7).unwrap();
    assert_eq!(run(cx, "print + 1").unwrap().as_i64(), Some(8), "a global hides a built-in");
    cx.remove("print").unwrap();
    run(cx, "print \"back\"").unwrap();
    assert_eq!(cx.take_output(), "back\n");
    assert_eq!(cx.call::<f64>("sqrt", (49,)).unwrap(), 7.0, "built-ins can be called");
}

#[test]
fn calls_take_many_forms_of_arguments() {
    let cx = &mut context();
    run(cx, "f = function(a=0, b=0, c=0, d=0, e=0, f=0, g=0, h=0, i=0, j=0)\nreturn [a, b, c, d, e, f, g, h, i, j]\nend function").unwrap();
    let sum = |list: Result<Vec<i64>, Error>| list.unwrap().into_iter().rev().fold(0, |n, d| n * 10 + d);
    assert_eq!(sum(cx.call("f", ())), 0);
    assert_eq!(sum(cx.call("f", (1,))), 1);
    assert_eq!(sum(cx.call("f", (1, 2.0, 3_u8, 4, 5, 6, 7, 8))), 87654321);
    assert_eq!(sum(cx.call("f", vec![1, 2, 3, 4, 5, 6, 7, 8, 9, 9])), 9987654321);
    assert_eq!(sum(cx.call("f", [1, 2])), 21);
    assert_eq!(sum(cx.call("f", &[Value::Int(3)][..])), 3);
    let error = cx.call::<()>("f", vec![0; 11]).unwrap_err();
    assert_eq!(error.message(), "Too many arguments: got 11, expected 10");
    assert_eq!(cx.call::<()>("g", ()).unwrap_err().kind(), ErrorKind::NotFound);
    cx.set("n", 5).unwrap();
    assert!(cx.call::<()>("n", ()).is_err(), "a number cannot be called");
}

/// A type whose conversions run scripts, which replace what is being converted.
#[derive(Debug, PartialEq)]
struct Meddler(i64);

const MEDDLE: &str = "meddle = function(x)
  items = [x]
  for i in range(1, 100)
    junk = [str(i), {\"a\": i}]
  end for
  return x + 1
end function";

impl FromValue for Meddler {
    fn from_value(value: &Value, cx: &mut Scope<'_>) -> Result<Meddler, Error> {
        cx.call("meddle", (value,)).map(Meddler)
    }
}

impl IntoValue for Meddler {
    fn into_value(self, cx: &mut Scope<'_>) -> Result<Value, Error> {
        cx.call("meddle", (self.0,))
    }
}

#[test]
fn conversions_may_run_scripts() {
    let cx = &mut context();
    run(cx, MEDDLE).unwrap();
    run(cx, "items = [1, 2, 3]").unwrap();
    let items: Vec<Meddler> = cx.get("items").unwrap();
    assert_eq!(items, [Meddler(2), Meddler(3), Meddler(4)]);
    cx.set("made", items).unwrap();
    assert_eq!(cx.get::<Vec<i64>>("made").unwrap(), [3, 4, 5]);
    run(cx, "items = {\"a\" + 1: 1, \"b\" + 2: 2}").unwrap();
    let map: BTreeMap<String, Meddler> = cx.get("items").unwrap();
    assert_eq!(map["b2"], Meddler(3));
    let text = || "k".repeat(50);
    let map = cx.new_map().unwrap();
    map.set(cx, text(), Meddler(7)).unwrap();
    assert_eq!(map.get::<Meddler>(cx, text()).unwrap(), Meddler(9));
    cx.set("t", (text(), Meddler(1), text())).unwrap();
    assert_eq!(cx.get::<(String, i64, String)>("t").unwrap(), (text(), 2, text()));
    run(cx, "join = function(a, b, c)\nreturn a + b + c\nend function").unwrap();
    assert_eq!(cx.call::<String>("join", ("x", Meddler(1), "y")).unwrap(), "x2y");
}

#[test]
fn a_list_that_changes_while_it_is_read() {
    struct Shrinks;
    impl FromValue for Shrinks {
        fn from_value(_: &Value, cx: &mut Scope<'_>) -> Result<Shrinks, Error> {
            let list: List = cx.get("items")?;
            list.pop(cx)?;
            Ok(Shrinks)
        }
    }
    let cx = &mut context();
    run(cx, "items = range(1, 10)").unwrap();
    assert_eq!(cx.get::<Vec<Shrinks>>("items").unwrap().len(), 5);
}

#[test]
fn texts_for_people() {
    let cx = &mut context();
    let value = run(cx, "[1, \"a\", {\"k\": 0.5}, null]").unwrap();
    assert_eq!(cx.display(&value), "[1, \"a\", {\"k\": 0.5}, null]");
    assert_eq!(cx.display(&Value::from("plain")), "plain");
    assert_eq!(value.type_name(), "list");
    assert!(run(cx, "l = [1]\nl.push l\nl").map(|v| cx.display(&v).len() < 100_000).unwrap());
}
