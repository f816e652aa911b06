//! The life of a run.

use std::{path::PathBuf, sync::Arc, time::Duration};

use agent_contract::{Fault, Report, RunResult, document, event::EventName};
use ledger::Kind;
use policy::{Blob, Code, verdict::Stopped};
use serde_json::json;
use telemetry::TraceContext;
use wasmtime::{Store, Trap};

use crate::{
    agent::Agent,
    bindings::CodeAssist,
    event::{Emitter, Events},
    grants::Grants,
    limiter::Limiter,
    meter::Meter,
    points::Points,
    result,
    secrets::{self, Guarded},
    setup::{self, Setup},
    standing::Standing,
    start_error::StartError,
    state::Run,
    stop::Stop,
};

/// Bytes of a report at the most.
const REPORT_BYTES_MAX: usize = 4 * 1024 * 1024;

/// How the engine says that a call was too large; it has no type for it.
const HOSTCALL_FUEL: &str = "fuel allocated for hostcalls";

/// What the agent told in the end, and how it wrote that.
pub(crate) struct Told {
    pub report: Report,
    pub text: String,
}

/// Runs an agent on a request, from the first record to the last.
pub async fn run(agent: &Agent, setup: Setup, events: Box<dyn Events>) -> Result<RunResult, StartError> {
    let run_id = kernel::run_id::new();
    let secrets = Guarded::open(&setup.config).await?;
    let (lent, known) = (secrets.lent(), secrets.known().clone());
    let result = match start(agent, setup, secrets, run_id, events).await {
        Ok(run) => {
            let (run, ended) = work(agent, run).await;
            result::conclude(run, agent, ended).await
        }
        Err(error) => Err(error),
    };
    lent.give_back().await;
    result.map_err(|error| error.without(&known))
}

/// Opens everything and writes the first record.
async fn start(
    agent: &Agent,
    setup: Setup,
    secrets: Guarded,
    run_id: String,
    events: Box<dyn Events>,
) -> Result<Run, StartError> {
    secrets::refuse_told(&setup, &secrets)?;
    let points = Points::open(&setup.config.decision_points, &secrets)?;
    let standing = Standing::of(&setup, &secrets).await?;
    let mut outside = setup::open(&setup, &run_id, secrets).await?;
    let setting = setup::setting(&setup, agent, &outside, standing.resolved().as_deref())?;
    let used = setup.config.approval.used.as_ref().map(PathBuf::from);
    let approvals_folder = used.unwrap_or_else(|| setup.store.root().join("approvals"));
    let trace = setup.store.start(&run_id, kernel::clock::now_ms())?.redacting(outside.secrets.redact());
    let limits = setup::limits(&setup.config, &setup.request);
    let work_branch = setup.request.allowances.commit.then(|| outside.work_branch(&run_id)).transpose()?;
    outside.reading.branch = work_branch.as_ref().map(ToString::to_string);
    setup.control.look_in(setup.store.run_folder(&run_id));
    let events = Emitter::new(run_id.clone(), events, secrets::cleaner(outside.secrets.known()));
    let resumes = setup.earlier.as_ref().map(|earlier| earlier.run_id.clone());
    outside.bindings = outside.bindings.heard(setup.earlier, events.hear());
    let carried = setup.trace_context.as_ref();
    let carried = carried.and_then(|(parent, state)| TraceContext::parse(parent, state.as_deref()));
    let watched = setup.config.telemetry.is_on();
    let told = setup.trace_context.filter(|_| carried.is_some());
    let trace_context = carried.or_else(|| watched.then(|| TraceContext::of_run(&run_id)));
    let mut run = Run {
        trace_context,
        events,
        id: run_id,
        grants: Grants::new(limits.capabilities),
        meter: Meter::new(&limits),
        limiter: Limiter { memory_bytes_max: limits.memory_bytes },
        policy_sha256: setup.config.policy.sha256().to_owned(),
        config: policy::Config { limits, ..setup.config },
        request: setup.request,
        control: setup.control,
        trace,
        outside,
        refusals: Vec::new(),
        operations: Vec::new(),
        panicked: None,
        setting_sha256: policy::context::setting_digest(&setting),
        setting: Arc::new(setting),
        gate_status: Default::default(),
        points,
        standing,
        approvals: setup.approvals,
        decisions: 0,
        work_branch,
        started_by: kernel::place::user(),
        approvals_folder,
    };
    opening_record(agent, &mut run, resumes, told)?;
    Ok(run)
}

fn opening_record(
    agent: &Agent,
    run: &mut Run,
    resumes: Option<String>,
    told: Option<(String, Option<String>)>,
) -> Result<(), StartError> {
    let request = Blob::new(json!(run.request).to_string().into_bytes());
    let setting = Blob::new(policy::context::canonical(&*run.setting).into_bytes());
    run.trace.keep(&request)?;
    run.trace.keep(&setting)?;
    let head = run.outside.head.as_ref();
    let mut body = json!({
        "request": request.sha256(), "setting": setting.sha256(), "payloads": [request.sha256(), setting.sha256()],
        "policy": run.policy_sha256, "decision_points": run.points.describe(), "mode": run.request.mode,
        "component": agent.digest(), "embedded": agent.is_embedded(), "contract": agent_contract::VERSION,
        "runner": env!("CARGO_PKG_VERSION"), "platform": format!("{}-{}", std::env::consts::ARCH, std::env::consts::OS),
        "root": run.outside.root(), "commit": head.and_then(|head| head.commit.as_ref()),
        "branch": head.and_then(|head| head.branch.as_ref()), "passing_runner": run.request.runner, "audit": run.request.audit,
        "sandbox": run.outside.holding.describe(), "resumes": resumes,
        "configuration": run.config.sha256, "limits": run.config.limits,
        "trace_context": told.map(|(parent, state)| json!({ "traceparent": parent, "tracestate": state })),
    });
    body.as_object_mut().into_iter().for_each(|fields| fields.retain(|_, value| !value.is_null()));
    run.trace.append(kernel::clock::now_ms(), Kind::RunStarted, &body)?;
    run.events.emit(EventName::RunStarted, || body);
    run.events.flush();
    Ok(())
}

/// Has the agent work, under watch, and takes the run's state back.
async fn work(agent: &Agent, run: Run) -> (Run, Result<Told, Stopped>) {
    let limits = run.config.limits;
    let request = json!(run.request).to_string();
    let mut store = Store::new(agent.engine(), run);
    store.limiter(|run| &mut run.limiter);
    store.set_epoch_deadline(1);
    store.set_hostcall_fuel(usize::try_from(limits.call_bytes).unwrap_or(usize::MAX));
    let watch = store.data().control.watch(agent.engine(), Duration::from_secs(limits.run_seconds));
    let ended = drive(agent, &mut store, &request).await;
    drop(watch);
    let ended = ended.map_err(|error| reason(store.data(), &error));
    (store.into_data(), ended)
}

async fn drive(agent: &Agent, store: &mut Store<Run>, request: &String) -> wasmtime::Result<Told> {
    let instance: CodeAssist = agent.pre().instantiate_async(&mut *store).await?;
    let exports = instance.agennext_code_assist_agent();
    if let Err(fault) = exports.call_validate(&mut *store, request).await? {
        return Err(Stop::new(Code::RequestInvalid, refused_request(&fault)).into());
    }
    let report = exports.call_run(&mut *store, request).await?;
    if report.len() > REPORT_BYTES_MAX {
        return Err(Stop::new(Code::ReportMalformed, "the agent's report is too long").into());
    }
    let malformed =
        |fault: Fault| Stop::new(Code::ReportMalformed, format!("the agent's report can't be read: {fault}"));
    let parsed = document::parse(&report).map_err(malformed)?;
    Ok(Told { report: parsed, text: report })
}

fn refused_request(fault: &str) -> String {
    let fault = document::parse::<serde_json::Value>(fault).unwrap_or_default();
    let text = |name: &str| fault.get(name).and_then(|text| text.as_str()).unwrap_or_default().to_owned();
    format!("{}: {}", text("at"), text("message"))
}

/// What a trap was about.
fn reason(run: &Run, error: &wasmtime::Error) -> Stopped {
    if let Some(stop) = error.downcast_ref::<Stop>() {
        return stop.clone().into();
    }
    if let Some(stop) = run.control.stop() {
        return stop.into();
    }
    if let Some(message) = &run.panicked {
        return Stopped { code: Code::AgentPanicked, message: format!("the agent panicked: {message}") };
    }
    if format!("{error:#}").contains(HOSTCALL_FUEL) {
        let message = format!("a call brought more than {} bytes", run.config.limits.call_bytes);
        return Stopped { code: Code::LimitBytes, message };
    }
    let trap = error.downcast_ref::<Trap>().map(ToString::to_string);
    Stopped { code: Code::AgentTrapped, message: trap.unwrap_or_else(|| error.root_cause().to_string()) }
}
