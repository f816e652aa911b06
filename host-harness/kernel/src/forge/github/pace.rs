//! How fast to ask: what the forge says about its limits, and how long to wait when it
//! is broken.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::{Answer, fault::said, header};

/// How often something is tried, and how long is waited between.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// How often at the most.
    pub attempts: u64,
    /// The longest wait after the first attempt; each later one may be twice as long.
    pub first_wait: Duration,
    /// What the waits are drawn from: the same seed, the same waits.
    pub seed: u64,
}

/// The longest wait that doubling leads to.
const WAIT_MAX: Duration = Duration::from_secs(30);

impl Patience {
    /// The wait after so many attempts: at least half of what it may be at the most, so
    /// that not everyone who was cut off comes back at the same moment.
    pub(super) fn wait(&self, attempts: u64) -> Duration {
        let doublings = u32::try_from(attempts.saturating_sub(1)).unwrap_or(u32::MAX).min(16);
        let most = self.first_wait.saturating_mul(1 << doublings).min(WAIT_MAX);
        most / 2 + most.mul_f64(0.5 * drawn(self.seed ^ attempts))
    }
}

/// A number from 0 to 1 that looks as if it came by chance.
fn drawn(seed: u64) -> f64 {
    let mut bits = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    ((bits ^ (bits >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
}

/// Which of its limits the forge holds against a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LimitKind {
    /// So many requests an hour.
    Primary,
    /// Too many at once, or too quickly.
    Secondary,
}

/// The forge takes no request for a while. This one was not performed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Limited {
    pub kind: LimitKind,
    pub wait: Duration,
}

/// What the documentation asks for where the answer says nothing.
const SECONDARY_WAIT: Duration = Duration::from_secs(60);

/// No limit lasts for longer; a number that says so is a fault, and could be too large to
/// reckon with.
const TOLD_MAX: Duration = Duration::from_secs(365 * 24 * 3600);

/// Whether an answer says that the request came too soon.
pub(super) fn limited(answer: &Answer) -> Option<Limited> {
    let status = answer.status;
    let spoken = || {
        let said = said(&answer.body);
        said.message.to_ascii_lowercase().contains("rate limit") || said.is_rate_limited()
    };
    let waits = header(answer, "retry-after").is_some();
    let used_up = header(answer, "x-ratelimit-remaining") == Some("0");
    let limited = match status {
        429 => true,
        403 => waits || used_up || spoken(),
        200 => said(&answer.body).is_rate_limited(),
        _ => false,
    };
    let kind = if used_up && !waits { LimitKind::Primary } else { LimitKind::Secondary };
    let wait = || match kind {
        LimitKind::Primary => until_reset(answer),
        LimitKind::Secondary => retry_after(answer),
    };
    limited.then(|| Limited { kind, wait: wait().unwrap_or(SECONDARY_WAIT).min(TOLD_MAX) })
}

/// How long nothing more is left, when this was the last request of the hour.
pub(super) fn used_up(answer: &Answer) -> Option<Duration> {
    (header(answer, "x-ratelimit-remaining")? == "0")
        .then(|| until_reset(answer))?
        .map(|wait| wait.min(TOLD_MAX))
}

fn retry_after(answer: &Answer) -> Option<Duration> {
    let text = header(answer, "retry-after")?;
    match text.parse() {
        Ok(seconds) => Some(Duration::from_secs(seconds)),
        Err(_) => httpdate::parse_http_date(text).ok()?.duration_since(sent(answer)).ok(),
    }
}

/// By the forge's own clock, for the two need not agree. A second more: the forge counts
/// whole ones.
fn until_reset(answer: &Answer) -> Option<Duration> {
    let seconds = header(answer, "x-ratelimit-reset")?.parse().ok()?;
    let Some(reset) = UNIX_EPOCH.checked_add(Duration::from_secs(seconds)) else { return Some(TOLD_MAX) };
    Some(reset.duration_since(sent(answer)).unwrap_or_default() + Duration::from_secs(1))
}

fn sent(answer: &Answer) -> SystemTime {
    let date = header(answer, "date").and_then(|text| httpdate::parse_http_date(text).ok());
    date.unwrap_or_else(SystemTime::now)
}

#[cfg(test)]
mod tests {
    use super::*;

    const DATE: &str = "Sun, 06 Nov 1994 08:49:37 GMT";
    const DATE_SECONDS: u64 = 784_111_777;

    fn answer(status: u16, headers: &[(&str, &str)], body: &str) -> Answer {
        let headers = [&[("date", DATE)], headers].concat();
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        Answer { status, headers: headers.iter().map(owned).collect(), body: body.into() }
    }

    fn seconds(status: u16, headers: &[(&str, &str)], body: &str) -> Option<(LimitKind, u64)> {
        limited(&answer(status, headers, body)).map(|limited| (limited.kind, limited.wait.as_secs()))
    }

    #[test]
    fn limits_are_told_as_they_are_documented() {
        use LimitKind::{Primary, Secondary};
        let reset = (DATE_SECONDS + 30).to_string();
        let used_up = [("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", reset.as_str())];
        let secondary = r#"{"message":"You have exceeded a secondary rate limit."}"#;
        assert_eq!(seconds(403, &used_up, "{}"), Some((Primary, 31)));
        assert_eq!(seconds(429, &used_up, "{}"), Some((Primary, 31)));
        assert_eq!(seconds(403, &[("retry-after", "7")], secondary), Some((Secondary, 7)));
        assert_eq!(
            seconds(429, &[("retry-after", "Sun, 06 Nov 1994 08:49:47 GMT")], "{}"),
            Some((Secondary, 10))
        );
        assert_eq!(seconds(403, &[], secondary), Some((Secondary, 60)));
        assert_eq!(seconds(429, &[], "not JSON"), Some((Secondary, 60)));
        assert_eq!(seconds(403, &[], r#"{"message":"Resource not accessible"}"#), None);
        assert_eq!(seconds(404, &used_up, "{}"), None);
        let graphql = r#"{"errors":[{"type":"RATE_LIMITED","message":"API rate limit exceeded"}]}"#;
        assert_eq!(seconds(200, &[], graphql), Some((Secondary, 60)));
        assert_eq!(seconds(200, &used_up, "{}"), None);
        let endless = u64::MAX.to_string();
        assert_eq!(seconds(429, &[("retry-after", &endless)], "{}"), Some((Secondary, TOLD_MAX.as_secs())));
    }

    #[test]
    fn waits_double_within_their_bounds_and_are_the_same_for_a_seed() {
        let patience = Patience { attempts: 9, first_wait: Duration::from_millis(100), seed: 7 };
        for attempts in 1..9 {
            let most = Duration::from_millis(100 << (attempts - 1));
            let wait = patience.wait(attempts);
            assert!(most / 2 <= wait && wait <= most, "{attempts}: {wait:?}");
            assert_eq!(wait, patience.wait(attempts));
        }
        assert!(patience.wait(u64::MAX) <= WAIT_MAX);
        assert_ne!(patience.wait(1), Patience { seed: 8, ..patience }.wait(1));
    }
}
