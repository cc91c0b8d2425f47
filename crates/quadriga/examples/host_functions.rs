//! What host functions can do: `cargo run --example host_functions`.

use quadriga::{Context, Engine, Error, Function, HostRef, List, Map, Rest, Scope, Serde, Value};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

#[derive(Serialize, Deserialize)]
struct Point {
    x: f64,
    y: f64,
}

/// A Rust type that scripts hold without looking inside.
struct Deck {
    cards: Vec<u8>,
    seed: u64,
}

impl Deck {
    fn draw(&mut self) -> Option<u8> {
        self.seed = self.seed.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        let n = self.cards.len();
        (n > 0).then(|| self.cards.swap_remove((self.seed >> 33) as usize % n))
    }
}

fn main() -> Result<(), Error> {
    let mut cx = Context::new(&Engine::new())?;

    // Typed arguments; optional ones; any number of them.
    cx.function("hypot", f64::hypot)?;
    cx.function("pad", |text: String, width: usize, fill: Option<char>| {
        let missing = width.saturating_sub(text.chars().count());
        text + &fill.unwrap_or(' ').to_string().repeat(missing)
    })?;
    cx.function("total", |Rest(all): Rest<f64>| all.iter().sum::<f64>())?;

    // Containers by value, structs through serde.
    cx.function("countWords", |text: String| {
        let mut counts = BTreeMap::new();
        text.split_whitespace().for_each(|w| *counts.entry(w.to_lowercase()).or_insert(0) += 1);
        counts
    })?;
    cx.function("middle", |Serde(a): Serde<Point>, Serde(b): Serde<Point>| {
        Serde(Point { x: (a.x + b.x) / 2.0, y: (a.y + b.y) / 2.0 })
    })?;

    // Results: an `Err` stops the script with its text.
    cx.function("parse", |text: String| text.trim().parse::<i64>())?;

    // The scope gives access to the context: script functions, lists and maps by reference, globals.
    cx.function("transform", |cx: &mut Scope, list: List, f: Function| -> Result<(), Error> {
        for i in 0..list.len(cx)? {
            let old: Value = list.get(cx, i)?;
            let new: Value = f.call(cx, (old,))?;
            list.set(cx, i, new)?;
        }
        Ok(())
    })?;

    // A closure with state of its own.
    let mut id = 0;
    cx.function_mut("nextId", move || {
        id += 1;
        id
    })?;

    // An object with methods: a map of functions around a Rust value.
    let methods = cx.new_map()?;
    let draw = cx.new_method("draw", |cx: &mut Scope, me: Map| -> Result<Option<u8>, Error> {
        let deck: HostRef<Deck> = me.get(cx, "deck")?;
        deck.with(cx, Deck::draw)
    })?;
    methods.set(&mut cx, "draw", &draw)?;
    let deck = cx.host_object(Deck { cards: (1..=10).collect(), seed: 42 })?;
    methods.set(&mut cx, "deck", &deck)?;
    cx.set("deck", &methods)?;

    let script = r#"
        print "hypot: " + hypot(3, 4)
        print "pad: [" + pad("ab", 5, ".") + "] [" + pad("ab", 4) + "]"
        print "total: " + total(1, 2, 3.5)
        print "words: " + countWords("the cat and the dog")
        print "middle: " + middle({"x": 0, "y": 0}, {"x": 3, "y": 5})
        numbers = [1, 2, 3]
        square = function(x)
          return x * x
        end function
        transform numbers, @square
        print "squares: " + numbers
        print "ids: " + [nextId, nextId, nextId]
        print "cards: " + [deck.draw, deck.draw, deck.draw]
        print "number: " + parse(" 42 ")
        print parse("forty-two")
    "#;
    if let Err(error) = cx.eval("miniscript", script) {
        println!("{}", error.language_line());
    }
    println!("cards left in Rust: {}", deck.with(&mut cx, |d| d.cards.len())?);
    Ok(())
}
