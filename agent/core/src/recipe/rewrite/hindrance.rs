//! Why a match is left as it is: what would be lost, or would mean something else.

use super::template::Filled;
use crate::recipe::answer::Match;

/// What is looked for, and in which language.
#[derive(Debug, Clone, Copy)]
pub(super) struct Form<'a> {
    pub pattern: &'a str,
    pub language: &'a str,
}

impl Form<'_> {
    /// Why this match is left, if it is.
    pub fn hindrance(self, text: &str, found: &Match, filled: &Filled) -> Option<&'static str> {
        if self.loses_a_comment(text, found) {
            return Some("a comment in it would be lost");
        }
        let shifts = filled.is_shifted && self.language == "python";
        shifts.then_some("what it holds would have another indentation")
    }

    /// What is in no capture is the pattern's own, or a comment.
    fn loses_a_comment(self, text: &str, found: &Match) -> bool {
        let markers: &[&str] = match self.language {
            "python" | "ruby" => &["#"],
            "php" => &["//", "/*", "#"],
            _ => &["//", "/*"],
        };
        let unsaid: Vec<_> = markers.iter().filter(|marker| !self.pattern.contains(**marker)).collect();
        gaps(text, found).iter().any(|gap| unsaid.iter().any(|marker| gap.contains(**marker)))
    }
}

/// The parts of a match that no capture holds.
fn gaps<'a>(text: &'a str, found: &Match) -> Vec<&'a str> {
    let mut spans: Vec<_> = found.captures.values().collect();
    spans.sort_by_key(|span| span.from);
    let (mut at, mut gaps) = (found.from, Vec::new());
    for span in spans {
        gaps.extend(text.get(at..span.from));
        at = at.max(span.to);
    }
    gaps.extend(text.get(at..found.to));
    gaps
}
