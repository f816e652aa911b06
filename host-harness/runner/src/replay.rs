//! Running an agent again on what it was answered before: nothing is touched, nothing is
//! called, and the first thing that it says otherwise than then is found.

mod host;
mod transcript;

use std::time::Duration;

use agent_contract::trace::Kind;
use ledger::{LedgerError, Reader};
use serde::Serialize;
use wasmtime::{Store, component::Linker};

use crate::{
    agent::Agent,
    bindings::{CodeAssist, CodeAssistPre},
    control::Control,
    limiter::Limiter,
};

pub use transcript::Transcript;

/// How long a replay may take without saying anything new: it waits for nothing.
const REPLAY_TIME: Duration = Duration::from_secs(600);

/// What a replay came to.
#[derive(Debug, Clone, Serialize)]
pub struct Replayed {
    /// The run.
    pub run_id: String,
    /// Whether it said the same, byte for byte, to its end.
    pub same: bool,
    /// The component that the run was made with, by its SHA-256.
    pub component_sha256: String,
    /// The component that was run again.
    pub replayed_sha256: String,
    /// Records that were gone through.
    pub records: u64,
    /// The first record that differs, and how.
    pub difference: Option<Difference>,
}

/// Where an agent says something else than before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// The record.
    pub record: u64,
    /// What it tells.
    pub recorded: String,
    /// What the agent did instead.
    pub replayed: String,
}

/// A replay that can't be made.
#[derive(Debug, thiserror::Error)]
pub enum ReplayError {
    /// The trace can't be read.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// It is not all there.
    #[error("`{run_id}` can't be replayed: {why}")]
    Unfit {
        /// The run.
        run_id: String,
        /// Why not.
        why: String,
    },
    /// The engine can't run the component.
    #[error("the component can't be run: {0}")]
    Engine(String),
}

/// Why an agent is not run any further.
#[derive(Debug, Clone, Copy, thiserror::Error)]
pub(crate) enum Over {
    #[error("the agent says something else than before")]
    Differs,
    #[error("the transcript is over")]
    Ended,
    #[error("something is not there any more")]
    Missing,
}

/// A run that is being replayed: what stands behind the agent's imports.
pub struct Replay {
    transcript: Transcript,
    table: wasmtime::component::ResourceTable,
    limiter: Limiter,
}

/// Runs an agent again on what a run was answered. `request` takes the place of what was asked.
pub async fn replay(
    agent: &Agent,
    reader: Reader,
    run_id: &str,
    request: Option<String>,
) -> Result<Replayed, ReplayError> {
    let transcript = Transcript::read(reader, run_id)?;
    let request = request.map_or_else(|| transcript.request(), Ok)?;
    let component_sha256 = transcript.component().to_owned();
    let pre = link(agent).map_err(engine)?;
    let memory_bytes_max = transcript.memory_bytes();
    let table = wasmtime::component::ResourceTable::new();
    let replay = Replay { transcript, table, limiter: Limiter { memory_bytes_max } };
    let mut store = Store::new(agent.engine(), replay);
    store.limiter(|replay| &mut replay.limiter);
    store.set_epoch_deadline(1);
    store.set_hostcall_fuel(usize::MAX);
    let control = Control::default();
    let watch = control.watch(agent.engine(), REPLAY_TIME);
    let ended = drive(&pre, &mut store, &request).await;
    drop(watch);
    let mut transcript = store.into_data().transcript;
    let difference = match ended {
        Ok(Ok(report)) => transcript.ends_with(&report),
        Ok(Err(fault)) => transcript.stops_with(&format!("it refused the request: {fault}")),
        Err(error) => match error.downcast_ref::<Over>() {
            Some(Over::Differs) => transcript.take_difference(),
            Some(Over::Ended | Over::Missing) => None,
            None => transcript.stops_with(&format!("it was stopped: {}", error.root_cause())),
        },
    };
    if let Some(missing) = transcript.missing() {
        return Err(missing);
    }
    Ok(Replayed {
        run_id: run_id.to_owned(),
        same: difference.is_none(),
        component_sha256,
        replayed_sha256: agent.digest().to_owned(),
        records: transcript.gone_through(),
        difference,
    })
}

async fn drive(
    pre: &CodeAssistPre<Replay>,
    store: &mut Store<Replay>,
    request: &String,
) -> wasmtime::Result<Result<String, String>> {
    let instance: CodeAssist = pre.instantiate_async(&mut *store).await?;
    let exports = instance.agennext_code_assist_agent();
    if let Err(fault) = exports.call_validate(&mut *store, request).await? {
        return Ok(Err(fault));
    }
    Ok(Ok(exports.call_run(&mut *store, request).await?))
}

fn link(agent: &Agent) -> wasmtime::Result<CodeAssistPre<Replay>> {
    let mut linker = Linker::new(agent.engine());
    CodeAssist::add_to_linker::<_, host::Access>(&mut linker, |replay| replay)?;
    CodeAssistPre::new(linker.instantiate_pre(agent.component())?)
}

fn engine(error: wasmtime::Error) -> ReplayError {
    ReplayError::Engine(format!("{error:#}"))
}

/// Which records a replay goes through.
pub(crate) fn matters(kind: Kind) -> bool {
    use Kind::{AgentEnded, AgentPanicked, CallOpened, CapabilityIssued, CapabilityRefused};
    matches!(kind, CapabilityIssued | CapabilityRefused | CallOpened | AgentPanicked | AgentEnded)
}
