//! The host functions of a replay: each says what was said before, and does nothing.

use serde_json::Value;
use wasmtime::component::{HasData, Resource};

use super::Replay;
use crate::{
    bindings::agennext::code_assist::{
        audit, network, process,
        repo::{self, Change, Content, Hits, Listing},
        runner::{self, Ask as Asking},
        types::{self, Error},
    },
    gate::Answer,
    grants::Held,
    host::said,
    transcript::{Given, Part, Said},
};
use ledger::Kind;

pub(crate) struct Access;

impl HasData for Access {
    type Data<'a> = &'a mut Replay;
}

type Handle = Resource<Held>;

impl Replay {
    fn call<T: Given>(&mut self, function: &str, handle: &Handle, parts: &[&dyn Part]) -> Answer<T> {
        let capability = self.held(handle, "capability")?;
        let said = Said::all(parts);
        let fits = |body: &Value| {
            body["function"] == function && body["capability"] == *capability && body["said"] == *said
        };
        let told = || format!("{function} under `{capability}`, saying {said}");
        let step = self.transcript.next(&[Kind::CallOpened], told, fits)?;
        self.transcript.answer(&step)
    }

    /// What the record of a capability says of it.
    fn held(&self, handle: &Handle, name: &str) -> wasmtime::Result<String> {
        let issued = self.table.get(handle)?.recorded();
        Ok(match &issued[name] {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        })
    }

    fn asked(&mut self, asking: &Asking) -> wasmtime::Result<Result<Handle, Error>> {
        let kinds = [Kind::CapabilityIssued, Kind::CapabilityRefused];
        let digest = said(asking);
        let told = || format!("it asks for `{}` with {}", asking.operation, asking.scope);
        let step = self.transcript.next(&kinds, told, |body| body["said"] == *digest)?;
        match step.kind {
            Kind::CapabilityIssued => Ok(Ok(self.table.push(Held::again(step.body))?)),
            _ => Ok(self.transcript.answer::<()>(&step)?.and_then(|()| Err(Error::Refused(String::new())))),
        }
    }
}

impl types::Host for Replay {}

impl repo::Host for Replay {
    async fn list(
        &mut self,
        handle: Handle,
        folder: Option<String>,
        after: Option<String>,
        limit: u32,
    ) -> Answer<Listing> {
        self.call("repo.list", &handle, &[&folder, &after, &limit])
    }

    async fn read(&mut self, handle: Handle, path: String) -> Answer<Content> {
        self.call("repo.read", &handle, &[&path])
    }

    async fn search(
        &mut self,
        handle: Handle,
        text: String,
        folder: Option<String>,
        limit: u32,
    ) -> Answer<Hits> {
        self.call("repo.search", &handle, &[&text, &folder, &limit])
    }

    async fn symbols(&mut self, handle: Handle, path: String) -> Answer<String> {
        self.call("repo.symbols", &handle, &[&path])
    }

    async fn map(&mut self, handle: Handle, query: String) -> Answer<String> {
        self.call("repo.map", &handle, &[&query])
    }

    async fn find(&mut self, handle: Handle, query: String) -> Answer<String> {
        self.call("repo.find", &handle, &[&query])
    }

    async fn write(&mut self, handle: Handle, changes: Vec<Change>) -> Answer<Vec<String>> {
        self.call("repo.write", &handle, &[&changes])
    }

    async fn diff(&mut self, handle: Handle) -> Answer<String> {
        self.call("repo.diff", &handle, &[])
    }

    async fn commit(&mut self, handle: Handle, message: String) -> Answer<String> {
        self.call("repo.commit", &handle, &[&message])
    }

    async fn push(&mut self, handle: Handle) -> Answer<String> {
        self.call("repo.push", &handle, &[])
    }

    async fn open_pull_request(&mut self, handle: Handle, title: String, body: String) -> Answer<String> {
        self.call("repo.open-pull-request", &handle, &[&title, &body])
    }
}

impl process::Host for Replay {
    async fn run_checks(&mut self, handle: Handle, names: Vec<String>) -> Answer<String> {
        self.call("process.run-checks", &handle, &[&names])
    }

    async fn scan(&mut self, handle: Handle, names: Vec<String>) -> Answer<String> {
        self.call("process.scan", &handle, &[&names])
    }

    async fn simulate(&mut self, handle: Handle) -> Answer<String> {
        self.call("process.simulate", &handle, &[])
    }
}

impl network::Host for Replay {
    async fn invoke(
        &mut self,
        handle: Handle,
        binding: String,
        action: String,
        input: String,
    ) -> Answer<String> {
        self.call("network.invoke", &handle, &[&binding, &action, &input])
    }

    async fn publish_metadata(
        &mut self,
        handle: Handle,
        binding: String,
        metadata: String,
    ) -> Answer<String> {
        self.call("network.publish-metadata", &handle, &[&binding, &metadata])
    }

    async fn notify(&mut self, handle: Handle, binding: String, message: String) -> Answer<()> {
        self.call("network.notify", &handle, &[&binding, &message])
    }
}

impl audit::Host for Replay {
    async fn record(&mut self, handle: Handle, kind: String, note: String) -> Answer<()> {
        self.call("audit.record", &handle, &[&kind, &note])
    }

    async fn progress(&mut self, handle: Handle, pass: String) -> Answer<()> {
        self.call("audit.progress", &handle, &[&pass])
    }

    async fn panicked(&mut self, message: String) -> wasmtime::Result<()> {
        let told = || format!("it panicked: {message}");
        self.transcript.next(&[Kind::AgentPanicked], told, |body| body["message"] == *message).map(drop)
    }
}

impl runner::Host for Replay {
    async fn request_capability(
        &mut self,
        operation: String,
        scope: String,
        reason: String,
    ) -> Answer<Handle> {
        self.asked(&Asking { operation, scope, reason })
    }

    async fn request_capabilities(
        &mut self,
        asks: Vec<Asking>,
    ) -> wasmtime::Result<Vec<Result<Handle, Error>>> {
        asks.iter().map(|asking| self.asked(asking)).collect()
    }
}

impl runner::HostCapability for Replay {
    async fn id(&mut self, handle: Handle) -> wasmtime::Result<String> {
        self.held(&handle, "capability")
    }

    async fn operation(&mut self, handle: Handle) -> wasmtime::Result<String> {
        self.held(&handle, "operation")
    }

    async fn constraints(&mut self, handle: Handle) -> wasmtime::Result<String> {
        self.held(&handle, "scope")
    }

    async fn drop(&mut self, handle: Handle) -> wasmtime::Result<()> {
        self.table.delete(handle)?;
        Ok(())
    }
}
