//! Fields, through the cache words behind the instruction.

use super::*;

/// Finds a field through the cache words at `pc`.
#[inline(always)]
pub(crate) unsafe fn cached_field(o: Value, pc: Pc, cx: Cx) -> Option<Value> {
    // SAFETY: cache words follow the instruction; a filled cache names a live shape, so the receiver has
    // the slot, and a holder that the receiver's shape keeps alive while the epoch lasts.
    unsafe {
        let key = *pc;
        if shape_of(o) != key as u32 {
            return None;
        }
        let slot = (key >> 32) as u16 as usize;
        if key >> 48 == recipe::OWN {
            return Some(*(*object::<Map>(o)).slots.add(slot));
        }
        if key >> 48 == recipe::HOLDER && *pc.add(2) as u32 == (*cx).heap.proto_epoch {
            let holder: *const Map = std::ptr::with_exposed_provenance(*pc.add(1) as usize);
            return Some(*(*holder).slots.add(slot));
        }
        None
    }
}

op!(GetField(w, pc, base, k, cx) {
    match cached_field(get(base, w.b()), pc, cx) {
        Some(v) => {
            set(base, w.a(), v);
            Flow::Next(pc.add(3))
        }
        None => Flow::Slow,
    }
});
op!(GetFieldX(w, pc, base, k, cx) {
    match cached_field(get(base, w.b()), pc, cx) {
        Some(v) if is_callable(v) => {
            let this = if w.x() != 0 { get(base, 1) } else { get(base, w.b()) };
            invoke(cx, v, this, Value::from_bits(*pc.add(3)))
        }
        Some(v) => {
            set(base, w.a(), v);
            Flow::Next(pc.add(4))
        }
        None => Flow::Slow,
    }
});
op!(GetOwn(w, pc, base, k, cx) {
    let o = get(base, w.b());
    let key = *pc;
    if shape_of(o) == key as u32 && key >> 48 == recipe::OWN {
        set(base, w.a(), *(*object::<Map>(o)).slots.add((key >> 32) as u16 as usize));
        return Flow::Next(pc.add(3));
    }
    Flow::Slow
});
op!(GetMethod(w, pc, base, k, cx) {
    let o = get(base, w.b());
    match cached_field(o, pc, cx) {
        Some(v) => {
            let this = if w.x() != 0 { get(base, 1) } else { o };
            set(base, w.a(), v);
            set(base, w.a() + 1, this);
            set(base, w.a() + 2, Value::from_bits(*pc.add(3)));
            Flow::Next(pc.add(4))
        }
        None => Flow::Slow,
    }
});
op!(SetField(w, pc, base, k, cx) {
    let (o, v) = (get(base, w.a()), get(base, w.b()));
    let key = *pc;
    if !o.is_object() || shape_of(o) != key as u32 {
        return Flow::Slow;
    }
    let map = object::<Map>(o);
    let stop = HEADER_IMMUTABLE | if v.is_object() { HEADER_GC } else { 0 };
    let slot = (key >> 32) as u16 as usize;
    if key >> 48 == recipe::OWN {
        if header_word(map.cast()) & stop != 0 {
            return Flow::Slow;
        }
        *(*map).slots.add(slot) = v;
        return Flow::Next(pc.add(3));
    }
    if key >> 48 == recipe::ADD {
        if header_word(map.cast()) & (stop | HEADER_PROTO) != 0 || (*map).cap_or_table <= slot {
            return Flow::Slow;
        }
        *(*map).slots.add(slot) = v;
        (*map).shape = *pc.add(1) as u32;
        (*map).count = slot as u32 + 1;
        return Flow::Next(pc.add(3));
    }
    Flow::Slow
});
always_slow!(GetIndexMethod);
