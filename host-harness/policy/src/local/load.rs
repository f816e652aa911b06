//! From what is written to what is judged by. Every fault is told with its line.

use std::{collections::BTreeMap, str::FromStr};

use agent_contract::{
    CapabilityName, RunMode,
    fault::{Unknown, shown},
};

use super::{
    FoundBy, Place, Policy, PolicyError,
    examples::Example,
    glob::Glob,
    judge::Unconditional,
    rule::{Amounts, Rule, capability_bit, mode_bit},
    written::{Lines, Placed, PlacedList, Table, Written, WrittenLimits, WrittenRule},
};
use crate::{answer::Stance, blob::sha256, context::canonical};

type Loaded<T> = Result<T, PolicyError>;

/// What every reader of the trace takes for the same number.
const AMOUNT_MAX: u64 = (1 << 53) - 1;

/// Makes a policy of what is written in `text`, and checks it against its own examples.
pub(crate) fn load(written: Written, text: &str, place: Place) -> Loaded<Policy> {
    let lines = Lines::of(text);
    let sha256 = sha256(canonical(&written).as_bytes());
    let mut policy = Policy { default: written.default, place, sha256, ..Policy::closed() };
    let mut examples = Vec::new();
    for (number, written) in written.rules.iter().enumerate() {
        let rule = rule(number, written, place, &lines)?;
        for example in &written.get_ref().0.examples {
            examples.push((number, Example::of(example, &lines)?));
        }
        policy.rules.push(rule);
    }
    names(&written.rules, &lines)?;
    (policy.found_by, policy.unconditional) = index(&policy.rules);
    examples.iter().try_for_each(|(number, example)| example.check(*number, &policy))?;
    Ok(policy)
}

fn index(rules: &[Rule]) -> (FoundBy, Unconditional) {
    let (mut found_by, mut unconditional) = (FoundBy::default(), Unconditional::default());
    for (number, rule) in rules.iter().enumerate() {
        if !found_by.add(number, rule) {
            unconditional.add(number, rule);
        }
    }
    (found_by, unconditional)
}

/// A name stands for one rule, and says what it is in plain words.
fn names(rules: &[Placed<Table<WrittenRule>>], lines: &Lines) -> Loaded<()> {
    let mut seen = BTreeMap::new();
    for name in rules.iter().filter_map(|rule| rule.get_ref().0.name.as_ref()) {
        let (text, line) = (name.get_ref(), lines.at(name));
        if !is_kebab_case(text) {
            let message =
                format!("`{}` is no name of a rule: small letters, digits and single `-`", shown(text));
            return Err(PolicyError::new(line, message));
        }
        if text == "default" {
            return Err(PolicyError::new(line, "`default` is the name of what holds where no rule speaks"));
        }
        if let Some(first) = seen.insert(text, line) {
            let message = format!("`{text}` is the name of the rule of line {first} too; rename one of them");
            return Err(PolicyError::new(line, message));
        }
    }
    Ok(())
}

fn is_kebab_case(text: &str) -> bool {
    let word = |word: &str| {
        !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
    };
    text.len() <= 100 && text.starts_with(|c: char| c.is_ascii_lowercase()) && text.split('-').all(word)
}

fn rule(number: usize, written: &Placed<Table<WrittenRule>>, place: Place, lines: &Lines) -> Loaded<Rule> {
    let (line, rule) = (lines.at(written), &written.get_ref().0);
    let unnamed = || format!("{}[{number}]", place.rules());
    Ok(Rule {
        name: rule.name.as_ref().map_or_else(unnamed, |name| name.get_ref().clone()),
        line,
        effect: rule.effect,
        reason: rule.reason.clone(),
        capabilities: members("capabilities", &rule.capabilities, CapabilityName::ALL, lines)?
            .into_iter()
            .fold(0, |bits, name| bits | capability_bit(name)),
        modes: members("modes", &rule.modes, RunMode::ALL, lines)?
            .into_iter()
            .fold(0, |bits, mode| bits | mode_bit(mode)),
        paths: globs("paths", &rule.paths, lines, path_fault)?,
        checks: globs("checks", &rule.checks, lines, |_| None)?,
        bindings: globs("bindings", &rule.bindings, lines, |_| None)?,
        branches: globs("branches", &rule.branches, lines, branch_fault)?,
        base_branches: globs("base_branches", &rule.base_branches, lines, branch_fault)?,
        limits: rule
            .limits
            .as_ref()
            .map_or(Ok(Amounts::default()), |limits| amounts(limits, rule.effect, lines))?,
    })
}

/// The members that a rule names; all of them where it names none.
fn members<T: Copy + FromStr<Err = Unknown>>(
    key: &str,
    named: &Option<PlacedList>,
    all: &[T],
    lines: &Lines,
) -> Loaded<Vec<T>> {
    let parse = |name: &Placed<String>| {
        name.get_ref().parse().map_err(|fault: Unknown| PolicyError::new(lines.at(name), fault.to_string()))
    };
    match named {
        Some(list) if list.get_ref().is_empty() => Err(PolicyError::new(lines.at(list), never(key))),
        Some(list) => list.get_ref().iter().map(parse).collect(),
        None => Ok(all.to_vec()),
    }
}

fn never(key: &str) -> String {
    format!("`{key}` is empty, and so the rule would never speak\nhint: leave `{key}` out to speak of all")
}

fn globs(
    key: &str,
    written: &Option<PlacedList>,
    lines: &Lines,
    fault: fn(&str) -> Option<&'static str>,
) -> Loaded<Option<Vec<Glob>>> {
    let Some(list) = written else { return Ok(None) };
    if list.get_ref().is_empty() {
        return Err(PolicyError::new(lines.at(list), never(key)));
    }
    let parse = |text: &Placed<String>| match fault(text.get_ref()) {
        Some(reason) => {
            Err(PolicyError::new(lines.at(text), format!("`{}` {reason}", shown(text.get_ref()))))
        }
        None => Glob::parse(text.get_ref()).map_err(|fault| PolicyError::new(lines.at(text), fault)),
    };
    list.get_ref().iter().map(parse).collect::<Loaded<_>>().map(Some)
}

/// What no path of a repository looks like: a ban on it would ban nothing.
fn path_fault(glob: &str) -> Option<&'static str> {
    let odd = |part| matches!(part, "." | "..");
    match glob {
        _ if glob.starts_with('/') => {
            Some("matches no path: paths begin at the repository's root, without `/`")
        }
        _ if glob.ends_with('/') => Some("matches no path\nhint: what lies in a folder is `folder/**`"),
        _ if glob.contains("//") || glob.split('/').any(odd) => {
            Some("matches no path: paths have no empty, `.` or `..` components")
        }
        _ => None,
    }
}

fn branch_fault(glob: &str) -> Option<&'static str> {
    match glob.starts_with("refs/") || glob.starts_with('/') || glob.ends_with('/') {
        true => Some("matches no branch: branches have their short names, such as `main`"),
        false => None,
    }
}

fn amounts(written: &Placed<Table<WrittenLimits>>, effect: Stance, lines: &Lines) -> Loaded<Amounts> {
    let limits = &written.get_ref().0;
    let named = [("uses", &limits.uses), ("bytes", &limits.bytes), ("seconds", &limits.seconds)];
    if effect == Stance::Deny {
        let message = "a rule that denies leaves nothing to limit; take `limits` out";
        return Err(PolicyError::new(lines.at(written), message));
    }
    if named.iter().all(|(_, amount)| amount.is_none()) {
        let message = "`limits` limits nothing; name `uses`, `bytes` or `seconds`";
        return Err(PolicyError::new(lines.at(written), message));
    }
    let out = |amount: &Placed<u64>| !(1..=AMOUNT_MAX).contains(amount.get_ref());
    let wrong = named.iter().find_map(|(key, amount)| Some((key, amount.as_ref().filter(|a| out(a))?)));
    match wrong {
        Some((key, amount)) => {
            Err(PolicyError::new(lines.at(amount), format!("`{key}` must be 1 to {AMOUNT_MAX}")))
        }
        None => {
            let [uses, bytes, seconds] = named.map(|(_, amount)| amount.as_ref().map(|a| *a.get_ref()));
            Ok(Amounts { uses, bytes, seconds })
        }
    }
}
