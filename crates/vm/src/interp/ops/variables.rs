//! Moves and variables.

use super::*;

op!(Nop(w, pc, base, k, cx) { Flow::Next(pc) });
op!(Move(w, pc, base, k, cx) { set(base, w.a(), get(base, w.b())); Flow::Next(pc) });
op!(LoadK(w, pc, base, k, cx) { set(base, w.a(), *k.add(w.bx() as usize)); Flow::Next(pc) });
op!(LoadInt(w, pc, base, k, cx) { set(base, w.a(), Value::int(w.bx_signed() as i64)); Flow::Next(pc) });
op!(LoadNil(w, pc, base, k, cx) { set(base, w.a(), Value::NIL); Flow::Next(pc) });
op!(LoadTrue(w, pc, base, k, cx) { set(base, w.a(), Value::TRUE); Flow::Next(pc) });
op!(LoadFalse(w, pc, base, k, cx) { set(base, w.a(), Value::FALSE); Flow::Next(pc) });
op!(LoadEmpty(w, pc, base, k, cx) { set(base, w.a(), Value::EMPTY); Flow::Next(pc) });

#[inline(always)]
pub(crate) unsafe fn read_variable(w: W, pc: Pc, base: Base, _: Cx, v: Value) -> Flow {
    if v.bits() == EMPTY {
        return Flow::Slow;
    }
    // SAFETY: a register of the running function.
    unsafe { set(base, w.a(), v) };
    Flow::Next(pc)
}

#[inline(always)]
pub(crate) unsafe fn read_variable_x(w: W, pc: Pc, base: Base, cx: Cx, v: Value) -> Flow {
    // SAFETY: as above.
    unsafe {
        if v.is_object() {
            if is_callable(v) {
                return invoke(cx, v, Value::NIL, Value::NIL);
            }
        } else if v.bits() == EMPTY {
            return Flow::Slow;
        }
        set(base, w.a(), v);
    }
    Flow::Next(pc)
}

#[inline(always)]
pub(crate) unsafe fn cell_of(k: K, index: usize) -> *mut BoxCell {
    // SAFETY: the constant is a cell.
    object(unsafe { *k.add(index) })
}

#[inline(always)]
pub(crate) unsafe fn captured(base: Base, index: usize) -> Value {
    // SAFETY: register 0 holds the closure, whose captured values follow it; the index is verified.
    unsafe {
        let closure = object::<ClosureObject>(*base);
        *closure.add(1).cast::<Value>().add(index)
    }
}

op!(GetLocal(w, pc, base, k, cx) { read_variable(w, pc, base, cx, get(base, w.b())) });
op!(GetLocalX(w, pc, base, k, cx) { read_variable_x(w, pc, base, cx, get(base, w.b())) });
op!(GetGlobal(w, pc, base, k, cx) { read_variable(w, pc, base, cx, (*cell_of(k, w.bx() as usize)).value) });
op!(GetGlobalX(w, pc, base, k, cx) { read_variable_x(w, pc, base, cx, (*cell_of(k, w.bx() as usize)).value) });
op!(SetGlobal(w, pc, base, k, cx) {
    let cell = cell_of(k, w.bx() as usize);
    let v = get(base, w.a());
    // A cell of a built-in is immutable: assigning the name makes a variable. Taking the value away removes
    // one.
    let stop = match v.is_object() {
        true => HEADER_IMMUTABLE | HEADER_GC,
        false if v.bits() == EMPTY => return Flow::Slow,
        false => HEADER_IMMUTABLE,
    };
    if (*cell).value.bits() == EMPTY || header_word(cell.cast()) & stop != 0 {
        return Flow::Slow;
    }
    (*cell).value = v;
    Flow::Next(pc)
});
op!(GetCapture(w, pc, base, k, cx) { set(base, w.a(), captured(base, w.b())); Flow::Next(pc) });

#[inline(always)]
pub(crate) unsafe fn box_content(v: Value) -> Option<*mut BoxCell> {
    // SAFETY: objects have headers.
    unsafe {
        if v.is_object() && header_word(object(v)) & HEADER_KIND == Kind::Box as u32 {
            Some(object(v))
        } else {
            None
        }
    }
}

macro_rules! read_box {
    ($name:ident, $read:ident, |$base:ident, $w:ident| $which:expr) => {
        op!($name($w, pc, $base, k, cx) {
            match box_content($which) {
                Some(cell) => $read($w, pc, $base, cx, (*cell).value),
                None => Flow::Slow,
            }
        });
    };
}
macro_rules! write_box {
    ($name:ident, |$base:ident, $w:ident| $which:expr, $value:expr) => {
        op!($name($w, pc, $base, k, cx) {
            let v: Value = $value;
            match box_content($which) {
                Some(cell) if !(v.is_object() && header_word(cell.cast()) & HEADER_GC != 0) => {
                    (*cell).value = v;
                    Flow::Next(pc)
                }
                _ => Flow::Slow,
            }
        });
    };
}
read_box!(GetCaptureBox, read_variable, |base, w| captured(base, w.b()));
read_box!(GetCaptureBoxX, read_variable_x, |base, w| captured(base, w.b()));
read_box!(GetBox, read_variable, |base, w| get(base, w.b()));
read_box!(GetBoxX, read_variable_x, |base, w| get(base, w.b()));
write_box!(SetCaptureBox, |base, w| captured(base, w.b()), get(base, w.a()));
write_box!(SetBox, |base, w| get(base, w.a()), get(base, w.b()));
always_slow!(NewBox);
