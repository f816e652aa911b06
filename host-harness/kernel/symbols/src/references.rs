//! The names that a source uses.

use std::collections::{BTreeMap, HashSet};

use crate::{
    Kind, Lines, Skipped, Tags,
    definitions::{Defined, definitions, line, tell},
    parse::{Parsed, Step, walk},
    tags::{NAME_BYTES_MAX, NAMES_MAX},
    text::is_plain,
};

/// The definitions and references of a source.
pub(crate) fn tags(parsed: &Parsed<'_>, lines: Lines) -> Result<Tags, Skipped> {
    let found = definitions(parsed)?;
    let mut tags = tell(parsed, &found);
    refer(parsed, &found.found, lines, &mut tags)?;
    Ok(tags)
}

fn refer(parsed: &Parsed<'_>, found: &[Defined<'_>], lines: Lines, tags: &mut Tags) -> Result<(), Skipped> {
    let defining: HashSet<usize> =
        found.iter().filter(|one| one.kind != Kind::Scope).map(|one| one.name.start_byte()).collect();
    let mut used: BTreeMap<&str, Vec<u32>> = BTreeMap::new();
    walk(parsed, |node| {
        let kind = node.kind_id();
        if parsed.grammar.is_name(kind) && !defining.contains(&node.start_byte()) {
            used.entry(parsed.text(node)).or_default().push(line(node.start_position().row));
        }
        if parsed.grammar.is_closed(kind) { Step::Over } else { Step::In }
    })?;
    let told = |at: &&mut (&str, Vec<u32>)| at.0.len() <= NAME_BYTES_MAX && is_plain(at.0);
    let mut used: Vec<_> = used.into_iter().filter(|(name, _)| !name.is_empty()).collect();
    let kept: Vec<_> = used.iter_mut().filter(told).take(NAMES_MAX).collect();
    let count = kept.len();
    for (name, at) in kept {
        tags.refer(name, at.len() as u32, if lines == Lines::Told { at } else { &[] });
    }
    tags.leave_out(used.len() - count);
    Ok(())
}
