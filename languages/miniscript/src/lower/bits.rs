//! Sets of small numbers: the locals of one function that are assigned at a point.
//!
//! *Takes* indices up to the number of locals, *costs* one word for 64 of them per copy.

/// A set of small numbers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Bits(Vec<u64>);

impl Bits {
    /// Whether `i` is in the set.
    pub fn has(&self, i: usize) -> bool {
        self.0.get(i / 64).is_some_and(|w| w >> (i % 64) & 1 == 1)
    }

    /// Adds `i`.
    pub fn add(&mut self, i: usize) {
        if self.0.len() <= i / 64 {
            self.0.resize(i / 64 + 1, 0);
        }
        self.0[i / 64] |= 1 << (i % 64);
    }

    /// Keeps what is in `other` as well.
    pub fn intersect(&mut self, other: &Bits) {
        for (i, w) in self.0.iter_mut().enumerate() {
            *w &= other.0.get(i).copied().unwrap_or(0);
        }
    }

    /// Adds all of `other`.
    pub fn unite(&mut self, other: &Bits) {
        if self.0.len() < other.0.len() {
            self.0.resize(other.0.len(), 0);
        }
        for (w, o) in self.0.iter_mut().zip(&other.0) {
            *w |= o;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_meet_and_join() {
        let (mut a, mut b) = (Bits::default(), Bits::default());
        a.add(3);
        a.add(100);
        b.add(3);
        let mut meet = a.clone();
        meet.intersect(&b);
        assert!(meet.has(3) && !meet.has(100) && !meet.has(64));
        b.unite(&a);
        assert!(b.has(100));
    }
}
