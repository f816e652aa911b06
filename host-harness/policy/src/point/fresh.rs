//! Whether an answer may be kept: only where it says so itself, in so many words.

use super::Heard;

/// Longer than this nothing is kept, whatever an answer says.
const FRESH_MS_MAX: u64 = 60_000;

/// The milliseconds for which an answer holds; `None` where it does not say.
pub fn fresh_ms(heard: &Heard) -> Option<u64> {
    let said = heard.headers.iter().filter(|(name, _)| name == "cache-control");
    let directives: Vec<String> =
        said.flat_map(|(_, value)| value.split(',')).map(|part| part.trim().to_ascii_lowercase()).collect();
    let forbids = |part: &String| part.starts_with("no-store") || part.starts_with("no-cache");
    let ages: Vec<_> = directives.iter().filter_map(|part| part.strip_prefix("max-age=")).collect();
    match (directives.iter().any(forbids), ages.as_slice()) {
        (false, [age]) => {
            age.parse::<u64>().ok().map(|seconds| (seconds.saturating_mul(1000)).min(FRESH_MS_MAX))
        }
        _ => None,
    }
    .filter(|fresh_ms| *fresh_ms > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_says_so_is_kept() {
        for (headers, expected) in [
            (vec![], None),
            (vec!["max-age=5"], Some(5000)),
            (vec!["private, Max-Age=5"], Some(5000)),
            (vec!["max-age=0"], None),
            (vec!["max-age=-1"], None),
            (vec!["max-age=5, no-store"], None),
            (vec!["no-cache", "max-age=5"], None),
            (vec!["max-age=5", "max-age=6"], None),
            (vec!["max-age=999999999999"], Some(60_000)),
            (vec!["s-maxage=5"], None),
        ] {
            let headers: Vec<_> =
                headers.into_iter().map(|value| ("cache-control".to_owned(), value.to_owned())).collect();
            let heard = Heard { headers: headers.clone(), ..Heard::default() };
            assert_eq!(fresh_ms(&heard), expected, "{headers:?}");
        }
    }
}
