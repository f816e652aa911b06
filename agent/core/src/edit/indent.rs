//! The one rule by which the indentation of an edit differs from that of the file.

/// What some people indent by; smaller ones first.
const UNITS: [&str; 5] = ["  ", "   ", "    ", "        ", "\t"];

/// Turns the indentation of an edit's lines into that of the file's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Shift {
    /// It is the same.
    None,
    /// All lines begin with something else, or with more or less of it.
    Start { from: String, to: String },
    /// Each step is written in another way, and all lines may be some steps deeper.
    Steps { from: &'static str, to: &'static str, deeper: isize },
}

/// The indentation of a line of the edit, and that of the line in its place.
pub(super) type Pair = (String, String);

impl Shift {
    /// The rule for all pairs, if there is one. Blank lines are none of them.
    pub fn of(pairs: &[Pair]) -> Option<Self> {
        let mut starts = pairs.iter().map(|(wanted, held)| differing(wanted, held));
        let Some((from, to)) = starts.next() else { return Some(Self::None) };
        if starts.any(|other| other != (from, to)) {
            return steps(pairs, |_| true);
        }
        match (from, to) {
            ("", "") => Some(Self::None),
            ("", _) | (_, "") => Some(Self::Start { from: from.to_owned(), to: to.to_owned() }),
            // A tab for four spaces: lines that are deeper than any of these have more.
            _ => steps(pairs, |deeper| deeper == 0)
                .or_else(|| Some(Self::Start { from: from.to_owned(), to: to.to_owned() })),
        }
    }

    /// A line of the edit as it belongs in the file. None where it is indented less than
    /// the rule takes away.
    pub fn apply(&self, line: &str) -> Option<String> {
        if line.trim().is_empty() {
            return Some(line.to_owned());
        }
        match self {
            Self::None => Some(line.to_owned()),
            Self::Start { from, to } => line.strip_prefix(from.as_str()).map(|rest| format!("{to}{rest}")),
            Self::Steps { from, to, deeper } => {
                let mut rest = line;
                let mut depth = 0_usize;
                while let Some(less) = rest.strip_prefix(from) {
                    rest = less;
                    depth += 1;
                }
                Some(format!("{}{rest}", to.repeat(depth.checked_add_signed(*deeper)?)))
            }
        }
    }
}

/// Two indentations without what both of them end with.
fn differing<'a>(wanted: &'a str, held: &'a str) -> (&'a str, &'a str) {
    let both = wanted.bytes().rev().zip(held.bytes().rev()).take_while(|(one, other)| one == other).count();
    (&wanted[..wanted.len() - both], &held[..held.len() - both])
}

fn steps(pairs: &[Pair], may_be_deeper: impl Fn(isize) -> bool) -> Option<Shift> {
    let ways = UNITS.iter().flat_map(|from| UNITS.iter().map(move |to| (*from, *to)));
    ways.filter(|(from, to)| from != to).find_map(|(from, to)| {
        let mut depths = pairs.iter().map(|(wanted, held)| {
            let (wanted, held) = (depth(wanted, from)?, depth(held, to)?);
            held.checked_signed_diff(wanted)
        });
        let deeper = depths.next()??;
        (may_be_deeper(deeper) && depths.all(|other| other == Some(deeper))).then_some(Shift::Steps {
            from,
            to,
            deeper,
        })
    })
}

/// How often a step is in an indentation that is nothing else.
fn depth(indentation: &str, step: &str) -> Option<usize> {
    let count = indentation.len() / step.len();
    (step.repeat(count) == indentation).then_some(count)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shift(pairs: &[(&str, &str)]) -> Option<Shift> {
        let owned = pairs.iter().map(|(wanted, held)| ((*wanted).to_owned(), (*held).to_owned()));
        Shift::of(&owned.collect::<Vec<_>>())
    }

    fn start(from: &str, to: &str) -> Option<Shift> {
        Some(Shift::Start { from: from.to_owned(), to: to.to_owned() })
    }

    #[test]
    fn one_rule_is_found_for_all_lines() {
        let steps = |from, to, deeper| Some(Shift::Steps { from, to, deeper });
        assert_eq!(shift(&[]), Some(Shift::None));
        assert_eq!(shift(&[("  ", "  "), ("", "")]), Some(Shift::None));
        assert_eq!(shift(&[("", "  "), ("  ", "    ")]), start("", "  "));
        assert_eq!(shift(&[("    ", ""), ("      ", "  ")]), start("    ", ""));
        assert_eq!(shift(&[("    ", "\t")]), steps("    ", "\t", 0));
        assert_eq!(shift(&[("    ", "\t"), ("        ", "\t    ")]), start("    ", "\t"));
        assert_eq!(shift(&[("", ""), ("    ", "\t"), ("        ", "\t\t")]), steps("    ", "\t", 0));
        assert_eq!(shift(&[("", "\t"), ("  ", "\t\t")]), steps("  ", "\t", 1));
        assert_eq!(shift(&[("\t", "    "), ("\t\t", "        ")]), steps("\t", "    ", 0));
        assert_eq!(shift(&[("", ""), ("  ", "    ")]), steps("  ", "    ", 0));
        assert_eq!(shift(&[("   ", "\t"), ("     ", "\t\t")]), None);
        assert_eq!(shift(&[("", "  "), ("  ", "  ")]), None);
        assert_eq!(shift(&[("", ""), ("  ", "   "), ("    ", "  ")]), None);
    }

    #[test]
    fn a_line_is_moved_by_the_rule() {
        let after = |shift: Option<Shift>, line: &str| shift.and_then(|shift| shift.apply(line));
        assert_eq!(after(start("", "\t"), "a"), Some("\ta".to_owned()));
        assert_eq!(after(start("  ", ""), "    a"), Some("  a".to_owned()));
        assert_eq!(after(start("  ", ""), " a"), None);
        assert_eq!(after(start("  ", ""), " "), Some(" ".to_owned()));
        let steps = |deeper| Some(Shift::Steps { from: "    ", to: "\t", deeper });
        assert_eq!(after(steps(0), "          a"), Some("\t\t  a".to_owned()));
        assert_eq!(after(steps(1), "a"), Some("\ta".to_owned()));
        assert_eq!(after(steps(-1), "a"), None);
    }
}
