//! Calls and returns.

use super::*;

op!(Call(w, pc, base, k, cx) {
    let window = base.add(w.a());
    let callee = *window;
    if !callee.is_object() {
        return Flow::Slow;
    }
    let kind = header_word(object(callee)) & HEADER_KIND;
    if kind != Kind::Closure as u32 {
        return if kind == Kind::Native as u32 { Flow::Native } else { Flow::Slow };
    }
    let instance = (*object::<ClosureObject>(callee)).function.cast::<FunctionInstance>();
    let fp = (*cx).fp;
    let end = window.addr() + (*instance).registers as usize * size_of::<Value>();
    if (*instance).call_key as usize != w.c()
        || end >= (*(*cx).shared).limit.load(Ordering::Relaxed)
        || fp == (*cx).fp_limit
    {
        return Flow::Slow;
    }
    if w.x() == 0 {
        *window.add(1) = Value::NIL;
        *window.add(2) = Value::NIL;
    }
    let cache = pc.cast_mut();
    let target = instance.expose_provenance() as u64;
    if *cache == target {
        *cache.add(1) = (*cache.add(1)).wrapping_add(1);
    } else if *cache == 0 {
        *cache = target;
        *cache.add(1) = 1;
    } else {
        // The first target stays; the others are counted together in the upper half.
        *cache.add(1) = (*cache.add(1)).wrapping_add(1 << 32);
    }
    *fp = Frame { pc: pc.add(2), base, k, ret: w.b() as u64 };
    (*cx).fp = fp.add(1);
    Flow::Frame((*instance).code, window, (*instance).k)
});

#[inline(always)]
pub(crate) unsafe fn give_back(v: Value, cx: Cx) -> Flow {
    // SAFETY: a running function has a frame below it.
    unsafe {
        let fp = (*cx).fp.sub(1);
        let frame = *fp;
        if frame.ret >> 32 != ReturnKind::Register as u64 {
            return Flow::Slow;
        }
        (*cx).fp = fp;
        *frame.base.add(frame.ret as usize) = v;
        Flow::Frame(frame.pc, frame.base, frame.k)
    }
}
op!(Ret(w, pc, base, k, cx) { let _ = pc; give_back(get(base, w.a()), cx) });
op!(RetNil(w, pc, base, k, cx) { let _ = pc; give_back(Value::NIL, cx) });
always_slow!(Closure);
