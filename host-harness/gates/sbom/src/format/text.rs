//! The formats that a text of a document may have to have.

use std::{collections::BTreeSet, sync::LazyLock};

use super::{date, iri, mail};

/// What a text has to look like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TextFormat {
    Any,
    DateTime,
    Email,
    Hash,
    IriReference,
    Locale,
    MimeType,
    OpenCre,
    Ref,
    SerialNumber,
    SpdxId,
    Uri,
    Version,
    VersionRange,
}

const FORMATS: [(&str, TextFormat); 14] = [
    ("", TextFormat::Any),
    ("date-time", TextFormat::DateTime),
    ("email", TextFormat::Email),
    ("hash", TextFormat::Hash),
    ("iri-reference", TextFormat::IriReference),
    ("locale", TextFormat::Locale),
    ("mime-type", TextFormat::MimeType),
    ("open-cre", TextFormat::OpenCre),
    ("ref", TextFormat::Ref),
    ("serial-number", TextFormat::SerialNumber),
    ("spdx-id", TextFormat::SpdxId),
    ("uri", TextFormat::Uri),
    ("version", TextFormat::Version),
    ("version-range", TextFormat::VersionRange),
];

const VERSION_CHARS_MAX: usize = 1024;
const RANGE_CHARS_MAX: usize = 4096;

impl TextFormat {
    /// A format by its name in a shape file.
    pub(super) fn parse(name: &str) -> Option<Self> {
        FORMATS.iter().find(|(known, _)| *known == name).map(|(_, format)| *format)
    }

    /// Why a text isn't of the format.
    pub(super) fn check(self, text: &str) -> Result<(), &'static str> {
        let chars = || text.chars().count();
        let (holds, otherwise) = match self {
            Self::Any => (true, ""),
            Self::DateTime => (date::is_date_time(text), "is no date and time as in RFC 3339"),
            Self::Email => (mail::is_address(text), "is no mail address"),
            Self::Hash => (is_hash(text), "is no hash in hexadecimal of 32, 40, 64, 96 or 128 digits"),
            Self::IriReference => (iri::is_iri_reference(text), "is no address as in RFC 3987"),
            Self::Locale => (is_locale(text), "is no language such as `en` or `en-GB`"),
            Self::MimeType => (is_mime_type(text), "is no media type"),
            Self::OpenCre => (is_open_cre(text), "is no identifier of Open CRE such as `CRE:1-2`"),
            Self::Ref => (!text.is_empty(), "is empty and has to name something"),
            Self::SerialNumber => (is_serial_number(text), "is no UUID as in `urn:uuid:`, in lower case"),
            Self::SpdxId => (is_listed(text), "is no identifier of the SPDX licence list; give it as a name"),
            Self::Uri => (iri::is_uri(text), "is neither a known algorithm nor a URI"),
            Self::Version => (chars() <= VERSION_CHARS_MAX, "is longer than 1024 characters"),
            Self::VersionRange => {
                (!text.is_empty() && chars() <= RANGE_CHARS_MAX, "is empty or longer than 4096 characters")
            }
        };
        if holds { Ok(()) } else { Err(otherwise) }
    }
}

/// The number of hexadecimal digits that a document takes for a hash, by its name there.
pub(crate) fn hash_length(name: &str) -> Option<usize> {
    match name {
        "MD5" => Some(32),
        "SHA-1" => Some(40),
        "SHA-256" => Some(64),
        "SHA-384" => Some(96),
        "SHA-512" => Some(128),
        _ => None,
    }
}

fn is_hash(text: &str) -> bool {
    matches!(text.len(), 32 | 40 | 64 | 96 | 128) && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn is_locale(text: &str) -> bool {
    let (language, country) = text.split_once('-').map_or((text, None), |(l, c)| (l, Some(c)));
    let is = |part: &str, case: fn(&u8) -> bool| part.len() == 2 && part.bytes().all(|byte| case(&byte));
    is(language, u8::is_ascii_lowercase) && country.is_none_or(|country| is(country, u8::is_ascii_uppercase))
}

fn is_mime_type(text: &str) -> bool {
    let fits = |byte: u8| matches!(byte, b'-' | b'+' | b'.' | b'a'..=b'z' | b'0'..=b'9');
    let part = |part: &str| !part.is_empty() && part.bytes().all(fits);
    text.split_once('/').is_some_and(|(kind, sub)| part(kind) && part(sub))
}

fn is_open_cre(text: &str) -> bool {
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let numbers = text.strip_prefix("CRE:").and_then(|rest| rest.split_once('-'));
    numbers.is_some_and(|(first, second)| digits(first) && digits(second))
}

fn is_serial_number(text: &str) -> bool {
    let Some(uuid) = text.strip_prefix("urn:uuid:") else { return false };
    let hex = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    let parts: Vec<&str> = uuid.split('-').collect();
    parts.iter().map(|part| part.len()).eq([8, 4, 4, 4, 12]) && parts.iter().all(|part| part.bytes().all(hex))
}

/// What the SPDX list has gained since CycloneDX 1.6 froze its own copy.
static NEWER: LazyLock<BTreeSet<&'static str>> = LazyLock::new(|| {
    let lines = include_str!("../../formats/spdx-newer.txt").lines();
    lines.filter(|line| !line.is_empty() && !line.starts_with('#')).collect()
});

/// Whether a document may hold this as the id of a licence. CycloneDX counts exceptions among
/// them.
pub(crate) fn is_listed(id: &str) -> bool {
    let licences = spdx::identifiers::LICENSES;
    let exceptions = spdx::identifiers::EXCEPTIONS;
    let known = licences.binary_search_by(|known| known.name.cmp(id)).is_ok()
        || exceptions.binary_search_by(|known| known.name.cmp(id)).is_ok();
    known && !NEWER.contains(id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_told_by_their_format() {
        let cases = [
            ("locale", "en", true),
            ("locale", "en-GB", true),
            ("locale", "EN", false),
            ("locale", "en-", false),
            ("mime-type", "image/svg+xml", true),
            ("mime-type", "Image/svg", false),
            ("mime-type", "a/b/c", false),
            ("open-cre", "CRE:764-507", true),
            ("open-cre", "CRE:764", false),
            ("serial-number", "urn:uuid:3e671687-395b-41f5-a30f-a58921a69b79", true),
            ("serial-number", "urn:uuid:3E671687-395b-41f5-a30f-a58921a69b79", false),
            ("spdx-id", "MIT", true),
            ("spdx-id", "mit", false),
            ("spdx-id", "Classpath-exception-2.0", true),
            ("spdx-id", "Bugroff", false),
            ("hash", "d41d8cd98f00b204e9800998ecf8427e", true),
            ("hash", "d41d8cd98f00b204e9800998ecf8427", false),
            ("ref", "", false),
            ("version-range", "", false),
        ];
        for (format, text, holds) in cases {
            let checked = TextFormat::parse(format).expect("a format").check(text);
            assert_eq!(checked.is_ok(), holds, "{format}: {text}");
        }
    }
}
