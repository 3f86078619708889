//! Points in time as RFC 3339 has them, and lengths of time as `1h30m`. Years have no upper end.

const NANOS: i128 = 1_000_000_000;

/// A point in time with the offset from UTC that it was written with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Instant {
    /// Nanoseconds since 1970 in UTC.
    pub(super) nanos: i128,
    /// Minutes that local time is ahead of UTC.
    pub(super) offset: i64,
}

/// The fields of a point in time on the clock and calendar of its offset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Fields {
    pub(super) year: i64,
    pub(super) month: i64,
    pub(super) day: i64,
    pub(super) hour: i64,
    pub(super) minute: i64,
    pub(super) second: i64,
    /// 0 is Sunday.
    pub(super) weekday: i64,
}

/// Reads `2018-01-02T23:12:01.5-08:00`; the error says what is wrong.
pub(super) fn parse(text: &str) -> Result<Instant, String> {
    let mut rest = Reader { rest: text };
    let year = rest.digits(4, "a year of four digits")?;
    rest.one_of(&['-'], "a - after the year")?;
    let month = rest.within(1..=12, "a month from 01 to 12")?;
    rest.one_of(&['-'], "a - after the month")?;
    let day = rest.within(1..=days_in(year, month), "a day that the month has, as two digits")?;
    rest.one_of(&['T'], "a T between date and time")?;
    let hour = rest.within(0..=23, "an hour from 00 to 23")?;
    rest.one_of(&[':'], "a : after the hour")?;
    let minute = rest.within(0..=59, "a minute from 00 to 59")?;
    rest.one_of(&[':'], "a : after the minute")?;
    let second = rest.within(0..=59, "a second from 00 to 59")?;
    let fraction = rest.fraction()?;
    let offset = rest.offset()?;
    let seconds =
        days_from_civil(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second - offset * 60;
    Ok(Instant { nanos: i128::from(seconds) * NANOS + fraction, offset })
}

struct Reader<'t> {
    rest: &'t str,
}

impl Reader<'_> {
    fn wanted(&self, what: &str) -> String {
        if self.rest.is_empty() {
            format!("it ends where {what} should be")
        } else {
            format!("{what} should be at {:?}", self.rest)
        }
    }

    fn digits(&mut self, count: usize, what: &str) -> Result<i64, String> {
        let taken = self.rest.get(..count).filter(|taken| taken.bytes().all(|b| b.is_ascii_digit()));
        let value = taken.and_then(|taken| taken.parse().ok()).ok_or_else(|| self.wanted(what))?;
        self.rest = &self.rest[count..];
        Ok(value)
    }

    fn within(&mut self, range: std::ops::RangeInclusive<i64>, what: &str) -> Result<i64, String> {
        let before = self.rest;
        let value = self.digits(2, what)?;
        if range.contains(&value) {
            return Ok(value);
        }
        self.rest = before;
        Err(self.wanted(what))
    }

    fn one_of(&mut self, characters: &[char], what: &str) -> Result<char, String> {
        let found =
            self.rest.chars().next().filter(|c| characters.contains(c)).ok_or_else(|| self.wanted(what))?;
        self.rest = &self.rest[found.len_utf8()..];
        Ok(found)
    }

    fn fraction(&mut self) -> Result<i128, String> {
        let Some(fraction) = self.rest.strip_prefix(['.', ',']) else { return Ok(0) };
        let length = fraction.bytes().take_while(u8::is_ascii_digit).count();
        if length == 0 {
            return Err(self.wanted("a fraction of a second"));
        }
        let digits: String = fraction[..length].chars().chain(std::iter::repeat('0')).take(9).collect();
        self.rest = &fraction[length..];
        Ok(digits.parse().unwrap_or(0))
    }

    /// Minutes ahead of UTC, and nothing after it.
    fn offset(&mut self) -> Result<i64, String> {
        const WHAT: &str = "Z or an offset from UTC like +02:00";
        let sign = self.one_of(&['Z', '+', '-'], WHAT)?;
        let mut minutes = 0;
        if sign != 'Z' {
            let hours = self.within(0..=24, WHAT)?;
            self.one_of(&[':'], WHAT)?;
            minutes = hours * 60 + self.within(0..=60, WHAT)?;
        }
        if !self.rest.is_empty() {
            return Err(format!("there is more after it: {:?}", self.rest));
        }
        Ok(if sign == '-' { -minutes } else { minutes })
    }
}

impl Instant {
    /// On the clock and calendar of its offset.
    pub(super) fn fields(&self) -> Fields {
        let seconds = i64::try_from(self.nanos.div_euclid(NANOS)).unwrap_or(i64::MAX) + self.offset * 60;
        let days = seconds.div_euclid(86_400);
        let clock = seconds.rem_euclid(86_400);
        let (year, month, day) = civil_from_days(days);
        Fields {
            year,
            month,
            day,
            hour: clock / 3600,
            minute: clock / 60 % 60,
            second: clock % 60,
            // 1970 began on a Thursday.
            weekday: (days + 4).rem_euclid(7),
        }
    }

    /// As RFC 3339 with whole seconds.
    pub(super) fn to_rfc3339(self) -> String {
        let Fields { year, month, day, hour, minute, second, .. } = self.fields();
        format!(
            "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}{}",
            self.offset_text(true, ":")
        )
    }

    /// The offset as `+02:00` with this between hours and minutes, or as `Z` if it is none and `zulu`.
    pub(super) fn offset_text(&self, zulu: bool, between: &str) -> String {
        if zulu && self.offset == 0 {
            return "Z".into();
        }
        let sign = if self.offset < 0 { '-' } else { '+' };
        let minutes = self.offset.abs();
        format!("{sign}{:02}{between}{:02}", minutes / 60, minutes % 60)
    }
}

/// Days since 1970 of a date of the Gregorian calendar; eras of 400 years that begin in March make leap days
/// the last of their year.
fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

fn civil_from_days(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year, month, day_of_year - (153 * shifted + 2) / 5 + 1)
}

fn days_in(year: i64, month: i64) -> i64 {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    match month {
        2 => 28 + i64::from(leap),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}
