use agent_contract::event::EventName;
use ledger::Kind;
use policy::call::{NoteCall, ProgressCall};
use serde_json::json;
use wasmtime::component::Resource;

use crate::{
    bindings::agennext::code_assist::audit::Host,
    done::Done,
    gate::{self, Answer},
    grants::Held,
    state::Run,
    transcript::Said,
};

const PANIC_BYTES_MAX: usize = 4096;

impl Host for Run {
    async fn record(&mut self, handle: Resource<Held>, kind: String, note: String) -> Answer<()> {
        // The note is in the record of the call: that is the effect.
        let said = Said::all(&[&kind, &note]);
        let call = NoteCall::parse(&kind, &note);
        gate::run(self, &handle, said, call, async |_, _| Ok(Done::new((), json!({})))).await
    }

    async fn progress(&mut self, handle: Resource<Held>, pass: String) -> Answer<()> {
        let call = ProgressCall::parse(&pass);
        let said = Said::all(&[&pass]);
        let answer = gate::run(self, &handle, said, call, async |_, _| Ok(Done::new((), json!({})))).await?;
        if answer.is_ok() {
            self.events.emit(EventName::PassStarted, || json!({ "pass": pass }));
        }
        Ok(answer)
    }

    async fn panicked(&mut self, message: String) -> wasmtime::Result<()> {
        self.meter.count_call()?;
        if self.panicked.is_none() {
            let end = message.floor_char_boundary(PANIC_BYTES_MAX.min(message.len()));
            let message = message[..end].to_owned();
            self.record(Kind::AgentPanicked, &json!({ "message": message }))?;
            self.panicked = Some(message);
        }
        Ok(())
    }
}
