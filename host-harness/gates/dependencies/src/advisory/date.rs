/// The instant of a date such as `2023-01-31` or `2023-01-31T10:20:30.5Z`, in milliseconds since
/// 1970; an offset from UTC is not needed to tell how old data is.
pub fn instant(text: &str) -> Option<u64> {
    let number = |range: std::ops::Range<usize>| {
        let digits = text.get(range)?;
        digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse::<u64>().ok())?
    };
    let date = days(number(0..4)?, number(5..7)?, number(8..10)?)?;
    let time = match text.len() {
        10 => 0,
        _ => number(11..13)? * 3600 + number(14..16)? * 60 + number(17..19)?,
    };
    Some((date * 86_400 + time) * 1000)
}

/// Days from 1970 to a date of the Gregorian calendar, counted in years that begin in March.
fn days(year: u64, month: u64, day: u64) -> Option<u64> {
    if !(1970..=9999).contains(&year) || !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let leaps = year / 4 - year / 100 + year / 400;
    (year * 365 + leaps + (month * 153 + 2) / 5 + day - 1).checked_sub(719_468)
}

/// The day of an instant, as `YYYY-MM-DD`.
pub fn day(instant_ms: u64) -> String {
    let days = instant_ms / 86_400_000 + 719_468;
    let (era, day_of_era) = (days / 146_097, days % 146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted + 2) / 5 + 1;
    let (month, later) = if shifted < 10 { (shifted + 3, 0) } else { (shifted - 9, 1) };
    format!("{:04}-{month:02}-{day:02}", year_of_era + era * 400 + later)
}

/// An instant as RFC 3339 writes it, to the second, in UTC.
pub fn timestamp(instant_ms: u64) -> String {
    let seconds = instant_ms / 1000 % 86_400;
    let (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    format!("{}T{hour:02}:{minute:02}:{second:02}Z", day(instant_ms))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_become_instants_and_days_again() {
        for (text, wanted) in [
            ("1970-01-01", Some(0)),
            ("2000-02-29", Some(951_782_400_000)),
            ("2024-03-01T00:00:01Z", Some(1_709_251_201_000)),
            ("2021-11-29T23:10:59.097625Z", Some(1_638_227_459_000)),
            ("yesterday", None),
            ("2021-13-01", None),
            ("2021-1é-01", None),
        ] {
            assert_eq!(instant(text), wanted, "{text}");
        }
        for text in ["1970-01-01", "1999-12-31", "2000-02-29", "2026-11-22"] {
            assert_eq!(day(instant(text).expect("a date")), text);
        }
        assert_eq!(timestamp(1_709_251_201_999), "2024-03-01T00:00:01Z");
    }
}
