use agent_contract::{Refusal, capability::Scope, document, event::EventName};
use ledger::Kind;
use policy::{
    Code, Decision, Grant,
    context::Question,
    issue::{Ask, Proposed, issue, propose},
};
use serde_json::{Value, json};
use wasmtime::component::Resource;

use crate::{
    bindings::agennext::code_assist::{
        runner::{Ask as Asking, Host, HostCapability},
        types::Error,
    },
    gate::Answer,
    grants::Held,
    state::Run,
    stop::Stop,
    transcript::{self, Said},
};

const REASON_BYTES_MAX: usize = 1000;

impl Host for Run {
    async fn request_capability(
        &mut self,
        operation: String,
        scope: String,
        reason: String,
    ) -> Answer<Resource<Held>> {
        let mut answers = self.request(vec![Asking { operation, scope, reason }]).await?;
        answers.pop().ok_or_else(|| wasmtime::Error::msg("an ask without an answer"))
    }

    async fn request_capabilities(
        &mut self,
        asks: Vec<Asking>,
    ) -> wasmtime::Result<Vec<Result<Resource<Held>, Error>>> {
        self.request(asks).await
    }
}

impl Run {
    /// Decides on all of them together, and answers each in its turn.
    async fn request(&mut self, asks: Vec<Asking>) -> wasmtime::Result<Vec<Result<Resource<Held>, Error>>> {
        self.meter.count_call()?;
        for _ in asks.iter().skip(1) {
            self.meter.count_call()?;
        }
        if let Some(stop) = self.control.stop() {
            return Err(stop.into());
        }
        self.take_back()?;
        let now_ms = kernel::clock::now_ms();
        let proposals: Vec<_> = asks.iter().map(|asking| self.propose(asking, now_ms)).collect();
        let proposed: Vec<_> = proposals.iter().filter_map(|one| one.as_ref().ok()).cloned().collect();
        let mut decisions = self.decide_capabilities(&proposed, now_ms).await.into_iter();
        let mut answers = Vec::with_capacity(asks.len());
        for (asking, proposal) in asks.iter().zip(proposals) {
            let (decision, issued) = match proposal {
                Err(refusal) => (Err(self.excluded(asking, &refusal, now_ms)), Err(refusal)),
                Ok(proposed) => {
                    let decided = decisions.next().ok_or_else(|| wasmtime::Error::msg("no decision"))?;
                    let issued =
                        issue(proposed, &decided.1, self.grants.next_id(&self.id), self.context(now_ms));
                    (Ok(decided), issued)
                }
            };
            let proof = decision.map_or_else(|excluded| excluded, proof);
            answers.push(match issued {
                Ok(grant) => Ok(self.issued(grant, asking, proof, now_ms)?),
                Err(refusal) => Err(self.not_issued(asking, &refusal, proof)?),
            });
        }
        Ok(answers)
    }

    /// The proof of a decision that the Runner made without asking anybody.
    fn excluded(&mut self, asking: &Asking, refusal: &Refusal, now_ms: u64) -> Value {
        let asked = json!({ "operation": asking.operation, "scope": asking.scope });
        let canonical =
            policy::context::canonical(&json!({ "setting": self.setting_sha256, "asked": asked }));
        let point =
            json!({ "point": "this-runner", "answer": "deny", "code": refusal.code, "latency_us": 0 });
        json!({ "asked": asked, "decision": {
            "id": self.decision_id(now_ms).id, "answer": "deny", "points": [point],
            "request_sha256": policy::blob::sha256(canonical.as_bytes()),
        }})
    }

    /// What was taken back is not given again.
    fn propose(&self, asking: &Asking, now_ms: u64) -> Result<Proposed, Refusal> {
        let ask = ask(asking.operation.clone(), &asking.scope, &asking.reason)?;
        let proposed = propose(&ask, self.context(now_ms))?;
        match self.grants.revoked(proposed.name, &self.control) {
            None => Ok(proposed),
            Some(id) => Err(Refusal {
                code: Code::CapabilityRevoked.to_string(),
                message: format!("`{}` was revoked with `{id}`", proposed.name),
                grant: None,
            }),
        }
    }
}

/// A decision with its question, as both stand in the trace.
fn proof((question, decision): (Question, Decision)) -> Value {
    json!({ "question": question, "decision": decision.describe() })
}

/// What the agent said when it asked.
pub(crate) fn said(asking: &Asking) -> String {
    Said::all(&[&asking.operation, &asking.scope, &asking.reason])
}

/// Reads what the agent asks for.
fn ask(operation: String, scope: &str, reason: &str) -> Result<Ask, Refusal> {
    let malformed =
        |message: String| Refusal { code: Code::ArgumentMalformed.to_string(), message, grant: None };
    if reason.len() > REASON_BYTES_MAX {
        return Err(malformed(format!("argument `reason`: longer than {REASON_BYTES_MAX} bytes")));
    }
    let scope: Scope =
        document::parse(scope).map_err(|fault| malformed(format!("argument `scope`: {fault}")))?;
    Ok(Ask { operation, scope, reason: reason.to_owned() })
}

impl Run {
    fn issued(
        &mut self,
        grant: Grant,
        asking: &Asking,
        proof: Value,
        now_ms: u64,
    ) -> wasmtime::Result<Resource<Held>> {
        let body = json!({
            "capability": grant.id, "operation": grant.name, "scope": grant.scope,
            "expires_ms": grant.expires_ms, "asks": grant.asks, "reason": asking.reason, "proof": proof,
            "said": said(asking),
        });
        self.record(Kind::CapabilityIssued, &body)?;
        self.events.emit(EventName::CapabilityIssued, || body);
        Ok(self.grants.hand_out(grant, now_ms)?)
    }

    fn not_issued(&mut self, asking: &Asking, refusal: &Refusal, proof: Value) -> wasmtime::Result<Error> {
        let answer = Err(Error::Refused(json!(policy::decision::for_agent(refusal)).to_string()));
        let (told, kept) = transcript::kept::<()>(&answer);
        self.trace.keep(&kept).map_err(Stop::from)?;
        let operation: String = asking.operation.chars().take(100).collect();
        let body = json!({
            "operation": operation, "refusal": refusal, "proof": proof, "said": said(asking),
            "answer": told, "payloads": [kept.sha256()],
        });
        self.record(Kind::CapabilityRefused, &body)?;
        self.refusals.push(refusal.clone().into());
        self.events.emit(EventName::CapabilityRefused, || body);
        answer.map(|()| Error::Refused(String::new())).or_else(Ok)
    }
}

impl HostCapability for Run {
    async fn id(&mut self, handle: Resource<Held>) -> wasmtime::Result<String> {
        self.meter.count_call()?;
        Ok(self.grants.get(&handle, &self.control)?.id.clone())
    }

    async fn operation(&mut self, handle: Resource<Held>) -> wasmtime::Result<String> {
        self.meter.count_call()?;
        Ok(self.grants.get(&handle, &self.control)?.name.to_string())
    }

    async fn constraints(&mut self, handle: Resource<Held>) -> wasmtime::Result<String> {
        self.meter.count_call()?;
        let scope = &self.grants.get(&handle, &self.control)?.scope;
        Ok(policy::context::canonical(scope))
    }

    async fn drop(&mut self, handle: Resource<Held>) -> wasmtime::Result<()> {
        self.grants.drop_handle(handle)
    }
}
