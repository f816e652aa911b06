//! When an exchange is tried again, and when.

use std::time::{Duration, SystemTime};

use policy::Code;
use ring::rand::{SecureRandom, SystemRandom};

/// How long the first pause is at the most; each is at the most twice the one before.
pub(super) const PAUSE_FIRST: Duration = Duration::from_millis(200);
/// The same for a model, whose limits are by the second and the minute.
pub(super) const PAUSE_FIRST_OF_MODEL: Duration = Duration::from_secs(1);
const PAUSE_MAX: Duration = Duration::from_secs(20);

/// What came of an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// An answer with this status.
    Status(u16),
    /// No answer that counts.
    Failed(Code),
}

/// An attempt, for the record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attempt {
    /// What came of it.
    pub outcome: Outcome,
    /// How long was waited before it.
    pub waited_ms: u64,
}

impl Attempt {
    /// The attempt as it stands in a record.
    pub fn record(&self) -> serde_json::Value {
        match self.outcome {
            Outcome::Status(status) => serde_json::json!({ "status": status, "waited_ms": self.waited_ms }),
            Outcome::Failed(code) => {
                serde_json::json!({ "failed": code.as_str(), "waited_ms": self.waited_ms })
            }
        }
    }
}

/// Whether a status says that the same may go well a little later.
pub(super) fn is_passing(status: u16) -> bool {
    matches!(status, 429 | 502 | 503 | 504)
}

/// The same of a model: providers say so with other statuses too, and repeating a question
/// does no harm.
pub(super) fn is_passing_of_model(status: u16) -> bool {
    is_passing(status) || matches!(status, 500 | 529)
}

/// The pause before the next attempt: what the place asks for, and no less than a random part
/// of a time that doubles, so that those who failed together don't come back together.
pub(super) fn pause(first: Duration, failed: usize, asked: Option<Duration>, dice: u32) -> Duration {
    let doublings = u32::try_from(failed.saturating_sub(1)).unwrap_or(u32::MAX).min(16);
    let most = first.saturating_mul(1 << doublings).min(PAUSE_MAX);
    let part = most.mul_f64(f64::from(dice) / f64::from(u32::MAX));
    asked.unwrap_or_default().max(part)
}

/// Randomness; where there is none, the pauses are as long as they can be.
pub(super) fn dice() -> u32 {
    let mut bytes = [0; 4];
    SystemRandom::new().fill(&mut bytes).map_or(u32::MAX, |()| u32::from_le_bytes(bytes))
}

/// `retry-after-ms`, which some providers send beside it.
pub(super) fn retry_after_ms(text: &str) -> Option<Duration> {
    text.trim().parse::<u32>().ok().map(|ms| Duration::from_millis(ms.into()))
}

/// `Retry-After`: seconds, or a date.
pub(super) fn retry_after(text: &str, now: SystemTime) -> Option<Duration> {
    let text = text.trim();
    if let Ok(seconds) = text.parse::<u32>() {
        return Some(Duration::from_secs(seconds.into()));
    }
    let date = httpdate::parse_http_date(text).ok()?;
    Some(date.duration_since(now).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_and_are_random_below_that() {
        for (failed, dice, ms) in [
            (1, 0, 0),
            (1, u32::MAX, 200),
            (2, u32::MAX, 400),
            (3, u32::MAX / 2, 400),
            (7, u32::MAX, 12_800),
            (8, u32::MAX, 20_000),
            (1000, u32::MAX, 20_000),
        ] {
            let found = pause(PAUSE_FIRST, failed, None, dice).as_millis();
            assert!(found.abs_diff(ms) <= 1, "{failed} {dice}: {found}");
        }
        let asked = |seconds| pause(PAUSE_FIRST, 3, Some(Duration::from_secs(seconds)), u32::MAX);
        assert_eq!(asked(7), Duration::from_secs(7));
        assert_eq!(asked(0).as_millis(), 800, "a date that is over is no leave to hurry");
    }

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(784_111_777);
        for (text, expected) in [
            ("0", Some(0)),
            ("120", Some(120)),
            (" 3 ", Some(3)),
            ("Sun, 06 Nov 1994 08:49:47 GMT", Some(10)),
            ("Sun, 06 Nov 1994 08:00:00 GMT", Some(0)),
            ("-1", None),
            ("soon", None),
            ("1.5", None),
            ("", None),
        ] {
            assert_eq!(retry_after(text, now).map(|wait| wait.as_secs()), expected, "{text:?}");
        }
    }

    #[test]
    fn two_throws_are_not_the_same() {
        assert!((0..8).map(|_| dice()).collect::<std::collections::BTreeSet<_>>().len() > 1);
    }
}
