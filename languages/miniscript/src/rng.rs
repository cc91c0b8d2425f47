//! The random number generator of the language: xoshiro256+, seeded through splitmix64.
//!
//! *Takes* a seed; *leaves* numbers uniform in `0 <= x < 1` that equal those of the reference implementation for
//! the same seed; *costs* a few integer instructions per number and 32 bytes of state. Not for cryptography.

/// A generator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rng {
    state: [u64; 4],
}

impl Rng {
    /// A generator started from 64 bits.
    #[must_use]
    pub fn from_bits(mut seed: u64) -> Self {
        // splitmix64 spreads the seed over the state, so that even a seed of 0 gives a usable one.
        let state = std::array::from_fn(|_| {
            seed = seed.wrapping_add(0x9E37_79B9_7F4A_7C15);
            let mut z = seed;
            z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
            z ^ (z >> 31)
        });
        Self { state }
    }

    /// A generator started from a number of the language, as `rnd(seed)` does. The fraction is dropped; a number
    /// outside the range of 64-bit integers counts as the nearest end of the range, NaN as 0.
    #[must_use]
    pub fn from_seed(seed: f64) -> Self {
        Self::from_bits((seed as i64) as u64)
    }

    /// The next number. The intrinsic `rnd(seed)` seeds and then also draws one.
    pub fn next_f64(&mut self) -> f64 {
        (self.next_bits() >> 11) as f64 * (1.0 / (1_u64 << 53) as f64)
    }

    /// The next 64 bits. The lowest few are of lesser quality.
    pub fn next_bits(&mut self) -> u64 {
        let s = &mut self.state;
        let result = s[0].wrapping_add(s[3]);
        let t = s[1] << 17;
        s[2] ^= s[0];
        s[3] ^= s[1];
        s[1] ^= s[2];
        s[0] ^= s[3];
        s[2] ^= t;
        s[3] = s[3].rotate_left(45);
        result
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rounded(value: f64) -> f64 {
        (value * 1e6).round() / 1e6
    }

    #[test]
    fn reproduces_the_reference() {
        // The statement `rnd 42` seeds and draws once, so a program sees the numbers behind the first.
        let mut rng = Rng::from_seed(42.0);
        let drawn: Vec<f64> = (0..4).map(|_| rounded(rng.next_f64())).collect();
        assert_eq!(drawn, [0.085756, 0.310411, 0.06257, 0.306461]);
        let mut rng = Rng::from_seed(0.0);
        rng.next_f64();
        assert_eq!(rounded(rng.next_f64()), 0.192728);
    }

    #[test]
    fn seeds_are_integers() {
        assert_eq!(Rng::from_seed(42.9), Rng::from_seed(42.0));
        assert_eq!(Rng::from_seed(f64::NAN), Rng::from_bits(0));
        assert_eq!(Rng::from_seed(-1.0), Rng::from_bits(u64::MAX));
    }

    #[test]
    fn stays_in_range() {
        let mut rng = Rng::from_seed(7.0);
        assert!((0..10_000).map(|_| rng.next_f64()).all(|x| (0.0..1.0).contains(&x)));
    }
}
