//! The Runner's own secrets: read once, shown to whom they are for, and kept from
//! everyone else: the agent, the trace, the events, the result.

use std::path::Path;

use kernel::{
    KernelError,
    net::Credential,
    process::sandbox,
    secret::{self, Known, Leaving, Lent, Secrets},
};
use ledger::Redact;
use policy::{
    Code, Config,
    call::{Change, Malformed, Parsed, WriteCall},
};
use secrecy::SecretString;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, json};

use crate::{event::Clean, setup::Setup, start_error::StartError};

/// The secrets of a run, and what looks at everything that leaves.
#[derive(Debug)]
pub(crate) struct Guarded {
    secrets: Secrets,
    leaving: Leaving,
}

impl Guarded {
    /// Reads every secret that the configuration names.
    pub async fn open(config: &Config) -> Result<Self, StartError> {
        let secrets = Secrets::open(secret::places(config), config.vault.as_ref()).await?;
        let leaving = Leaving::new(secrets.known().clone());
        Ok(Self { secrets, leaving })
    }

    /// From now on looks for what the repository keeps to itself, too.
    pub fn guard(&mut self, base: &kernel::workspace::Base) -> Result<(), StartError> {
        self.leaving = Leaving::new(self.known().clone()).with_ignored(base)?;
        Ok(())
    }

    /// What is looked for and taken out.
    pub fn known(&self) -> &Known {
        self.secrets.known()
    }

    /// What looks at everything that leaves.
    pub fn leaving(&self) -> &Leaving {
        &self.leaving
    }

    /// The credential of a place in the configuration.
    pub fn credential(&self, place: &str) -> Option<Credential> {
        self.secrets.credential(place)
    }

    /// The secret of a place in the configuration.
    pub fn secret(&self, place: &str) -> Option<&SecretString> {
        self.secrets.secret(place)
    }

    /// What takes them out of the trace.
    pub fn redact(&self) -> Redact {
        let known = self.known().clone();
        match known.is_empty() {
            true => Redact::default(),
            false => Redact::with(move |value| known.redact_json(value)),
        }
    }

    /// Refuses to hand out or take in a content that holds one.
    pub fn refuse_held(&self, what: &str, bytes: &[u8]) -> Result<(), KernelError> {
        let Some(name) = self.known().find(bytes) else { return Ok(()) };
        let message = format!("{what} holds the secret `{name}`, which the agent may not hold");
        Err(KernelError::new(Code::SecretHeld, message))
    }

    /// Refuses a write that would bring one into the repository.
    pub fn refuse_written(&self, call: WriteCall) -> Parsed<WriteCall> {
        let written = call.changes.iter().filter_map(|change| match change {
            Change::Write { path, blob, .. } => Some((path, blob)),
            Change::Delete { .. } | Change::Rename { .. } => None,
        });
        for (path, blob) in written {
            let held = self.refuse_held(&format!("`{path}`"), blob.bytes());
            held.map_err(|error| Malformed { code: error.code, message: error.message })?;
            if let Some(name) = self.known().find_mark(blob.bytes()) {
                let message = format!("`{path}` would hold the mark that stands for the secret `{name}`");
                return Err(Malformed { code: Code::SecretHeld, message });
            }
        }
        Ok(call)
    }

    /// A document without them; nothing where it is none any more without them.
    pub fn clean<T: Serialize + DeserializeOwned>(&self, document: T) -> Option<T> {
        if self.known().is_empty() {
            return Some(document);
        }
        let mut value = json!(document);
        self.known().redact_json(&mut value);
        serde_json::from_value(value).ok()
    }

    /// A text without them.
    pub fn clean_text(&self, text: String) -> String {
        match self.known().is_empty() {
            true => text,
            false => self.known().redact_text(text),
        }
    }

    /// What is to be given back when the run is over.
    pub fn lent(&self) -> Lent {
        self.secrets.lent()
    }
}

/// A secret has no place in what a run is asked for, and a file that holds one no place
/// in the repository that the agent reads.
pub(crate) fn refuse_told(setup: &Setup, guarded: &Guarded) -> Result<(), StartError> {
    let text = json!(setup.request).to_string();
    if let Some(name) = guarded.known().find(text.as_bytes()) {
        let message = format!(
            "the request holds the secret `{name}`\nhint: take it out; the Runner adds it where it belongs"
        );
        return Err(StartError::invalid(Code::SecretHeld.as_str(), message));
    }
    let environment = &setup.config.checks.environment;
    let named = secret::places(&setup.config)
        .into_iter()
        .chain(setup.config.ledger.credentials())
        .filter_map(|(place, config)| Some((place, config.env.clone()?)));
    let auth = setup.config.vault.as_ref().map(|vault| &vault.auth);
    let opener = auth.and_then(|auth| auth.token.as_ref()?.env.clone());
    let role = auth.and_then(|auth| auth.approle.as_ref()?.secret_id.as_ref()?.env.clone());
    let vault = [opener, role].into_iter().flatten().map(|variable| ("vault".to_owned(), variable));
    match named.chain(vault).find(|(_, variable)| environment.contains(variable)) {
        None => Ok(()),
        Some((place, variable)) => Err(StartError::invalid(
            "config-invalid",
            format!(
                "checks: `environment` shows `{variable}` to checks, and it is the credential of `{place}`"
            ),
        )),
    }
}

/// Files of secrets lie elsewhere than in the repository.
pub(crate) fn refuse_inside(setup: &Setup, root: &Path) -> Result<(), StartError> {
    let mut places = secret::places(&setup.config);
    places.extend(setup.config.ledger.credentials());
    let files = secret::files(places.iter().map(|(_, config)| *config), setup.config.vault.as_ref());
    let own = crate::keeping::key_file(setup.store.root());
    for file in files.into_iter().chain([own]) {
        let file = kernel::workspace::absolute(&file)?;
        if file.starts_with(root) {
            let message = format!(
                "the secret in `{}` lies in the repository, where the agent and every check may read\nhint: keep it elsewhere",
                file.display()
            );
            return Err(StartError::invalid("config-invalid", message));
        }
        if sandbox::shows(&setup.config.sandbox, &file) {
            let message = format!(
                "the secret in `{}` lies where every check may read\nhint: keep it elsewhere",
                file.display()
            );
            return Err(StartError::invalid("config-invalid", message));
        }
    }
    Ok(())
}

/// Takes secrets out of what a person or a pipe is told.
pub(crate) fn cleaner(known: &Known) -> Option<Clean> {
    let known = known.clone();
    (!known.is_empty()).then(|| Box::new(move |value: &mut Value| known.redact_json(value)) as _)
}
