//! Which lines two halves of an edit have in common.

use similar::{Algorithm, DiffOp, capture_diff_slices};

use super::step::{BodyLine, Hunk, Sign};

/// Halves with more pairs of lines than this are not compared line by line.
const PAIRS_MAX: usize = 4_000_000;

/// The lines of two halves: those that stand in both are kept as the file has them.
pub(super) fn body(old: &[&str], new: &[&str]) -> Vec<BodyLine> {
    let lines = |sign, lines: &[&str]| lines.iter().map(|line| BodyLine::new(sign, line)).collect::<Vec<_>>();
    joined(&lines(Sign::Remove, old), &lines(Sign::Add, new))
}

/// The hunk without lines that it takes away and adds again.
pub(super) fn told_apart(hunk: &Hunk) -> Hunk {
    let mut body = Vec::new();
    for part in hunk.body.chunk_by(|one, other| (one.sign == Sign::Keep) == (other.sign == Sign::Keep)) {
        let half = |sign| part.iter().filter(|line| line.sign == sign).cloned().collect::<Vec<_>>();
        body.extend(half(Sign::Keep));
        body.extend(joined(&half(Sign::Remove), &half(Sign::Add)));
    }
    Hunk { body, ..hunk.clone() }
}

fn joined(old: &[BodyLine], new: &[BodyLine]) -> Vec<BodyLine> {
    if old.len().saturating_mul(new.len()) > PAIRS_MAX {
        return [old, new].concat();
    }
    fn key(line: &BodyLine) -> (&str, bool, bool) {
        (&line.text, line.carriage, line.unended)
    }
    let (olds, news): (Vec<_>, Vec<_>) = (old.iter().map(key).collect(), new.iter().map(key).collect());
    let ops = capture_diff_slices(Algorithm::Myers, &olds, &news);
    let parts = ops.iter().flat_map(|op| match op {
        DiffOp::Equal { .. } => old[op.old_range()].iter().cloned().map(kept).collect(),
        _ => [&old[op.old_range()], &new[op.new_range()]].concat(),
    });
    parts.collect()
}

fn kept(line: BodyLine) -> BodyLine {
    BodyLine { sign: Sign::Keep, ..line }
}
