//! Texts that go on without the secrets that are in them.

use std::{borrow::Cow, ops::Range};

use crate::{Overflow, Scanner, masked};

/// How often a text is looked through again: what is hidden may have hidden another secret.
const ROUNDS_MAX: usize = 16;

impl Scanner {
    /// Where secrets stand in a text that is no file, from front to back; none touches another.
    /// Of a secret in another form it is that form.
    pub fn spans(&self, bytes: &[u8]) -> Result<Vec<Range<usize>>, Overflow> {
        let leaks = self.text(bytes)?;
        let mut found: Vec<_> =
            leaks.into_iter().map(|leak| leak.bytes).filter(|span| !span.is_empty()).collect();
        found.sort_by_key(|span| (span.start, span.end));
        Ok(found.into_iter().fold(Vec::new(), joined))
    }

    /// A text with every secret in it masked as findings show it. To do so once more changes
    /// nothing.
    pub fn redact<'a>(&self, bytes: &'a [u8]) -> Result<Cow<'a, [u8]>, Overflow> {
        let mut text = Cow::Borrowed(bytes);
        for _ in 0..ROUNDS_MAX {
            let spans = self.spans(&text)?;
            if spans.is_empty() {
                return Ok(text);
            }
            text = Cow::Owned(redact(&text, &spans));
        }
        Err(Overflow::Redaction)
    }
}

fn joined(mut spans: Vec<Range<usize>>, next: Range<usize>) -> Vec<Range<usize>> {
    match spans.last_mut() {
        Some(last) if next.start <= last.end => last.end = last.end.max(next.end),
        _ => spans.push(next),
    }
    spans
}

/// A text with some stretches of it masked, in order and apart from one another. It stays UTF-8
/// where it was, and a string of JSON stays one.
pub fn redact(text: &[u8], spans: &[Range<usize>]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut from = 0;
    for span in spans {
        let Range { start, end } = whole(text, span);
        let start = start.max(from);
        if start < end {
            out.extend_from_slice(&text[from..start]);
            out.extend_from_slice(mask(&text[start..end]).as_bytes());
            from = end;
        }
    }
    out.extend_from_slice(&text[from..]);
    out
}

/// No mask is longer than twice what it stands for.
fn mask(secret: &[u8]) -> String {
    if secret.len() < 2 { "*".to_owned() } else { masked(secret) }
}

/// What closes a value; where a key has no end, its rule takes this for a part of it.
const CLOSING: &[u8] = b"\"'`,;)]}> \t\r\n";

/// The stretch without the escaped letter that it begins with and without what closes it, and with the whole of the
/// characters at its ends.
fn whole(text: &[u8], span: &Range<usize>) -> Range<usize> {
    let (mut start, mut end) = (span.start.min(text.len()), span.end.min(text.len()));
    let is_inside = |at: usize| text.get(at).is_some_and(|byte| byte & 0xc0 == 0x80);
    let floor = start.saturating_sub(3);
    while start > floor && is_inside(start) {
        start -= 1;
    }
    let ceiling = end + 3;
    while end < ceiling && is_inside(end) {
        end += 1;
    }
    let slashes = text[..start].iter().rev().take_while(|byte| **byte == b'\\').count();
    if slashes % 2 == 1 && text.get(start).is_some_and(u8::is_ascii) {
        start += 1;
    }
    let trailing = text[start.min(end)..end].iter().rev().take_while(|byte| CLOSING.contains(byte)).count();
    if start + trailing < end {
        end -= trailing;
    }
    let slashes = text[start.min(end)..end].iter().rev().take_while(|byte| **byte == b'\\').count();
    if slashes % 2 == 1 { start..end - 1 } else { start..end }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_masked_leaves_the_rest_whole() {
        for (text, span, expected) in [
            ("a secretsecret b", 2..14, "a sec… b"),
            ("x", 0..1, "*"),
            ("xy", 0..2, "…"),
            ("é", 1..2, "…"),
            (r#""\"secret""#, 2..9, r#""\"s…""#),
            (r#""secret\n""#, 1..8, r#""s…\n""#),
            ("short", 3..99, "sho…"),
        ] {
            assert_eq!(String::from_utf8(redact(text.as_bytes(), &[span])).unwrap(), expected, "{text}");
        }
    }
}
