//! Time that passes: `time`, `wait`, `yield`.

use super::{Def, defs};
use crate::runtime::{Lang, convert, errors};
use crate::state::now;
use quadriga_vm::value::Value;
use quadriga_vm::{Args, Context, Result};
use std::time::Duration;

pub(crate) const DEFS: &[Def] = defs! {
    "time"() => time;
    "wait"(seconds = 1) => wait;
    // Hosts run scripts on threads of their own: there is nothing to yield to.
    "yield"() => |_, _, _| Ok(Value::NIL);
};

/// How long a waiting script sleeps between two looks at its limits.
const NAP: Duration = Duration::from_millis(5);

/// Seconds since the context was made.
fn time(cx: &mut Context, lang: Lang, _: Args) -> Result<Value> {
    let started = lang.state(cx).and_then(|state| state.started);
    Ok(Value::number(started.map_or(0.0, |start| start.elapsed().as_secs_f64())))
}

fn wait(cx: &mut Context, _: Lang, args: Args) -> Result<Value> {
    let seconds = args.given(0).unwrap_or(Value::int(1));
    if let Some(e) = errors::as_error(seconds) {
        return Err(errors::uncaught(e));
    }
    let seconds = convert::lenient(seconds)?.max(0.0);
    // Without a clock there is nothing to wait by.
    let Some(start) = now() else { return Ok(Value::NIL) };
    loop {
        cx.check_interrupt()?;
        let left = seconds - start.elapsed().as_secs_f64();
        if left <= 0.0 {
            return Ok(Value::NIL);
        }
        std::thread::sleep(Duration::try_from_secs_f64(left).unwrap_or(NAP).min(NAP));
    }
}
