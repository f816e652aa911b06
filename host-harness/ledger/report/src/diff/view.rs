//! The change as tables, a file each.

use maud::{Markup, PreEscaped, html};

use super::{
    parse::{File, Line, parse},
    syntax::{Painter, grammar},
};
use crate::{
    count::{counted, grouped},
    mark::code,
    shown,
};

/// Lines of the whole diff that are shown, and bytes of the page that they may take.
const LINES_MAX: usize = 20_000;
const BYTES_MAX: usize = 1_300_000;
/// What colours may cost. A line costs the square of its length, for that is how long a grammar
/// may take for it: 1,700 lines of 40 characters, 450 of 80.
const PAINTED_COST_MAX: usize = 3_000_000;
/// Characters of a line that are shown.
const CHARS_MAX: usize = 600;
/// Lines of a file that stand open.
const OPEN_LINES_MAX: usize = 400;

/// The whole diff, or as much of it as there is room for.
pub(crate) fn diff(diff: &str) -> Markup {
    let files = parse(diff, LINES_MAX);
    let mut budget = Budget { bytes: BYTES_MAX, painted: PAINTED_COST_MAX, left: 0 };
    let shown: Vec<_> = files.iter().enumerate().map(|(index, one)| file(index, one, &mut budget)).collect();
    html! {
        @for file in &shown { (file) }
        @if budget.left > 0 {
            p.left { (counted(budget.left, "line", "lines")) " of the diff left out here. The artifact "
                (code("change.diff")) " has all." }
        }
    }
}

/// What the diff may still take of the page.
struct Budget {
    bytes: usize,
    painted: usize,
    left: usize,
}

fn file(index: usize, file: &File, budget: &mut Budget) -> Markup {
    let (rows, left) = rows(file, budget);
    budget.left += left;
    let label = format!("diff-{index}");
    html! {
        details.file open[file.lines.len() <= OPEN_LINES_MAX] {
            summary id=(label) { (code(file.path)) " " (counts(file)) }
            @if !file.heads.is_empty() {
                p.heads { @for head in &file.heads { span { (shown::line(head, 200)) } } }
            }
            @if !rows.is_empty() { (framed(file.path, &label, &rows)) }
            @if left > 0 { p.left { (counted(left, "line is", "lines are")) " left out here." } }
        }
    }
}

fn framed(path: &str, label: &str, rows: &str) -> Markup {
    html! {
        div.scroll role="region" tabindex="0" aria-labelledby=(label) {
            table.diff {
                caption.unseen { "Changed lines of " (shown::line(path, 200)) }
                thead.unseen { tr {
                    @for head in ["Old line", "New line", "Change", "Text"] { th scope="col" { (head) } }
                } }
                tbody { (PreEscaped(rows)) }
            }
        }
    }
}

/// How many lines came and went.
fn counts(file: &File) -> Markup {
    let count = |is: fn(&Line) -> bool| file.lines.iter().filter(|line| is(line)).count();
    let added = count(|line| matches!(line, Line::Added(..)));
    let removed = count(|line| matches!(line, Line::Removed(..)));
    html! {
        span.plus { "+" (grouped(added as u64)) } " " span.minus { "−" (grouped(removed as u64)) }
    }
}

/// The rows that there is room for, and how many lines there is none for.
fn rows(file: &File, budget: &mut Budget) -> (String, usize) {
    let (mut out, mut left) = (String::new(), file.left);
    let mut sides = Sides::new(file.path);
    for line in &file.lines {
        if out.len() >= budget.bytes {
            left += 1;
            continue;
        }
        out.push_str(&row(line, &mut sides, budget).0);
    }
    budget.bytes = budget.bytes.saturating_sub(out.len());
    (out, left)
}

fn row(line: &Line, sides: &mut Sides, budget: &mut Budget) -> Markup {
    match line {
        Line::Hunk(head) => {
            sides.reset();
            html! { tr.hunk { td {} td {} td {} td { (shown::line(head, 200)) } } }
        }
        Line::Note(note) => html! { tr.hunk { td {} td {} td {} td { (shown::line(note, 200)) } } },
        Line::Same(old, new, text) => {
            let text = sides.both(text, budget);
            html! { tr { td { (old) } td { (new) } td { " " } td { code { (text) } } } }
        }
        Line::Removed(old, text) => {
            let text = sides.one(Side::Old, text, budget);
            html! { tr.minus { td { (old) } td {} td { "−" } td { code { (text) } } } }
        }
        Line::Added(new, text) => {
            let text = sides.one(Side::New, text, budget);
            html! { tr.plus { td {} td { (new) } td { "+" } td { code { (text) } } } }
        }
    }
}

#[derive(Clone, Copy)]
enum Side {
    Old,
    New,
}

/// The old and the new file, each read by its grammar.
struct Sides {
    fresh: Option<Painter>,
    old: Option<Painter>,
    new: Option<Painter>,
}

impl Sides {
    fn new(path: &str) -> Self {
        let fresh = grammar(path).map(Painter::new);
        Self { old: fresh.clone(), new: fresh.clone(), fresh }
    }

    /// Between two hunks lies what nobody sees.
    fn reset(&mut self) {
        (self.old, self.new) = (self.fresh.clone(), self.fresh.clone());
    }

    fn both(&mut self, text: &str, budget: &mut Budget) -> Markup {
        let painted = self.one(Side::New, text, budget);
        if budget.painted > 0
            && let Some(old) = &mut self.old
        {
            old.line(text);
        }
        painted
    }

    fn one(&mut self, side: Side, text: &str, budget: &mut Budget) -> Markup {
        let painter = match side {
            Side::Old => &mut self.old,
            Side::New => &mut self.new,
        };
        match painter {
            Some(painter) if budget.painted > 0 && text.len() <= CHARS_MAX => {
                let painted = paint(painter, text);
                budget.painted = budget.painted.saturating_sub(cost(text));
                painted
            }
            _ => html! { (shown::block(text, CHARS_MAX)) },
        }
    }
}

/// What it costs to colour a line, an empty one, too.
fn cost(text: &str) -> usize {
    text.len().saturating_mul(text.len()).saturating_add(100)
}

fn paint(painter: &mut Painter, text: &str) -> Markup {
    html! {
        @for (class, piece) in painter.line(text) {
            @let piece = shown::block(piece, CHARS_MAX);
            @if class.is_empty() { (piece) } @else { span class=(class) { (piece) } }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn added(path: &str, line: &str, lines: usize) -> String {
        let head = format!("diff --git a/{path} b/{path}\n--- a/{path}\n+++ b/{path}\n");
        format!("{head}@@ -0,0 +1,{lines} @@\n{}", format!("+{line}\n").repeat(lines))
    }

    #[test]
    fn lines_are_marked_without_colour() {
        let page = diff("diff --git a/a b/a\n--- a/a\n+++ b/a\n@@ -1 +1 @@\n-<b>\n+\u{202e}x\n").0;
        assert!(page.contains("<td>1</td><td></td><td>−</td><td><code>&lt;b&gt;</code></td>"), "{page}");
        assert!(page.contains("<td></td><td>1</td><td>+</td><td><code>⟨U+202E⟩x</code></td>"), "{page}");
    }

    #[test]
    fn a_large_diff_is_cut_and_says_so() {
        let line = "let value = \"text\"; // why";
        for (lines, whole) in [(10, true), (400_000, false)] {
            let page = diff(&added("a.rs", line, lines)).0;
            assert!(page.contains("<span class=\"k\">let</span>"));
            assert!(page.len() <= BYTES_MAX + 10_000, "{}", page.len());
            let shown = page.matches("<tr class=\"plus\">").count();
            let left = format!("{} lines of the diff left out here", grouped((lines - shown) as u64));
            assert_eq!((shown == lines, !page.contains(&left)), (whole, whole), "{lines} {shown}");
        }
    }

    #[test]
    fn a_long_line_is_cut_and_says_so() {
        let page = diff(&added("a.rs", &"x".repeat(100_000), 3)).0;
        assert!(page.contains("(99,400 more characters)") && page.len() < 10_000);
    }

    #[test]
    fn text_that_grows_when_it_is_shown_has_no_more_room() {
        let page = diff(&added("a.rs", &"\u{202e}\"'".repeat(190), 20_000)).0;
        assert!(page.len() <= BYTES_MAX + 10_000, "{}", page.len());
    }
}
