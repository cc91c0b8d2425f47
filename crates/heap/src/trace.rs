//! The edges of an object: the one place that knows where each kind holds its references.
//!
//! Marker and verifier are [`Visitor`]s. Storage (of lists, maps, typed buffers) belongs to one owner, and
//! the write barrier is taken on the owner; so the owner's trace visits what the storage holds, whether or
//! not the storage has been visited. Storage that a conservative root found on its own is traced by itself.

use crate::address::at;
use crate::layout::*;
use quadriga_value::Value;
use std::mem::size_of;

/// What to do with the edges of an object.
pub(crate) trait Visitor {
    /// A reference that is not a value.
    fn object(&mut self, object: *mut Header);
    /// A reference to storage, whose content is visited through its owner.
    fn storage(&mut self, storage: *mut Header);
    /// A run of values.
    ///
    /// # Safety
    /// They are initialised.
    unsafe fn values(&mut self, first: *const Value, len: usize);
    /// A weak reference (the object itself).
    fn weak(&mut self, weak: *mut Weak);
    /// The shape of a map.
    fn shape(&mut self, id: u32);
}

/// Whether objects of this header can have edges.
#[inline(always)]
pub(crate) fn has_edges(header: Header) -> bool {
    match header.kind {
        Kind::Str => header.aux == StrKind::Slice as u8 || header.aux == StrKind::Rope as u8,
        Kind::BoxedInt | Kind::Bytes | Kind::Free => false,
        _ => true,
    }
}

/// Values that stand `offset` bytes behind the start of an object.
#[inline(always)]
fn behind(object: *mut Header, offset: usize) -> *const Value {
    object.wrapping_byte_add(offset).cast()
}

/// Visits the edges of `object`.
///
/// # Safety
/// `object` is a live object of the heap, completely initialised.
#[inline(always)]
pub(crate) unsafe fn trace<V: Visitor>(object: *mut Header, visitor: &mut V) {
    // SAFETY: the kind in the header says which struct the object is; objects are completely initialised
    // whenever a collection can run, and hold valid references.
    unsafe {
        match (*object).kind {
            Kind::Str => {
                let s = object.cast::<Str>();
                if (*object).aux == StrKind::Slice as u8 {
                    visitor.object(at((*s).a));
                } else if (*object).aux == StrKind::Rope as u8 {
                    visitor.object(at((*s).b));
                    visitor.object(at((*s).a));
                }
            }
            Kind::List => trace_list(object.cast(), visitor),
            Kind::Map => trace_map(object.cast(), visitor),
            Kind::Closure => {
                let captures = (*object.cast::<Closure>()).captures as usize;
                visitor.values(behind(object, size_of::<Closure>()), captures);
            }
            Kind::Native => {
                let native = object.cast::<Native>();
                visitor.values(&raw const (*native).data, 1);
                visitor.values(&raw const (*native).name, 1);
            }
            Kind::Box => visitor.values(&raw const (*object.cast::<BoxCell>()).value, 1),
            Kind::Record => {
                let len = (*object.cast::<Record>()).len as usize;
                visitor.values(behind(object, size_of::<Record>()), len);
            }
            Kind::Host => visitor.values(&raw const (*object.cast::<Host>()).class, 1),
            Kind::Weak => visitor.weak(object.cast()),
            Kind::Typed => {
                let typed = object.cast::<Typed>();
                for bytes in [(*typed).data, (*typed).valid] {
                    if !bytes.is_null() {
                        visitor.storage(at(bytes.addr()));
                    }
                }
            }
            Kind::Generator => {
                let generator = object.cast::<Generator>();
                visitor.values(&raw const (*generator).closure, 1);
                visitor.values(behind(object, size_of::<Generator>()), (*generator).len as usize);
            }
            Kind::Values => {
                let len = (*object.cast::<Values>()).len as usize;
                visitor.values(behind(object, size_of::<Values>()), len);
            }
            Kind::Table => trace_table(object.cast(), visitor),
            Kind::BoxedInt | Kind::Bytes | Kind::Free => {}
        }
    }
}

/// # Safety
/// As for [`trace`].
unsafe fn trace_list<V: Visitor>(list: *mut List, visitor: &mut V) {
    // SAFETY: as for `trace`.
    unsafe {
        let kind = (*list).header.aux;
        if kind >= ListKind::Range as u8 || (*list).buffer.is_null() {
            return;
        }
        visitor.storage(at((*list).buffer.addr()));
        if kind != ListKind::Int as u8 && kind != ListKind::Double as u8 {
            visitor.values(at((*list).elems.addr()), (*list).len as usize);
        }
    }
}

/// # Safety
/// As for [`trace`].
unsafe fn trace_map<V: Visitor>(map: *mut Map, visitor: &mut V) {
    // SAFETY: as for `trace`.
    unsafe {
        let slots = (*map).slots.addr();
        if (*map).shape == 0 {
            if slots != 0 {
                visitor.object(at(slots));
            }
            if (*map).cap_or_table != 0 {
                visitor.storage(at((*map).cap_or_table));
                trace_table(at((*map).cap_or_table), visitor);
            }
            return;
        }
        visitor.shape((*map).shape);
        if slots == 0 {
            return;
        }
        if slots != map.addr() + size_of::<Map>() {
            visitor.storage(at(slots - size_of::<Values>()));
        }
        visitor.values(at(slots), (*map).count as usize);
    }
}

/// # Safety
/// As for [`trace`].
unsafe fn trace_table<V: Visitor>(table: *mut Table, visitor: &mut V) {
    // SAFETY: as for `trace`; the entries in use follow the struct.
    unsafe {
        let entries = at::<Entry>(table.addr() + size_of::<Table>());
        for index in (*table).first as usize..(*table).used as usize {
            let entry = entries.wrapping_add(index);
            if !(*entry).key.is_empty() {
                visitor.values(&raw const (*entry).key, 2);
            }
        }
    }
}
