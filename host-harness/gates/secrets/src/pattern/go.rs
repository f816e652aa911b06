//! Go's regular expressions, written as Rust's.
//!
//! The two are nearly the same. A brace that counts nothing is a brace in Go; in a class, `[`,
//! `&&`, `--` and `~~` are but characters there; `\<` and `\>` are the characters, too.

use std::{iter::Peekable, str::Chars};

pub(super) fn translated(source: &str) -> String {
    let mut out = String::with_capacity(source.len() + 8);
    let mut rest = source.chars().peekable();
    while let Some(next) = rest.next() {
        match next {
            '\\' => escape(&mut rest, &mut out),
            '[' => class(&mut rest, &mut out),
            '{' if !counts(rest.clone()) => out.push_str("\\{"),
            other => out.push(other),
        }
    }
    out
}

fn escape(rest: &mut Peekable<Chars<'_>>, out: &mut String) {
    match rest.next() {
        Some(plain @ ('<' | '>')) => out.push(plain),
        Some(kind @ ('p' | 'P' | 'x')) => {
            out.extend(['\\', kind]);
            braced(rest, out);
        }
        Some('Q') => quoted(rest, out),
        Some(other) => out.extend(['\\', other]),
        None => out.push('\\'),
    }
}

/// The braces of `\x{1F600}` and `\p{L}` stay.
fn braced(rest: &mut Peekable<Chars<'_>>, out: &mut String) {
    if rest.peek() != Some(&'{') {
        return;
    }
    for next in rest.by_ref() {
        out.push(next);
        if next == '}' {
            return;
        }
    }
}

/// What stands between `\Q` and `\E` means itself.
fn quoted(rest: &mut Peekable<Chars<'_>>, out: &mut String) {
    while let Some(next) = rest.next() {
        if next == '\\' && rest.peek() == Some(&'E') {
            rest.next();
            return;
        }
        if regex_syntax::is_meta_character(next) {
            out.push('\\');
        }
        out.push(next);
    }
}

fn class(rest: &mut Peekable<Chars<'_>>, out: &mut String) {
    out.push('[');
    if let Some(not) = rest.next_if_eq(&'^') {
        out.push(not);
    }
    if rest.next_if_eq(&']').is_some() {
        out.push_str("\\]");
    }
    let mut last = None;
    while let Some(next) = rest.next() {
        match next {
            ']' => {
                out.push(']');
                return;
            }
            '\\' => escape(rest, out),
            '[' if rest.peek() == Some(&':') => named(rest, out),
            '[' => out.push_str("\\["),
            twice @ ('&' | '-' | '~') if last == Some(twice) => out.extend(['\\', twice]),
            other => out.push(other),
        }
        last = (next != '\\').then_some(next);
    }
}

/// `[:alpha:]` and its like.
fn named(rest: &mut Peekable<Chars<'_>>, out: &mut String) {
    out.push('[');
    for next in rest.by_ref() {
        out.push(next);
        if next == ']' {
            return;
        }
    }
}

/// Whether what follows an opening brace makes it `{2}`, `{2,}` or `{2,5}`.
fn counts(rest: Peekable<Chars<'_>>) -> bool {
    let inside: String = rest.take_while(|next| *next != '}').take(12).collect();
    let (low, high) = inside.split_once(',').unwrap_or((&inside, "0"));
    let digits = |text: &str| text.chars().all(|digit| digit.is_ascii_digit());
    !low.is_empty() && digits(low) && digits(high)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_means_another_thing_in_rust_is_escaped() {
        for (go, rust) in [
            (r"^\${(?:[A-Z_]+)}$", r"^\$\{(?:[A-Z_]+)}$"),
            (r"a{2}b{2,}c{2,3}{x}", r"a{2}b{2,}c{2,3}\{x}"),
            (r"[a[b&&c~~d]", r"[a\[b&\&c~\~d]"),
            (r"[]a][^]b][[:alnum:]_]", r"[\]a][^\]b][[:alnum:]_]"),
            (r"\<\x{41}\pL\Qa.b\E[\]x]", r"<\x{41}\pLa\.b[\]x]"),
        ] {
            assert_eq!(translated(go), rust);
            assert!(crate::pattern::hir::parse(rust).is_ok(), "{rust}");
        }
    }
}
