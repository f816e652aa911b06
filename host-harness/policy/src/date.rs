//! Days, as `YYYY-MM-DD`.

use std::fmt;

/// A day of the Gregorian calendar, in UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Date {
    year: u32,
    month: u32,
    day: u32,
}

const DAY_MS: u64 = 86_400_000;

impl Date {
    /// Reads a day; none where there is no such day.
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split('-');
        let number = |part: Option<&str>, digits: usize| {
            part.filter(|part| part.len() == digits && part.bytes().all(|byte| byte.is_ascii_digit()))?
                .parse()
                .ok()
        };
        let date = Self {
            year: number(parts.next(), 4)?,
            month: number(parts.next(), 2)?,
            day: number(parts.next(), 2)?,
        };
        let exists =
            (1..=12).contains(&date.month) && (1..=days_in(date.year, date.month)).contains(&date.day);
        (parts.next().is_none() && exists && date.year >= 1970).then_some(date)
    }

    /// The moment that it begins, in milliseconds since 1970.
    pub fn start_ms(self) -> u64 {
        let years: u64 = (1970..self.year).map(|year| u64::from(days_of(year))).sum();
        let months: u64 = (1..self.month).map(|month| u64::from(days_in(self.year, month))).sum();
        (years + months + u64::from(self.day) - 1) * DAY_MS
    }

    /// The day of a moment, in milliseconds since 1970.
    pub fn of_ms(ms: u64) -> Self {
        let mut days = u32::try_from(ms / DAY_MS).unwrap_or(u32::MAX);
        let mut year = 1970;
        while days >= days_of(year) && year < 9999 {
            days -= days_of(year);
            year += 1;
        }
        let mut month = 1;
        while days >= days_in(year, month) && month < 12 {
            days -= days_in(year, month);
            month += 1;
        }
        Self { year, month, day: days.min(days_in(year, month) - 1) + 1 }
    }
}

/// A moment in milliseconds since 1970, as RFC 3339 writes it, to the second.
pub fn timestamp(ms: u64) -> String {
    let seconds = ms % DAY_MS / 1000;
    let (hours, minutes) = (seconds / 3600, seconds / 60 % 60);
    format!("{}T{hours:02}:{minutes:02}:{:02}Z", Date::of_ms(ms), seconds % 60)
}

fn days_of(year: u32) -> u32 {
    if is_leap(year) { 366 } else { 365 }
}

fn is_leap(year: u32) -> bool {
    year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))
}

fn days_in(year: u32, month: u32) -> u32 {
    match month {
        2 => 28 + u32::from(is_leap(year)),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_read_and_told() {
        for (ms, day) in [
            (0, "1970-01-01"),
            (86_399_999, "1970-01-01"),
            (951_782_400_000, "2000-02-29"),
            (951_868_800_000, "2000-03-01"),
            (1_795_305_600_000, "2026-11-22"),
        ] {
            assert_eq!(Date::of_ms(ms).to_string(), day);
            assert_eq!(Date::parse(day), Some(Date::of_ms(ms)));
            assert_eq!(Date::of_ms(ms).start_ms(), ms - ms % DAY_MS);
        }
        for none in ["2026-02-29", "2026-13-01", "26-01-01", "2026-1-1", "2026-01-01-", "", "1969-12-31"] {
            assert_eq!(Date::parse(none), None, "{none}");
        }
        assert_eq!(timestamp(1_795_305_600_000 + 45_296_789), "2026-11-22T12:34:56Z");
        assert!(Date::parse("2026-12-31") < Date::parse("2027-01-01"));
        assert_eq!(Date::of_ms(u64::MAX).to_string().len(), 10);
    }
}
