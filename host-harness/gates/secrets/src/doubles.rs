//! One finding for one secret: of several rules, the one that says the most.

use std::cmp::Reverse;

use memchr::memmem;

use crate::{Leak, Rule};

/// How many other secrets of a line or a stretch are looked at.
const DOUBLES_MAX: usize = 64;

/// Leaves what says the most of each secret; the leaks come in the order of the file.
pub(crate) fn left_out(mut leaks: Vec<Leak>, rules: &[Rule]) -> Vec<Leak> {
    let mut kept: Vec<bool> = leaks.iter().map(|leak| !gives_way(leak, &leaks, rules)).collect();
    for (at, leak) in leaks.iter().enumerate() {
        let after = leaks[at + 1..].iter().zip(at + 1..);
        let inside = after.take_while(|(other, _)| other.bytes.start < leak.bytes.end).take(DOUBLES_MAX);
        let ours = |leak: &Leak| !rules[leak.rule].matches.is_empty();
        // Rules of others say what they say, each for itself.
        let both = |other: &Leak| ours(leak) && ours(other) && are_one(leak, other);
        for (other, number) in inside.filter(|(other, _)| both(other)) {
            let less = if rank(leak, rules) <= rank(other, rules) { number } else { at };
            kept[less] = false;
        }
    }
    let mut kept = kept.into_iter();
    leaks.retain(|_| kept.next().unwrap_or(true));
    leaks
}

fn are_one(one: &Leak, other: &Leak) -> bool {
    let (long, short) = if one.secret.len() < other.secret.len() { (other, one) } else { (one, other) };
    memmem::find(&long.secret, &short.secret).is_some()
}

/// What goes before: a rule that is not generic, plain text, a rule of a provider, the larger
/// part, the rule that stands first.
fn rank(leak: &Leak, rules: &[Rule]) -> impl Ord {
    let rule = &rules[leak.rule];
    let telling = (rule.is_generic(), leak.encoding.is_some(), rule.provider.is_none());
    (telling, Reverse(leak.secret.len()), leak.rule)
}

/// Whether a generic rule says something of a secret that another rule names in the same line.
fn gives_way(leak: &Leak, leaks: &[Leak], rules: &[Rule]) -> bool {
    if !rules[leak.rule].is_generic() {
        return false;
    }
    let from = leaks.partition_point(|other| other.span.line < leak.span.line);
    let named = leaks[from..]
        .iter()
        .take_while(|other| other.span.line == leak.span.line)
        .filter(|other| !rules[other.rule].is_generic());
    named.take(DOUBLES_MAX).any(|other| memmem::find(&other.secret, &leak.secret).is_some())
}
