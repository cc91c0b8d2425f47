//! A rule engine: business rules in a script, data and services in Rust.
//!
//! `cargo run --example rules` applies the rules in `examples/rules/rules.ms` to some orders. The script sees
//! three functions of the host and nothing else; a rule that runs wild costs at most 50 ms and 8 MB, and the
//! next order is processed as if nothing had happened.

use quadriga::{Context, Engine, Error, Function, Serde};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

const RULES: &str = include_str!("rules/rules.ms");

#[derive(Serialize)]
struct Order {
    id: u32,
    customer: Customer,
    lines: Vec<Line>,
}

#[derive(Serialize)]
struct Customer {
    name: String,
    orders: u32,
}

#[derive(Serialize)]
struct Line {
    item: String,
    price: f64,
    count: u32,
}

/// What the rules make of an order: the fields that the host wants back.
#[derive(Deserialize)]
struct Decision {
    id: u32,
    discount: f64,
    fees: f64,
    total: f64,
    problems: Vec<String>,
}

struct Shop {
    cx: Context,
    apply: Function,
    audit: Arc<Mutex<Vec<String>>>,
}

impl Shop {
    fn new(engine: &Engine, stock: HashMap<String, u32>) -> Result<Shop, Error> {
        let mut cx = Context::builder(engine)
            .time_limit(Duration::from_millis(50))
            .memory_limit(8 << 20)
            .max_depth(200)
            .build()?;

        let stock = Arc::new(Mutex::new(stock));
        let shelf = stock.clone();
        cx.function("stock", move |item: String| shelf.lock().unwrap().get(&item).copied().unwrap_or(0))?;
        cx.function("reserve", move |item: String, count: u32| {
            let mut shelf = stock.lock().unwrap();
            let left = shelf.get_mut(&item).ok_or_else(|| format!("no such item: {item}"))?;
            *left = left.checked_sub(count).ok_or_else(|| format!("not enough of {item}"))?;
            Ok::<u32, String>(*left)
        })?;

        let audit = Arc::new(Mutex::new(Vec::new()));
        let log = audit.clone();
        cx.function("audit", move |text: String| log.lock().unwrap().push(text))?;

        cx.run(&engine.compile("miniscript", "rules.ms", RULES)?)?;
        let apply = cx.get("applyRules")?;
        Ok(Shop { cx, apply, audit })
    }

    fn decide(&mut self, order: &Order) -> Result<Decision, Error> {
        let Serde(decision) = self.apply.call(&mut self.cx, (Serde(order),))?;
        Ok(decision)
    }

    /// Rules can be added while the program runs; a broken one is reported and harms nobody.
    fn add_rule(&mut self, text: &str) -> Result<(), Error> {
        self.cx.eval("miniscript", text).map(drop)
    }
}

fn order(id: u32, name: &str, orders: u32, lines: &[(&str, f64, u32)]) -> Order {
    let line = |&(item, price, count): &(&str, f64, u32)| Line { item: item.into(), price, count };
    Order { id, customer: Customer { name: name.into(), orders }, lines: lines.iter().map(line).collect() }
}

fn show(shop: &mut Shop, order: &Order) {
    println!("order {} of {}:", order.id, order.customer.name);
    match shop.decide(order) {
        Ok(d) => {
            println!("  #{}: discount {}%, fees {}, total {:.2}", d.id, d.discount, d.fees, d.total);
            d.problems.iter().for_each(|p| println!("  problem: {p}"));
        }
        Err(error) => println!("  failed: {}", error.language_line()),
    }
    for line in shop.audit.lock().unwrap().drain(..) {
        println!("  | {line}");
    }
}

fn main() -> Result<(), Error> {
    let engine = Engine::new();
    let stock = [("lamp", 3), ("chair", 10), ("pen", 500)];
    let mut shop = Shop::new(&engine, stock.map(|(item, n)| (item.to_string(), n)).into())?;

    show(&mut shop, &order(1, "Ada", 12, &[("lamp", 30.0, 2), ("chair", 55.5, 1)]));
    show(&mut shop, &order(2, "Bob", 0, &[("lamp", 30.0, 2), ("pen", 1.2, 5)]));

    println!("a rule that never ends:");
    shop.add_rule("rule \"endless\", @loyal, function(order)\n  while true\n  end while\nend function")?;
    show(&mut shop, &order(3, "Ada", 13, &[("pen", 1.2, 10)]));
    shop.add_rule("rules.pop")?;
    show(&mut shop, &order(4, "Ada", 14, &[("pen", 1.2, 10)]));

    println!("a rule with a mistake:");
    match shop.add_rule("rule \"broken\", @always, function(order)\n  order.total = (1 + \nend function") {
        Ok(()) => println!("  accepted"),
        Err(error) => println!("  refused: {}", error.language_line()),
    }
    Ok(())
}
