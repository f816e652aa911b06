//! Tries rules on the items of a file, and says what they found.

use agent_contract::RepoPath;
use finding::{Found, Span};

use crate::{
    kind::Family,
    rule::{
        Rule, Rules,
        condition::{Outcome, every},
    },
    subject::Item,
};

/// So much of a value is shown.
const SHOWN_CHARS: usize = 80;

pub(crate) fn judge(rules: &Rules, family: Family, items: &[Item], path: &RepoPath) -> Vec<Found> {
    let mut out = Vec::new();
    for rule in rules.rules.iter().filter(|rule| rule.family == family) {
        for item in items.iter().filter(|item| item.each == rule.each) {
            if let Outcome::Yes(witness) = every(&rule.when, item) {
                let span = witness.map_or(item.span, |value| value.span);
                let value = witness.map_or("", |value| value.text.as_str());
                out.push(found(rule, item, path, span, value));
            }
        }
    }
    out.sort_by_key(|found| found.span);
    out
}

fn found(rule: &Rule, item: &Item, path: &RepoPath, span: Span, value: &str) -> Found {
    let message = rule.message.replace("{object}", &shown(&item.label)).replace("{value}", &shown(value));
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

/// The beginning of a value on one line, without the user and password of addresses in it.
fn shown(value: &str) -> String {
    let plain = |c: char| if c.is_control() { ' ' } else { c };
    let words = value.trim().split(' ').map(masked);
    words.collect::<Vec<_>>().join(" ").chars().take(SHOWN_CHARS).map(plain).collect()
}

fn masked(word: &str) -> String {
    let hidden = word.split_once("://").and_then(|(scheme, rest)| {
        let authority = rest.split(['/', '?', '#']).next()?;
        let (_, host) = authority.rsplit_once('@')?;
        Some(format!("{scheme}://***@{host}{}", &rest[authority.len()..]))
    });
    hidden.unwrap_or_else(|| word.to_owned())
}

#[cfg(test)]
mod tests {
    use super::shown;

    #[test]
    fn an_address_is_shown_without_its_password() {
        assert_eq!(
            shown("git clone https://u:p@x.example/m.git a\nb"),
            "git clone https://***@x.example/m.git a b"
        );
    }
}
