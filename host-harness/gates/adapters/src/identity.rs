use regex_automata::{Input, meta::Regex, util::captures::Captures};
use semver::Version;

use crate::{Adapter, Ended, Exit, Invocation, Output, definition::Ask};

/// Milliseconds for an answer: some tools take seconds to load.
const ASK_TIMEOUT_MS_MAX: u64 = 60_000;
/// Bytes of an answer.
const ASK_BYTES_MAX: u64 = 1 << 20;

/// A program that proved to be the tool.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// The tool.
    pub name: String,
    /// Its version.
    pub version: String,
}

/// A program that the operator vouches for by its SHA-256, for builds that do not say
/// their version, as Debian's gitleaks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pin {
    /// The SHA-256 of the program, in hexadecimal.
    pub sha256: String,
    /// The version that it is.
    pub version: String,
}

/// Why a program is not taken for the tool.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    /// It did not answer.
    #[error("`{0}` did not answer who it is")]
    Silent(String),
    /// It answered as something else.
    #[error("`{0}` is not the tool of that name: it answered otherwise than it does")]
    Other(String),
    /// It is a version that is not known here.
    #[error("`{name}` is of version `{version}`; known are `{known}`")]
    Version {
        /// The tool.
        name: String,
        /// What it says.
        version: String,
        /// What is known.
        known: String,
    },
}

impl Adapter {
    /// The questions about who the program is. They are run as the rest: a version check of
    /// its own, or a configuration of the user's, is no part of the answer.
    pub fn asks(&self, beside: &str) -> Vec<Invocation> {
        let definition = &self.definition;
        let fill = |text: &str| text.replace("{beside}", beside).replace("{data}", beside);
        let ask = |ask: &Ask| Invocation {
            program: definition.program.clone(),
            arguments: ask.arguments.clone(),
            environment: definition
                .environment
                .iter()
                .map(|(name, value)| (name.clone(), fill(value)))
                .collect(),
            directory: beside.to_owned(),
            lay: Vec::new(),
            network: Vec::new(),
            output: Output::Stdout,
            report: String::new(),
            timeout_ms_max: ASK_TIMEOUT_MS_MAX,
            output_bytes_max: ASK_BYTES_MAX,
        };
        definition.identity.iter().map(ask).collect()
    }

    /// Whether the program that gave these answers, in the order of [`Self::asks`], is the tool.
    /// The program's own digest is compared with the operator's pins by the same call.
    pub fn identity(&self, answers: &[Ended], sha256: &str, pins: &[Pin]) -> Result<Identity, Unfit> {
        let name = self.definition.name.clone();
        if answers.len() != self.patterns.len() {
            return Err(Unfit::Silent(name));
        }
        let pin = pins.iter().find(|pin| pin.sha256.eq_ignore_ascii_case(sha256));
        let mut said = None;
        for (answer, pattern) in answers.iter().zip(&self.patterns) {
            let Exit::Code(_) = answer.exit else { return Err(Unfit::Silent(name)) };
            let text = [answer.stdout.as_slice(), b"\n", &answer.stderr].concat();
            let text = String::from_utf8_lossy(&text);
            match version_in(pattern, &text) {
                Some(version) => said = said.or(version),
                // A pinned build may say of its version what it will; not of what it is.
                None if pin.is_some() && pattern.group_info().all_group_len() > 1 => {}
                None => return Err(Unfit::Other(name)),
            }
        }
        let version = pin.map(|pin| pin.version.clone()).or(said).unwrap_or_default();
        if parsed(&version).is_some_and(|version| self.versions.matches(&version)) {
            return Ok(Identity { name, version });
        }
        Err(Unfit::Version { name, version, known: self.definition.versions.clone() })
    }
}

/// Whether an answer is as it should be, and the version that it gives.
fn version_in(pattern: &Regex, text: &str) -> Option<Option<String>> {
    let mut captures: Captures = pattern.create_captures();
    pattern.search_captures(&Input::new(text), &mut captures);
    captures.is_match().then(|| captures.get_group(1).map(|span| text[span.range()].to_owned()))
}

/// A version in semver's form: what it lacks is zero, what comes after three numbers goes.
fn parsed(text: &str) -> Option<Version> {
    let numbers = text.trim().trim_start_matches('v').split(['-', '+', '~', ' ']).next()?;
    let mut parts = [0; 3];
    for (at, part) in numbers.split('.').take(3).enumerate() {
        parts[at] = part.parse().ok()?;
    }
    Some(Version::new(parts[0], parts[1], parts[2]))
}
