//! Each scanner of ours, from the operator's configuration.

use std::{
    borrow::Cow,
    path::{Path, PathBuf},
    sync::Arc,
};

use agent_contract::gate::GateName;
use consistency::Consistency;
use dependencies::{
    data::Database,
    gate::{Dependencies, Options, Readiness},
};
use finding::FileScanner;
use licence::{Headers, Licences};
use sbom::Sbom;
use secrets::{RuleFile, Rules, Scanner};

use policy::config::GatesConfig;

use crate::{Opening, Reads, set::State};

/// The rules that the operator names, or those that are part of the program.
pub(crate) fn secrets(opening: &Opening) -> Result<Scanner, String> {
    secrets_by(opening.config, opening.read)
}

/// A text with the secrets that the gate knows masked as its findings show them.
pub fn masked(text: &[u8], config: &GatesConfig, read: Reads) -> Result<Vec<u8>, String> {
    let scanner = secrets_by(config, read)?;
    scanner.redact(text).map(Cow::into_owned).map_err(|overflow| overflow.to_string())
}

fn secrets_by(config: &GatesConfig, read: Reads) -> Result<Scanner, String> {
    let named = &config.secrets.rules;
    let rules = match named.is_empty() {
        true => Rules::built_in(),
        false => {
            let texts = named.iter().map(|file| text(read, file)).collect::<Result<Vec<_>, _>>()?;
            let named = named.iter().zip(&texts).map(|(name, text)| RuleFile { name, text });
            let canary = RuleFile { name: "canary", text: secrets::CANARY };
            Rules::load(&named.chain([canary]).collect::<Vec<_>>())
        }
    };
    let rules = rules.map_err(|fault| format!("rules for secrets: {fault}"))?;
    Ok(Scanner::new(Arc::new(rules), secrets::Options::default()))
}

pub(crate) fn sbom(opening: &Opening) -> Sbom {
    Sbom::new(sbom::Options { registries: opening.config.sbom.registries.clone() })
}

/// What looks at the heads of files, and what looks at packages.
pub(crate) fn licence(opening: &Opening) -> Result<(Headers, Licences), String> {
    let config = &opening.config.licence;
    let options = licence::Options {
        allow: config.allow.clone(),
        deny: config.deny.clone(),
        exceptions: config.exceptions.clone(),
        unknown: config.unknown,
        ..licence::Options::default()
    };
    let fault = |fault: licence::OptionsError| format!("`[gates.licence]`: {fault}");
    Ok((Headers::new(options.clone()).map_err(fault)?, Licences::new(options).map_err(fault)?))
}

/// Where the imported advisories lie in the state directory.
pub const ADVISORIES: &str = "advisories/database";

pub(crate) fn dependencies(opening: &Opening) -> Result<(Dependencies, State), String> {
    let config = &opening.config.dependencies;
    let path = config.advisories.as_ref().map_or_else(|| opening.state.join(ADVISORIES), PathBuf::from);
    let rules = dependencies::gate::Rules::embedded().map_err(|fault| fault.to_string())?;
    let options = Options { now_ms: opening.now_ms, stale_days: config.stale_days, rules };
    let scanner = Dependencies::new((opening.read)(&path)?.map(Database::open), options);
    let readiness = scanner.readiness();
    let reason = readiness.reason().unwrap_or_default();
    let state = match readiness {
        Readiness::Ready => State::Ready,
        Readiness::Absent => State::Absent(reason),
        Readiness::Stale { .. } => State::Stale(reason),
        Readiness::Corrupt(_) => State::Broken(reason),
    };
    Ok((scanner, state))
}

/// Grammars run in processes of their own.
pub(crate) fn sast(opening: &Opening) -> Result<impl FileScanner + 'static, String> {
    let own = own_rules(opening, GateName::Sast)?.into_iter();
    let own = own.map(|(name, text)| sast::RuleFile { name, text }).collect();
    let rules = sast::Rules::with(own).map_err(|fault| format!("rules for code: {fault}"))?;
    Ok(sast::Client::open(rules, kernel::lookup::scanners(opening.itself.clone())))
}

pub(crate) fn container(opening: &Opening) -> Result<container::Files, String> {
    let fault = |fault: container::RuleError| format!("rules for containers: {fault}");
    let mut rules = container::Rules::embedded().map_err(fault)?;
    for (name, text) in own_rules(opening, GateName::Container)? {
        rules.add(&name, &text).map_err(fault)?;
    }
    Ok(container::Files::new(rules))
}

pub(crate) fn consistency() -> Result<Consistency, String> {
    Consistency::new(consistency::Options::default()).map_err(|fault| fault.to_string())
}

/// What looks at each file, and what looks at those that belong together.
pub(crate) fn iac(opening: &Opening) -> Result<(iac::Files, iac::Together), String> {
    let fault = |fault: iac::RuleError| format!("rules for configuration: {fault}");
    let mut rules = iac::Rules::embedded().map_err(fault)?;
    for (name, text) in own_rules(opening, GateName::Iac)? {
        rules.add(&name, &text).map_err(fault)?;
    }
    Ok((iac::Files::new(rules.clone()), iac::Together::new(rules)))
}

/// The operator's own rules for a gate, by file.
fn own_rules(opening: &Opening, gate: GateName) -> Result<Vec<(String, String)>, String> {
    let files = opening.config.rules.get(&gate).into_iter().flatten();
    files.map(|file| Ok((file.clone(), text(opening.read, file)?))).collect()
}

fn text(read: Reads, file: &str) -> Result<String, String> {
    let bytes = read(Path::new(file))?.ok_or_else(|| format!("there is no file `{file}`"))?;
    String::from_utf8(bytes).map_err(|_| format!("`{file}` is not UTF-8"))
}
