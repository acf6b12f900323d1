//! Time and entropy: the only file that touches either, so that a test can inject both.

use crate::fault::Fault;
use std::sync::Mutex;
use std::time::{SystemTime, UNIX_EPOCH};

/// A source of wall-clock time.
pub trait Clock: Send + Sync {
    /// Seconds since 1970-01-01T00:00:00Z.
    fn seconds(&self) -> u64;
}

/// A source of random bytes.
pub trait Rng: Send + Sync {
    /// Fills `into` with random bytes.
    ///
    /// # Errors
    /// [`Fault::NoEntropy`] when the source fails.
    fn fill(&self, into: &mut [u8]) -> Result<(), Fault>;
}

/// The machine's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn seconds(&self) -> u64 {
        SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
    }
}

/// The operating system's random source. It keeps no state in the process, so a forked child never repeats its
/// parent's bytes.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemRng;

impl Rng for SystemRng {
    fn fill(&self, into: &mut [u8]) -> Result<(), Fault> {
        getrandom::fill(into).map_err(|_| Fault::NoEntropy)
    }
}

/// A repeatable source for tests and simulations: splitmix64 from a seed. Not for keys that matter.
#[derive(Debug)]
pub struct SeededRng(Mutex<u64>);

impl SeededRng {
    /// A source that yields the same bytes for the same `seed`.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        SeededRng(Mutex::new(seed))
    }
}

impl Rng for SeededRng {
    fn fill(&self, into: &mut [u8]) -> Result<(), Fault> {
        let mut state = self.0.lock().map_err(|_| Fault::NoEntropy)?;
        for chunk in into.chunks_mut(8) {
            *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mut word = *state;
            word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            word ^= word >> 31;
            chunk.copy_from_slice(&word.to_le_bytes()[..chunk.len()]);
        }
        Ok(())
    }
}

/// Lends an [`Rng`] to the crypto crates, which want `rand_core`'s traits.
pub(crate) struct Borrowed<'a>(pub(crate) &'a dyn Rng);

impl rand_core::TryRng for Borrowed<'_> {
    type Error = EntropyFailed;

    fn try_next_u32(&mut self) -> Result<u32, EntropyFailed> {
        let mut word = [0; 4];
        self.try_fill_bytes(&mut word)?;
        Ok(u32::from_le_bytes(word))
    }

    fn try_next_u64(&mut self) -> Result<u64, EntropyFailed> {
        let mut word = [0; 8];
        self.try_fill_bytes(&mut word)?;
        Ok(u64::from_le_bytes(word))
    }

    fn try_fill_bytes(&mut self, into: &mut [u8]) -> Result<(), EntropyFailed> {
        self.0.fill(into).map_err(|_| EntropyFailed)
    }
}

impl rand_core::TryCryptoRng for Borrowed<'_> {}

/// The random source failed while a crypto crate was drawing from it.
#[derive(Debug)]
pub(crate) struct EntropyFailed;

impl std::fmt::Display for EntropyFailed {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("the random source failed")
    }
}

impl std::error::Error for EntropyFailed {}

/// Seconds since the epoch as PKCS#11's utcTime: `YYYYMMDDhhmmss00`, 16 ASCII digits.
#[must_use]
pub fn utc_time(seconds: u64) -> [u8; 16] {
    let (days, second_of_day) = (seconds / 86_400, seconds % 86_400);
    let (year, month, day) = civil_date(days);
    let text = format!(
        "{year:04}{month:02}{day:02}{:02}{:02}{:02}00",
        second_of_day / 3600,
        second_of_day / 60 % 60,
        second_of_day % 60
    );
    let mut out = [b'0'; 16];
    out.copy_from_slice(&text.as_bytes()[..16]);
    out
}

/// Days since 1970-01-01 as year, month and day of the Gregorian calendar (eras of 400 years from 0000-03-01).
fn civil_date(days: u64) -> (u64, u64, u64) {
    let shifted = days + 719_468;
    let (era, day_of_era) = (shifted / 146_097, shifted % 146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    let year = year_of_era + era * 400 + u64::from(month <= 2);
    (year, month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn utc_time_is_sixteen_digits_of_a_real_date() {
        assert_eq!(&utc_time(0), b"1970010100000000");
        assert_eq!(&utc_time(951_827_696), b"2000022912345600");
        assert_eq!(&utc_time(1_795_132_799), b"2026111923595900");
    }

    #[test]
    fn a_seeded_source_repeats_itself_and_two_seeds_differ() {
        let draw = |seed| {
            let mut bytes = [0; 20];
            SeededRng::new(seed).fill(&mut bytes).unwrap();
            bytes
        };
        assert_eq!(draw(1), draw(1));
        assert_ne!(draw(1), draw(2));
    }
}
