use std::{collections::BTreeSet, path::PathBuf};

use agent_contract::gate::{GateName, GateOutcome, GateResult};
use finding::{report, sarif};
use gates::Judged;
use kernel::{Itself, workspace::Ignored};
use policy::config::ToolConfig;
use runner::scanning::{self, Scan};
use serde_json::json;

use crate::terminal::out::{print, say};
use crate::{
    Problem,
    cli::{ReportFormat, ScanArgs},
    set_up,
};

/// Findings, or a gate that could not look.
const FAILED: u8 = 4;

/// Has the gates look into files and tells what they found.
pub(super) fn run(args: &ScanArgs, json: bool, state_dir: Option<PathBuf>) -> Result<u8, Problem> {
    let mut config = set_up::config(args.config.as_deref())?;
    if !args.rules.is_empty() {
        let text = |file: &PathBuf| file.to_string_lossy().into_owned();
        config.gates.secrets.rules = args.rules.iter().map(text).collect();
    }
    config.gates.secrets.history |= args.history;
    let named = |name: &String| config.gates.tools.iter().all(|tool| tool.name != *name);
    let tools: Vec<_> =
        args.tools.iter().filter(|name| named(name)).map(|name| ToolConfig::named(name)).collect();
    config.gates.tools.extend(tools);
    let asked: BTreeSet<_> = match args.gates.is_empty() {
        true => scanning::GATES.into_iter().collect(),
        false => args.gates.iter().copied().collect(),
    };
    if let Some(other) = asked.iter().find(|gate| !scanning::GATES.contains(gate)) {
        let message = format!(
            "`{other}` looks into what a run recorded, and not into files\nhint: it is part of `code-assist run`"
        );
        return Err(Problem::invalid("usage", message));
    }
    refuse_idle(&args.tools, &asked)?;
    let judged = scanning::scan(&Scan {
        path: &args.path,
        gates: asked,
        since: args.since.as_deref().or(args.staged.then_some("HEAD")),
        staged: args.staged,
        ignored: if args.ignored { Ignored::Counted } else { Ignored::LeftOut },
        fail_on: args.fail_on,
        config: &config,
        state: set_up::state_folder(state_dir)?,
        itself: Itself::found()?,
    })?;
    let results = &judged.results;
    tell(&judged, args.format.unwrap_or(if json { ReportFormat::Json } else { ReportFormat::Text }));
    let passed =
        |result: &GateResult| matches!(result.outcome, GateOutcome::Pass | GateOutcome::NotApplicable);
    Ok(if results.iter().all(passed) { 0 } else { FAILED })
}

/// A tool that is named and has nothing to do would pass for one that found nothing.
fn refuse_idle(tools: &[String], asked: &BTreeSet<GateName>) -> Result<(), Problem> {
    let idle = |name: &String| {
        Some((name.clone(), gates::tools::gate_of(name).filter(|gate| !asked.contains(gate))?))
    };
    let Some((name, gate)) = tools.iter().find_map(idle) else { return Ok(()) };
    let message =
        format!("`{name}` is for the `{gate}` gate, which is not asked for\nhint: add `--gate {gate}`");
    Err(Problem::invalid("usage", message))
}

fn tell(judged: &Judged, format: ReportFormat) {
    let results = &judged.results;
    match format {
        ReportFormat::Openvex => {
            print(format_args!("{}", String::from_utf8_lossy(judged.vex.as_deref().unwrap_or_default())));
        }
        ReportFormat::Text => print(format_args!("{}", report::text(results))),
        ReportFormat::Markdown => print(format_args!("{}", report::markdown(results))),
        ReportFormat::Github => print(format_args!("{}", report::annotations(results))),
        ReportFormat::Json => say!("{}", json!({ "gates": results })),
        ReportFormat::Sarif => {
            let runs = sarif::Run::all(results, env!("CARGO_PKG_VERSION"));
            print(format_args!("{}", String::from_utf8_lossy(&sarif::write(&runs))));
        }
    }
}
