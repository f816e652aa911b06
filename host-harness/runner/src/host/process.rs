use policy::call::{RunChecksCall, ScanCall, SimulateCall};
use serde_json::json;
use wasmtime::component::Resource;

use crate::{
    bindings::agennext::code_assist::process::Host,
    checks,
    done::Done,
    gate::{self, Answer},
    grants::Held,
    simulating,
    state::Run,
    transcript::Said,
};

impl Host for Run {
    async fn run_checks(&mut self, handle: Resource<Held>, names: Vec<String>) -> Answer<String> {
        let cancel = self.control.processes().clone();
        let said = Said::all(&[&names]);
        let commands = self.outside.checks.commands(&names);
        let changed = self.outside.touched();
        let call = changed.and_then(|changed| RunChecksCall::parse(&names, commands, changed));
        let mut ended = Vec::new();
        let answer = gate::run(self, &handle, said, call, async |outside, permit| {
            let done = checks::run(outside, permit, cancel).await?;
            ended.clone_from(&done.value);
            Ok(done.map(|results| json!(results).to_string()))
        })
        .await?;
        if answer.is_ok() {
            checks::tell(self, &ended);
        }
        Ok(answer)
    }

    async fn scan(&mut self, handle: Resource<Held>, names: Vec<String>) -> Answer<String> {
        let recorded = self.operations.clone();
        let mut found = Vec::new();
        let said = Said::all(&[&names]);
        let answer = gate::run(self, &handle, said, ScanCall::parse(&names), async |outside, permit| {
            let results = outside.scan(permit, &recorded)?;
            found.extend(results.iter().map(|result| (result.gate, result.outcome.to_string())));
            let text = json!(results).to_string();
            let size = text.len();
            Ok(Done::new(text, json!({ "gates": results })).with_bytes(size))
        })
        .await;
        self.gate_status.extend(found);
        answer
    }

    async fn simulate(&mut self, handle: Resource<Held>) -> Answer<String> {
        let (run_id, cancel) = (self.id.clone(), self.control.processes().clone());
        gate::run(self, &handle, Said::all(&[]), Ok(SimulateCall), async |outside, permit| {
            simulating::run(outside, permit, run_id, cancel).await
        })
        .await
    }
}
