//! The local policy: rules that a person can read, the strictest of which wins.

use agent_contract::{CapabilityName, Refusal, RunMode};
use globset::{GlobBuilder, GlobSet, GlobSetBuilder};
use serde::{Deserialize, Deserializer, de::Error as _};

use crate::Code;

/// What a rule says. Ordered: the strictest is the greatest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// It may.
    Allow,
    /// It may not.
    Deny,
}

/// A rule of the policy. What it leaves out, it does not look at.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// What it says.
    pub effect: Effect,
    /// Why, for the person who is refused.
    pub reason: Option<String>,
    /// The capabilities that it is about.
    pub capabilities: Option<Vec<CapabilityName>>,
    /// The modes that it is about.
    pub modes: Option<Vec<RunMode>>,
    /// The paths that it is about, as globs.
    pub paths: Option<Globs>,
    /// The checks that it is about, as globs.
    pub checks: Option<Globs>,
    /// The bindings that it is about, as globs.
    pub bindings: Option<Globs>,
}

/// Patterns: `*` within a component, `**` across them.
#[derive(Debug, Clone)]
pub struct Globs {
    set: GlobSet,
}

impl Globs {
    /// Whether any pattern matches.
    pub fn matches(&self, text: &str) -> bool {
        self.set.is_match(text)
    }
}

impl<'de> Deserialize<'de> for Globs {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let patterns = Vec::<String>::deserialize(from)?;
        let mut builder = GlobSetBuilder::new();
        for pattern in patterns {
            let glob =
                GlobBuilder::new(&pattern).literal_separator(true).build().map_err(D::Error::custom)?;
            builder.add(glob);
        }
        Ok(Self { set: builder.build().map_err(D::Error::custom)? })
    }
}

/// One thing that a decision is about.
#[derive(Debug, Clone, Copy)]
pub enum Object<'a> {
    /// The capability itself.
    Capability,
    /// A path.
    Path(&'a str),
    /// A check.
    Check(&'a str),
    /// A binding.
    Binding(&'a str),
}

impl Rule {
    fn speaks_of(&self, name: CapabilityName, mode: RunMode, object: Object) -> bool {
        let listed = self.capabilities.as_ref().is_none_or(|names| names.contains(&name));
        listed && self.modes.as_ref().is_none_or(|modes| modes.contains(&mode)) && self.matches(object)
    }

    fn matches(&self, object: Object) -> bool {
        let kinds = (&self.paths, &self.checks, &self.bindings);
        match (object, kinds) {
            (_, (None, None, None)) => true,
            (Object::Path(text), (Some(globs), ..))
            | (Object::Check(text), (_, Some(globs), _))
            | (Object::Binding(text), (.., Some(globs))) => globs.matches(text),
            _ => false,
        }
    }
}

/// The rules of a Runner, with what holds where none speaks.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Rules {
    /// What holds where no rule speaks.
    pub default: Effect,
    /// The rules. Their order has no meaning but for their names in refusals.
    pub rules: Vec<Rule>,
}

impl Default for Rules {
    fn default() -> Self {
        Self { default: Effect::Allow, rules: Vec::new() }
    }
}

/// What the rules say of one object, and which of them said it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opinion {
    /// Allow or deny.
    pub effect: Effect,
    /// The rule's name; `default` where none speaks.
    pub rule: String,
    /// The rule's reason.
    pub reason: Option<String>,
}

impl Opinion {
    /// The refusal that it amounts to, with the rule that would have allowed it.
    pub(crate) fn refusal(&self, what: &str, name: CapabilityName, object: Option<Object>) -> Refusal {
        let reason = self.reason.as_ref().map(|reason| format!(": {reason}")).unwrap_or_default();
        let objects = match object {
            Some(Object::Path(text)) => format!(", paths = [\"{text}\"]"),
            Some(Object::Check(text)) => format!(", checks = [\"{}\"]", text.escape_debug()),
            Some(Object::Binding(text)) => format!(", bindings = [\"{}\"]", text.escape_debug()),
            Some(Object::Capability) | None => String::new(),
        };
        let grant = match self.rule.as_str() {
            "default" => format!("[[policy.rules]] effect = \"allow\", capabilities = [\"{name}\"]{objects}"),
            rule => format!("without `{rule}` in the policy"),
        };
        let message = format!("{what} is denied by `{}`{reason}", self.rule);
        Refusal { code: Code::PolicyDenied.to_string(), message, grant: Some(grant) }
    }
}

impl Rules {
    /// The strictest opinion on an object.
    pub fn judge(&self, name: CapabilityName, mode: RunMode, object: Object) -> Opinion {
        let speaking = self.rules.iter().enumerate().filter(|(_, rule)| rule.speaks_of(name, mode, object));
        match speaking.max_by_key(|(index, rule)| (rule.effect, std::cmp::Reverse(*index))) {
            None => Opinion { effect: self.default, rule: "default".to_owned(), reason: None },
            Some((index, rule)) => Opinion {
                effect: rule.effect,
                rule: format!("policy.rules[{index}]"),
                reason: rule.reason.clone(),
            },
        }
    }
}
