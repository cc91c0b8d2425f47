//! Characters of a string: positions, slices, search.
//!
//! A program counts characters (code points), the text is bytes. In ASCII text both are the same. In other
//! text a position is found by walking, from the nearest of: the start, the end, and the position that was
//! asked for last (one cache entry in the heap), so that walking a text in either direction costs O(1) a
//! step and a random access O(n).

use crate::error::HeapError;
use crate::heap::{CharCache, Heap};
use crate::layout::StrKind;
use crate::refs::StrRef;

/// Slices shorter than this are copied.
const SLICE_MIN: usize = 32;

#[inline(always)]
fn is_start(byte: u8) -> bool {
    byte & 0xC0 != 0x80
}

/// Bytes looked at in one step; counting in so many at once takes a few vector instructions.
const CHUNK: usize = 32;

fn count_starts(bytes: &[u8]) -> usize {
    bytes.iter().filter(|&&b| is_start(b)).count()
}

/// The byte offset `n` characters after the character boundary `from`.
fn forward(bytes: &[u8], from: usize, n: usize) -> usize {
    let mut i = from;
    let mut left = n;
    // A byte is at most one character: a chunk never holds more of them than are left.
    while left >= CHUNK
        && let Some(chunk) = bytes.get(i..i + CHUNK)
    {
        left -= count_starts(chunk);
        i += CHUNK;
    }
    // After chunks, `i` may stand inside a character; that one is counted already.
    while i < bytes.len() && (left > 0 || !is_start(bytes[i])) {
        left -= is_start(bytes[i]) as usize;
        i += 1;
    }
    i
}

/// The byte offset `n` characters before the character boundary `from`.
fn backward(bytes: &[u8], from: usize, n: usize) -> usize {
    let mut i = from;
    let mut left = n;
    while left >= CHUNK && i >= CHUNK {
        left -= count_starts(&bytes[i - CHUNK..i]);
        i -= CHUNK;
    }
    while left > 0 && i > 0 {
        i -= 1;
        left -= is_start(bytes[i]) as usize;
    }
    i
}

impl Heap {
    /// The byte offset of character `index` of `s`, which is not a rope; its length in bytes for an index
    /// at or behind the end.
    #[inline]
    pub fn byte_offset(&mut self, s: StrRef, index: usize) -> usize {
        if index >= s.char_len() {
            s.byte_len()
        } else if s.is_ascii() {
            index
        } else {
            self.walk_to_char(s, index)
        }
    }

    fn walk_to_char(&mut self, s: StrRef, index: usize) -> usize {
        let bytes = s.text().as_bytes();
        let (known_char, known_byte) = self.nearest(s, index, |(char_at, _)| char_at);
        let offset = if known_char <= index {
            forward(bytes, known_byte, index - known_char)
        } else {
            backward(bytes, known_byte, known_char - index)
        };
        self.char_cache = CharCache { string: s.address(), chars: index as u32, bytes: offset as u32 };
        offset
    }

    /// The known position (character, byte) that is nearest to `target`, measured by `unit`.
    fn nearest(&self, s: StrRef, target: usize, unit: impl Fn((usize, usize)) -> usize) -> (usize, usize) {
        let cache = &self.char_cache;
        let cached =
            if cache.string == s.address() { (cache.chars as usize, cache.bytes as usize) } else { (0, 0) };
        let end = (s.char_len(), s.byte_len());
        let mut best = (0, 0);
        for known in [cached, end] {
            if unit(known).abs_diff(target) < unit(best).abs_diff(target) {
                best = known;
            }
        }
        best
    }

    /// The index of the character that starts at byte `offset` of `s`, which is not a rope.
    pub fn char_index(&mut self, s: StrRef, offset: usize) -> usize {
        if s.is_ascii() {
            return offset.min(s.byte_len());
        }
        if offset >= s.byte_len() {
            return s.char_len();
        }
        let bytes = s.text().as_bytes();
        let (known_char, known_byte) = self.nearest(s, offset, |(_, byte_at)| byte_at);
        let index = if known_byte <= offset {
            known_char + count_starts(&bytes[known_byte..offset])
        } else {
            known_char - count_starts(&bytes[offset..known_byte])
        };
        self.char_cache = CharCache { string: s.address(), chars: index as u32, bytes: offset as u32 };
        index
    }

    /// Character `index` of `s` as a string; `None` behind the end.
    #[inline]
    pub fn char_at(&mut self, s: StrRef, index: usize) -> Result<Option<StrRef>, HeapError> {
        if index >= s.char_len() {
            return Ok(None);
        }
        self.flatten(s)?;
        if s.is_ascii() {
            // SAFETY: `index` is below the length, and in ASCII text a character is a byte.
            let byte = unsafe { *s.text_start().add(index) };
            self.ascii_char(byte).map(Some)
        } else {
            self.wide_char_at(s, index)
        }
    }

    #[inline(never)]
    fn wide_char_at(&mut self, s: StrRef, index: usize) -> Result<Option<StrRef>, HeapError> {
        match self.code_point_at(s, index)? {
            Some(c) => self.single_char(c).map(Some),
            None => Ok(None),
        }
    }

    /// Character `index` of `s`; `None` behind the end.
    pub fn code_point_at(&mut self, s: StrRef, index: usize) -> Result<Option<char>, HeapError> {
        if index >= s.char_len() {
            return Ok(None);
        }
        self.flatten(s)?;
        let offset = self.byte_offset(s, index);
        Ok(s.text()[offset..].chars().next())
    }

    /// The characters `from..to` of `s` (clamped to its length). Long results share the bytes.
    pub fn str_slice(&mut self, s: StrRef, from: usize, to: usize) -> Result<StrRef, HeapError> {
        let to = to.min(s.char_len());
        if from >= to {
            return self.empty_str();
        }
        if from == 0 && to == s.char_len() {
            return Ok(s);
        }
        if to - from == 1 {
            let c = self.char_at(s, from)?;
            return Ok(c.unwrap_or(s));
        }
        self.flatten(s)?;
        let start = self.byte_offset(s, from);
        let end = self.byte_offset(s, to);
        if end - start < SLICE_MIN {
            return self.new_counted_str(&s.text()[start..end], to - from);
        }
        let fields = s.fields();
        let (parent, offset) =
            if s.str_kind() == StrKind::Slice { (fields.a, fields.b + start) } else { (s.address(), start) };
        self.alloc_derived(StrKind::Slice, end - start, to - from, 0, parent, offset)
    }

    /// The index of the first occurrence of `needle` in `hay` that starts at character `from` or later.
    pub fn str_find(&mut self, hay: StrRef, needle: StrRef, from: usize) -> Result<Option<usize>, HeapError> {
        if from > hay.char_len() || needle.byte_len() > hay.byte_len() {
            return Ok(None);
        }
        self.flatten(hay)?;
        self.flatten(needle)?;
        let start = self.byte_offset(hay, from);
        let found = hay.text()[start..].find(needle.text());
        Ok(found.map(|offset| self.char_index(hay, start + offset)))
    }

    /// The index of the last occurrence of `needle` in `hay` that ends at character `to` or earlier.
    pub fn str_rfind(&mut self, hay: StrRef, needle: StrRef, to: usize) -> Result<Option<usize>, HeapError> {
        if needle.byte_len() > hay.byte_len() {
            return Ok(None);
        }
        self.flatten(hay)?;
        self.flatten(needle)?;
        let end = self.byte_offset(hay, to);
        let found = hay.text()[..end].rfind(needle.text());
        Ok(found.map(|offset| self.char_index(hay, offset)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn walking_both_ways() {
        let text = "aé漢🎉b".repeat(7);
        let starts: Vec<usize> = text.char_indices().map(|(i, _)| i).chain([text.len()]).collect();
        for (i, &a) in starts.iter().enumerate() {
            for (j, &b) in starts.iter().enumerate() {
                if i <= j {
                    assert_eq!(forward(text.as_bytes(), a, j - i), b);
                } else {
                    assert_eq!(backward(text.as_bytes(), a, i - j), b);
                }
            }
        }
    }
}
