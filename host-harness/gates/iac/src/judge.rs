//! Tries rules on what a document has, and says what they found.

use agent_contract::RepoPath;
use finding::{Found, Span};

use crate::{
    check::Hit,
    document::Node,
    kind::Family,
    rule::{
        Rule, Rules,
        condition::{Outcome, every},
    },
    subject::{Item, Sets},
};

/// So much of a value is shown.
const SHOWN_CHARS: usize = 80;

/// Tries the rules that one file is enough for.
pub(crate) fn file_rules(
    rules: &Rules,
    family: Family,
    sets: &Sets<'_>,
    path: &RepoPath,
    into: &mut Vec<Found>,
) {
    for rule in rules.rules.iter().filter(|rule| rule.family == family && !rule.is_of_the_module()) {
        judge(rule, sets, path, into);
    }
}

/// Tries the rules that need the whole module.
pub(crate) fn module_rules(
    rules: &Rules,
    family: Family,
    sets: &Sets<'_>,
    path: &RepoPath,
    into: &mut Vec<Found>,
) {
    for rule in rules.rules.iter().filter(|rule| rule.family == family && rule.is_of_the_module()) {
        judge(rule, sets, path, into);
    }
}

fn judge(rule: &Rule, sets: &Sets<'_>, path: &RepoPath, into: &mut Vec<Found>) {
    let items = sets.get(rule.each).map_or(&[][..], Vec::as_slice);
    for item in items.iter().filter(|item| rule.types.is_empty() || rule.types.contains(&item.kind)) {
        match &rule.of {
            None => tried(rule, item, path, into),
            Some(of) => {
                for node in of.reach(item).nodes {
                    tried(rule, &item.inner(node), path, into);
                }
            }
        }
    }
}

fn tried(rule: &Rule, item: &Item<'_>, path: &RepoPath, into: &mut Vec<Found>) {
    let Outcome::Yes(witness) = every(&rule.when, item) else { return };
    let Some(check) = rule.check else {
        let span = witness.map_or(item.span, |node| node.span);
        let value = witness.and_then(Node::text).unwrap_or("");
        into.push(found(rule, item, path, span, value));
        return;
    };
    for Hit { span, value } in check(item) {
        into.push(found(rule, item, path, span, &value));
    }
}

fn found(rule: &Rule, item: &Item<'_>, path: &RepoPath, span: Span, value: &str) -> Found {
    let shown = shown(value);
    let message = rule.message.replace("{object}", &item.label).replace("{value}", &shown);
    // A block is named by its first line: nobody wants a hundred lines underlined.
    let span = if span.end_line > span.line {
        Span { end_line: span.line, end_column: span.column, ..span }
    } else {
        span
    };
    Found {
        rule: rule.id.clone().into(),
        severity: rule.severity,
        path: Some(path.clone()),
        span: Some(span),
        message,
        remedy: rule.remedy.clone().into(),
        subject: format!("{}\0{value}", item.label).into_bytes(),
    }
}

/// The beginning of a value on one line, without the user and password of an address.
fn shown(value: &str) -> String {
    let plain = |c: char| if c.is_control() { ' ' } else { c };
    let value = value.trim();
    let masked = value.split_once("://").and_then(|(scheme, rest)| {
        let authority = rest.split(['/', '?', '#']).next()?;
        let (_, host) = authority.rsplit_once('@')?;
        Some(format!("{scheme}://***@{host}{}", &rest[authority.len()..]))
    });
    masked.as_deref().unwrap_or(value).chars().take(SHOWN_CHARS).map(plain).collect()
}

#[cfg(test)]
mod tests {
    use super::shown;

    #[test]
    fn an_address_is_shown_without_its_password() {
        assert_eq!(shown("git::https://u:p@x.example/m.git?a=1"), "git::https://***@x.example/m.git?a=1");
        assert_eq!(shown("a\nb"), "a b");
    }
}
