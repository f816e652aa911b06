use std::path::{Path, PathBuf};

use kernel::{Itself, place, process};
use policy::config::SandboxConfig;
use runner::Agent;
use serde_json::json;

use crate::terminal::out::say;
use crate::{Problem, set_up, terminal::style};

/// One thing that was looked at.
struct Finding {
    what: &'static str,
    good: bool,
    needed: bool,
    told: String,
}

/// Says whether this machine has what a run needs.
pub(super) fn run(json: bool, state_dir: Option<PathBuf>, config: Option<&Path>) -> Result<u8, Problem> {
    let config = set_up::config(config)?;
    let findings = [agent(), state(state_dir.clone()), git(), shell(), sandbox(&config.sandbox, state_dir)];
    for finding in &findings {
        match json {
            true => say!(
                "{}",
                json!({ "what": finding.what, "good": finding.good, "needed": finding.needed, "told": finding.told })
            ),
            false => print(finding),
        }
    }
    let missing = findings.iter().any(|finding| finding.needed && !finding.good);
    Ok(if missing { 5 } else { 0 })
}

fn print(finding: &Finding) {
    let (colour, sign) = match (finding.good, finding.needed) {
        (true, _) => (style::GOOD, "ok     "),
        (false, true) => (style::BAD, "missing"),
        (false, false) => (style::NOTE, "without"),
    };
    say!("{colour}{sign}{} {:9} {}", style::RESET, finding.what, finding.told);
}

fn agent() -> Finding {
    let loaded = Agent::embedded();
    let told = loaded.as_ref().map_or_else(ToString::to_string, |agent| {
        format!("{} imports, sha256 {}", agent.imports().len(), agent.digest())
    });
    Finding { what: "agent", good: loaded.is_ok(), needed: true, told }
}

fn state(state_dir: Option<PathBuf>) -> Finding {
    let probed = set_up::state_folder(state_dir).and_then(|folder| {
        place::lay(&folder, ".doctor", "")?;
        Ok(folder.display().to_string())
    });
    let good = probed.is_ok();
    Finding {
        what: "state",
        good,
        needed: true,
        told: probed.unwrap_or_else(|_| {
            "the state directory can't be written; name another with `--state-dir`".to_owned()
        }),
    }
}

fn git() -> Finding {
    let version = kernel::git::version();
    Finding {
        what: "git",
        good: version.is_some(),
        needed: false,
        told: version.unwrap_or_else(|| "not found: only plain folders can be worked on".to_owned()),
    }
}

fn shell() -> Finding {
    let found = process::is_program("sh", &PathBuf::from("."));
    Finding {
        what: "shell",
        good: found,
        needed: false,
        told: if found { "sh".to_owned() } else { "not found: checks are programs only".to_owned() },
    }
}

/// The whole sandbox, tried for real.
fn sandbox(config: &SandboxConfig, state_dir: Option<PathBuf>) -> Finding {
    if let Err(error) = process::sandbox::refuse_unshowable(config) {
        return without_sandbox(format!("`read_only`: {}", error.message.replace('\n', "; ")));
    }
    let probed = set_up::state_folder(state_dir).and_then(|folder| {
        let within = folder.join("work");
        Ok(process::sandbox::probe(config, &Itself::found()?, &within))
    });
    let Ok(probe) = probed else { return without_sandbox("it could not be tried".to_owned()) };
    let missing = probe.missing().join(", ");
    let advice: String = probe.advice.iter().map(|advice| format!("; {advice}")).collect();
    match (probe.is_complete(), probe.backend) {
        (true, _) => Finding { what: "sandbox", good: true, needed: false, told: probe.parts.join(", ") },
        (false, Some(_)) => {
            without_sandbox(format!("checks run, production runs don't: missing {missing}{advice}"))
        }
        (false, None) => {
            without_sandbox(format!("checks run with `--unsandboxed` only: missing {missing}{advice}"))
        }
    }
}

fn without_sandbox(told: String) -> Finding {
    Finding { what: "sandbox", good: false, needed: false, told }
}
