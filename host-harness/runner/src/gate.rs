//! The one door. Every effect passes `run`: decide, open the record, perform, close
//! the record. There is no second way to the Kernel.

use std::time::Duration;

use agent_contract::{CapabilityName, Failure, Refusal, event::EventName};
use kernel::KernelError;
use ledger::{Entry, Kind};
use policy::{
    Call, Code, Permit,
    call::{Malformed, Parsed},
    decide::bytes_exhausted,
};
use serde_json::{Value, json};
use wasmtime::component::Resource;

use crate::{
    bindings::agennext::code_assist::types::Error,
    done::Done,
    grants::Held,
    outside::Outside,
    state::Run,
    stop::Stop,
    transcript::{self, Given},
};

/// What a host function gives the agent; the outer error is the end of the run.
pub(crate) type Answer<T> = wasmtime::Result<Result<T, Error>>;

enum Outcome<T> {
    Done(Done<T>),
    /// It was done, and what it gave is withheld from the agent.
    Withheld(Done<T>, Refusal),
    Refused(Refusal),
    Failed(Failure),
}

/// Lets a call through, or not.
pub(crate) async fn run<R: Call, T: Given>(
    run: &mut Run,
    handle: &Resource<Held>,
    said: String,
    call: Parsed<R>,
    perform: impl AsyncFnOnce(&mut Outside, Permit<R>) -> Result<Done<T>, KernelError>,
) -> Answer<T> {
    run.meter.count_call()?;
    if let Some(stop) = run.control.stop() {
        return Err(stop.into());
    }
    let now_ms = kernel::clock::now_ms();
    let (described, bytes) = describe(&call);
    run.take_back()?;
    run.grants.get(handle, &run.control)?;
    let settled = run.decide_call(handle, call, now_ms).await?;
    let id = run.grants.peek(handle)?.id.clone();
    let opened = opening::<R>((&id, said), described, settled.proof, settled.decided.as_ref().err());
    let entry = match is_beyond::<R>() {
        true => run.trace.open_synced(now_ms, Kind::CallOpened, &opened),
        false => run.trace.open(now_ms, Kind::CallOpened, &opened),
    };
    let entry = entry.map_err(Stop::from)?;
    run.events.flush();
    run.carry(entry.seq());
    let outcome = match settled.decided {
        Err(refusal) => Outcome::Refused(refusal),
        Ok(permit) => {
            run.grants.charge_use(handle)?;
            let limit = time_limit::<R>(run);
            match tokio::time::timeout(limit, perform(&mut run.outside, permit)).await {
                Ok(Ok(done)) => Outcome::Done(done),
                Ok(Err(error)) => failed(error),
                Err(_) => Outcome::Failed(timed_out::<R>(limit)),
            }
        }
    };
    let mut outcome = match charge(run, handle, bytes, outcome) {
        Ok(outcome) => outcome,
        Err(error) => return Err(stopped(run, entry, error)),
    };
    keep(run, &outcome)?;
    let mut closing = closing(&mut outcome);
    run.events.hold();
    let answer = tell::<R, T>(run, &id, outcome);
    let (told, kept) = transcript::kept(&answer);
    named(&mut closing, told, kept.sha256());
    run.trace.keep(&kept).map_err(Stop::from)?;
    let now_ms = kernel::clock::now_ms();
    match is_beyond::<R>() {
        false => run.trace.close_later(entry, now_ms, Kind::CallClosed, closing).map_err(Stop::from)?,
        true => {
            run.trace.close(entry, now_ms, Kind::CallClosed, closing).map_err(Stop::from)?;
            run.events.flush();
        }
    }
    Ok(answer)
}

/// Closes the record of a call that the run is stopped in.
fn stopped(run: &mut Run, entry: Entry, error: wasmtime::Error) -> wasmtime::Error {
    let body = json!({ "stopped": error.to_string(), "payloads": [], "answer": {} });
    let closed = run.trace.close(entry, kernel::clock::now_ms(), Kind::CallClosed, body);
    closed.map_or_else(|lost| Stop::from(lost).into(), |()| error)
}

/// Whether a call reaches further than the memory of this process: then its records wait for
/// the disk.
fn is_beyond<R: Call>() -> bool {
    use CapabilityName::{ContainerSimulate, ProtocolInvoke, ProtocolPublishMetadata, RepoCheck, RepoCommit};
    [RepoCheck, ContainerSimulate, ProtocolInvoke, ProtocolPublishMetadata, RepoCommit]
        .contains(&R::CAPABILITY)
}

/// Names the answer in its record.
fn named(closing: &mut Value, told: Value, sha256: &str) {
    let Some(fields) = closing.as_object_mut() else { return };
    fields.insert("answer".to_owned(), told);
    let names = fields.entry("payloads").or_insert_with(|| json!([]));
    if let Some(names) = names.as_array_mut().filter(|names| !names.iter().any(|name| name == sha256)) {
        names.push(sha256.into());
    }
}

/// Where a path leads is known only on the way; turning back there is a refusal.
fn failed<T>(error: KernelError) -> Outcome<T> {
    match error.code {
        Code::PathLink
        | Code::PathNested
        | Code::SecretHeld
        | Code::SecretLeaving
        | Code::RemoteUnknown
        | Code::BranchForbidden
        | Code::HardBaseBranch => {
            Outcome::Refused(Refusal { code: error.code.to_string(), message: error.message, grant: None })
        }
        _ => Outcome::Failed(error.into()),
    }
}

fn describe<R: Call>(call: &Parsed<R>) -> (Value, u64) {
    match call {
        Ok(call) => (call.describe(), call.bytes()),
        Err(Malformed { message, .. }) => (json!({ "malformed": message }), 0),
    }
}

fn opening<R: Call>(
    (grant, said): (&str, String),
    described: Value,
    proof: Value,
    refusal: Option<&Refusal>,
) -> Value {
    let decision = [("allow", refusal.is_none().into()), ("proof", proof)];
    let decision = match refusal {
        None => object(decision),
        Some(refusal) => {
            let [allow, proof] = decision;
            object([allow, proof, ("refusal", json!(refusal))])
        }
    };
    object([
        ("function", R::FUNCTION.into()),
        ("capability", grant.into()),
        ("said", said.into()),
        ("arguments", described),
        ("decision", decision),
    ])
}

fn closing<T>(outcome: &mut Outcome<T>) -> Value {
    match outcome {
        Outcome::Done(done) => performed(done),
        Outcome::Withheld(done, refusal) => {
            let mut body = performed(done);
            body["withheld"] = refusal.code.as_str().into();
            body
        }
        Outcome::Refused(refusal) => object([("refused", refusal.code.as_str().into())]),
        Outcome::Failed(failure) => object([("failed", json!(failure))]),
    }
}

fn performed<T>(done: &mut Done<T>) -> Value {
    let record = ("done", done.record.take());
    match (&done.kept, done.operations.is_empty()) {
        (Some(blob), _) => object([record, ("payloads", json!([blob.sha256()]))]),
        (None, true) => object([record]),
        (None, false) => object([record, ("operations", json!(done.operations))]),
    }
}

/// Keeps what the record is about to name.
fn keep<T>(run: &mut Run, outcome: &Outcome<T>) -> wasmtime::Result<()> {
    let (Outcome::Done(done) | Outcome::Withheld(done, _)) = outcome else { return Ok(()) };
    Ok(done.kept.as_ref().map_or(Ok(()), |blob| run.trace.keep(blob)).map_err(Stop::from)?)
}

/// An object of values that are moved: `json!` would copy them.
fn object<const COUNT: usize>(fields: [(&str, Value); COUNT]) -> Value {
    Value::Object(fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
}

/// What may take long ends with the run, which takes what it started along; only if that
/// fails is it given up here.
const GRACE: Duration = Duration::from_secs(5);

/// Checks have limits of their own, and the run's.
fn time_limit<R: Call>(run: &Run) -> Duration {
    let limits = &run.config.limits;
    let long = [CapabilityName::RepoCheck, CapabilityName::ContainerSimulate, CapabilityName::ProtocolInvoke];
    match long.contains(&R::CAPABILITY) {
        true => Duration::from_secs(limits.run_seconds) + GRACE,
        false => Duration::from_secs(limits.call_seconds),
    }
}

fn timed_out<R: Call>(limit: Duration) -> Failure {
    Failure::new(
        Code::CallTimeout.as_str(),
        format!("`{}` took longer than {} s", R::FUNCTION, limit.as_secs()),
    )
}

/// Counts what crosses. An answer that the grant has too few bytes for is not given.
fn charge<T>(
    run: &mut Run,
    handle: &Resource<Held>,
    bytes: u64,
    outcome: Outcome<T>,
) -> wasmtime::Result<Outcome<T>> {
    let Outcome::Done(done) = outcome else { return Ok(outcome) };
    let crossed = bytes.saturating_add(done.bytes);
    run.meter.count_bytes(crossed)?;
    match run.grants.charge_bytes(handle, crossed)? {
        true => Ok(Outcome::Done(done)),
        false => Ok(Outcome::Withheld(done, bytes_exhausted(run.grants.peek(handle)?))),
    }
}

fn tell<R: Call, T>(run: &mut Run, grant: &str, outcome: Outcome<T>) -> Result<T, Error> {
    match outcome {
        Outcome::Done(done) => {
            run.events
                .emit(EventName::CallAllowed, || json!({ "function": R::FUNCTION, "capability": grant }));
            for operation in &done.operations {
                run.events.emit(EventName::FileChanged, || json!({ "operation": operation }));
            }
            run.operations.extend(done.operations);
            Ok(done.value)
        }
        Outcome::Withheld(done, refusal) => {
            run.operations.extend(done.operations);
            Err(run.refuse(R::FUNCTION, &refusal))
        }
        Outcome::Refused(refusal) => Err(run.refuse(R::FUNCTION, &refusal)),
        Outcome::Failed(failure) => {
            run.events.emit(EventName::CallFailed, || json!({ "function": R::FUNCTION, "failure": failure }));
            Err(Error::Failed(json!(run.outside.for_agent(failure)).to_string()))
        }
    }
}
