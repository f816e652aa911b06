use std::{path::PathBuf, sync::Arc};

use agent_contract::{
    Refusal, Request, branch::BranchName, event::EventName, operation::Operation, report::Reason,
};
use ledger::{Kind, Trace};
use policy::{
    Config,
    context::{GateStatus, Setting},
    issue::Context,
};
use serde_json::{Value, json};
use telemetry::TraceContext;

use crate::{
    approver::Approvals, bindings::agennext::code_assist::types::Error, control::Control, event::Emitter,
    grants::Grants, limiter::Limiter, meter::Meter, outside::Outside, points::Points, standing::Standing,
    stop::Stop,
};

/// A run that is going on: what the Runner holds while its agent works.
pub struct Run {
    pub(crate) id: String,
    pub(crate) request: Request,
    pub(crate) config: Config,
    pub(crate) control: Control,
    pub(crate) trace: Trace,
    pub(crate) events: Emitter,
    pub(crate) grants: Grants,
    pub(crate) meter: Meter,
    pub(crate) limiter: Limiter,
    pub(crate) outside: Outside,
    /// Every refusal, in order.
    pub(crate) refusals: Vec<Reason>,
    /// Every operation that has a record, in order.
    pub(crate) operations: Vec<Operation>,
    pub(crate) panicked: Option<String>,
    /// What every decision is made in.
    pub(crate) setting: Arc<Setting>,
    pub(crate) setting_sha256: String,
    pub(crate) policy_sha256: String,
    /// What each gate said so far.
    pub(crate) gate_status: GateStatus,
    pub(crate) points: Points,
    pub(crate) standing: Standing,
    pub(crate) approvals: Approvals,
    /// The branch that a commit would go to.
    pub(crate) work_branch: Option<BranchName>,
    /// Who started the program.
    pub(crate) started_by: String,
    /// The folder that remembers which approvals were used.
    pub(crate) approvals_folder: PathBuf,
    /// Decisions so far.
    pub(crate) decisions: u64,
    /// The trace that the run is a part of, where anybody watches.
    pub(crate) trace_context: Option<TraceContext>,
}

impl Run {
    /// What a decision is made on.
    pub(crate) fn context(&self, now_ms: u64) -> Context<'_> {
        Context {
            run_id: &self.id,
            request: &self.request,
            config: &self.config,
            now_ms,
            branch: self.work_branch.as_ref().map(BranchName::as_str),
            base_branch: self.setting.branch.base.as_deref(),
        }
    }

    /// Has what is said beyond the machine carry the trace that the run is a part of.
    pub(crate) fn carry(&self, seq: u64) {
        let Some(context) = &self.trace_context else { return };
        let (parent, state) = context.child(&self.id, seq);
        let state = state.map(|state| ("tracestate".to_owned(), state));
        let headers = [("traceparent".to_owned(), parent)].into_iter().chain(state).collect();
        self.outside.bindings.carry(headers);
    }

    /// Adds a record that is not a call's.
    pub(crate) fn record(&mut self, kind: Kind, body: &Value) -> Result<(), Stop> {
        self.trace.append(kernel::clock::now_ms(), kind, body)?;
        self.events.flush();
        Ok(())
    }

    /// Takes up what was revoked from outside meanwhile, and records it.
    pub(crate) fn take_back(&mut self) -> Result<(), Stop> {
        for id in self.control.look() {
            self.record(Kind::CapabilityRevoked, &json!({ "capability": id }))?;
        }
        Ok(())
    }

    /// Refuses the agent something: the person is told all of it, the agent no address, no
    /// path of the machine and no word of a decision point.
    pub(crate) fn refuse(&mut self, function: &str, refusal: &Refusal) -> Error {
        self.refused(function, refusal);
        Error::Refused(json!(policy::decision::for_agent(refusal)).to_string())
    }

    /// Notes a refusal for the verdict and tells of it.
    pub(crate) fn refused(&mut self, function: &str, refusal: &Refusal) {
        self.refusals.push(refusal.clone().into());
        self.events.emit(EventName::CallDenied, || json!({ "function": function, "refusal": refusal }));
    }
}
