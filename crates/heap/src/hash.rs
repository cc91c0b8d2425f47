//! Hashing of keys.
//!
//! Takes bytes or a normalised key, leaves a hash that is well mixed in its low bits (tables mask it). Short
//! strings cost two multiplications, integers one. The function is a multiply-and-fold over 8-byte words
//! (the construction of wyhash) with a seed that is fixed for the life of the process: hashes are
//! reproducible, and an embedder who runs hostile input calls [`set_hash_seed`] once at start.

use quadriga_value::Value;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

const K0: u64 = 0xa076_1d64_78bd_642f;
const K1: u64 = 0xe703_7ed1_a0b4_28db;
const K2: u64 = 0x8ebc_6af0_9c88_c6e3;

static SEED: AtomicU64 = AtomicU64::new(0x5bd1_e995_9d1b_54a5);
/// Whether a heap exists that may hold hashes made with the seed.
static FROZEN: Mutex<bool> = Mutex::new(false);

/// Chooses the seed of all hashes of the process. Answers whether it took effect: it does not once a heap
/// has been made.
pub fn set_hash_seed(seed: u64) -> bool {
    let frozen = FROZEN.lock().unwrap_or_else(|e| e.into_inner());
    if !*frozen {
        SEED.store(seed, Ordering::Relaxed);
    }
    !*frozen
}

/// From now on the seed stays.
pub(crate) fn freeze_hash_seed() {
    *FROZEN.lock().unwrap_or_else(|e| e.into_inner()) = true;
}

#[inline(always)]
fn seed() -> u64 {
    SEED.load(Ordering::Relaxed)
}

/// The two halves of the product, folded.
#[inline(always)]
fn mix(a: u64, b: u64) -> u64 {
    let product = (a as u128) * (b as u128);
    (product as u64) ^ (product >> 64) as u64
}

#[inline(always)]
fn word(bytes: &[u8], i: usize) -> u64 {
    let mut w = [0; 8];
    w.copy_from_slice(&bytes[i..i + 8]);
    u64::from_le_bytes(w)
}

#[inline(always)]
fn half(bytes: &[u8], i: usize) -> u64 {
    let mut w = [0; 4];
    w.copy_from_slice(&bytes[i..i + 4]);
    u32::from_le_bytes(w) as u64
}

/// The hash of a text. Never 0, which marks "not computed yet" in a string.
#[inline]
pub fn hash_text(text: &str) -> u32 {
    let bytes = text.as_bytes();
    let n = bytes.len();
    let mut state = seed() ^ K0;
    if n <= 16 {
        return finish(n, short(bytes), state);
    }
    let mut i = 0;
    while i + 16 < n {
        state = mix(word(bytes, i) ^ K1, word(bytes, i + 8) ^ state);
        i += 16;
    }
    finish(n, (word(bytes, n - 16), word(bytes, n - 8)), state)
}

/// The two words that stand for a text of at most 16 bytes.
#[inline(always)]
fn short(bytes: &[u8]) -> (u64, u64) {
    let n = bytes.len();
    if n >= 8 {
        (word(bytes, 0), word(bytes, n - 8))
    } else if n >= 4 {
        (half(bytes, 0), half(bytes, n - 4))
    } else if n > 0 {
        ((bytes[0] as u64) << 16 | (bytes[n / 2] as u64) << 8 | bytes[n - 1] as u64, 0)
    } else {
        (0, 0)
    }
}

/// The hash of a text of `n` bytes from its last words and the state before them.
#[inline(always)]
fn finish(n: usize, (a, b): (u64, u64), state: u64) -> u32 {
    let h = mix(K2 ^ n as u64, mix(a ^ K1, b ^ state));
    let h = (h ^ (h >> 32)) as u32;
    if h == 0 { 1 } else { h }
}

/// The hash of a text that comes in pieces: that of [`hash_text`] for all of it.
pub(crate) struct TextHasher {
    state: u64,
    /// The block before the pending bytes, and behind it the pending bytes themselves: a full block is
    /// mixed in only when more follows, since the last bytes of a text are treated differently.
    window: [u8; 32],
    pending: usize,
    total: usize,
}

impl TextHasher {
    pub(crate) fn new() -> TextHasher {
        TextHasher { state: seed() ^ K0, window: [0; 32], pending: 0, total: 0 }
    }

    /// The next piece.
    pub(crate) fn write(&mut self, mut bytes: &[u8]) {
        self.total += bytes.len();
        while !bytes.is_empty() {
            if self.pending == 16 {
                self.state = mix(word(&self.window, 16) ^ K1, word(&self.window, 24) ^ self.state);
                self.window.copy_within(16.., 0);
                self.pending = 0;
            }
            if self.pending == 0 && bytes.len() > 16 {
                // Whole blocks straight from the piece; one to sixteen bytes of it stay.
                let whole = (bytes.len() - 1) / 16 * 16;
                let mut i = 0;
                while i < whole {
                    self.state = mix(word(bytes, i) ^ K1, word(bytes, i + 8) ^ self.state);
                    i += 16;
                }
                self.window[..16].copy_from_slice(&bytes[whole - 16..whole]);
                bytes = &bytes[whole..];
            }
            let n = bytes.len().min(16 - self.pending);
            self.window[16 + self.pending..][..n].copy_from_slice(&bytes[..n]);
            self.pending += n;
            bytes = &bytes[n..];
        }
    }

    /// The hash of all pieces.
    pub(crate) fn finish(&self) -> u32 {
        let (n, at) = (self.total, self.pending);
        let last = if n <= 16 {
            short(&self.window[16..16 + n])
        } else {
            (word(&self.window, at), word(&self.window, at + 8))
        };
        finish(n, last, self.state)
    }
}

/// The hash of an integer key.
#[inline(always)]
pub fn hash_int(i: i64) -> u64 {
    mix(i as u64 ^ seed(), K1)
}

/// The hash of a key that is equal only to itself: an object, a constant, a double.
#[inline(always)]
pub(crate) fn hash_identity(key: Value) -> u64 {
    mix(key.bits() ^ seed(), K2)
}

/// Mixes two hashes, for keys of several parts.
#[inline(always)]
pub fn hash_combine(a: u64, b: u64) -> u64 {
    mix(a ^ K0, b.rotate_left(23) ^ K1)
}

/// Hasher of Rust tables keyed by addresses.
#[derive(Default, Clone, Copy)]
pub(crate) struct AddressHasher(u64);

impl std::hash::Hasher for AddressHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for &b in bytes {
            self.0 = mix(self.0 ^ b as u64 ^ K0, K1);
        }
    }

    fn write_usize(&mut self, i: usize) {
        self.0 = mix(self.0 ^ i as u64 ^ K0, K1);
    }
}

/// A Rust table keyed by addresses.
pub(crate) type AddressMap<K, V> =
    std::collections::HashMap<K, V, std::hash::BuildHasherDefault<AddressHasher>>;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_counts() {
        for n in 0..40 {
            let base = "a".repeat(n);
            let h = hash_text(&base);
            assert_ne!(h, 0);
            assert_eq!(h, hash_text(&base.clone()));
            for i in 0..n {
                let mut other = base.clone().into_bytes();
                other[i] = b'b';
                assert_ne!(h, hash_text(std::str::from_utf8(&other).unwrap()), "length {n}, byte {i}");
            }
        }
    }

    #[test]
    fn pieces_have_the_hash_of_the_whole() {
        let text: String = (0..200_u8).map(|i| char::from(b' ' + i % 90)).collect();
        for n in 0..text.len() {
            let whole = &text[..n];
            for step in [1, 2, 3, 7, 15, 16, 17, 31, 32, 33, 50, 128] {
                for first in [0, 1, 5, 16, 20, 33] {
                    let (head, rest) = whole.split_at(first.min(n));
                    let mut hasher = TextHasher::new();
                    hasher.write(head.as_bytes());
                    rest.as_bytes().chunks(step).for_each(|piece| hasher.write(piece));
                    assert_eq!(
                        hasher.finish(),
                        hash_text(whole),
                        "length {n}, pieces of {step} behind {first}"
                    );
                }
            }
        }
    }

    #[test]
    fn low_bits_are_spread() {
        for step in [1i64, 2, 1 << 10, 1 << 20, 1 << 32, 1 << 40] {
            let mut buckets = [0u32; 64];
            for i in 0..640 {
                buckets[(hash_int(i * step) & 63) as usize] += 1;
            }
            assert!(*buckets.iter().max().unwrap() < 40, "step {step}: {buckets:?}");
        }
    }
}
