//! The end of a run: what the records add up to, the change in its place, the result.

use agent_contract::{
    Refusal, Report, RunMode, RunResult, VERSION,
    event::EventName,
    gate::GateResult,
    operation::Operation,
    report::Conclusion,
    request::Version,
    result::{Artifact, ChangedFile, Outcome, Placement, Revision, TraceReference, Verdict},
};
use gates::Document;
use kernel::{KernelError, workspace::diff};
use ledger::{Kind, LedgerError, Trace};
use policy::{
    Blob, Code,
    verdict::{self, Facts, Stopped},
};
use serde_json::json;

use crate::{
    agent::Agent,
    artifacts, attesting,
    event::Emitter,
    gating::{self, Records},
    outside::Changed,
    placing::{self, Placed},
    run::Told,
    start_error::StartError,
    state::Run,
};

/// The change, as the Runner found it in the workspace.
#[derive(Default)]
struct Change {
    states: Vec<Changed>,
    files: Vec<ChangedFile>,
    diff: Vec<u8>,
}

/// Everything that the verdict is reached on, but for the placement.
struct Ending {
    stopped: Option<Stopped>,
    report: Option<Report>,
    change: Change,
    gates: Vec<GateResult>,
    unrecorded: Vec<String>,
}

/// Ends a run.
pub(crate) async fn conclude(
    mut run: Run,
    agent: &Agent,
    ended: Result<Told, Stopped>,
) -> Result<RunResult, StartError> {
    let mut placed = Placed::default();
    let proved = proved(&mut run, agent, ended, &mut placed).await;
    let proved = match proved {
        Ok(result) => {
            let bare = || without_texts(result.clone());
            let result = run.outside.secrets.clean(result.clone()).unwrap_or_else(bare);
            let documents = gating::documents(&run, &result);
            let kept = artifacts::keep(&run, &result, documents.as_deref().unwrap_or_default()).await;
            documents.map(|documents| (result, kept, documents))
        }
        Err(error) => Err(error),
    };
    let Run { trace, events, .. } = run;
    let finished =
        proved.and_then(|(result, kept, documents)| finish(trace, events, result, kept, &documents));
    finished.map_err(|error| match placed.is_anywhere() {
        false => error.into(),
        true => StartError::unproved(&error),
    })
}

async fn proved(
    run: &mut Run,
    agent: &Agent,
    ended: Result<Told, Stopped>,
    placed: &mut Placed,
) -> Result<RunResult, LedgerError> {
    let ending = ending(run, ended)?;
    let (outcome, _) = reach(run, &ending, None);
    let places = run.request.mode != RunMode::DryRun && run.request.until.is_none();
    if outcome == Outcome::Succeeded && places {
        placing::place(run, &ending.change.states, placed).await?;
    }
    let (outcome, _) = reach(run, &ending, placed.failure.as_ref());
    placing::notify(run, outcome, placed).await?;
    let (outcome, verdict) = reach(run, &ending, placed.failure.as_ref());
    if outcome == Outcome::Succeeded {
        remember(run)?;
    }
    Ok(assemble(run, agent, ending, outcome, verdict, placed))
}

/// Keeps what the run found out. A secret of the Runner's is never among it, and nothing
/// that the repository keeps to itself.
fn remember(run: &mut Run) -> Result<(), LedgerError> {
    let Some((file, text)) = run.outside.bindings.memory.due() else { return Ok(()) };
    let leaving = run.outside.secrets.leaving().check(text.as_bytes());
    let kept = leaving.and_then(|()| file.write(&text));
    let body = match &kept {
        Ok(()) => json!({ "memory": policy::blob::sha256(text.as_bytes()) }),
        Err(error) => json!({ "failed": error.code.as_str() }),
    };
    run.trace.append(kernel::clock::now_ms(), Kind::MemoryKept, &body).map(|_| ())
}

fn ending(run: &mut Run, ended: Result<Told, Stopped>) -> Result<Ending, LedgerError> {
    let (report, text, mut stopped) = match ended {
        Ok(Told { report, text }) => (Some(report), Some(Blob::new(text.into_bytes())), None),
        Err(stopped) => (None, None, Some(stopped)),
    };
    text.iter().try_for_each(|text| run.trace.keep(text))?;
    let sha256 = text.as_ref().map(Blob::sha256);
    let body = match &stopped {
        None => json!({
            "report": report, "report_sha256": sha256, "payloads": sha256.into_iter().collect::<Vec<_>>(), "calls": run.meter.calls(),
        }),
        Some(stop) => {
            json!({ "stopped": { "code": stop.code.as_str(), "message": stop.message }, "calls": run.meter.calls() })
        }
    };
    run.trace.append(kernel::clock::now_ms(), Kind::AgentEnded, &body)?;
    run.events.flush();
    let now_ms = kernel::clock::now_ms();
    for (id, by) in run.grants.spent(now_ms) {
        run.trace.append(now_ms, Kind::CapabilityExpired, &json!({ "capability": id, "by": by }))?;
    }
    if let Some(lost) = run.standing.lost() {
        let body = json!({
            "capability": "all", "by": "agent-id", "code": lost.code.as_str(), "message": lost.message,
        });
        run.trace.append(kernel::clock::now_ms(), Kind::CapabilityRevoked, &body)?;
        run.refused("agent-id", &Refusal { code: lost.code.to_string(), message: lost.message, grant: None });
    }
    let found = change(run);
    if let Err(error) = &found {
        stopped.get_or_insert(Stopped { code: error.code, message: error.message.clone() });
    }
    // Without the change there is nothing to judge, and the run has failed already.
    let judged = found.is_ok();
    let mut change = found.unwrap_or_default();
    over_budget(run, &change).map(|stop| stopped.get_or_insert(stop));
    unsimulated(run).map(|stop| stopped.get_or_insert(stop));
    let good = [Conclusion::Proposed, Conclusion::Planned];
    let failed = report.as_ref().is_some_and(|report| !good.contains(&report.conclusion));
    if stopped.is_some() || failed {
        let reasons = report.as_ref().map(|report| report.reasons.clone()).unwrap_or_default();
        let stop =
            stopped.as_ref().map(|stop| json!({ "code": stop.code.as_str(), "message": stop.message }));
        run.events.emit(EventName::TaskFailed, || json!({ "stopped": stop, "reasons": reasons }));
    }
    let (gates, unrecorded) = if judged { judge(run, &change)? } else { Default::default() };
    change.diff = gating::masked(&run.outside, &gates, change.diff);
    Ok(Ending { stopped, report, change, gates, unrecorded })
}

fn change(run: &mut Run) -> Result<Change, KernelError> {
    let states = run.outside.changed()?;
    if states.is_empty() {
        return Ok(Change::default());
    }
    let uncommitted = run.outside.uncommitted()?;
    let mut change = Change { states, ..Change::default() };
    for net in run.outside.workspace.changes()? {
        let part = diff::of(&net);
        let held = net.from.as_ref().is_some_and(|from| uncommitted.contains(from));
        change.files.push(ChangedFile {
            uncommitted_in_base: held || uncommitted.contains(&net.path),
            path: net.path,
            kind: net.kind,
            from: net.from,
            before: net.before.map(|file| file.state()),
            after: net.after.map(|file| file.state()),
            lines_added: part.added,
            lines_removed: part.removed,
        });
        change.diff.extend(part.text);
    }
    Ok(change)
}

fn over_budget(run: &Run, change: &Change) -> Option<Stopped> {
    let lines: u64 = change.files.iter().map(|file| file.lines_added + file.lines_removed).sum();
    let max = run.request.budgets.changed_lines.filter(|max| lines > *max)?;
    Some(Stopped {
        code: Code::BudgetExceeded,
        message: format!("the change has {lines} lines, more than {max}"),
    })
}

/// A production change whose container has to come up, and did not.
fn unsimulated(run: &Run) -> Option<Stopped> {
    let required = run.config.container.required && run.request.mode == RunMode::ProductionChange;
    (required && run.outside.results.simulated.is_none()).then(|| Stopped {
        code: Code::ContainerUnavailable,
        message: "the operator requires that the container comes up, and that was not tried, or could not be\nhint: ask for it with `--simulate`".to_owned(),
    })
}

/// Runs every required gate on what stands in the trace on disk.
fn judge(run: &mut Run, change: &Change) -> Result<(Vec<GateResult>, Vec<String>), LedgerError> {
    let mut recorded: Vec<Operation> = Vec::new();
    let trace_faults = run.trace.reread(|mut record| {
        let operations = record.body.get_mut("operations").filter(|_| record.kind == Kind::CallClosed);
        let operations = operations.map(|operations| serde_json::from_value(operations.take()));
        recorded.extend(operations.into_iter().flatten().flat_map(|some: Vec<Operation>| some));
    })?;
    let records = Records { trace_faults: &trace_faults, recorded: &recorded };
    let required = run.outside.required_gates.clone();
    let gates = gating::run(&mut run.outside, &required, &records)
        .unwrap_or_else(|error| gating::failed(&required, &error.message));
    for gate in &gates {
        run.trace.append(kernel::clock::now_ms(), Kind::GateFinished, &json!(gate))?;
        run.events.emit(EventName::GateFinished, || json!({ "gate": gate }));
        run.events.flush();
    }
    Ok((gates, policy::recorded::differences(&recorded, &change.states)))
}

fn reach(run: &Run, ending: &Ending, unplaced: Option<&Stopped>) -> (Outcome, Verdict) {
    let checks = run.outside.check_results();
    let mut missing = run.outside.checks_expected();
    missing.retain(|name| !run.outside.results.checks.contains_key(name));
    verdict::reach(&Facts {
        mode: run.request.mode,
        until: run.request.until,
        recorded: run.outside.bindings.models().any(|used| used.recorded),
        stopped: ending.stopped.as_ref(),
        report: ending.report.as_ref(),
        refusals: &run.refusals,
        checks: &checks,
        checks_missing: &missing,
        gates: &ending.gates,
        changed_files: ending.change.files.len(),
        unrecorded: &ending.unrecorded,
        unplaced,
    })
}

fn assemble(
    run: &Run,
    agent: &Agent,
    ending: Ending,
    outcome: Outcome,
    verdict: Verdict,
    placed: &Placed,
) -> RunResult {
    let placement = placed.placement;
    let head = run.outside.head.as_ref();
    let commit = head.and_then(|head| head.commit.clone());
    let states = &ending.change.states;
    let report = ending.report;
    let on_branch = placement == Placement::WorkBranch;
    debug_assert_eq!(VERSION, Version::V1.as_str());
    RunResult {
        version: Version::V1,
        run_id: run.id.clone(),
        outcome,
        exit_code: outcome.exit_code(),
        verdict,
        mode: run.request.mode,
        component_sha256: agent.digest().to_owned(),
        capability_ids: run.grants.ids(),
        base_branch: head.and_then(|head| head.branch.clone()),
        work_branch: on_branch.then(|| run.outside.work_branch(&run.id).ok()).flatten(),
        before: revision(commit.clone(), states.iter().map(|(path, before, _)| json!([path, before]))),
        after: revision(
            match (&placed.published, on_branch) {
                (Some(published), _) => Some(published.commit.clone()),
                (None, true) => run.outside.results.commit.clone(),
                (None, false) => commit,
            },
            states.iter().map(|(path, _, after)| json!([path, after])),
        ),
        placement,
        published: placed.published.clone(),
        changed_files: ending.change.files,
        operations: run.operations.clone(),
        checks: run.outside.check_results(),
        gates: ending.gates,
        artifacts: Vec::new(),
        plan: report.as_ref().and_then(|report| report.plan.clone()),
        models: run.outside.bindings.models().collect(),
        warnings: warnings(run, report.as_ref(), &ending.change.diff),
        diff: String::from_utf8_lossy(&ending.change.diff).into_owned(),
        changelog: report.as_ref().map(|report| report.changelog.clone()).unwrap_or_default(),
        summary: report.as_ref().map(|report| report.summary.clone()).unwrap_or_default(),
        next_steps: next_steps(outcome, placed, head.is_some(), report.as_ref()),
        trace: TraceReference { records: run.trace.records(), head: run.trace.head() },
    }
}

/// A result whose texts can't be told without a secret of the Runner's.
fn without_texts(mut result: RunResult) -> RunResult {
    let told = "left out: it holds a secret of the Runner's";
    result.checks.iter_mut().for_each(|check| check.output = told.to_owned());
    result.verdict.reasons.iter_mut().for_each(|reason| {
        reason.message = told.to_owned();
        reason.hints.clear();
    });
    result.gates.iter_mut().for_each(|gate| gate.reasons.clear());
    result.warnings = vec![told.to_owned()];
    let (diff, changelog, summary) = (told.to_owned(), String::new(), String::new());
    RunResult { diff, changelog, summary, next_steps: Vec::new(), operations: Vec::new(), ..result }
}

fn revision(commit: Option<String>, files: impl Iterator<Item = serde_json::Value>) -> Revision {
    let files: Vec<_> = files.collect();
    Revision { commit, changed_files_sha256: policy::blob::sha256(json!(files).to_string().as_bytes()) }
}

fn warnings(run: &Run, report: Option<&Report>, diff: &[u8]) -> Vec<String> {
    let mut warnings = report.map(|report| report.warnings.clone()).unwrap_or_default();
    let exempt = run.config.gates.exempt.iter().filter(|gate| !run.outside.required_gates.contains(gate));
    let exempt = exempt.filter(|_| run.request.mode == RunMode::ProductionChange);
    warnings
        .extend(exempt.map(|gate| format!("the operator exempts production changes from the gate `{gate}`")));
    warnings.extend(gating::unseen(&run.outside.results.unseen));
    let sandbox: std::collections::BTreeSet<_> =
        run.outside.results.checks.values().flat_map(|check| &check.sandbox).collect();
    let missing = sandbox.into_iter().filter(|part| part.starts_with("missing"));
    warnings.extend(missing.map(|part| format!("checks ran without the whole sandbox: {part}")));
    let commits = run.outside.results.commit.is_some() && !run.outside.results.checks.is_empty();
    if commits && kernel::git::holds_more(run.outside.root()).unwrap_or(true) {
        warnings.push(
            "the checks saw what the checkout holds beyond its last commit; the commit does not hold it"
                .to_owned(),
        );
    }
    if std::str::from_utf8(diff).is_err() {
        warnings
            .push("the diff holds bytes that are not UTF-8; the artifact has them as they are".to_owned());
    }
    warnings
}

fn next_steps(outcome: Outcome, placed: &Placed, in_git: bool, report: Option<&Report>) -> Vec<String> {
    let mut steps = report.map(|report| report.next_steps.clone()).unwrap_or_default();
    let pull = placed.published.as_ref().and_then(|published| published.pull_request);
    match (outcome, placed.placement) {
        (Outcome::Succeeded, _) if let Some(number) = pull => {
            steps.push(format!("review pull request #{number}"));
        }
        (Outcome::Succeeded, _) if report.is_some_and(|report| report.plan.is_some()) => {
            steps.push("run it with `code-assist run --plan FILE`; `--output DIR` writes the file".to_owned())
        }
        (Outcome::Succeeded, Placement::Nowhere) => {
            steps.push("run again with `--mode proposed_change` to write the change".to_owned())
        }
        (Outcome::Succeeded, Placement::WorkingTree) if in_git => {
            steps.push("review the change with `git status` and `git diff`".to_owned())
        }
        (Outcome::Succeeded, Placement::WorkBranch) => steps.push("review the work branch".to_owned()),
        _ => {}
    }
    steps
}

/// Keeps the artifacts, writes the last records and tells of the end.
fn finish(
    mut trace: Trace,
    mut events: Emitter,
    mut result: RunResult,
    kept: Vec<String>,
    documents: &[Document],
) -> Result<RunResult, LedgerError> {
    result.warnings.extend(kept);
    for (name, media_type, bytes) in artifacts::of(&result, documents) {
        let blob = Blob::new(bytes);
        trace.keep(&blob)?;
        result.artifacts.push(Artifact {
            name: name.to_owned(),
            media_type: media_type.to_owned(),
            sha256: blob.sha256().to_owned(),
            bytes: blob.bytes().len() as u64,
        });
    }
    let blob = Blob::new(json!(result).to_string().into_bytes());
    trace.keep(&blob)?;
    let mut payloads: Vec<_> = result.artifacts.iter().map(|artifact| artifact.sha256.clone()).collect();
    payloads.push(blob.sha256().to_owned());
    let now_ms = kernel::clock::now_ms();
    trace.append(now_ms, Kind::RunResult, &json!({ "result": blob.sha256(), "payloads": payloads }))?;
    let ended = json!({ "outcome": result.outcome, "exit_code": result.exit_code });
    trace.finish(now_ms, &ended, attesting::statements(&result, documents))?;
    events.emit(EventName::RunFinished, || json!({ "result": result }));
    events.flush();
    Ok(result)
}
