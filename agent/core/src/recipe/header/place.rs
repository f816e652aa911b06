//! Where a header begins: after what has to come first.

use super::style::Style;

const BROKEN: &str = "what it begins with does not end on a line of its own";

/// How many bytes of a text come before a header, or why none can be put.
pub(super) fn start(text: &str, name: &str, style: Style) -> Result<usize, &'static str> {
    let top = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    if extension(name) == "php" {
        return in_page(text, top);
    }
    if style == Style::MARKUP && line(text, top).trim_end() == "---" {
        return Err("it begins with words for a program that fills it in");
    }
    let mut at = above_encoding(text, top, style);
    while !line(text, at).is_empty() {
        match comes_first(line(text, at), at <= top, name) {
            First::No if is_for_editor(text, top, at) => at = comment_end(text, at).ok_or(BROKEN)?,
            First::No => break,
            First::Broken => return Err(BROKEN),
            First::Yes => at += line(text, at).len(),
        }
    }
    Ok(at)
}

/// An encoding counts on the second line too, below a blank line or a comment; further
/// down it would say nothing.
fn above_encoding(text: &str, top: usize, style: Style) -> usize {
    let first = line(text, top);
    let second = line(text, top + first.len()).trim_start();
    let is_above = first.trim().is_empty() || first.starts_with('#');
    let holds = style == Style::Lines("#") && is_above && second.starts_with('#') && says_encoding(second);
    if holds { top + first.len() } else { top }
}

/// `-*- ... -*-`, which an editor reads on the first line, or on the second below `#!`.
fn is_for_editor(text: &str, top: usize, at: usize) -> bool {
    let first = line(text, top);
    let is_read = at == top || first.starts_with("#!") && at == top + first.len();
    is_read && line(text, at).matches("-*-").count() > 1
}

/// Where the comment on a line ends: with the line, or further down. `None` where it is
/// no comment, or of a kind that is not known here.
fn comment_end(text: &str, at: usize) -> Option<usize> {
    let first = line(text, at).trim_start();
    let Some((_, close)) =
        [("/*", "*/"), ("<!--", "-->")].into_iter().find(|(open, _)| first.starts_with(open))
    else {
        let is_block = ["--[[", "#[[", "#=", "#|"].iter().any(|open| first.starts_with(open));
        let is_line = ["//", "#", "--", ";", "%"].iter().any(|sign| first.starts_with(sign));
        return (is_line && !is_block).then_some(at + line(text, at).len());
    };
    let end = at + text[at..].find(close)? + close.len();
    let rest = line(text, end);
    rest.trim().is_empty().then_some(end + rest.len())
}

fn line(text: &str, at: usize) -> &str {
    text[at..].split_inclusive('\n').next().unwrap_or_default()
}

/// Before `<?php` there is a page, and a comment there would be shown. Only `#!` is not.
fn in_page(text: &str, top: usize) -> Result<usize, &'static str> {
    let shebang = Some(line(text, top)).filter(|line| line.starts_with("#!")).map_or(0, str::len);
    let first = line(text, top + shebang);
    match first.ends_with('\n') && first.trim_end() == "<?php" {
        true => Ok(top + shebang + first.len()),
        false => Err("it does not begin with `<?php` on a line of its own"),
    }
}

/// Whether a line has to stand on top.
#[derive(Clone, Copy, PartialEq, Eq)]
enum First {
    Yes,
    No,
    /// It would, and something else stands on it, or it goes on.
    Broken,
}

/// Whether a line loses its meaning when it no longer stands on top.
fn comes_first(line: &str, is_top: bool, name: &str) -> First {
    let bare = line.trim_end();
    let is_shebang = is_top && bare.starts_with("#!") && !bare.starts_with("#![");
    for (open, close) in [("<?xml", "?>"), ("<!doctype", ">"), ("@charset", ";")] {
        if is_start(bare, open) {
            return whole(bare, close);
        }
    }
    let is_first = is_shebang
        || is_top && bare.starts_with("//") && bare.contains("swift-tools-version")
        || bare.starts_with('#') && says_encoding(bare)
        || is_container(name) && is_directive(bare);
    if is_first { First::Yes } else { First::No }
}

/// Whether what a line begins with ends with the line, and not before or after. What a
/// document type holds in square brackets has signs of its own.
fn whole(line: &str, close: &str) -> First {
    let is_whole = line.find(close).is_some_and(|at| at + close.len() == line.len());
    if is_whole && !line.contains('[') { First::Yes } else { First::Broken }
}

fn is_start(line: &str, start: &str) -> bool {
    line.get(..start.len()).is_some_and(|head| head.eq_ignore_ascii_case(start))
}

/// `# -*- coding: utf-8 -*-`, `# vim: set fileencoding=utf-8`, `# encoding: utf-8`.
fn says_encoding(line: &str) -> bool {
    line.find("coding").is_some_and(|at| line[at + "coding".len()..].starts_with([':', '=']))
}

fn is_container(name: &str) -> bool {
    matches!(name, "Dockerfile" | "Containerfile")
}

/// `# syntax=...` and the like, which are read only above everything else.
fn is_directive(line: &str) -> bool {
    let Some((name, _)) = line.strip_prefix('#').and_then(|rest| rest.split_once('=')) else { return false };
    matches!(name.trim(), "syntax" | "escape" | "check")
}

fn extension(name: &str) -> &str {
    name.rsplit_once('.').map_or("", |(_, extension)| extension)
}
