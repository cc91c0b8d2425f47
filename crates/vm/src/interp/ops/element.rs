//! Elements of lists, iteration, and what containers have besides.

use super::*;

const INT_RANGE_AUX: u32 = (ListKind::IntRange as u32) << 24;
/// Lists of this kind and above have no elements in memory.
const RANGE_AUX: u32 = (ListKind::Range as u32) << 24;

op!(GetIndex(w, pc, base, k, cx) {
    let (o, i) = (get(base, w.b()), get(base, w.c()));
    if o.is_object() && i.is_int() {
        let list = object::<List>(o);
        let header = header_word(list.cast());
        if header & HEADER_KIND == Kind::List as u32 && header < RANGE_AUX {
            let i = i.as_int_unchecked();
            if (i as u64) < (*list).len as u64 {
                note(w, pc, 1 << (header >> 24));
                set(base, w.a(), *(*list).elems.add(i as usize));
                return Flow::Next(pc);
            }
        }
    }
    Flow::Slow
});
op!(SetIndex(w, pc, base, k, cx) {
    let (o, i, v) = (get(base, w.a()), get(base, w.b()), get(base, w.c()));
    if o.is_object() && i.is_int() {
        let list = object::<List>(o);
        let header = header_word(list.cast());
        let stop = HEADER_IMMUTABLE | if v.is_object() { HEADER_GC } else { 0 };
        if header & (HEADER_KIND | stop) == Kind::List as u32 {
            let kind = header >> 24;
            let fits = kind == ListKind::Any as u32
                || kind == ListKind::Int as u32 && v.is_int()
                || kind == ListKind::Double as u32 && v.is_double();
            let i = i.as_int_unchecked();
            if fits && (i as u64) < (*list).len as u64 {
                note(w, pc, 1 << kind);
                *(*list).elems.add(i as usize) = v;
                return Flow::Next(pc);
            }
        }
    }
    Flow::Slow
});
always_slow!(Slice NewList ListAppend NewMap MapPut NewObject);

op!(IterInit(w, pc, base, k, cx) {
    let v = get(base, w.b());
    if v.is_object() && header_word(object(v)) & HEADER_KIND == Kind::List as u32 {
        set(base, w.a(), v);
        set(base, w.a() + 1, Value::int(0));
        return Flow::Next(pc);
    }
    Flow::Slow
});
op!(IterNext(w, pc, base, k, cx) {
    let (o, i) = (get(base, w.a()), get(base, w.a() + 1));
    if o.is_object() && i.is_int() && !interrupted(base, cx) {
        let list = object::<List>(o);
        let header = header_word(list.cast());
        if header & HEADER_KIND == Kind::List as u32 {
            let i = i.as_int_unchecked();
            if (i as u64) < (*list).len as u64 {
                if header < RANGE_AUX {
                    set(base, w.b(), *(*list).elems.add(i as usize));
                } else if header >= INT_RANGE_AUX {
                    let (start, step) = ((*list).elems.addr() as i64, (*list).buffer.addr() as i64);
                    set(base, w.b(), Value::int(start + step * i));
                } else {
                    return Flow::Slow;
                }
                set(base, w.a() + 1, Value::int(i + 1));
                return jump(pc, w.offset24());
            }
            return Flow::Next(pc);
        }
    }
    Flow::Slow
});

always_slow!(Throw Yield Resume Special);
op!(Share(w, pc, base, k, cx) {
    let v = get(base, w.a());
    if v.is_object() {
        (*object::<Header>(v)).flags |= flags::SHARED;
    }
    Flow::Next(pc)
});
op!(Unshare(w, pc, base, k, cx) {
    let v = get(base, w.b());
    if v.is_object() && (*object::<Header>(v)).flags & flags::SHARED != 0 {
        return Flow::Slow;
    }
    set(base, w.a(), v);
    Flow::Next(pc)
});
