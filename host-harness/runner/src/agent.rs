//! An agent, loaded once and instantiated afresh for each run.

use std::{
    collections::BTreeSet,
    time::{Duration, Instant},
};

use policy::Code;
use wasmtime::{
    Engine, Store,
    component::{Component, Linker},
};

use crate::{
    bindings::{CodeAssist, CodeAssistPre},
    control::Control,
    embedded, host, settings,
    state::Run,
};

/// What an agent may import, and nothing else.
const ALLOWED: &[&str] = &["audit", "network", "process", "repo", "runner", "types"];
const PACKAGE: &str = "agennext:code-assist/";
const CONTRACT: &str = "1.0.0";

/// How long an agent may take to say what it is.
const DESCRIBE_TIME: Duration = Duration::from_secs(10);

/// An agent that passed the import gate.
#[derive(Clone)]
pub struct Agent {
    engine: Engine,
    component: Component,
    pre: CodeAssistPre<Run>,
    digest: String,
    imports: Vec<String>,
    embedded: bool,
}

/// The component can't be an agent.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct LoadError {
    /// A stable code.
    pub code: Code,
    /// What is wrong with it.
    pub message: String,
}

impl LoadError {
    fn new(code: Code, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }

    fn invalid(error: wasmtime::Error) -> Self {
        Self::new(Code::ComponentInvalid, format!("the component can't be loaded: {error:#}"))
    }
}

impl Agent {
    /// The agent that is part of this program.
    pub fn embedded() -> Result<Self, LoadError> {
        let (engine, component) = embedded::load(settings::config()).map_err(LoadError::invalid)?;
        Self::admit(engine, component, agent_artifact::DIGEST.to_owned(), true)
    }

    /// Another agent. With `expected`, only the one with that digest.
    pub fn load(bytes: &[u8], expected: Option<&str>) -> Result<Self, LoadError> {
        let digest = policy::blob::sha256(bytes);
        if let Some(expected) = expected.filter(|expected| *expected != digest) {
            let message = format!("the component's digest is `{digest}`, expected `{expected}`");
            return Err(LoadError::new(Code::ComponentDigest, message));
        }
        let engine = engine()?;
        let component = Component::from_binary(&engine, bytes).map_err(LoadError::invalid)?;
        Self::admit(engine, component, digest, false)
    }

    /// The import gate: what an agent could call is known before it runs.
    fn admit(
        engine: Engine,
        component: Component,
        digest: String,
        embedded: bool,
    ) -> Result<Self, LoadError> {
        let imports: Vec<String> =
            component.component_type().imports(&engine).map(|(name, _)| name.to_owned()).collect();
        let allowed: BTreeSet<String> =
            ALLOWED.iter().map(|name| format!("{PACKAGE}{name}@{CONTRACT}")).collect();
        if let Some(foreign) = imports.iter().find(|name| !allowed.contains(*name)) {
            let message = format!(
                "the component imports `{foreign}`; an agent may import `{PACKAGE}*@{CONTRACT}` only"
            );
            return Err(LoadError::new(Code::ComponentImports, message));
        }
        let pre = link(&engine, &component).map_err(LoadError::invalid)?;
        Ok(Self { engine, component, pre, digest, imports, embedded })
    }

    /// SHA-256 of the component.
    pub fn digest(&self) -> &str {
        &self.digest
    }

    /// Everything that the component imports.
    pub fn imports(&self) -> &[String] {
        &self.imports
    }

    /// Whether this is the agent that is part of this program.
    pub fn is_embedded(&self) -> bool {
        self.embedded
    }

    /// What the agent says that it is. No host function works meanwhile.
    pub async fn describe(&self) -> Result<String, LoadError> {
        let control = Control::default();
        let watch = control.watch(&self.engine, DESCRIBE_TIME);
        let described = self.call_describe().await.map_err(LoadError::invalid);
        drop(watch);
        described
    }

    /// How long it takes to instantiate the agent, `count` times. For the benchmark.
    pub async fn time_instances(&self, count: usize) -> Result<Vec<Duration>, LoadError> {
        let pre = self.without_host().map_err(LoadError::invalid)?;
        let mut times = Vec::with_capacity(count);
        for _ in 0..count {
            let start = Instant::now();
            let mut store = Store::new(&self.engine, ());
            store.set_epoch_deadline(1);
            pre.instantiate_async(&mut store).await.map_err(LoadError::invalid)?;
            times.push(start.elapsed());
        }
        Ok(times)
    }

    /// The agent with imports that trap.
    fn without_host(&self) -> wasmtime::Result<CodeAssistPre<()>> {
        let mut linker = Linker::<()>::new(&self.engine);
        linker.define_unknown_imports_as_traps(&self.component)?;
        CodeAssistPre::new(linker.instantiate_pre(&self.component)?)
    }

    async fn call_describe(&self) -> wasmtime::Result<String> {
        let pre = self.without_host()?;
        let mut store = Store::new(&self.engine, ());
        store.set_epoch_deadline(1);
        let instance = pre.instantiate_async(&mut store).await?;
        instance.agennext_code_assist_agent().call_describe(&mut store).await
    }

    pub(crate) fn engine(&self) -> &Engine {
        &self.engine
    }

    pub(crate) fn component(&self) -> &Component {
        &self.component
    }

    pub(crate) fn pre(&self) -> &CodeAssistPre<Run> {
        &self.pre
    }
}

fn engine() -> Result<Engine, LoadError> {
    Engine::new(&settings::config()).map_err(LoadError::invalid)
}

fn link(engine: &Engine, component: &Component) -> wasmtime::Result<CodeAssistPre<Run>> {
    let mut linker = Linker::new(engine);
    CodeAssist::add_to_linker::<_, host::Access>(&mut linker, |run| run)?;
    CodeAssistPre::new(linker.instantiate_pre(component)?)
}
