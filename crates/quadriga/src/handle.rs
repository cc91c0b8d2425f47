//! Handles: how values of a context live in Rust.
//!
//! A [`Handle`] names a slot in the roots of its context and knows its context by identity. Cloning shares
//! the slot. Dropping the last clone, on any thread, puts the slot on a list that the context empties when
//! it is entered next: neither side ever waits for the other.

use crate::engine::Engine;
use crate::error::{Error, ErrorKind};
use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The part of a context that its values and host functions share with it.
pub(crate) struct Home {
    pub(crate) engine: Engine,
    /// The language whose rules hold where no script says otherwise.
    pub(crate) language: Option<Arc<dyn vm::Language>>,
    /// The name under which the engine knows it, whatever the variant.
    pub(crate) language_name: Option<&'static str>,
    pub(crate) dialect: Option<Arc<dyn vm::Dialect>>,
    /// Whether any language was installed.
    pub(crate) has_dialect: AtomicBool,
    released: Mutex<Released>,
    any_released: AtomicBool,
    alive: AtomicBool,
    /// Handles made so far. Only the thread that has the context writes it.
    made: AtomicUsize,
    /// Why a hook of the host stopped the script: the engine itself only knows that it was cancelled.
    stop: Mutex<Option<(ErrorKind, String)>>,
    any_stop: AtomicBool,
    /// A stop that a host function saw while it called back. The function cannot undo it.
    pending: Mutex<Option<vm::Error>>,
    any_pending: AtomicBool,
    captured: Mutex<Captured>,
    /// Entries that collect everything before they do anything else, since memory ran out.
    short_of_memory: AtomicU32,
    /// Fuel that the last call left; `u64::MAX` without a limit.
    fuel_left: AtomicU64,
}

#[derive(Default)]
struct Released {
    /// Slots of dropped handles that the context has not taken back yet.
    slots: Vec<u32>,
    /// Handles dropped so far.
    count: usize,
}

#[derive(Default)]
struct Captured {
    text: String,
    /// Something did not fit: nothing is added any more.
    full: bool,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Home {
    pub(crate) fn new(
        engine: Engine,
        language_name: Option<&'static str>,
        language: Option<Arc<dyn vm::Language>>,
    ) -> Home {
        Home {
            engine,
            dialect: language.as_ref().map(|l| l.dialect()),
            language,
            language_name,
            has_dialect: AtomicBool::new(false),
            released: Mutex::default(),
            any_released: AtomicBool::new(false),
            alive: AtomicBool::new(true),
            made: AtomicUsize::new(0),
            stop: Mutex::default(),
            any_stop: AtomicBool::new(false),
            pending: Mutex::default(),
            any_pending: AtomicBool::new(false),
            captured: Mutex::default(),
            short_of_memory: AtomicU32::new(0),
            fuel_left: AtomicU64::new(u64::MAX),
        }
    }

    /// Calls `free` for the slots that are free again.
    #[inline]
    pub(crate) fn drain_released(&self, free: impl FnMut(u32)) {
        if self.any_released.load(Ordering::Relaxed) {
            self.any_released.store(false, Ordering::Relaxed);
            lock(&self.released).slots.drain(..).for_each(free);
        }
    }

    pub(crate) fn context_is_gone(&self) {
        self.alive.store(false, Ordering::Relaxed);
    }

    pub(crate) fn handle_count(&self) -> usize {
        self.made.load(Ordering::Relaxed) - lock(&self.released).count
    }

    pub(crate) fn set_stop(&self, kind: ErrorKind, message: String) {
        lock(&self.stop).get_or_insert((kind, message));
        self.any_stop.store(true, Ordering::Relaxed);
    }

    pub(crate) fn take_stop(&self) -> Option<(ErrorKind, String)> {
        if !self.any_stop.load(Ordering::Relaxed) {
            return None;
        }
        self.any_stop.store(false, Ordering::Relaxed);
        lock(&self.stop).take()
    }

    pub(crate) fn set_pending(&self, error: vm::Error) {
        lock(&self.pending).get_or_insert(error);
        self.any_pending.store(true, Ordering::Relaxed);
    }

    pub(crate) fn take_pending(&self) -> Option<vm::Error> {
        if !self.any_pending.load(Ordering::Relaxed) {
            return None;
        }
        self.any_pending.store(false, Ordering::Relaxed);
        lock(&self.pending).take()
    }

    pub(crate) fn fuel_left(&self) -> Option<u64> {
        Some(self.fuel_left.load(Ordering::Relaxed)).filter(|&fuel| fuel != u64::MAX)
    }

    pub(crate) fn set_fuel_left(&self, fuel: Option<u64>) {
        self.fuel_left.store(fuel.unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    /// Memory ran out. The host may now let go of things step by step; each of the next steps shall see what
    /// the one before has freed.
    pub(crate) fn out_of_memory(&self) {
        self.short_of_memory.store(8, Ordering::Relaxed);
    }

    /// Whether this entry is to collect everything first.
    pub(crate) fn is_short_of_memory(&self) -> bool {
        let left = self.short_of_memory.load(Ordering::Relaxed);
        if left > 0 {
            self.short_of_memory.store(left - 1, Ordering::Relaxed);
        }
        left > 0
    }

    /// Adds to the captured output; `false` if it would exceed `limit` bytes.
    pub(crate) fn capture(&self, text: &str, limit: usize) -> bool {
        let mut captured = lock(&self.captured);
        captured.full |= text.len() > limit.saturating_sub(captured.text.len());
        if !captured.full {
            captured.text.push_str(text);
        }
        !captured.full
    }

    pub(crate) fn take_captured(&self) -> String {
        std::mem::take(&mut *lock(&self.captured)).text
    }
}

struct Slot {
    home: Arc<Home>,
    index: u32,
    /// The object never moves, and it lives as long as this: its address is its identity.
    address: usize,
}

impl Drop for Slot {
    fn drop(&mut self) {
        if self.home.alive.load(Ordering::Relaxed) {
            let mut released = lock(&self.home.released);
            released.count += 1;
            released.slots.push(self.index);
            drop(released);
            self.home.any_released.store(true, Ordering::Relaxed);
        }
    }
}

/// A root of a context, held from outside.
#[derive(Clone)]
pub(crate) struct Handle(Arc<Slot>);

impl Handle {
    pub(crate) fn new(home: &Arc<Home>, index: u32, address: usize) -> Handle {
        home.made.store(home.made.load(Ordering::Relaxed) + 1, Ordering::Relaxed);
        Handle(Arc::new(Slot { home: home.clone(), index, address }))
    }

    /// The slot, if the context is the one with this home.
    #[inline]
    pub(crate) fn index_in(&self, home: &Arc<Home>) -> Result<u32, Error> {
        if Arc::ptr_eq(&self.0.home, home) { Ok(self.0.index) } else { Err(self.foreign()) }
    }

    #[cold]
    fn foreign(&self) -> Error {
        if self.0.home.alive.load(Ordering::Relaxed) {
            Error::of(ErrorKind::WrongContext, "the value belongs to another context")
        } else {
            Error::of(ErrorKind::ContextGone, "the context of the value does not exist any more")
        }
    }
}

impl PartialEq for Handle {
    /// Identity of the objects.
    fn eq(&self, other: &Handle) -> bool {
        Arc::ptr_eq(&self.0.home, &other.0.home) && self.0.address == other.0.address
    }
}

impl Eq for Handle {}

impl fmt::Debug for Handle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{:x}", self.0.address)
    }
}
