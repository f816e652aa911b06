/// Whether a text is a date and time of RFC 3339. A leap second is taken at the end of a day
/// in UTC alone.
pub(crate) fn is_date_time(text: &str) -> bool {
    let Some((date, time)) = text.split_once(['T', 't']) else { return false };
    is_date(date) && is_time(time)
}

fn digits(text: Option<&str>) -> Option<u32> {
    text.filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()))?.parse().ok()
}

fn is_date(text: &str) -> bool {
    let bytes = text.as_bytes();
    if bytes.len() != 10 || bytes[4] != b'-' || bytes[7] != b'-' {
        return false;
    }
    match (digits(text.get(..4)), digits(text.get(5..7)), digits(text.get(8..))) {
        (Some(year), Some(month), Some(day)) => (1..=days(year, month)).contains(&day),
        _ => false,
    }
}

fn days(year: u32, month: u32) -> u32 {
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => 0,
    }
}

fn is_time(text: &str) -> bool {
    let bytes = text.as_bytes();
    if bytes.len() < 9 || bytes[2] != b':' || bytes[5] != b':' {
        return false;
    }
    let (hour, minute, second) = (digits(text.get(..2)), digits(text.get(3..5)), digits(text.get(6..8)));
    let (Some(hour @ 0..=23), Some(minute @ 0..=59), Some(second @ 0..=60)) = (hour, minute, second) else {
        return false;
    };
    let Some(offset) = text.get(8..).and_then(after_fraction).and_then(offset_minutes) else { return false };
    second < 60 || (i64::from(hour * 60 + minute) - offset).rem_euclid(24 * 60) == 24 * 60 - 1
}

fn after_fraction(rest: &str) -> Option<&str> {
    let Some(fraction) = rest.strip_prefix('.') else { return Some(rest) };
    let after = fraction.trim_start_matches(|char: char| char.is_ascii_digit());
    (after.len() < fraction.len()).then_some(after)
}

fn offset_minutes(text: &str) -> Option<i64> {
    if matches!(text, "Z" | "z") {
        return Some(0);
    }
    let sign = match text.as_bytes().first()? {
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    if text.len() != 6 || text.as_bytes()[3] != b':' {
        return None;
    }
    let (hour, minute) = (digits(text.get(1..3))?, digits(text.get(4..))?);
    (hour < 24 && minute < 60).then(|| sign * i64::from(hour * 60 + minute))
}

#[cfg(test)]
mod tests {
    use super::is_date_time;

    #[test]
    fn only_what_rfc_3339_has_is_a_date_and_time() {
        for good in [
            "2024-02-29T00:00:00Z",
            "1990-12-31t23:59:60z",
            "1990-12-31T15:59:60-08:00",
            "1937-01-01T12:00:27.87+00:20",
        ] {
            assert!(is_date_time(good), "{good}");
        }
        for bad in [
            "2023-02-29T00:00:00Z",
            "2024-13-01T00:00:00Z",
            "2024-01-01 00:00:00Z",
            "2024-01-01T00:00:00",
            "2024-01-01T24:00:00Z",
            "2024-01-01T12:00:60Z",
            "2024-01-01T00:00:00.Z",
            "2024-01-01T00:00:00+24:00",
            "2024-01-01T00:00:0é",
            "2024-01-0éT00:00:00Z",
            "T",
            "",
        ] {
            assert!(!is_date_time(bad), "{bad}");
        }
    }
}
