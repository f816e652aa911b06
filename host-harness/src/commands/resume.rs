use std::path::PathBuf;

use agent_contract::{Request, target::Target};
use kernel::{
    artifact,
    transport::recorded::{Recorded, Recording},
};
use ledger::{Kind, Record, Status, Store, verify};
use runner::Earlier;
use serde_json::Value;

use super::run::{self, Doing};
use crate::{Problem, cli::ResumeArgs, set_up};

/// Goes on with a run: the same request again, and what its models said already is not
/// asked for twice.
pub(super) fn run(args: &ResumeArgs, json: bool, state_dir: Option<PathBuf>) -> Result<u8, Problem> {
    let config = set_up::manner(&args.manner)?;
    let store = set_up::store(state_dir, &config)?;
    let run_id = store.find(&args.run)?;
    args.output.as_deref().map_or(Ok(()), artifact::prepare)?;
    let records = unfinished(&store, &run_id)?;
    let (request, root) = begun(&store, &run_id, &records)?;
    let earlier = Earlier { answers: answers(&store, &run_id, &records)?, run_id };
    let doing = Doing { request, root, config, earlier: Some(earlier) };
    let result = run::perform(doing, &args.manner, &store, json)?;
    let shown = run::show(None, &result, &store, json);
    run::write_output(args.output.as_deref(), &result, &store)?;
    shown
}

fn unusable(run_id: &str, why: &str) -> Problem {
    Problem::invalid("resume-impossible", format!("`{run_id}` can't be gone on with: {why}"))
}

/// The records of a run that did not come to what it was for.
fn unfinished(store: &Store, run_id: &str) -> Result<Vec<Record>, Problem> {
    let verification = verify(store, run_id)?;
    match verification.status {
        Status::Running => return Err(unusable(run_id, "it is still going on")),
        Status::Pruned => return Err(unusable(run_id, "its records were removed by the rules of retention")),
        Status::Corrupt => {
            let fault =
                verification.faults.first().map_or("it does not verify".to_owned(), ToString::to_string);
            let message = format!("`{run_id}` can't be gone on with: its trace is corrupt: {fault}");
            return Err(Problem::integrity("trace-corrupt", message));
        }
        Status::Interrupted | Status::Complete => {}
    }
    let records = store.records(run_id)?;
    let done = records.iter().any(|record| {
        record.kind == Kind::RunFinished && record.body["outcome"].as_str() == Some("succeeded")
    });
    let placed = records.iter().any(|record| record.kind == Kind::PlacementOpened);
    match (done, placed) {
        (true, _) => Err(unusable(run_id, "it succeeded")),
        (false, true) => {
            Err(unusable(run_id, "its change was being placed\nhint: look with `code-assist audit verify`"))
        }
        (false, false) => Ok(records),
    }
}

/// The request of a run, and the folder that it worked on.
fn begun(store: &Store, run_id: &str, records: &[Record]) -> Result<(Request, Option<PathBuf>), Problem> {
    let started = records.iter().find(|record| record.kind == Kind::RunStarted);
    let body = &started.ok_or_else(|| unusable(run_id, "it has no first record"))?.body;
    let digest = body["request"].as_str().unwrap_or_default();
    let kept = store.payload(run_id, digest)?.and_then(|bytes| String::from_utf8(bytes).ok());
    let text = kept.ok_or_else(|| unusable(run_id, "its request is not kept"))?;
    let mut request = Request::parse(&text)?;
    if matches!(request.target, Some(Target::Path(_))) {
        request.target = None;
    }
    Ok((request, body["root"].as_str().map(PathBuf::from)))
}

/// What the models of a run answered, as far as it was of use: where one failed, or where its
/// last word made the run fail, it is asked again.
fn answers(store: &Store, run_id: &str, records: &[Record]) -> Result<Recording, Problem> {
    let mut lines = Vec::new();
    for opened in records.iter().filter(|record| record.kind == Kind::CallOpened) {
        if opened.body["function"] == "network.invoke" {
            lines.extend(answer(store, run_id, records, opened)?);
        } else if is_fault(&opened.body["arguments"]) {
            lines.pop();
        }
    }
    let failed = |record: &Record| record.kind == Kind::RunFinished && record.body["outcome"] == "failed";
    if records.iter().any(failed) {
        lines.pop();
    }
    Ok(Recording::of(run_id, lines))
}

/// What the agent noted of an answer that was none.
fn is_fault(arguments: &Value) -> bool {
    arguments["kind"] == "turn" && arguments["note"]["said"]["fault"].is_string()
}

fn answer(
    store: &Store,
    run_id: &str,
    records: &[Record],
    opened: &Record,
) -> Result<Option<Recorded>, Problem> {
    let is_close = |record: &&Record| {
        record.kind == Kind::CallClosed && record.body["opened"].as_u64() == Some(opened.seq)
    };
    let closed = records.iter().find(is_close);
    let digest = closed.and_then(|record| record.body["payloads"][0].as_str());
    let Some(bytes) = digest.map(|digest| store.payload(run_id, digest)).transpose()?.flatten() else {
        return Ok(None);
    };
    let answer: Value = serde_json::from_slice(&bytes)
        .map_err(|error| unusable(run_id, &format!("an answer that it kept can't be read: {error}")))?;
    let word = |name: &str| opened.body["arguments"][name].as_str().unwrap_or_default();
    Ok(Some(Recorded::of(word("binding"), word("action"), word("input_sha256"), answer)))
}
