//! Whether the agent may still act at all: its Agent ID record, looked at again and again
//! while the run goes on.

use std::{
    path::PathBuf,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use agent_contract::{CapabilityName, Request};
use kernel::{input, net::Client};
use policy::{
    Answer, Code, Objection, Word,
    agent_id::{self, AgentAsk, Resolved},
    answer::{Protocol, Stance},
    config::AgentIdConfig,
    context::Setting,
    point::{
        Exchange,
        heard::{self, Expected},
    },
};

use crate::{control::Control, secrets::Guarded, setup::Setup, start_error::StartError};

const RECORD_BYTES_MAX: u64 = 1024 * 1024;
const SKEW_MS_MAX: u64 = 60_000;

/// The agent's standing in a run.
pub(crate) struct Standing {
    config: AgentIdConfig,
    required: bool,
    did_expected: Option<String>,
    by: String,
    watch: Option<Watch>,
}

/// Where the record is.
enum Source {
    File(PathBuf),
    Registry { client: Client, exchange: Exchange },
}

/// What the last look at the record showed; nothing where there is no record.
#[derive(Clone)]
struct Look {
    seen: Result<Option<Arc<Resolved>>, Objection>,
    at: Instant,
    took: Duration,
}

struct Shared {
    source: Source,
    look: Mutex<Look>,
    /// Why everything that it may do was taken from the agent, if it was.
    lost: Mutex<Option<Objection>>,
    over: Mutex<bool>,
    signal: Condvar,
}

/// Looks at the record until it is dropped.
struct Watch {
    shared: Arc<Shared>,
}

impl Drop for Watch {
    fn drop(&mut self) {
        *lock(&self.shared.over) = true;
        self.shared.signal.notify_all();
    }
}

impl Standing {
    /// The standing of the agent in a run that is about to start.
    pub async fn of(setup: &Setup, secrets: &Guarded) -> Result<Self, StartError> {
        let config = &setup.config.agent_id;
        let claimed = setup.request.agent_id.as_ref().is_some_and(|claims| claims.required);
        let did = setup.config.identity.agent_did.clone();
        let sources = (source(config, secrets)?, source(config, secrets)?.1);
        Self::open(config, sources, config.is_required() || claimed, did, &setup.control).await
    }

    /// Whether the place of the record can be made out.
    pub fn check(config: &AgentIdConfig, secrets: &Guarded) -> Result<(), StartError> {
        match source(config, secrets)?.1 {
            Some(Source::File(path)) if config.is_required() && !path.exists() => {
                let message = format!("agent_id: there is no file `{}`", path.display());
                Err(StartError::invalid("config-invalid", message))
            }
            _ => Ok(()),
        }
    }

    /// Looks at the record for the first time, and from then on again and again.
    async fn open(
        config: &AgentIdConfig,
        // The thread that goes on looking has a connection of its own: one of this runtime's
        // would wait for it.
        ((by, first), again): ((String, Option<Source>), Option<Source>),
        required: bool,
        did_expected: Option<String>,
        control: &Control,
    ) -> Result<Self, StartError> {
        let mut standing = Self { config: config.clone(), required, did_expected, by, watch: None };
        if let Some(first) = first {
            let look = first.look().await;
            let resolved = look.seen.as_ref().ok().and_then(Option::as_ref);
            // The agent that the run begins with is the one that it ends with.
            let did = resolved.map(|resolved| resolved.record.agent.did.as_str().to_owned());
            standing.did_expected = standing.did_expected.or(did);
            let Some(source) = again else { return Ok(standing) };
            let shared = Shared {
                source,
                look: Mutex::new(look),
                lost: Mutex::default(),
                over: Mutex::default(),
                signal: Condvar::new(),
            };
            let shared = Arc::new(shared);
            let (seen, control, pause) = (shared.clone(), control.clone(), config.recheck_ms);
            std::thread::spawn(move || keep_looking(&seen, &control, Duration::from_millis(pause)));
            standing.watch = Some(Watch { shared });
        }
        Ok(standing)
    }

    /// The record, where there is one that holds.
    pub fn resolved(&self) -> Option<Arc<Resolved>> {
        self.look().and_then(|look| look.seen.ok().flatten())
    }

    fn look(&self) -> Option<Look> {
        self.watch.as_ref().map(|watch| lock(&watch.shared.look).clone())
    }

    /// What the record says of a capability.
    fn word(
        &self,
        name: CapabilityName,
        request: &Request,
        setting: &Setting,
        now_ms: u64,
    ) -> (Word, Option<Arc<Resolved>>, Duration) {
        let Some(look) = self.look() else {
            return (agent_id::absent(self.required).unwrap_or_else(none_required), None, Duration::ZERO);
        };
        let word = match &look.seen {
            Err(objection) => Word::deny(objection.clone()),
            Ok(_) if look.at.elapsed() > self.bound() => Word::deny(Objection::new(
                Code::AgentIdStale,
                format!("the agent's record was last seen {} ms ago", look.at.elapsed().as_millis()),
            )),
            Ok(None) if self.required => {
                Word::deny(Objection::new(Code::AgentIdMissing, format!("there is no record: {}", self.by)))
            }
            Ok(None) => none_required(),
            Ok(Some(resolved)) => self.judge(resolved, name, request, setting, now_ms),
        };
        (word, look.seen.ok().flatten(), look.took)
    }

    fn judge(
        &self,
        resolved: &Resolved,
        name: CapabilityName,
        request: &Request,
        setting: &Setting,
        now_ms: u64,
    ) -> Word {
        let claimed = request.agent_id.as_ref().and_then(|claims| claims.record_id.as_deref());
        let asked = AgentAsk {
            now_ms,
            capability: name,
            grants: &self.config.grants,
            did_expected: self.config.did.as_deref().or(self.did_expected.as_deref()),
            record_id_expected: self.config.record_id.as_deref(),
            delegation_depth: setting.agent.delegation_depth,
            narrowed: request.capabilities.is_some(),
            mode: request.mode,
            subject_kind: setting.subject.kind,
        };
        // What the caller claims must hold as well: it can't take the operator's place.
        let claim = AgentAsk { record_id_expected: claimed.or(asked.record_id_expected), ..asked };
        let words = [agent_id::judge(resolved, &asked), agent_id::judge(resolved, &claim)];
        let [one, other] = words;
        if other.stance > one.stance { other } else { one }
    }

    /// How old a look may be: the bound within which an agent loses what it may do.
    fn bound(&self) -> Duration {
        Duration::from_millis(self.config.recheck_ms + self.config.timeout_ms) + Duration::from_millis(500)
    }

    /// Why a person has to approve a capability by now, if one has to.
    pub fn ask(
        &self,
        name: CapabilityName,
        request: &Request,
        setting: &Setting,
        now_ms: u64,
    ) -> Option<String> {
        self.watch.as_ref()?;
        let (word, ..) = self.word(name, request, setting, now_ms);
        word.objection.filter(|_| word.stance == Stance::Ask).map(|objection| objection.message)
    }

    /// Why everything that it may do was taken from the agent while it worked, if it was.
    pub fn lost(&self) -> Option<Objection> {
        self.watch.as_ref().and_then(|watch| lock(&watch.shared.lost).clone())
    }

    /// What the record says of a capability that is asked for.
    pub fn answer(
        &self,
        name: CapabilityName,
        request: &Request,
        setting: &Setting,
        now_ms: u64,
    ) -> Option<Answer> {
        if self.watch.is_none() && !self.required {
            return None;
        }
        let (word, resolved, took) = self.word(name, request, setting, now_ms);
        Some(Answer {
            point: "agent-id".to_owned(),
            protocol: Protocol::AgentId,
            by: self.by.clone(),
            policy_sha256: resolved.map(|resolved| resolved.sha256.clone()),
            model: None,
            word,
            latency_us: u64::try_from(took.as_micros()).unwrap_or(u64::MAX),
            cached: false,
        })
    }

    /// Why the agent may not do this any more, if it may not.
    pub fn objection(
        &self,
        name: CapabilityName,
        request: &Request,
        setting: &Setting,
        now_ms: u64,
    ) -> Option<Objection> {
        self.watch.as_ref()?;
        let (word, ..) = self.word(name, request, setting, now_ms);
        word.objection.filter(|_| word.stance == Stance::Deny)
    }
}

fn none_required() -> Word {
    Word { reasons: vec!["there is no record, and none is required".to_owned()], ..Word::allow() }
}

/// Where the configuration says that the record is, and how the trace names the place.
fn source(config: &AgentIdConfig, secrets: &Guarded) -> Result<(String, Option<Source>), StartError> {
    if let Some(file) = &config.file {
        return Ok((format!("file {file}"), Some(Source::File(PathBuf::from(file)))));
    }
    let Some(registry) = &config.registry else { return Ok(("no record".to_owned(), None)) };
    let exchange = match (&config.record_id, &config.did) {
        (Some(id), _) => agent_id::by_id(id),
        (None, Some(did)) => agent_id::by_did(did),
        (None, None) => return Err(StartError::invalid("config-invalid", "agent_id: no record is named")),
    };
    let exchange = exchange.map_err(|objection| StartError::invalid("config-invalid", objection.message))?;
    let connection = crate::points::connection(
        registry,
        config.timeout_ms,
        RECORD_BYTES_MAX,
        secrets.credential("agent_id"),
        config.ca_file.as_deref(),
    )?;
    let client = Client::new(connection)?;
    Ok((registry.clone(), Some(Source::Registry { client, exchange })))
}

impl Source {
    async fn look(&self) -> Look {
        let started = Instant::now();
        let seen = self.fetch().await;
        Look { seen, at: Instant::now(), took: started.elapsed() }
    }

    async fn fetch(&self) -> Result<Option<Arc<Resolved>>, Objection> {
        match self {
            Self::File(path) if !path.exists() => Ok(None),
            Self::File(path) => {
                let text = input::read_text(path, RECORD_BYTES_MAX)
                    .map_err(|error| Objection::new(Code::AgentIdInvalid, error.message))?;
                agent_id::from_file(&text).map(|resolved| Some(Arc::new(resolved)))
            }
            Self::Registry { client, exchange } => {
                let heard = client.exchange(exchange).await?;
                if heard.status == 404 {
                    return Ok(None);
                }
                let now_ms = kernel::clock::now_ms();
                let expected = Expected { now_ms, skew_ms_max: SKEW_MS_MAX, request_id: None };
                let record = heard::object(&heard, &expected)?;
                agent_id::read(&record).map(|resolved| Some(Arc::new(resolved)))
            }
        }
    }
}

/// A thread of its own: an agent that computes, or a check that runs for an hour, does not
/// keep the record from being looked at.
fn keep_looking(shared: &Shared, control: &Control, pause: Duration) {
    let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_all().build() else { return };
    let first = lock(&shared.look).seen.clone().ok().flatten();
    loop {
        let over = lock(&shared.over);
        let waited = shared.signal.wait_timeout_while(over, pause, |over| !*over);
        if *waited.unwrap_or_else(PoisonError::into_inner).0 {
            return;
        }
        let mut look = runtime.block_on(shared.source.look());
        if first.is_some() && matches!(look.seen, Ok(None)) {
            look.seen = Err(Objection::new(Code::AgentIdMissing, "the agent's record is gone"));
        }
        if let Some(objection) = loss(first.as_deref(), &look.seen) {
            look.seen = Err(objection.clone());
            lock(&shared.lost).get_or_insert(objection);
            control.processes().cancel();
        }
        *lock(&shared.look) = look;
    }
}

/// Why an agent may do nothing any more, by what its record shows now.
fn loss(first: Option<&Resolved>, seen: &Result<Option<Arc<Resolved>>, Objection>) -> Option<Objection> {
    match seen {
        Err(objection) => Some(objection.clone()),
        Ok(Some(resolved)) if !resolved.is_active() => {
            let status = resolved.record.agent.status.as_str();
            let word = resolved.lifecycle.as_deref().filter(|word| *word != "active").unwrap_or(status);
            Some(Objection::new(Code::AgentIdInactive, format!("the agent is now `{word}`")))
        }
        Ok(Some(resolved)) => {
            let first = first.filter(|first| who(first) != who(resolved))?;
            let message = format!("the record is no longer the one of `{}`", who(first).0);
            Some(Objection::new(Code::AgentIdClash, message))
        }
        Ok(None) => None,
    }
}

/// Whose record it is, and whose agent.
fn who(resolved: &Resolved) -> (&str, Option<&str>) {
    (resolved.record.agent.did.as_str(), resolved.organization.as_deref())
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
