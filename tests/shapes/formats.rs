//! What text may look like: the formats and patterns that shapes name.
//!
//! Never: taking an unknown format or pattern for one that holds.

/// Days of the months in a leap year; February is cut in others.
const MONTH_DAYS: [u32; 12] = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/// Whether a text has a format of the contract (README §7).
pub(super) fn has_format(format: &str, text: &str) -> bool {
    match format {
        "date" => fits(text, "0000-00-00") && is_date(text),
        "timestamp" => fits(text, "0000-00-00T00:00:00Z") && is_date(&text[..10]) && is_time(text),
        "uuid" => fits(text, "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx"),
        "color" => fits(text, "#xxxxxx"),
        "url" => is_url(text),
        "email" => is_email(text),
        _ => false,
    }
}

/// Whether a text fits one of the patterns that the shapes have.
pub(super) fn fits_pattern(pattern: &str, text: &str) -> bool {
    let parts = match pattern {
        "^[0-9]{2,}:[0-5][0-9]$" => 2,
        "^[0-9]{2,}:[0-5][0-9]:[0-5][0-9]$" => 3,
        _ => return false,
    };
    let Some((hours, rest)) = text.split_once(':') else {
        return false;
    };
    let is_hours = hours.len() >= 2 && hours.bytes().all(|byte| byte.is_ascii_digit());
    let is_sixtieth = |part: &str| fits(part, "00") && part < "60";
    is_hours && rest.split(':').count() + 1 == parts && rest.split(':').all(is_sixtieth)
}

/// A mask: `0` is a digit, `x` a lower-case hexadecimal one, all else itself.
fn fits(text: &str, mask: &str) -> bool {
    let fits_one = |(byte, mask): (u8, u8)| match mask {
        b'0' => byte.is_ascii_digit(),
        b'x' => byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte),
        _ => byte == mask,
    };
    text.len() == mask.len() && text.bytes().zip(mask.bytes()).all(fits_one)
}

fn number(text: &str) -> u32 {
    text.parse().unwrap_or(u32::MAX)
}

fn is_date(text: &str) -> bool {
    let (year, month, day) = (
        number(&text[..4]),
        number(&text[5..7]),
        number(&text[8..10]),
    );
    let is_leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let days = (month as usize)
        .checked_sub(1)
        .and_then(|month| MONTH_DAYS.get(month));
    let is_in_month = days.is_some_and(|days| (1..=*days).contains(&day));
    is_in_month && (is_leap || month != 2 || day < 29)
}

fn is_time(text: &str) -> bool {
    number(&text[11..13]) < 24 && number(&text[14..16]) < 60 && number(&text[17..19]) < 60
}

fn is_url(text: &str) -> bool {
    let rest = text
        .strip_prefix("https://")
        .or_else(|| text.strip_prefix("http://"));
    let is_plain = text.chars().all(|letter| letter.is_ascii_graphic());
    is_plain && rest.is_some_and(|rest| !rest.is_empty() && !rest.starts_with(['/', '?', '#', ':']))
}

fn is_email(text: &str) -> bool {
    let is_part = |part: &str| !part.is_empty() && !part.contains(['@', ' ']);
    text.split_once('@')
        .is_some_and(|(name, host)| is_part(name) && is_part(host))
}
