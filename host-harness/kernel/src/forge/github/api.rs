//! One request to the forge, with all that GitHub asks of those who send them: its
//! version, conditions, limits, waits. The binding is told to try nothing twice: what is
//! harmless to repeat, and when, is known here.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use policy::Code;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tokio::time::{Instant, sleep, timeout_at};

use super::{
    Answer,
    ask::{Ask, Came, Form, Resource, judge, read},
    cache::Cache,
    pace::{self, LimitKind, Limited, Patience},
    page,
    place::Place,
};
use crate::{
    KernelError,
    net::{Binding, Method, Repeat},
};

/// The way to both APIs. Clones share what they remember.
#[derive(Debug, Clone)]
pub(super) struct Api(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    binding: Binding,
    place: Place,
    patience: Patience,
    cache: Mutex<Cache>,
    /// When a resource that was used up can be asked again.
    used_up: Mutex<BTreeMap<Resource, Instant>>,
}

/// Requests that must all come to an end by one moment.
#[derive(Debug, Clone)]
pub(super) struct Talk {
    api: Api,
    until: Instant,
    seconds: u64,
}

impl Api {
    pub fn new(binding: Binding, place: Place, patience: Patience) -> Self {
        let (cache, used_up) = (Mutex::default(), Mutex::default());
        Self(Arc::new(Inner { binding, place, patience, cache, used_up }))
    }

    pub fn place(&self) -> &Place {
        &self.0.place
    }

    /// The same with another patience. It remembers nothing.
    pub fn with_patience(&self, patience: Patience) -> Self {
        Self::new(self.0.binding.clone(), self.0.place.clone(), patience)
    }

    /// Begins to talk, for so long at the most.
    pub fn talk(&self, seconds: u64) -> Talk {
        Talk { api: self.clone(), until: Instant::now() + Duration::from_secs(seconds), seconds }
    }
}

impl Talk {
    /// Reads something.
    pub async fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, KernelError> {
        let ask = self.rest(Method::Get, path, None, Repeat::Harmless);
        read(&ask, &self.answer(&ask).await?)
    }

    /// Reads something that need not be there.
    pub async fn find<T: DeserializeOwned>(&self, path: &str) -> Result<Option<T>, KernelError> {
        match self.get(path).await {
            Ok(found) => Ok(Some(found)),
            Err(error) if error.code == Code::ForgeMissing => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Reads a blob's bytes.
    pub async fn raw(&self, path: &str) -> Result<Vec<u8>, KernelError> {
        let ask = Ask { form: Form::Raw, ..self.rest(Method::Get, path, None, Repeat::Harmless) };
        Ok(self.answer(&ask).await?.body)
    }

    /// Makes something.
    pub async fn send<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        body: Value,
        repeat: Repeat,
    ) -> Result<T, KernelError> {
        let ask = self.rest(method, path, Some(body), repeat);
        read(&ask, &self.answer(&ask).await?)
    }

    /// Reads a list, so many pages of it at the most.
    pub async fn pages<T: DeserializeOwned>(
        &self,
        path: &str,
        pages_max: u64,
    ) -> Result<Vec<T>, KernelError> {
        let mut items = Vec::new();
        let mut query = Some("per_page=100".to_owned());
        for _ in 0..pages_max {
            let Some(rest) = query else { break };
            let mark = if path.contains('?') { '&' } else { '?' };
            let ask = self.rest(Method::Get, &format!("{path}{mark}{rest}"), None, Repeat::Harmless);
            let answer = self.answer(&ask).await?;
            items.extend(read::<Vec<T>>(&ask, &answer)?);
            query = page::next(&ask.name(), &answer, self.api.place())?.map(|next| beyond(path, &next));
        }
        Ok(items)
    }

    /// How long to wait after so many attempts of something that is more than a request.
    pub fn wait(&self, attempts: u64) -> Duration {
        self.api.0.patience.wait(attempts)
    }

    /// Asks the GraphQL API a question. It has no other use here: nothing is changed with it.
    pub async fn question(&self, question: &str, variables: Value) -> Result<Value, KernelError> {
        let Some(path) = self.api.place().graphql else {
            let message = "GitHub's GraphQL API does not lie below the binding's address\nhint: give the binding the address without `/v3`";
            return Err(KernelError::new(Code::PrimitiveUnavailable, message));
        };
        let body = serde_json::json!({ "query": question, "variables": variables });
        let ask = Ask {
            path: path.to_owned(),
            resource: Resource::Graphql,
            ..self.rest(Method::Post, "", Some(body), Repeat::Harmless)
        };
        read(&ask, &self.answer(&ask).await?)
    }

    fn rest(&self, method: Method, path: &str, body: Option<Value>, repeat: Repeat) -> Ask {
        let path = format!("{}{path}", self.api.place().rest);
        Ask { method, path, body, form: Form::Json, repeat, resource: Resource::Rest }
    }

    /// The answer to a request that was performed; every other one is an error.
    async fn answer(&self, ask: &Ask) -> Result<Answer, KernelError> {
        let patience = self.api.0.patience;
        for attempt in 1.. {
            self.await_quota(ask).await?;
            let heard = self.once(ask).await;
            let is_last = attempt >= patience.attempts;
            match judge(ask, heard) {
                Came::Answer(answer) => return Ok(answer),
                Came::Limited(limited, error) if is_last => {
                    return Err(come_back(ask, limited.wait, Some(error)));
                }
                Came::Limited(limited, error) => self.wait_out(ask, limited, attempt, Some(error)).await?,
                Came::Broken(error) if is_last || ask.repeat == Repeat::Never => return Err(error),
                Came::Broken(error) => self.rest_a_while(patience.wait(attempt), error).await?,
                Came::Refused(error) => return Err(error),
            }
        }
        unreachable!("there is no last attempt but the one that returned")
    }

    async fn once(&self, ask: &Ask) -> Result<Answer, KernelError> {
        let kept = (ask.form == Form::Json && ask.method == Method::Get)
            .then(|| lock(&self.api.0.cache).get(&ask.path))
            .flatten();
        let outgoing = ask.outgoing(kept.as_ref().map(|kept| kept.etag.as_str()));
        let sent = timeout_at(self.until, self.api.0.binding.send(outgoing)).await;
        let sent = sent.map_err(|_| self.out_of_time(ask))?;
        let answer = Answer::from(sent.map_err(|error| ask.names(error))?);
        if let Some(wait) = pace::used_up(&answer) {
            lock(&self.api.0.used_up).insert(ask.resource, Instant::now() + wait);
        }
        match (answer.status, kept) {
            (304, Some(kept)) => Ok(kept.answer),
            _ => {
                self.keep(ask, &answer);
                Ok(answer)
            }
        }
    }

    fn keep(&self, ask: &Ask, answer: &Answer) {
        if answer.status == 200 && ask.method == Method::Get && ask.form == Form::Json {
            lock(&self.api.0.cache).keep(&ask.path, answer);
        }
    }

    /// Does not ask at all while nothing is left.
    async fn await_quota(&self, ask: &Ask) -> Result<(), KernelError> {
        let Some(at) = lock(&self.api.0.used_up).get(&ask.resource).copied() else { return Ok(()) };
        let wait = at.saturating_duration_since(Instant::now());
        match wait.is_zero() {
            true => Ok(()),
            false => self.wait_out(ask, Limited { kind: LimitKind::Primary, wait }, 1, None).await,
        }
    }

    /// A secondary limit that is met again is waited for longer each time.
    async fn wait_out(
        &self,
        ask: &Ask,
        limited: Limited,
        attempt: u64,
        error: Option<KernelError>,
    ) -> Result<(), KernelError> {
        let again = u32::try_from(attempt - 1).unwrap_or(u32::MAX).min(6);
        let wait = match limited.kind {
            LimitKind::Primary => limited.wait,
            LimitKind::Secondary => limited.wait.saturating_mul(1 << again),
        };
        match Instant::now().checked_add(wait).is_some_and(|end| end < self.until) {
            true => sleep(wait).await,
            false => return Err(come_back(ask, wait, error)),
        }
        Ok(())
    }

    async fn rest_a_while(&self, wait: Duration, error: KernelError) -> Result<(), KernelError> {
        match Instant::now() + wait < self.until {
            true => sleep(wait).await,
            false => return Err(error),
        }
        Ok(())
    }

    fn out_of_time(&self, ask: &Ask) -> KernelError {
        let message = format!(
            "`{}`: the forge gave no answer before the {} s of the operation were over",
            ask.name(),
            self.seconds
        );
        KernelError::new(Code::CallTimeout, message)
    }
}

fn come_back(ask: &Ask, wait: Duration, error: Option<KernelError>) -> KernelError {
    let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
    let now = std::time::SystemTime::now();
    let at = now.checked_add(wait).map_or("a time far away".to_owned(), httpdate::fmt_http_date);
    let why =
        error.map_or(format!("`{}`: nothing is left of the rate limit", ask.name()), |error| error.message);
    let why = why.split("\nhint: ").next().unwrap_or_default();
    let message = format!("{why}: the forge takes no request for {seconds} s\nhint: come back at {at}");
    KernelError::new(Code::ForgeRateLimited, message)
}

/// What the next page's query has beyond the one that the path has already.
fn beyond(path: &str, query: &str) -> String {
    let known: Vec<_> = path.split_once('?').map_or("", |(_, query)| query).split('&').collect();
    query.split('&').filter(|part| !known.contains(part)).collect::<Vec<_>>().join("&")
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
