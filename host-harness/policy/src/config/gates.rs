//! What stands before success, as the operator has it.

use std::collections::BTreeMap;

use agent_contract::gate::{GateName, Severity, Waiver};
use serde::{Deserialize, Serialize};

use crate::{date::Date, local::Globs};

/// The gates and what they go by.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct GatesConfig {
    /// Gates that must pass in every run, beyond those that the mode requires.
    pub required: Vec<GateName>,
    /// Gates that a production change can do without, on the operator's word. Never the trace's.
    pub exempt: Vec<GateName>,
    /// The least severity with which a finding fails its gate, where the change brought it.
    pub fail_on: Severity,
    /// The same for what was there before.
    pub old_fail_on: OldFindings,
    /// Seconds that the gates may take together.
    pub seconds: u64,
    /// Files that no gate looks into, as globs.
    pub ignore: Vec<String>,
    /// Findings that somebody answers for.
    pub waivers: Vec<WaiverConfig>,
    /// Signed files of waivers, by the approvers of `[approval]`.
    pub waiver_files: Vec<String>,
    /// Secrets.
    pub secrets: SecretsGateConfig,
    /// Dependencies.
    pub dependencies: DependenciesGateConfig,
    /// Licences.
    pub licence: LicenceGateConfig,
    /// Where packages may come from.
    pub sbom: SbomGateConfig,
    /// Rules of the operator's own, by gate: `sast`, `container`, `iac`.
    pub rules: BTreeMap<GateName, Vec<String>>,
    /// Known tools whose findings are taken in.
    pub tools: Vec<ToolConfig>,
}

impl Default for GatesConfig {
    fn default() -> Self {
        Self {
            required: Vec::new(),
            exempt: Vec::new(),
            fail_on: Severity::High,
            old_fail_on: OldFindings::Critical,
            seconds: 300,
            ignore: Vec::new(),
            waivers: Vec::new(),
            waiver_files: Vec::new(),
            secrets: SecretsGateConfig::default(),
            dependencies: DependenciesGateConfig::default(),
            licence: LicenceGateConfig::default(),
            sbom: SbomGateConfig::default(),
            rules: BTreeMap::new(),
            tools: Vec::new(),
        }
    }
}

/// From which severity on a finding fails that was there before the change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OldFindings {
    /// None of them fails.
    Never,
    /// From low on.
    Low,
    /// From medium on.
    Medium,
    /// From high on.
    High,
    /// Critical ones alone.
    Critical,
}

impl OldFindings {
    /// The least severity that fails, where there is one.
    pub fn severity(self) -> Option<Severity> {
        match self {
            Self::Never => None,
            Self::Low => Some(Severity::Low),
            Self::Medium => Some(Severity::Medium),
            Self::High => Some(Severity::High),
            Self::Critical => Some(Severity::Critical),
        }
    }
}

/// A finding that somebody answers for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WaiverConfig {
    /// The finding.
    pub fingerprint: String,
    /// Why it may be.
    pub reason: String,
    /// Who answers for it.
    pub owner: String,
    /// The last day on which it counts, as `YYYY-MM-DD`.
    pub expires: String,
    /// The gate that finds it. Where one is named, it counts as unused only where that gate ran.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gate: Option<GateName>,
    /// The file that it is in. Where one is named, it counts as unused only where that was scanned.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
}

impl WaiverConfig {
    /// Why it can't be one.
    pub fn fault(&self) -> Option<String> {
        let is_print = self.fingerprint.len() == 32
            && self.fingerprint.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte));
        match self {
            _ if !is_print => Some("`fingerprint` has to be 32 lower-case hexadecimal digits".to_owned()),
            _ if self.reason.trim().is_empty() => Some("`reason` is empty".to_owned()),
            _ if self.owner.trim().is_empty() => Some("`owner` is empty".to_owned()),
            _ if Date::parse(&self.expires).is_none() => Some(format!(
                "`expires` has to be a day such as 2027-01-31, not `{}`",
                self.expires.escape_debug()
            )),
            _ if self.gate == Some(GateName::AuditTrace) => {
                Some("the trace's gate can't be waived".to_owned())
            }
            _ => None,
        }
    }

    /// As results tell it.
    pub fn told(&self) -> Waiver {
        Waiver {
            fingerprint: self.fingerprint.clone(),
            reason: self.reason.clone(),
            owner: self.owner.clone(),
            expires: self.expires.clone(),
        }
    }
}

/// How secrets are looked for.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SecretsGateConfig {
    /// Files of rules, ours or in gitleaks' form. Default: the rules that are part of the program.
    pub rules: Vec<String>,
    /// Whether every version of every file in the history is looked into, too.
    pub history: bool,
}

/// How dependencies are looked into.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DependenciesGateConfig {
    /// Where the imported advisories are. Default: `advisories` in the state directory.
    pub advisories: Option<String>,
    /// Days after which the data is too old.
    pub stale_days: u64,
    /// OpenVEX documents that the operator goes by.
    pub vex: Vec<String>,
    /// The binding from which `advisories update` fetches.
    pub binding: Option<String>,
    /// What it fetches there: paths of archives below the binding's address.
    pub sources: Vec<String>,
}

impl Default for DependenciesGateConfig {
    fn default() -> Self {
        Self { advisories: None, stale_days: 30, vex: Vec::new(), binding: None, sources: Vec::new() }
    }
}

/// Which licences may be.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LicenceGateConfig {
    /// SPDX ids that may be; empty: all that are not denied.
    pub allow: Vec<String>,
    /// SPDX ids that may not.
    pub deny: Vec<String>,
    /// Packages that may be under a licence all the same: a name, and the licence.
    pub exceptions: BTreeMap<String, String>,
    /// How grave it is that nothing tells a package's licence. Default: low, and high
    /// where there is an allow list.
    pub unknown: Option<Severity>,
}

/// Where packages may come from.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SbomGateConfig {
    /// Registries besides the ecosystems' own, by the start of their addresses.
    pub registries: Vec<String>,
}

/// A known tool whose findings are taken in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ToolConfig {
    /// Its name: `semgrep`, `trivy`.
    pub name: String,
    /// The file that says how it is used. Default: one that is part of this program.
    pub definition: Option<String>,
    /// Where it is. Default: where the search path has it.
    pub program: Option<String>,
    /// The SHA-256 that the program has to have.
    pub sha256: Option<String>,
    /// The version of the program with that SHA-256, where it does not say its version itself.
    pub version: Option<String>,
    /// Folders and files of the machine that it needs, besides the machine's programs.
    #[serde(default)]
    pub show: Vec<String>,
    /// The operator's rules, in its own form.
    pub rules: Option<String>,
    /// The folder of data about vulnerabilities that it goes by.
    pub data: Option<String>,
    /// The gate that its findings count for. Default: the first that it can serve.
    pub gate: Option<GateName>,
    /// Whether the gate can do without it where it is not there.
    #[serde(default)]
    pub optional: bool,
}

impl ToolConfig {
    /// A tool by its name alone.
    pub fn named(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            definition: None,
            program: None,
            sha256: None,
            version: None,
            show: Vec::new(),
            rules: None,
            data: None,
            gate: None,
            optional: false,
        }
    }

    fn fault(&self) -> Option<String> {
        let name = self.name.escape_debug();
        let odd =
            |sha256: &String| sha256.len() != 64 || !sha256.bytes().all(|byte| byte.is_ascii_hexdigit());
        if self.sha256.as_ref().is_some_and(odd) {
            return Some(format!("tools: the `sha256` of `{name}` is none"));
        }
        (self.version.is_some() && self.sha256.is_none())
            .then(|| format!("tools: a `version` of `{name}` needs the `sha256` that it is the version of"))
    }

    fn files(&mut self) -> impl Iterator<Item = &mut String> {
        let named = [&mut self.definition, &mut self.program, &mut self.rules, &mut self.data];
        named.into_iter().flatten().chain(&mut self.show)
    }
}

impl GatesConfig {
    /// What they can't be, with the key.
    pub fn fault(&self) -> Option<String> {
        if self.exempt.contains(&GateName::AuditTrace) {
            return Some("`exempt` can't hold `audit_trace`: nothing is proved without it".to_owned());
        }
        if let Err(fault) = Globs::parse(&self.ignore) {
            return Some(format!("`ignore`: {fault}"));
        }
        if self.seconds == 0 {
            return Some("`seconds` must be at least 1".to_owned());
        }
        let mut waivers = self.waivers.iter().enumerate();
        waivers
            .find_map(|(at, waiver)| waiver.fault().map(|fault| format!("waivers[{at}]: {fault}")))
            .or_else(|| self.tools.iter().find_map(ToolConfig::fault))
    }

    /// The files that it names.
    pub(super) fn files(&mut self) -> Vec<&mut String> {
        let mut files: Vec<&mut String> = self.waiver_files.iter_mut().collect();
        files.extend(&mut self.secrets.rules);
        files.extend(&mut self.dependencies.advisories);
        files.extend(&mut self.dependencies.vex);
        files.extend(self.rules.values_mut().flatten());
        files.extend(self.tools.iter_mut().flat_map(ToolConfig::files));
        files
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(text: &str) -> Option<String> {
        toml::from_str::<GatesConfig>(text)
            .map_or_else(|error| Some(error.to_string()), |config| config.fault())
    }

    const WAIVER: &str = "[[waivers]]\nfingerprint = \"0123456789abcdef0123456789abcdef\"\nreason = \"a test key\"\nowner = \"ann\"\nexpires = \"2027-01-31\"\n";

    #[test]
    fn a_waiver_names_what_why_who_and_how_long() {
        assert_eq!(fault(WAIVER), None);
        for (from, to, expected) in [
            ("0123456789abcdef0123456789abcdef", "0123", "`fingerprint` has to be"),
            ("a test key", " ", "`reason` is empty"),
            ("ann", "", "`owner` is empty"),
            ("2027-01-31", "2027-02-30", "`expires` has to be a day"),
            ("2027-01-31\"", "2027-01-31\"\ngate = \"audit_trace\"", "the trace's gate can't be waived"),
        ] {
            let found = fault(&WAIVER.replace(from, to)).unwrap_or_default();
            assert!(found.contains(expected), "{to}: {found}");
        }
        for key in ["reason", "owner", "expires", "fingerprint"] {
            let without: String = WAIVER
                .lines()
                .filter(|line| !line.starts_with(key))
                .map(|line| format!("{line}\n"))
                .collect();
            assert!(fault(&without).is_some_and(|fault| fault.contains("missing field")), "{key}");
        }
    }

    #[test]
    fn the_trace_is_never_exempt() {
        assert!(fault("exempt = [\"audit_trace\"]").is_some());
        assert_eq!(fault("exempt = [\"simulation\"]"), None);
    }
}
