//! Maps whose keys are hashed and compared by the language: look-up, store, removal.
//!
//! A map of policy [`KeyPolicy::User`] holds numbers and strings by content, as all maps do; of any other key
//! the dialect tells the hash, and whether it equals another one. Both may run script code, which may fail,
//! collect, or change the very map that is being searched. So a search holds no borrow: it takes one
//! candidate at a time, asks, and then looks whether the table is still what it was. If not, it begins
//! anew; every round runs script code, which polls and charges fuel.

use crate::context::Context;
use crate::error::Result;
use quadriga_heap::{Candidate, KeyPolicy, MapRef, ProbeState, ValueExt, hash_key, normalize_key, same_key};
use quadriga_value::Value;

/// Whether the engine itself knows what the key equals among its like.
fn is_plain(key: Value) -> bool {
    key.is_number() || key.as_str().is_some() || key.as_boxed_int().is_some()
}

impl Context {
    /// Whether the keys of a map are compared by the language.
    #[inline]
    pub(crate) fn has_user_keys(map: MapRef) -> bool {
        map.key_policy() != KeyPolicy::Content
    }

    /// The value under `key`.
    pub fn map_get_user(&mut self, map: MapRef, key: Value) -> Result<Option<Value>> {
        let (key, hash) = self.user_key(key)?;
        let entry = self.find_user(map, key, hash)?;
        Ok(entry.and_then(|entry| self.heap.map_entry(map, entry)).map(|(_, value)| value))
    }

    /// Stores `value` under `key`. An entry that is there keeps its key.
    pub fn map_set_user(&mut self, map: MapRef, key: Value, value: Value) -> Result<()> {
        let (key, hash) = self.user_key(key)?;
        match self.find_user(map, key, hash)? {
            Some(entry) => self.heap.map_set_entry(map, entry, value),
            None => {
                self.heap.map_insert_hashed(map, key, hash, value)?;
            }
        }
        Ok(())
    }

    /// Removes the entry of `key` and answers its value.
    pub fn map_remove_user(&mut self, map: MapRef, key: Value) -> Result<Option<Value>> {
        let (key, hash) = self.user_key(key)?;
        let entry = self.find_user(map, key, hash)?;
        Ok(entry.and_then(|entry| self.heap.map_remove_entry(map, entry)))
    }

    /// The key as maps hold it, and its hash.
    fn user_key(&mut self, key: Value) -> Result<(Value, u64)> {
        let key = normalize_key(key);
        if let Some(s) = key.as_str() {
            self.charge_key(key)?;
            self.heap.flatten(s)?;
        }
        let hash = if is_plain(key) { hash_key(key) } else { self.dialect_ref().hash_key(self, key)? };
        Ok((key, hash))
    }

    /// The entry of `key`. No script code runs between the end of the search and the answer.
    fn find_user(&mut self, map: MapRef, key: Value, hash: u64) -> Result<Option<usize>> {
        let mut state = ProbeState::default();
        loop {
            match self.heap.map_candidates(map, hash, &mut state) {
                Candidate::Absent => return Ok(None),
                Candidate::Moved => {}
                Candidate::Key { entry, key: stored } => {
                    if stored == key {
                        return Ok(Some(entry));
                    }
                    if is_plain(stored) && is_plain(key) {
                        if same_key(stored, key) {
                            return Ok(Some(entry));
                        }
                        continue;
                    }
                    let equal = self.dialect_ref().keys_equal(self, stored, key)?;
                    if !self.heap.probe_is_current(map, &state) {
                        state = ProbeState::default();
                        continue;
                    }
                    // The answer is worth nothing if the entry went while it was found.
                    let still_there = self.heap.map_entry(map, entry).is_some_and(|(k, _)| k == stored);
                    if equal && still_there {
                        return Ok(Some(entry));
                    }
                }
            }
        }
    }
}
