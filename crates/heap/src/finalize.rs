//! Payloads of host objects: Rust values that are dropped when their object dies.
//!
//! A table holds the payloads; a host object holds an index into it. The collector asks the table after
//! marking which owners died and drops their payloads when the heap is consistent again, so that a `Drop`
//! that panics harms nothing. Cost: a minor collection looks at payloads registered since the last
//! collection, a full one at all.

use std::any::Any;

/// A payload as the heap holds it.
pub type Payload = Box<dyn Any + Send>;

struct Entry {
    /// `None` while a caller has it.
    payload: Option<Payload>,
    /// Address of the host object, 0 while it is being made.
    owner: usize,
    bytes: usize,
    /// The owner died while a caller had the payload.
    orphan: bool,
}

/// All payloads of a heap.
#[derive(Default)]
pub struct HostTable {
    entries: Vec<Option<Entry>>,
    free: Vec<u32>,
    /// Entries whose owner has not survived a collection yet.
    young: Vec<u32>,
}

impl HostTable {
    /// Takes a payload; the caller makes the host object and calls [`HostTable::bind`] before the next
    /// allocation. `bytes` is what [`crate::Heap::charge_external`] was told about it; the collector
    /// discharges them when it drops the payload.
    pub fn insert(&mut self, payload: Payload, bytes: usize) -> u32 {
        let entry = Some(Entry { payload: Some(payload), owner: 0, bytes, orphan: false });
        let index = match self.free.pop() {
            Some(index) => {
                self.entries[index as usize] = entry;
                index
            }
            None => {
                self.entries.push(entry);
                (self.entries.len() - 1) as u32
            }
        };
        self.young.push(index);
        index
    }

    /// Records which object owns the payload.
    pub fn bind(&mut self, index: u32, owner: usize) {
        if let Some(Some(entry)) = self.entries.get_mut(index as usize) {
            entry.owner = owner;
        }
    }

    /// The payload; `None` while a caller has taken it out.
    pub fn get(&self, index: u32) -> Option<&(dyn Any + Send)> {
        self.entries.get(index as usize)?.as_ref()?.payload.as_deref()
    }

    /// The payload, to change it.
    pub fn get_mut(&mut self, index: u32) -> Option<&mut (dyn Any + Send)> {
        self.entries.get_mut(index as usize)?.as_mut()?.payload.as_deref_mut()
    }

    /// Moves the payload out for the time of a call that needs the heap as well; [`HostTable::put_back`]
    /// returns it. `None` if it is out already.
    pub fn take(&mut self, index: u32) -> Option<Payload> {
        self.entries.get_mut(index as usize)?.as_mut()?.payload.take()
    }

    /// Returns a payload that [`HostTable::take`] moved out. If the owner died meanwhile, it is dropped, and
    /// the result is the number of bytes to discharge.
    #[must_use = "bytes to discharge"]
    pub fn put_back(&mut self, index: u32, payload: Payload) -> usize {
        match self.entries.get_mut(index as usize) {
            Some(Some(entry)) if !entry.orphan => {
                entry.payload = Some(payload);
                0
            }
            Some(slot) => {
                let bytes = slot.take().map_or(0, |entry| entry.bytes);
                self.free.push(index);
                drop(payload);
                bytes
            }
            None => 0,
        }
    }

    /// Number of payloads.
    pub fn len(&self) -> usize {
        self.entries.len() - self.free.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// After a marking: moves the payloads of dead owners to `dead`, with their bytes.
    pub(crate) fn sweep(
        &mut self,
        full: bool,
        is_live: &mut dyn FnMut(usize) -> bool,
        dead: &mut Vec<(Payload, usize)>,
    ) {
        let young = std::mem::take(&mut self.young);
        if full {
            for index in 0..self.entries.len() {
                self.sweep_entry(index, is_live, dead);
            }
        } else {
            for &index in &young {
                self.sweep_entry(index as usize, is_live, dead);
            }
        }
        self.young = young;
        self.young.clear();
    }

    fn sweep_entry(
        &mut self,
        index: usize,
        is_live: &mut dyn FnMut(usize) -> bool,
        dead: &mut Vec<(Payload, usize)>,
    ) {
        let slot = &mut self.entries[index];
        let Some(entry) = slot else { return };
        if entry.orphan || entry.owner != 0 && is_live(entry.owner) {
            return;
        }
        match entry.payload.take() {
            Some(payload) => {
                dead.push((payload, entry.bytes));
                *slot = None;
                self.free.push(index as u32);
            }
            None => entry.orphan = true,
        }
    }

    /// Moves all payloads out, for the end of the heap.
    pub(crate) fn drain(&mut self) -> Vec<Payload> {
        self.entries.drain(..).flatten().filter_map(|entry| entry.payload).collect()
    }
}

/// Drops payloads; one that panics while being dropped is forgotten, whatever it has left undone.
pub(crate) fn drop_payloads(payloads: impl Iterator<Item = Payload>) {
    for payload in payloads {
        let _ = std::panic::catch_unwind(std::panic::AssertUnwindSafe(move || drop(payload)));
    }
}
