//! The result of a run on one screen.

use agent_contract::{
    RunResult,
    operation::OperationKind,
    plan::Plan,
    report::Reason,
    result::{ChangedFile, Outcome, Placement},
};

use ledger::Store;

use super::out::say;
use super::{line, style};

/// Lines of a diff that still leave room for the rest.
const DIFF_LINES_MAX: usize = 30;
const FILES_MAX: usize = 12;

/// Shows a result.
pub(crate) fn show(result: &RunResult, store: &Store) {
    headline(result);
    result.plan.iter().for_each(plan);
    diff(result);
    files(result);
    checks(result);
    models(result);
    gates(result);
    reasons(result);
    result
        .warnings
        .iter()
        .for_each(|warning| field("warning", &format!("{}{}{}", style::NOTE, line(warning), style::RESET)));
    field("placed", &placed(result));
    result.next_steps.iter().for_each(|step| field("next", &line(step)));
    field("proof", &proof(result, store));
}

/// The command that verifies the trace, as it has to be typed here.
fn proof(result: &RunResult, store: &Store) -> String {
    let folder = match kernel::place::state_folder() {
        Ok(usual) if usual == store.root() => String::new(),
        _ => format!(" --state-dir {}", store.root().display()),
    };
    line(&format!("code-assist audit verify {}{folder}", result.run_id))
}

fn headline(result: &RunResult) {
    let (colour, sign) = match result.outcome {
        Outcome::Succeeded => (style::GOOD, "✔"),
        _ => (style::BAD, "✘"),
    };
    let ready = if result.verdict.production_ready { ", production-ready" } else { "" };
    let (faint, reset) = (style::FAINT, style::RESET);
    say!("{colour}{sign} {}{reset}{ready}  {faint}{}  {}{reset}", result.outcome, result.mode, result.run_id);
}

/// A plan, as it is for people.
fn plan(plan: &Plan) {
    for text in plan.markdown().lines() {
        let colour = if text.starts_with('#') { style::TITLE } else { anstyle::Style::new() };
        say!("    {colour}{}{}", line(text), style::RESET);
    }
}

/// Who was asked, and what it cost.
fn models(result: &RunResult) {
    for used in &result.models {
        let recorded = if used.recorded { ", recorded beforehand" } else { "" };
        let money = match used.micro_usd {
            0 => String::new(),
            micros => format!(", ${}.{:06}", micros / 1_000_000, micros % 1_000_000),
        };
        let told =
            format!("{} asked {}, {} tokens{money}{recorded}", used.model, times(used.requests), used.tokens);
        field("model", &line(&told));
    }
}

fn times(count: u64) -> String {
    match count {
        1 => "once".to_owned(),
        count => format!("{count} times"),
    }
}

fn field(name: &str, value: &str) {
    say!("  {}{name:8}{} {value}", style::FAINT, style::RESET);
}

fn diff(result: &RunResult) {
    let lines: Vec<_> = result.diff.lines().collect();
    for text in lines.iter().take(DIFF_LINES_MAX) {
        let colour = match text.as_bytes().first() {
            _ if text.starts_with("+++") || text.starts_with("---") => style::TITLE,
            Some(b'+') => style::ADDED,
            Some(b'-') => style::REMOVED,
            Some(b' ') => anstyle::Style::new(),
            _ => style::FAINT,
        };
        say!("    {colour}{}{}", line(text), style::RESET);
    }
    if lines.len() > DIFF_LINES_MAX {
        say!(
            "    {}... {} more lines; `--output DIR` writes them all{}",
            style::FAINT,
            lines.len() - DIFF_LINES_MAX,
            style::RESET
        );
    }
}

fn files(result: &RunResult) {
    result.changed_files.iter().take(FILES_MAX).for_each(|file| field("changed", &changed(file)));
    if result.changed_files.len() > FILES_MAX {
        field("changed", &format!("... and {} more files", result.changed_files.len() - FILES_MAX));
    }
}

fn changed(file: &ChangedFile) -> String {
    let sign = match file.kind {
        OperationKind::Create => "A",
        OperationKind::Modify => "M",
        OperationKind::Delete => "D",
        OperationKind::Rename => "R",
    };
    let from = file.from.as_ref().map(|from| format!("{from} -> ")).unwrap_or_default();
    let dirty = if file.uncommitted_in_base { "  (held uncommitted changes)" } else { "" };
    line(&format!("{sign} {from}{}  +{} -{}{dirty}", file.path, file.lines_added, file.lines_removed))
}

fn checks(result: &RunResult) {
    for check in &result.checks {
        let colour = if check.passed() { style::GOOD } else { style::BAD };
        field(
            "check",
            &format!(
                "{} {colour}{}{} in {} ms",
                line(&check.name),
                check.outcome,
                style::RESET,
                check.duration_ms
            ),
        );
        if !check.passed() {
            check
                .output
                .lines()
                .rev()
                .take(6)
                .collect::<Vec<_>>()
                .iter()
                .rev()
                .for_each(|text| say!("      {}", line(text)));
        }
    }
}

fn gates(result: &RunResult) {
    for gate in &result.gates {
        let colour = if gate.fails() { style::BAD } else { style::GOOD };
        let why = gate.reasons.first().map(|reason| line(reason)).unwrap_or_default();
        field(
            "gate",
            &format!(
                "{} {colour}{}{}  {}{why}{}",
                gate.gate,
                gate.outcome,
                style::RESET,
                style::FAINT,
                style::RESET
            ),
        );
    }
}

fn reasons(result: &RunResult) {
    let name = if result.outcome == Outcome::Succeeded { "verdict" } else { "reason" };
    for Reason { code, message, hints } in &result.verdict.reasons {
        field(name, &format!("{} {}[{code}]{}", line(message), style::FAINT, style::RESET));
        let hints = hints.iter().flat_map(|hint| hint.lines());
        hints.for_each(|hint| say!("           {}{}{}", style::NOTE, line(hint), style::RESET));
    }
}

fn placed(result: &RunResult) -> String {
    let here = match (&result.work_branch, result.placement) {
        (Some(branch), Placement::WorkBranch) => line(&format!("on branch {branch}")),
        (_, Placement::WorkingTree) => "in the working tree".to_owned(),
        _ => "nowhere".to_owned(),
    };
    let Some(published) = &result.published else { return here };
    let pull = published.pull_request.map(|number| format!(", pull request #{number}")).unwrap_or_default();
    let there = line(&format!("on branch {} of {}{pull}", published.branch, published.remote));
    match result.placement {
        Placement::Nowhere | Placement::RemoteBranch => there,
        Placement::WorkingTree | Placement::WorkBranch => format!("{here}, and {there}"),
    }
}
