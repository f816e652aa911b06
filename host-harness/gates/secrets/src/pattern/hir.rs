use regex_syntax::{
    ParserBuilder,
    hir::{Class, Hir, HirKind, Repetition},
};

/// What a pattern may come to when it is compiled; the memory for it goes with this.
pub(super) const STATES_MAX: u64 = 100_000;

const NEST_MAX: u32 = 64;

/// Bytes, not characters: as quick, as small, and able to look into what is not UTF-8. A
/// pattern that names characters beyond ASCII gets them.
pub(super) fn parse(source: &str) -> Result<Hir, Box<regex_syntax::Error>> {
    let parser = |unicode| ParserBuilder::new().unicode(unicode).utf8(false).nest_limit(NEST_MAX).build();
    let plain = parser(false).parse(source).ok();
    plain.map_or_else(|| parser(true).parse(source).map_err(Box::new), Ok)
}

/// About how many states its automaton has.
pub(super) fn states(hir: &Hir) -> u64 {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => 1,
        HirKind::Literal(literal) => literal.0.len() as u64,
        HirKind::Class(Class::Bytes(_)) => 1,
        HirKind::Class(Class::Unicode(class)) => 4 * class.ranges().len() as u64,
        HirKind::Capture(capture) => states(&capture.sub).saturating_add(2),
        HirKind::Repetition(repetition) => repeated(repetition),
        HirKind::Concat(parts) | HirKind::Alternation(parts) => {
            parts.iter().fold(1, |sum: u64, part| sum.saturating_add(states(part)))
        }
    }
}

fn repeated(repetition: &Repetition) -> u64 {
    let times = repetition.max.unwrap_or(repetition.min.saturating_add(1)).max(1);
    states(&repetition.sub).saturating_add(1).saturating_mul(times.into())
}

/// Whether what it matches can go over the end of a line.
pub(super) fn crosses_lines(hir: &Hir) -> bool {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => false,
        HirKind::Literal(literal) => literal.0.contains(&b'\n'),
        HirKind::Class(Class::Bytes(class)) => {
            class.ranges().iter().any(|range| (range.start()..=range.end()).contains(&b'\n'))
        }
        HirKind::Class(Class::Unicode(class)) => {
            class.ranges().iter().any(|range| (range.start()..=range.end()).contains(&'\n'))
        }
        HirKind::Capture(capture) => crosses_lines(&capture.sub),
        HirKind::Repetition(repetition) => crosses_lines(&repetition.sub),
        HirKind::Concat(parts) | HirKind::Alternation(parts) => parts.iter().any(crosses_lines),
    }
}
