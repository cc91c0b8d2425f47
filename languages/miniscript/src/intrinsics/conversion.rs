//! Between numbers, strings and characters.

use super::{Def, defs};
use crate::number;
use crate::runtime::convert::{self, accept};
use crate::runtime::{Lang, Type, display, errors, number_of};
use quadriga_vm::heap::{ValueExt, hash_int};
use quadriga_vm::value::Value;
use quadriga_vm::{Args, Context, Result};

pub(crate) const DEFS: &[Def] = defs! {
    "str"(x = [""]) => str;
    "val"(self = 0) => val;
    "char"(codePoint = 65) => char;
    "code"(self) => code;
    "hash"(obj) => hash;
};

fn str(cx: &mut Context, lang: Lang, args: Args) -> Result<Value> {
    let v = args.get(0);
    if errors::is_error(v) {
        return Ok(v);
    }
    if v.is_nil() {
        return Ok(cx.heap.empty_str()?.value());
    }
    Ok(display::to_string(cx, lang, v)?.value())
}

fn val(cx: &mut Context, lang: Lang, args: Args) -> Result<Value> {
    let v = args.given(0).unwrap_or(Value::int(0));
    if let Some(s) = v.as_str() {
        cx.flatten(s)?;
        cx.charge(s.byte_len() as u64 / 16)?;
        let n = if lang.v1() { number::parse_prefix(s.text()) } else { parse(s.text()) };
        return Ok(Value::number(n));
    }
    Ok(if number_of(v).is_some() || errors::is_error(v) { v } else { Value::NIL })
}

/// The number that a text is; short whole numbers, the usual case, need no exact conversion.
fn parse(text: &str) -> f64 {
    let digits = text.as_bytes();
    if !digits.is_empty() && digits.len() <= 15 && digits.iter().all(u8::is_ascii_digit) {
        return digits.iter().fold(0_i64, |n, d| n * 10 + i64::from(d - b'0')) as f64;
    }
    number::parse_strict(text).unwrap_or(0.0)
}

fn char(cx: &mut Context, lang: Lang, args: Args) -> Result<Value> {
    let v = args.given(0).unwrap_or(Value::int(65));
    let n = accept!(convert::number(cx, lang, v));
    match u32::try_from(n as i64).ok().and_then(char::from_u32) {
        Some(c) => Ok(cx.heap.single_char(c)?.value()),
        None => errors::format_error(cx, lang, &format!("'{n}' is not a valid code point")),
    }
}

fn code(cx: &mut Context, lang: Lang, args: Args) -> Result<Value> {
    let v = args.get(0);
    let s = match v.as_str() {
        Some(s) => s,
        None if errors::is_error(v) => return Ok(v),
        None if lang.v1() => display::to_string(cx, lang, v)?,
        None => return errors::type_error(cx, lang, "string", v),
    };
    if !s.is_empty() {
        cx.flatten(s)?;
    }
    let c = cx.heap.code_point_at(s, 0)?;
    Ok(Value::int(c.map_or(0, |c| i64::from(u32::from(c)))))
}

/// Equal numbers and equal strings have equal hashes; containers are hashed by identity.
fn hash(cx: &mut Context, _: Lang, args: Args) -> Result<Value> {
    let v = args.get(0);
    cx.charge_key(v)?;
    let bits = match (Type::of(v), number_of(v), v.as_str()) {
        (_, Some(n), _) => hash_int((n + 0.0).to_bits() as i64),
        (_, _, Some(s)) => u64::from(s.hash()),
        (Type::Null, ..) => 0,
        _ => hash_int(v.bits() as i64),
    };
    // 32 bits with sign, as the reference implementation has them.
    Ok(Value::int(i64::from(bits as u32 as i32)))
}
