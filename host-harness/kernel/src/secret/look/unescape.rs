//! Takes back what languages and formats do to characters that mean something to them.

use memchr::{memchr_iter, memchr2, memchr3};

/// A text with its escapes taken back, and where each byte of it came from.
pub(super) struct Unescaped {
    pub(super) bytes: Vec<u8>,
    /// One more than there are bytes: the last is where the text ended.
    pub(super) from: Vec<u32>,
}

/// What stands for something else: what it stands for, and how long it is.
type Escape = (Stands, usize);

/// What an escape stands for.
enum Stands {
    Byte(u8),
    Char(char),
    Nothing,
}

const ESC: u8 = 0x1b;
/// The longest command to a terminal that is skipped.
const COMMAND_MAX: usize = 256;

/// A text without the escapes of JSON, C, shells, addresses, HTML and terminals; `None`
/// where there are none.
pub(super) fn unescaped(text: &[u8]) -> Option<Unescaped> {
    let next = |rest: &[u8]| {
        let written = memchr3(b'\\', b'%', b'&', rest);
        let end = written.unwrap_or(rest.len());
        memchr2(ESC, ESC, &rest[..end]).or(written)
    };
    replaced(text, next, escape)
}

/// A text without the escapes of quoted-printable; `None` where there are none.
pub(super) fn unquoted(text: &[u8]) -> Option<Unescaped> {
    replaced(text, |rest| memchr2(b'=', b'=', rest), quoted)
}

fn replaced(
    text: &[u8],
    next: impl Fn(&[u8]) -> Option<usize>,
    read: fn(&[u8]) -> Option<Escape>,
) -> Option<Unescaped> {
    let mut found: Option<Unescaped> = None;
    let (mut copied, mut at) = (0, 0);
    while let Some(offset) = next(&text[at..]) {
        at += offset;
        let Some((stands, length)) = read(&text[at..]) else {
            at += 1;
            continue;
        };
        let into = found.get_or_insert_with(|| Unescaped::with_room(text.len()));
        into.copy(text, copied, at);
        into.put(stands, at);
        at += length;
        copied = at;
    }
    let mut done = found?;
    done.copy(text, copied, text.len());
    done.from.push(place(text.len()));
    Some(done)
}

impl Unescaped {
    fn with_room(count: usize) -> Self {
        Self { bytes: Vec::with_capacity(count), from: Vec::with_capacity(count + 1) }
    }

    fn copy(&mut self, text: &[u8], from: usize, to: usize) {
        self.bytes.extend_from_slice(&text[from..to]);
        self.from.extend(place(from)..place(to));
    }

    fn put(&mut self, stands: Stands, at: usize) {
        match stands {
            Stands::Nothing => {}
            Stands::Byte(byte) => self.bytes.push(byte),
            Stands::Char(c) => self.bytes.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
        }
        self.from.resize(self.bytes.len(), place(at));
    }
}

/// A place in a piece of a text. Pieces are small; half the size is twice the speed.
pub(super) fn place(at: usize) -> u32 {
    u32::try_from(at).expect("a piece of a text is smaller than 4 GiB")
}

fn escape(rest: &[u8]) -> Option<Escape> {
    match rest[0] {
        b'\\' => backslash(rest),
        b'%' => percent(rest),
        b'&' => entity(rest),
        _ => command(rest),
    }
}

fn backslash(rest: &[u8]) -> Option<Escape> {
    let byte = |byte| Some((Stands::Byte(byte), 2));
    match *rest.get(1)? {
        b'u' if rest.get(2) == Some(&b'{') => braced(rest),
        b'u' => unicode(rest, 2),
        b'U' => Some((Stands::Char(char::from_u32(hex(rest.get(2..10)?)?)?), 10)),
        b'x' => Some((Stands::Byte(u8::try_from(hex(rest.get(2..4)?)?).ok()?), 4)),
        b'0'..=b'7' => octal(rest),
        b'n' | b'r' | b't' | b'b' | b'f' | b'v' | b'a' => byte(b'\n'),
        b'e' => byte(ESC),
        b'\n' => Some((Stands::Nothing, 2)),
        other if other.is_ascii_punctuation() => byte(other),
        _ => None,
    }
}

/// `\u{41}`.
fn braced(rest: &[u8]) -> Option<Escape> {
    let end = rest.iter().take(12).position(|byte| *byte == b'}')?;
    Some((Stands::Char(char::from_u32(hex(rest.get(3..end)?)?)?), end + 1))
}

/// Four digits, and four more behind a first half of a pair.
fn unicode(rest: &[u8], from: usize) -> Option<Escape> {
    let first = hex(rest.get(from..from + 4)?)?;
    let end = from + 4;
    if let Some(c) = char::from_u32(first) {
        return Some((Stands::Char(c), end));
    }
    let second = hex(rest.get(end + from..end + from + 4)?)?;
    let pair = [u16::try_from(first).ok()?, u16::try_from(second).ok()?];
    let c = char::decode_utf16(pair).next()?.ok()?;
    Some((Stands::Char(c), end + from + 4))
}

/// `\101`, and as `echo` has it `\0101`.
fn octal(rest: &[u8]) -> Option<Escape> {
    let most = if rest[1] == b'0' { 4 } else { 3 };
    let digits = rest[1..].iter().take(most).take_while(|byte| (b'0'..=b'7').contains(*byte)).count();
    let number = rest[1..=digits].iter().fold(0, |number: u32, digit| number * 8 + u32::from(digit - b'0'));
    Some((Stands::Byte(u8::try_from(number).ok()?), 1 + digits))
}

fn percent(rest: &[u8]) -> Option<Escape> {
    match rest.get(1)? {
        b'u' => unicode(rest, 2),
        _ => Some((Stands::Byte(u8::try_from(hex(rest.get(1..3)?)?).ok()?), 3)),
    }
}

/// Names of characters that a password may hold.
const ENTITIES: &[(&[u8], u8)] = &[
    (b"amp", b'&'),
    (b"lt", b'<'),
    (b"gt", b'>'),
    (b"quot", b'"'),
    (b"apos", b'\''),
    (b"nbsp", b' '),
    (b"excl", b'!'),
    (b"num", b'#'),
    (b"dollar", b'$'),
    (b"percnt", b'%'),
    (b"lpar", b'('),
    (b"rpar", b')'),
    (b"ast", b'*'),
    (b"plus", b'+'),
    (b"comma", b','),
    (b"period", b'.'),
    (b"sol", b'/'),
    (b"colon", b':'),
    (b"semi", b';'),
    (b"equals", b'='),
    (b"quest", b'?'),
    (b"commat", b'@'),
    (b"lsqb", b'['),
    (b"lbrack", b'['),
    (b"bsol", b'\\'),
    (b"rsqb", b']'),
    (b"rbrack", b']'),
    (b"Hat", b'^'),
    (b"lowbar", b'_'),
    (b"grave", b'`'),
    (b"lcub", b'{'),
    (b"lbrace", b'{'),
    (b"vert", b'|'),
    (b"verbar", b'|'),
    (b"rcub", b'}'),
    (b"rbrace", b'}'),
    (b"Tab", b'\t'),
    (b"NewLine", b'\n'),
];

fn entity(rest: &[u8]) -> Option<Escape> {
    let end = memchr_iter(b';', &rest[..rest.len().min(12)]).next()?;
    let stands = match &rest[1..end] {
        [b'#', b'x' | b'X', digits @ ..] => Stands::Char(char::from_u32(hex(digits)?)?),
        [b'#', digits @ ..] => Stands::Char(char::from_u32(std::str::from_utf8(digits).ok()?.parse().ok()?)?),
        name => Stands::Byte(ENTITIES.iter().find(|(known, _)| *known == name)?.1),
    };
    Some((stands, end + 1))
}

/// What moves or colours a terminal is no part of what it shows.
fn command(rest: &[u8]) -> Option<Escape> {
    let seen = &rest[..rest.len().min(COMMAND_MAX)];
    let length = match *seen.get(1)? {
        b'[' => 3 + seen[2..].iter().position(|byte| (0x40..=0x7e).contains(byte))?,
        b']' => 3 + seen[2..].iter().position(|byte| matches!(*byte, 0x07 | b'\\'))?,
        b'(' | b')' | b'#' => 3,
        _ => 2,
    };
    Some((Stands::Nothing, length.min(rest.len())))
}

fn quoted(rest: &[u8]) -> Option<Escape> {
    match rest.get(1)? {
        b'\n' => Some((Stands::Nothing, 2)),
        b'\r' if rest.get(2) == Some(&b'\n') => Some((Stands::Nothing, 3)),
        _ => Some((Stands::Byte(u8::try_from(hex(rest.get(1..3)?)?).ok()?), 3)),
    }
}

/// A number in hexadecimal digits, of which there are one to eight.
fn hex(digits: &[u8]) -> Option<u32> {
    let plain = (1..=8).contains(&digits.len()) && digits.iter().all(u8::is_ascii_hexdigit);
    plain.then(|| u32::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok())?
}
