//! Whether a match is a secret.

use std::ops::Range;

use finding::Span;

use super::{Leak, Overflow, Scan};
use crate::{
    decode::Decoded,
    filter,
    mask::is_mask,
    rules::{Candidate, Rule},
    scanner::Comments,
    token,
};

/// How much of a line around a match is looked at; a line may be a whole file.
const LINE_BYTES_MAX: usize = 4096;

/// Comments by which others' tools let a line be, and ours.
const COMMENTS: [&[u8]; 2] = [b"gitleaks:allow", b"code-assist:allow"];

impl Scan<'_> {
    /// Whether a rule is for files of this name.
    pub(super) fn applies(&self, number: usize) -> bool {
        let rule = &self.rules.all[number];
        let named = |path: &str| rule.path.as_ref().is_none_or(|wanted| wanted.is_match(path.as_bytes()));
        named(self.text.path.unwrap_or_default())
            && !rule.allow.iter().any(|list| list.lets_path(self.text.path))
    }

    pub(super) fn by_path(&mut self, number: usize) {
        let Some(path) = self.text.path else { return };
        if self.text.told.start == 0 && self.applies(number) {
            let (bytes, span) = (0..0, Span::line(1));
            self.leaks.push(Leak { rule: number, bytes, span, secret: path.into(), encoding: None });
        }
    }

    /// Adds what matched to the leaks, unless a filter knows better.
    pub(super) fn judge(
        &mut self,
        number: usize,
        text: &[u8],
        decoded: Option<&Decoded>,
        found: Range<usize>,
    ) -> Result<(), Overflow> {
        let found = trimmed(text, found);
        let Some((original, encoding)) = self.origin(decoded, &found) else { return Ok(()) };
        let rule = &self.rules.all[number];
        let secret = secret_in(rule, text, &found);
        let bytes = match decoded {
            None => self.text.base + secret.start..self.text.base + secret.end,
            Some(_) => original,
        };
        if !self.text.told.contains(&bytes.start) || !self.stands(rule, text, &found, &secret) {
            return Ok(());
        }
        let (span, secret) = (Span::line(1), text[secret].to_vec());
        self.add(Leak { rule: number, bytes, span, secret, encoding })
    }

    /// Where a match is in the file; none for one that an earlier pass has seen.
    fn origin(
        &self,
        decoded: Option<&Decoded>,
        found: &Range<usize>,
    ) -> Option<(Range<usize>, Option<crate::Encoding>)> {
        let Some(decoded) = decoded else { return Some((found.clone(), None)) };
        let (bytes, encoding) = decoded.origin(found)?;
        Some((self.text.base + bytes.start..self.text.base + bytes.end, Some(encoding)))
    }

    fn stands(&self, rule: &Rule, text: &[u8], found: &Range<usize>, secret: &Range<usize>) -> bool {
        let value = &text[secret.clone()];
        if is_mask(value) {
            return false;
        }
        if rule.entropy != 0.0 && filter::entropy(value) <= rule.entropy {
            return false;
        }
        let line = line_around(text, found);
        if self.options.comments == Comments::Honoured
            && COMMENTS.iter().any(|comment| memchr::memmem::find(line, comment).is_some())
        {
            return false;
        }
        let candidate =
            Candidate { path: self.text.path, secret: value, matched: &text[found.clone()], line };
        if self.rules.allow.iter().chain(&rule.allow).any(|list| list.lets(&candidate)) {
            return false;
        }
        !rule.tokens || token::characters_per_token(value) <= self.options.characters_per_token_max
    }
}

fn trimmed(text: &[u8], mut found: Range<usize>) -> Range<usize> {
    while found.start < found.end && text[found.start] == b'\n' {
        found.start += 1;
    }
    while found.start < found.end && text[found.end - 1] == b'\n' {
        found.end -= 1;
    }
    found
}

/// The group that the rule names, the first that holds something, or all of it. As gitleaks
/// does, the match alone is looked at, without what is around it.
fn secret_in(rule: &Rule, text: &[u8], found: &Range<usize>) -> Range<usize> {
    let Some(regex) =
        rule.pattern.as_ref().filter(|pattern| pattern.groups > 0).and_then(|pattern| pattern.full())
    else {
        return found.clone();
    };
    let mut groups = regex.create_captures();
    regex.captures(&text[found.clone()], &mut groups);
    let group = match rule.secret_group {
        0 => groups.iter().skip(1).flatten().find(|group| !group.is_empty()),
        named => groups.get_group(named),
    };
    group.map_or(found.clone(), |group| found.start + group.start..found.start + group.end)
}

fn line_around<'a>(text: &'a [u8], found: &Range<usize>) -> &'a [u8] {
    let floor = found.start.saturating_sub(LINE_BYTES_MAX);
    let ceiling = (found.end + LINE_BYTES_MAX).min(text.len());
    let start = memchr::memrchr(b'\n', &text[floor..found.start]).map_or(floor, |end| floor + end + 1);
    let end = memchr::memchr(b'\n', &text[found.end..ceiling]).map_or(ceiling, |end| found.end + end);
    &text[start..end]
}
