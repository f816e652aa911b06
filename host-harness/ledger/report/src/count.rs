//! Numbers as people read them.

/// `1,234,567`.
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// `1 file`, `1,024 files`.
pub(crate) fn counted(number: usize, one: &str, many: &str) -> String {
    match number {
        1 => format!("1 {one}"),
        _ => format!("{} {many}", grouped(number as u64)),
    }
}

/// How long something took.
pub(crate) fn duration(ms: u64) -> String {
    match ms {
        0 => "< 1 ms".to_owned(),
        1..1_000 => format!("{ms} ms"),
        1_000..60_000 => format!("{}.{:02} s", ms / 1_000, ms % 1_000 / 10),
        60_000..3_600_000 if ms % 60_000 < 1_000 => format!("{} min", ms / 60_000),
        60_000..3_600_000 => format!("{} min {} s", ms / 60_000, ms % 60_000 / 1_000),
        _ => format!("{} h {} min", grouped(ms / 3_600_000), ms % 3_600_000 / 60_000),
    }
}

/// How long an answer took.
pub(crate) fn latency(us: u64) -> String {
    match us {
        0..1_000 => format!("{us} µs"),
        1_000..100_000 => format!("{}.{} ms", us / 1_000, us % 1_000 / 100),
        _ => duration(us / 1_000),
    }
}

/// How much money, from millionths of a US dollar.
pub(crate) fn money(micro_usd: u64) -> String {
    let (whole, part) = (grouped(micro_usd / 1_000_000), micro_usd % 1_000_000);
    match part % 10_000 {
        0 => format!("${whole}.{:02}", part / 10_000),
        _ => format!("${whole}.{part:06}"),
    }
}

/// How large something is.
pub(crate) fn size(bytes: u64) -> String {
    match bytes {
        1 => "1 byte".to_owned(),
        0..10_000 => format!("{} bytes", grouped(bytes)),
        10_000..10_000_000 => format!("{} kB", grouped(bytes / 1_000)),
        _ => format!("{} MB", grouped(bytes / 1_000_000)),
    }
}

/// The first of the years that are not told: a clock that says so is wrong.
const TOO_LATE_MS: u64 = 253_402_300_800_000;

/// When something happened.
pub(crate) fn moment(ms: u64) -> String {
    if ms >= TOO_LATE_MS {
        return format!("{} ms after 1970", grouped(ms));
    }
    let (year, month, day) = civil(ms / 86_400_000);
    let seconds = ms / 1_000 % 86_400;
    let (hour, minute, second) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
    format!("{year}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02} UTC")
}

/// Year, month and day of a number of days since 1970. Years are counted from March, so that
/// the day that is added in leap years is the last.
fn civil(days: u64) -> (u64, u64, u64) {
    let days = days + 719_468;
    let (era, day_of_era) = (days / 146_097, days % 146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * from_march + 2) / 5 + 1;
    let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
    (year_of_era + era * 400 + u64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_told() {
        assert_eq!(["0", "999", "1,000", "12,345,678"], [0, 999, 1_000, 12_345_678].map(grouped)[..]);
        assert_eq!(["0 files", "1 file", "2 files"], [0, 1, 2].map(|n| counted(n, "file", "files"))[..]);
        let times = [0, 22, 1_029, 59_999, 120_000, 125_000, 7_320_000].map(duration);
        assert_eq!(["< 1 ms", "22 ms", "1.02 s", "59.99 s", "2 min", "2 min 5 s", "2 h 2 min"], times[..]);
        assert_eq!(["6 µs", "1.2 ms", "250 ms"], [6, 1_250, 250_000].map(latency)[..]);
        assert_eq!(["$0.00", "$1.50", "$0.004210"], [0, 1_500_000, 4_210].map(money)[..]);
        assert_eq!(["1 byte", "9,999 bytes", "10 kB", "12 MB"], [1, 9_999, 10_400, 12_000_000].map(size)[..]);
    }

    #[test]
    fn moments_are_told() {
        for (ms, told) in [
            (0, "1970-01-01 00:00:00 UTC"),
            (951_782_399_000, "2000-02-28 23:59:59 UTC"),
            (951_782_400_000, "2000-02-29 00:00:00 UTC"),
            (1_795_354_187_324, "2026-11-22 13:29:47 UTC"),
            (4_107_542_400_000, "2100-03-01 00:00:00 UTC"),
            (TOO_LATE_MS - 1, "9999-12-31 23:59:59 UTC"),
            (u64::MAX, "18,446,744,073,709,551,615 ms after 1970"),
        ] {
            assert_eq!(moment(ms), told);
        }
    }
}
