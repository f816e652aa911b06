//! The places beyond the machine, by the names that the agent uses for them.

use std::{collections::BTreeMap, path::Path};

use agent_contract::{
    binding::BindingName,
    budget::Budgets,
    result::{ModelUse, Outcome},
    target::UrlKind,
};
use kernel::{
    KernelError,
    forge::github::Github,
    input,
    net::{
        Binding, Keys, Purse,
        notify::{Channel, Notification},
    },
    transport,
};
use policy::{
    Blob, Code, Config, Permit,
    call::{InvokeCall, NotifyCall, PublishCall},
    config::{BindingConfig, Models},
};
use serde_json::{Value, json};

use crate::{
    done::Done,
    event::Hear,
    memory::Memory,
    models::{self, Earlier},
    placing::Placed,
    secrets::Guarded,
    start_error::StartError,
};

const CA_BYTES_MAX: u64 = 1024 * 1024;

/// The name under which the agent knows the forge of its target, and what it can ask there.
const FORGE: &str = "forge";
const TASK: &str = "task";

/// The name under which it learns which models there are.
const MODELS: &str = "models";
const LIST: &str = "list";

/// The name under which it knows what earlier runs found out.
const MEMORY: &str = "memory";
const READ: &str = "read";
const WRITE: &str = "write";

/// Everything that a run can reach beyond the machine.
#[derive(Default)]
pub(crate) struct Bindings {
    named: BTreeMap<String, Binding>,
    channels: BTreeMap<String, Channel>,
    forge: Option<(Github, UrlKind)>,
    models: Models,
    /// The run that is gone on with.
    earlier: Option<Earlier>,
    /// The person who hears what models say.
    hear: Option<Hear>,
    /// What earlier runs found out.
    pub memory: Memory,
}

/// Opens one binding.
pub(crate) fn open(config: &BindingConfig, secrets: &Guarded) -> Result<Binding, StartError> {
    let opened = keys(config, secrets).and_then(|keys| Ok(Binding::open(config, keys)?));
    opened.map_err(|error| of_binding(config, error))
}

/// An error that says which binding it is about.
fn of_binding(config: &BindingConfig, mut error: StartError) -> StartError {
    let name = format!("`{}`", config.name);
    if !error.reason.message.contains(&name) {
        error.reason.message = format!("binding {name}: {}", error.reason.message);
    }
    error
}

fn keys(config: &BindingConfig, secrets: &Guarded) -> Result<Keys, StartError> {
    let ca_pem =
        config.ca_file.as_ref().map(|file| input::read(Path::new(file), CA_BYTES_MAX)).transpose()?;
    let credential = secrets.credential(&format!("bindings.{}", config.name));
    Ok(Keys { credential, ca_pem, leaving: secrets.leaving().clone() })
}

impl Bindings {
    /// Opens all of a configuration.
    pub fn open(config: &Config, budgets: Budgets, secrets: &Guarded) -> Result<Self, StartError> {
        let mut bindings = Self { models: config.models.clone(), ..Self::default() };
        let purse = Purse::new(budgets.tokens, budgets.micro_usd);
        let forge = config.update.path.map(|_| &config.update.github.binding);
        for one in config.bindings.iter().filter(|one| Some(&one.name) != forge) {
            let name = one.name.clone();
            if one.kind.is_channel() {
                let channel = keys(one, secrets).and_then(|keys| Ok(Channel::open(one, keys)?));
                bindings.channels.insert(name, channel.map_err(|error| of_binding(one, error))?);
            } else {
                let binding = open(one, secrets)?;
                if one.model.is_some() {
                    binding.share(&purse).map_err(|error| of_binding(one, error.into()))?;
                }
                bindings.named.insert(name, binding);
            }
        }
        Ok(bindings)
    }

    /// The same, with the forge that the target lies on.
    pub fn with_forge(self, forge: Option<(Github, UrlKind)>) -> Self {
        Self { forge, ..self }
    }

    /// The same, with what earlier runs found out.
    pub fn with_memory(self, memory: Memory) -> Self {
        Self { memory, ..self }
    }

    /// The same, for a run that goes on with another, and for a person who hears it.
    pub fn heard(self, earlier: Option<Earlier>, hear: Option<Hear>) -> Self {
        Self { earlier, hear, ..self }
    }

    /// Has every request carry these headers from now on.
    pub fn carry(&self, headers: Vec<(String, String)>) {
        self.named.values().for_each(|binding| binding.carry(headers.clone()));
    }

    /// What was used of each model that was asked.
    pub fn models(&self) -> impl Iterator<Item = ModelUse> {
        self.models
            .models
            .iter()
            .filter_map(|model| models::used(self.named.get(&model.binding)?, &model.model, model.recorded))
    }

    /// Invokes an action.
    pub async fn invoke(&self, permit: Permit<InvokeCall>) -> Result<Done<String>, KernelError> {
        let call = permit.into_call();
        let answer = match (&*call.binding, &*call.action) {
            (FORGE, TASK) => self.task().await?,
            (MODELS, LIST) => json!(self.models),
            (MEMORY, READ) => self.memory.read()?,
            (MEMORY, WRITE) => self.memory.promise(&call.input)?,
            (_, transport::PUBLISH) => return Err(published_elsewhere()),
            _ => return self.asked(&call).await,
        };
        Ok(answered(&answer))
    }

    /// Asks what is behind a binding. What a model says is kept, and what it said in the run
    /// that is gone on with is not asked for again.
    async fn asked(&self, call: &InvokeCall) -> Result<Done<String>, KernelError> {
        let binding = self.named(&call.binding)?;
        if binding.model().is_none() {
            return Ok(answered(&transport::invoke(binding, &call.action, &call.input).await?));
        }
        let earlier = self.earlier.as_ref();
        if let Some(answer) = earlier.and_then(|run| run.answer(&call.binding, &call.action, &call.input)) {
            let mut done = kept(&answer);
            done.record["answered_in"] = json!(earlier.map(|run| &run.run_id));
            return Ok(done);
        }
        let mut hear = |text: &str| self.hear.iter().for_each(|hear| hear(text));
        let answer = transport::converse(binding, &call.action, &call.input, &mut hear).await?;
        Ok(kept(&answer))
    }

    /// What the target is about, in a stranger's words.
    async fn task(&self) -> Result<Value, KernelError> {
        let (github, kind) = self.forge.as_ref().ok_or_else(|| unknown(FORGE))?;
        let task = github.task(kind).await?;
        task.map(|task| json!(task)).ok_or_else(|| {
            KernelError::new(Code::ArgumentMalformed, "the target is no issue, pull request or discussion")
        })
    }

    /// Publishes metadata.
    pub async fn publish(&self, permit: Permit<PublishCall>) -> Result<Done<String>, KernelError> {
        let call = permit.into_call();
        let answer = transport::publish_metadata(self.named(&call.binding)?, &call.metadata).await?;
        Ok(answered(&answer))
    }

    /// Refuses a request for messages that could never be sent, before anything is done.
    pub fn refuse_unfit(&self, channels: &[BindingName]) -> Result<(), StartError> {
        for name in channels.iter().map(BindingName::as_str) {
            let message = match (self.channels.contains_key(name), self.named.contains_key(name)) {
                (true, _) => continue,
                (_, true) => format!(
                    "the binding `{name}` is for calls and not for messages\nhint: its `kind` would be `webhook`, `slack` or `smtp`"
                ),
                // Where there are none at all, the capability is refused.
                _ if self.channels.is_empty() => continue,
                _ => unknown(name).message,
            };
            return Err(StartError::invalid(Code::BindingUnknown.as_str(), format!("/notify: {message}")));
        }
        Ok(())
    }

    /// Whether people can be told through a binding.
    pub fn refuse_unknown_channel(&self, name: &str) -> Result<(), KernelError> {
        self.channels.contains_key(name).then_some(()).ok_or_else(|| unknown(name))
    }

    /// Tells people, with the Runner's own word for how the run ended before the agent's.
    pub async fn tell(
        &self,
        notice: &NotifyCall,
        run_id: &str,
        outcome: Outcome,
        placed: &Placed,
    ) -> Result<String, KernelError> {
        let channel = self.channels.get(&notice.binding).ok_or_else(|| unknown(&notice.binding))?;
        let place = placed.published.as_ref().map(|published| {
            let pull = published.pull_request.map(|number| format!(", pull request #{number}"));
            format!(" (branch {} of {}{})", published.branch, published.remote, pull.unwrap_or_default())
        });
        let text = format!("{outcome}: {}{}", notice.message, place.unwrap_or_default());
        let told = channel.notify(&Notification { run_id: run_id.to_owned(), text }).await?;
        Ok(told.id)
    }

    fn named(&self, name: &str) -> Result<&Binding, KernelError> {
        self.named.get(name).ok_or_else(|| unknown(name))
    }
}

fn published_elsewhere() -> KernelError {
    KernelError::new(Code::ArgumentMalformed, "the action `publish` is for `network.publish-metadata`")
}

fn answered(answer: &Value) -> Done<String> {
    let text = answer.to_string();
    let record = json!({
        "status": answer.get("status"), "sha256": policy::blob::sha256(text.as_bytes()), "bytes": text.len(),
    });
    let size = text.len();
    Done::new(text, record).with_bytes(size)
}

/// The same, kept whole: what a model said is asked for only once.
fn kept(answer: &Value) -> Done<String> {
    let done = answered(answer);
    let blob = Blob::new(done.value.clone().into_bytes());
    Done { kept: Some(blob), ..done }
}

fn unknown(name: &str) -> KernelError {
    let name = agent_contract::fault::shown(name);
    let message =
        format!("no binding `{name}` is configured\nhint: add `[[bindings]]` with `name = \"{name}\"`");
    KernelError::new(Code::BindingUnknown, message)
}
