//! Tests of the small objects and of typed buffers.

use crate::layout::{TypedKind, flags};
use crate::testing::with_heap;
use crate::*;
use quadriga_value::{INT_MAX, Value};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

#[test]
fn small_objects_hold_what_they_were_given() {
    with_heap(Some(1), |heap| {
        let s = heap.str("a string that stays").unwrap().value();
        let values = [Value::int(1), s, Value::NIL];
        let record = heap.record(7, &values).unwrap();
        assert_eq!((record.tag(), record.values()), (7, &values[..]));
        heap.record_set(record, 0, Value::TRUE);
        assert_eq!(record.get(0), Value::TRUE);
        let function = 5usize;
        let closure = heap.closure((&raw const function).cast(), 3, &values).unwrap();
        assert_eq!(closure.values(), values);
        assert_eq!((closure.unit(), closure.function()), (3, (&raw const function).cast()));
        heap.closure_set(closure, 2, record.value());
        let native = heap.native(9, closure.value(), s).unwrap();
        assert_eq!((native.index(), native.data(), native.name()), (9, closure.value(), s));
        let cell = heap.new_box(native.value()).unwrap();
        assert_eq!(cell.get(), native.value());
        heap.box_set(cell, Value::int(4));
        assert_eq!(cell.get(), Value::int(4));
        let generator = heap.generator(closure.value(), 12, 2, &values).unwrap();
        generator.set_state(3);
        generator.set_pc(13);
        generator.set_resume_register(1);
        heap.generator_save(generator, &[s, Value::NIL, record.value()]);
        assert_eq!((generator.state(), generator.pc(), generator.resume_register()), (3, 13, 1));
        assert_eq!(generator.values(), [s, Value::NIL, record.value()]);
        assert_eq!(generator.closure(), closure.value());
        assert_eq!(closure.get(2), record.value());
        record.set_flag(flags::IMMUTABLE);
        assert!(record.is_immutable());
        assert!(record.value().as_closure().is_none() && record.value().as_record() == Some(record));
    });
}

#[test]
fn big_integers_are_boxed() {
    with_heap(None, |heap| {
        for i in [0, -1, INT_MAX, INT_MAX + 1, i64::MAX, i64::MIN] {
            let v = heap.int64(i).unwrap();
            assert_eq!(v.as_i64(), Some(i));
            assert_eq!(v.is_int(), quadriga_value::fits_int(i));
        }
    });
}

struct Payload(Arc<AtomicUsize>, u32);

impl Drop for Payload {
    fn drop(&mut self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

#[test]
fn host_payloads_are_used_and_dropped() {
    let dropped = Arc::new(AtomicUsize::new(0));
    with_heap(None, |heap| {
        let before = heap.stats().accounted_bytes;
        let host = heap.host(Box::new(Payload(dropped.clone(), 1)), Value::NIL, 5000).unwrap();
        heap.roots.temps.push(host.value());
        assert!(heap.stats().accounted_bytes >= before + 5000);
        let nested = heap.with_host(host, |payload: &mut Payload, heap| {
            payload.1 += 1;
            heap.with_host(host, |_: &mut Payload, _| ()).is_some()
        });
        assert_eq!(nested, Some(false));
        assert_eq!(heap.host_ref::<Payload>(host).map(|p| p.1), Some(2));
        heap.host_mut::<Payload>(host).unwrap().1 = 9;
        assert!(heap.with_host(host, |_: &mut String, _| ()).is_none());
        heap.collect_full();
        assert_eq!(dropped.load(Ordering::Relaxed), 0);
        assert_eq!(heap.host_ref::<Payload>(host).map(|p| p.1), Some(9));
    });
    assert_eq!(dropped.load(Ordering::Relaxed), 1);
}

#[test]
fn weak_references_are_cleared() {
    with_heap(None, |heap| {
        let s = heap.str("kept by a root").unwrap().value();
        heap.roots.permanent.push(s);
        let kept = heap.weak(s).unwrap();
        heap.roots.permanent.push(kept.value());
        let lost = weak_to_nothing(heap);
        heap.roots.permanent.push(lost.value());
        heap.roots.native_high = 0;
        heap.collect_full();
        assert_eq!((kept.get(), lost.get()), (s, Value::NIL));
    });
}

#[inline(never)]
fn weak_to_nothing(heap: &mut Heap) -> WeakRef {
    let target = heap.record(1, &[]).unwrap();
    heap.weak(target.value()).unwrap()
}

#[test]
fn typed_buffers() {
    with_heap(Some(2), |heap| {
        for kind in [TypedKind::U8, TypedKind::I64, TypedKind::F64] {
            let typed = heap.typed_new(kind, 3).unwrap();
            let big = heap.int64(i64::MIN + 1).unwrap();
            heap.roots.temps.push(big);
            let samples = match kind {
                TypedKind::U8 => vec![Value::int(0), Value::int(255)],
                TypedKind::I64 => vec![Value::int(-5), big],
                TypedKind::F64 => vec![Value::double(0.5), Value::double(-1e300)],
            };
            let mut model = vec![None; 3];
            for i in 0..40 {
                let v = if i % 5 == 4 { Value::NIL } else { samples[i % 2] };
                heap.typed_push(typed, v).unwrap();
                model.push((!v.is_nil()).then_some(v));
            }
            heap.typed_set(typed, 1, samples[1]).unwrap();
            model[1] = Some(samples[1]);
            heap.typed_set(typed, 3, Value::NIL).unwrap();
            model[3] = None;
            assert_eq!(heap.typed_set(typed, 0, Value::TRUE), Err(TypedError::WrongValue));
            let part = heap.typed_slice(typed, 2, 30).unwrap();
            assert_eq!((typed.len(), part.len()), (43, 28));
            for (i, expected) in model.iter().enumerate().skip(3) {
                let expected = expected.unwrap_or(Value::NIL);
                let got = heap.typed_get(typed, i).unwrap();
                assert_eq!((got.as_i64(), got.as_double()), (expected.as_i64(), expected.as_double()), "{i}");
                assert_eq!(got.is_nil(), expected.is_nil());
                if i < 30 {
                    let copied = heap.typed_get(part, i - 2).unwrap();
                    assert_eq!((got.as_i64(), got.as_double()), (copied.as_i64(), copied.as_double()));
                }
            }
        }
        let bytes = heap.typed_from_bytes(b"some bytes").unwrap();
        assert_eq!(bytes.as_bytes(), b"some bytes");
        assert_eq!(heap.typed_set(bytes, 0, Value::int(256)), Err(TypedError::WrongValue));
    });
}
