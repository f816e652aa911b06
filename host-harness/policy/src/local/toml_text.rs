//! Rules as text that can be pasted into a policy.

use agent_contract::{CapabilityName, RunMode, fault::is_unseen};

use super::{Object, Place};

/// What a rule is to allow, and nothing beyond.
pub(super) struct Block<'a> {
    pub(super) capability: CapabilityName,
    pub(super) mode: RunMode,
    pub(super) branch: Option<&'a str>,
    pub(super) base_branch: Option<&'a str>,
    /// None: the capability as a whole.
    pub(super) objects: Vec<Object<'a>>,
}

impl Block<'_> {
    /// The rule, with a line for each key.
    pub(super) fn text(&self, place: Place) -> String {
        let conditions = [("branches", self.branch), ("base_branches", self.base_branch)];
        let conditions = conditions.into_iter().filter_map(|(key, name)| Some(list(key, &[name?])));
        let objects = ["paths", "checks", "bindings"].into_iter().filter_map(|key| self.objects(key));
        let head = [
            format!("[[{}]]", place.rules()),
            "effect = \"allow\"".to_owned(),
            format!("capabilities = [\"{}\"]", self.capability),
            format!("modes = [\"{}\"]", self.mode),
        ];
        head.into_iter().chain(conditions).chain(objects).collect::<Vec<_>>().join("\n")
    }

    fn objects(&self, key: &str) -> Option<String> {
        let named = |object: &Object| match (key, *object) {
            ("paths", Object::Path(text))
            | ("checks", Object::Check(text))
            | ("bindings", Object::Binding(text)) => Some(exactly(text)),
            _ => None,
        };
        let names: Vec<_> = self.objects.iter().filter_map(named).collect();
        let single = names.iter().map(|name| quoted(name)).collect::<Vec<_>>();
        match names.len() {
            0 => None,
            1 => Some(format!("{key} = [{}]", single[0])),
            _ => Some(format!("{key} = [\n    {},\n]", single.join(",\n    "))),
        }
    }
}

fn list(key: &str, names: &[&str]) -> String {
    let names: Vec<_> = names.iter().map(|name| quoted(&exactly(name))).collect();
    format!("{key} = [{}]", names.join(", "))
}

/// The glob that matches a text and nothing else.
fn exactly(text: &str) -> String {
    globset::escape(text).replace('\\', "\\\\")
}

/// A text as a TOML string, on one line and without signs that can't be seen.
pub(super) fn quoted(text: &str) -> String {
    let escape = |c: char| match c {
        '"' => "\\\"".to_owned(),
        '\\' => "\\\\".to_owned(),
        _ if c.is_control() || is_unseen(c) => format!("\\u{:04X}", c as u32),
        _ => c.to_string(),
    };
    format!("\"{}\"", text.chars().map(escape).collect::<String>())
}

/// A text as a comment: it can't end the line and go on as a rule.
pub(super) fn comment(text: &str) -> String {
    let visible = |c: char| if c.is_control() || is_unseen(c) { ' ' } else { c };
    let line = |line: &str| format!("# {}", line.chars().map(visible).collect::<String>());
    text.lines().map(|text| line(text).trim_end().to_owned()).collect::<Vec<_>>().join("\n")
}
