use agent_contract::{Refusal, capability::Scope, document, event::EventName};
use ledger::Kind;
use policy::{
    Code, Grant,
    issue::{Ask, issue},
};
use serde_json::json;
use wasmtime::component::Resource;

use crate::{
    bindings::agennext::code_assist::{
        runner::{Host, HostCapability},
        types::Error,
    },
    gate::Answer,
    grants::Held,
    state::Run,
};

const REASON_BYTES_MAX: usize = 1000;

impl Host for Run {
    async fn request_capability(
        &mut self,
        operation: String,
        scope: String,
        reason: String,
    ) -> Answer<Resource<Held>> {
        self.meter.count_call()?;
        let now_ms = kernel::clock::now_ms();
        let id = self.grants.next_id(&self.id);
        let issued =
            ask(operation.clone(), &scope, &reason).and_then(|ask| issue(&ask, id, self.context(now_ms)));
        match issued {
            Ok(grant) => self.issued(grant, &reason).map(Ok),
            Err(refusal) => self.not_issued(&operation, &refusal).map(Err),
        }
    }
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
    fn issued(&mut self, grant: Grant, reason: &str) -> wasmtime::Result<Resource<Held>> {
        let body = json!({
            "capability": grant.id, "operation": grant.name, "scope": grant.scope,
            "expires_ms": grant.expires_ms, "reason": reason,
        });
        self.record(Kind::CapabilityIssued, &body)?;
        self.events.emit(EventName::CapabilityIssued, || body);
        Ok(self.grants.hand_out(grant)?)
    }

    fn not_issued(&mut self, operation: &str, refusal: &Refusal) -> wasmtime::Result<Error> {
        let operation: String = operation.chars().take(100).collect();
        let body = json!({ "operation": operation, "refusal": refusal });
        self.record(Kind::CapabilityRefused, &body)?;
        self.refusals.push(refusal.clone().into());
        self.events.emit(EventName::CapabilityRefused, || body);
        Ok(Error::Refused(json!(refusal).to_string()))
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
        Ok(json!(self.grants.get(&handle, &self.control)?.scope).to_string())
    }

    async fn drop(&mut self, handle: Resource<Held>) -> wasmtime::Result<()> {
        self.grants.drop_handle(handle)
    }
}
