use std::collections::{HashMap, HashSet};

use symbols::syntax::Capture;

use super::{
    Hit,
    compiled::{Compiled, Made},
};
use crate::{
    rules::Rules,
    shape::{Pattern, Patterns},
    sight::{Bounds, Sight},
};

/// Hits of one rule in one file. A file with more is not told in part: what is new in it would
/// hide behind what is old.
const HITS_MAX: u32 = 10_000;

/// What was hit so far.
#[derive(Default)]
pub(super) struct Hits {
    hits: Vec<Hit>,
    counts: HashMap<u32, u32>,
    /// The lines of hits that are taken already, by rule.
    taken: HashSet<(u32, usize)>,
}

impl Hits {
    /// Takes a hit: one for each rule and line.
    pub fn take(&mut self, sight: &Sight<'_>, rule: &Made, node: u32, bounds: &Bounds<'_>) {
        let focus = rule.focus.as_deref().and_then(|focus| bounds.iter().find(|bound| bound.name == focus));
        let whole = sight.node(node);
        let (start, end) = focus.map_or((whole.start, whole.end), |focus| (focus.start, focus.end));
        let line = sight.line(start);
        if !self.taken.insert((rule.number, line)) {
            return;
        }
        let count = self.counts.entry(rule.number).or_default();
        *count += 1;
        if *count > HITS_MAX {
            return;
        }
        let told = rule.told.iter().zip(0..).map(|(name, number)| {
            let bound = bounds.iter().find(|bound| bound.name == name);
            let (start, end) = bound.map_or_else(|| subject(sight, node), |bound| (bound.start, bound.end));
            (number, start, end)
        });
        self.hits.push(Hit { rule: rule.number, start, end, bounds: told.collect() });
    }

    /// The hits in the order of the file, without those of which another rule says more; or the
    /// rule that has too many.
    pub fn settle(self, sight: &Sight<'_>, compiled: &Compiled) -> Result<Vec<Hit>, TooMany> {
        let Self { mut hits, counts, .. } = self;
        if let Some(rule) = counts.iter().filter(|(_, count)| **count > HITS_MAX).map(|(rule, _)| rule).min()
        {
            return Err(TooMany { rule: *rule });
        }
        let line = |hit: &Hit| sight.line(hit.start);
        let mut covered: Vec<(u32, usize)> = Vec::new();
        for hit in &hits {
            let covers = compiled.numbered(hit.rule).map_or(&[][..], |rule| &rule.covers);
            covered.extend(covers.iter().map(|rule| (*rule, line(hit))));
        }
        covered.sort_unstable();
        hits.retain(|hit| covered.binary_search(&(hit.rule, line(hit))).is_err());
        hits.sort_by_key(|hit| (hit.start, hit.rule));
        Ok(hits)
    }
}

/// What a match is about, for a message that names what the pattern does not bind: the name that
/// is called or declared, else all of it.
fn subject(sight: &Sight<'_>, node: u32) -> (u32, u32) {
    let whole = sight.node(node);
    if sight.facts.calls.has(sight.kind(node)) {
        let (text, name) = (sight.text(node), sight.called(node));
        let place = text.windows(name.len().max(1)).position(|part| part == name);
        let start = place.map(|place| whole.start + place as u32);
        return start.map_or((whole.start, whole.end), |start| (start, start + name.len() as u32));
    }
    let name = sight.named(node).find(|part| sight.facts.names.has(sight.kind(*part)));
    name.map_or((whole.start, whole.end), |name| (sight.node(name).start, sight.node(name).end))
}

/// A rule that a file has too many hits of.
pub(super) struct TooMany {
    rule: u32,
}

impl TooMany {
    pub fn reason(&self, rules: &Rules) -> String {
        let id = rules.rules.get(self.rule as usize).map_or("", |loaded| &loaded.rule.id);
        format!(
            "it has more than {HITS_MAX} findings of `sast/{id}`: mend them or split the file, so that none is hidden"
        )
    }
}

/// Goes over the tree once, with the patterns that each kind of node may fit.
pub(super) fn walk(sight: &Sight<'_>, compiled: &Compiled, candidates: &[usize], hits: &mut Hits) {
    let mut by_kind: Vec<Vec<(&Made, &Pattern)>> = Vec::new();
    for rule in candidates.iter().filter_map(|candidate| compiled.rule(*candidate)) {
        if rule.any.is_empty() || !imports(sight, rule) {
            continue;
        }
        for pattern in &rule.any.all {
            for kind in pattern.roots.iter().map(|kind| usize::from(*kind)) {
                by_kind.resize_with(by_kind.len().max(kind + 1), Vec::new);
                by_kind[kind].push((rule, pattern));
            }
        }
    }
    for (number, node) in sight.flat.nodes().iter().enumerate() {
        let Some(patterns) = by_kind.get(usize::from(node.kind)).filter(|patterns| !patterns.is_empty())
        else {
            continue;
        };
        let number = number as u32;
        let keys = sight.keys(number);
        for (rule, pattern) in patterns.iter().filter(|(_, pattern)| keys.may_be(pattern)) {
            let mut bounds = Bounds::new();
            if sight.fits(pattern, number, &mut bounds) && holds(sight, rule, number, &bounds) {
                hits.take(sight, rule, number, &bounds);
            }
        }
        if sight.is_spent() {
            return;
        }
    }
}

/// Takes what a query found: `@hit`, or its first capture, is the match.
pub(super) fn queried(
    sight: &Sight<'_>,
    compiled: &Compiled,
    rule: usize,
    matches: &[Vec<Capture>],
    hits: &mut Hits,
) {
    let Some(rule) = compiled.rule(rule).filter(|rule| imports(sight, rule)) else { return };
    for captures in matches {
        let hit = captures.iter().find(|capture| capture.name == "hit").or(captures.first());
        let Some(node) = hit.and_then(|hit| sight.flat.covering(hit.start, hit.end)) else { continue };
        let bound = |capture: &Capture| crate::sight::Bound {
            name: rule.told.iter().map(String::as_str).find(|name| *name == capture.name).unwrap_or_default(),
            node: sight.flat.covering(capture.start, capture.end),
            start: capture.start,
            end: capture.end,
        };
        let bounds: Bounds<'_> = captures.iter().map(bound).collect();
        if holds(sight, rule, node, &bounds) {
            hits.take(sight, rule, node, &bounds);
        }
    }
}

/// Whether the file imports what a rule is about.
pub(super) fn imports(sight: &Sight<'_>, rule: &Made) -> bool {
    let is_imported =
        |regex: &regex_automata::meta::Regex| sight.modules().iter().any(|module| regex.is_match(module));
    rule.imports.is_empty() || rule.imports.iter().any(is_imported)
}

/// Whether everything else that a rule says of a match is so.
pub(super) fn holds<'p>(sight: &Sight<'_>, rule: &'p Made, node: u32, bounds: &Bounds<'p>) -> bool {
    let around = |patterns: &'p Patterns| {
        sight.flat.around(node).any(|around| sight.step(1) && sight.fits_any(patterns, around, bounds))
    };
    let beside = |patterns: &'p Patterns| {
        let place = sight.function(node).unwrap_or(0);
        let within = sight.within(place);
        sight.step(within.len()) && within.into_iter().any(|part| sight.fits_any(patterns, part, bounds))
    };
    rule.conditions.iter().all(|condition| condition.holds(sight, node, bounds))
        && rule.all.all.iter().all(|pattern| sight.fits(pattern, node, &mut bounds.clone()))
        && (rule.not.is_empty() || !sight.fits_any(&rule.not, node, bounds))
        && (rule.inside.is_empty() || around(&rule.inside))
        && (rule.not_inside.is_empty() || !around(&rule.not_inside))
        && (rule.present.is_empty() || beside(&rule.present))
        && (rule.absent.is_empty() || !beside(&rule.absent))
}
