//! Rego policies, evaluated in the process. Only `true` allows; what is undefined, of
//! another kind or in error denies, and an error in one rule is never hidden by another.

mod builtins;
mod check;
mod declared;
mod path;
mod source;
mod walk;

#[cfg(test)]
mod tests;

use std::{
    num::NonZeroU32,
    panic::{AssertUnwindSafe, catch_unwind},
};

use agent_contract::fault::shown;
use regorus::{Engine, unstable::Span, utils::limits::ExecutionTimerConfig};
use serde_json::Value;

use super::opa;
use crate::{
    Code,
    answer::{Objection, Word},
    context::DecisionContext,
};
use declared::Declared;

pub use path::RulePath;
pub(super) use source::documents;
pub use source::{Source, is_source};

/// How long an evaluation may take where nobody says otherwise.
const EVALUATION_MS_MAX: u64 = 250;

/// How many steps the engine takes between two looks at the clock.
const STEPS_BETWEEN_LOOKS: u32 = 64;

/// Why a policy can't be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RegoError {
    /// The rule's path can't be read, or leads to no rule.
    #[error("rule `{rule}`: {message}\nhint: name a rule with its package, such as `data.code_assist.allow`")]
    Rule {
        /// The path.
        rule: String,
        /// What is wrong with it.
        message: String,
    },
    /// There is nothing that could decide.
    #[error("the policy has no modules\nhint: a module is a file with a name that ends in `.rego`")]
    NoModules,
    /// There is more than the Runner takes.
    #[error("the policy has more than {bytes_max} bytes")]
    TooLarge {
        /// How many it may have.
        bytes_max: usize,
    },
    /// A file can't be used.
    #[error("`{name}` {message}")]
    Source {
        /// The file.
        name: String,
        /// What is wrong with it.
        message: String,
    },
    /// A module is no Rego v1.
    #[error("`{at}`: {message}")]
    Parse {
        /// File, line and column.
        at: String,
        /// What is wrong there.
        message: String,
    },
    /// Two modules, or a module and a document, say different things about one place.
    #[error("`{at}`: `{name}` clashes: {message}")]
    Clash {
        /// File, line and column.
        at: String,
        /// The place, as Rego spells it.
        name: String,
        /// With what it clashes.
        message: String,
    },
    /// A function is called that can't be.
    #[error("`{at}`: `{name}` {why}")]
    Function {
        /// File, line and column.
        at: String,
        /// The function.
        name: String,
        /// Why not.
        why: &'static str,
    },
    /// A part of the language that policies here do without.
    #[error("`{at}`: {message}")]
    Unsupported {
        /// File, line and column.
        at: String,
        /// What is expected instead.
        message: String,
    },
    /// A function calls itself, at once or through others.
    #[error("function `{name}` leads back to itself")]
    Circle {
        /// The function.
        name: String,
    },
    /// Too many rules rest on each other.
    #[error("rule `{name}` rests on a row of more than {max} rules")]
    Chain {
        /// The rule at the beginning.
        name: String,
        /// How many there may be.
        max: usize,
    },
    /// The engine does not take the policy.
    #[error("the policy can't be prepared: {message}")]
    Engine {
        /// What it says.
        message: String,
    },
}

/// A Rego policy with the rule in it that decides.
#[derive(Debug, Clone)]
pub struct RegoPolicy {
    engine: Engine,
    rule: RulePath,
    sha256: String,
}

impl RegoPolicy {
    /// Loads a policy. Whatever could fail later for reasons of its own is found here.
    pub fn load(sources: Vec<Source>, rule: &str) -> Result<Self, RegoError> {
        let rule = RulePath::parse(rule)?;
        let sources = source::sorted(sources)?;
        let data = documents(&sources)?;
        let mut engine = engine(EVALUATION_MS_MAX);
        for module in sources.iter().filter(|source| source.is_module()) {
            parse(&mut engine, module)?;
        }
        check(&mut engine, &data, &rule)?;
        let prepared = engine
            .add_data(data.into())
            .and_then(|()| engine.compile_with_entrypoint(&rule.to_string().into()));
        prepared.map_err(|error| RegoError::Engine { message: said(&error.to_string()) })?;
        Ok(Self { engine, rule, sha256: source::digest(&sources) })
    }

    /// The same policy with another limit on the time of an evaluation.
    pub fn within(mut self, limit_ms: u64) -> Self {
        self.engine.set_execution_timer_config(timer(limit_ms));
        self
    }

    /// The digest of the policy: of the names and contents of its files.
    pub fn sha256(&self) -> &str {
        &self.sha256
    }

    /// The rule that decides.
    pub fn rule(&self) -> &RulePath {
        &self.rule
    }

    /// Decides.
    pub fn decide(&self, context: &DecisionContext) -> Word {
        self.evaluated(opa::input(context)).into()
    }

    fn evaluated(&self, input: Value) -> Result<Word, Objection> {
        let mut engine = self.engine.clone();
        engine.set_input(input.into());
        // The engine has built-in functions that panic on odd arguments.
        let evaluation = catch_unwind(AssertUnwindSafe(move || {
            let value = engine.eval_rule(self.rule.to_string());
            (value, engine.take_prints().unwrap_or_default())
        }));
        let Ok((value, prints)) = evaluation else {
            return Err(failed("the engine gave up"));
        };
        let word = decided(value.map_err(|error| failure(&error.to_string()))?);
        let reasons = prints.iter().take(opa::REASONS_MAX).map(|text| shown(text)).collect();
        Ok(Word { reasons, ..word })
    }
}

/// The package of a module, below `data`.
pub(super) fn package(module: &Source) -> Result<Vec<String>, RegoError> {
    let mut engine = engine(EVALUATION_MS_MAX);
    parse(&mut engine, module)?;
    engine.get_modules().first().map_or(Ok(Vec::new()), |module| declared::package(module))
}

fn parse(engine: &mut Engine, module: &Source) -> Result<(), RegoError> {
    let parsed = engine.add_policy(shown(&module.name), module.text()?.to_owned());
    parsed.map(drop).map_err(|error| parse_error(module, &error.to_string()))
}

fn engine(limit_ms: u64) -> Engine {
    let mut engine = Engine::new();
    engine.set_rego_v0(false);
    engine.set_strict_builtin_errors(true);
    // Else it prints to the Runner's own error output.
    engine.set_gather_prints(true);
    engine.set_execution_timer_config(timer(limit_ms));
    engine
}

fn timer(limit_ms: u64) -> ExecutionTimerConfig {
    let check_interval = NonZeroU32::MIN.saturating_add(STEPS_BETWEEN_LOOKS - 1);
    ExecutionTimerConfig { limit: core::time::Duration::from_millis(limit_ms), check_interval }
}

fn check(engine: &mut Engine, data: &Value, rule: &RulePath) -> Result<(), RegoError> {
    let modules = engine.get_modules().iter().map(|module| module.as_ref());
    let declared = Declared::by(modules.clone())?;
    declared.refuse_data(data)?;
    check::modules(modules, &declared)?;
    let message = match declared.kind(rule.below_data()) {
        None => "no module defines it",
        Some(declared::Kind::Function(_)) => "it is a function",
        Some(_) => return Ok(()),
    };
    Err(RegoError::Rule { rule: rule.to_string(), message: message.to_owned() })
}

fn decided(value: regorus::Value) -> Word {
    use regorus::Value::{Set, Undefined};
    match value {
        Undefined => opa::decided(None),
        Set(_) => opa::decided(Some(&Value::Array(Vec::new()))),
        value => match serde_json::to_value(&value) {
            Ok(value) => opa::decided(Some(&value)),
            Err(_) => {
                Word::deny(Objection::new(Code::RegoKind, "the rule is no JSON, not `true` or `false`"))
            }
        },
    }
}

fn failure(text: &str) -> Objection {
    if text.contains("execution exceeded time limit") {
        let message = "the evaluation took longer than it may";
        return Objection::new(Code::PointTimeout, message);
    }
    failed(&said(text))
}

fn failed(message: &str) -> Objection {
    Objection::new(Code::RegoFailed, format!("the policy failed: {message}"))
}

fn parse_error(module: &Source, text: &str) -> RegoError {
    let (at, message) = located(text);
    RegoError::Parse { at: at.map_or_else(|| shown(&module.name), shown), message: shown(message) }
}

/// What the engine says, on one line: with the place, without the picture of it.
fn said(text: &str) -> String {
    match located(text) {
        (Some(at), message) => format!("`{}`: {}", shown(at), shown(message)),
        (None, message) => shown(message),
    }
}

fn located(text: &str) -> (Option<&str>, &str) {
    let at = text.lines().find_map(|line| line.strip_prefix("--> "));
    let message = text.split_once("\nerror: ").map_or(text, |(_, message)| message);
    (at, message.trim())
}

/// Where something is in the policy.
fn place(span: &Span) -> String {
    format!("{}:{}:{}", span.source.get_path(), span.line, span.col)
}
