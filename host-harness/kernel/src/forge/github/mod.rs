//! GitHub, over its documented REST API, and over GraphQL where REST has nothing.

mod answer;
mod api;
mod ask;
mod cache;
mod change;
mod commit;
mod discussion;
mod fault;
mod hydrate;
mod pace;
mod page;
mod place;
mod publish;
mod published;
mod pull;
mod repository;
mod task;
mod tree;

use std::time::Duration;

use agent_contract::{fault::shown, target::TargetUrl};
use policy::{Code, config::GithubUpdate};

pub use change::{Change, Onto, OperationId, PullRequestText, Signature};
pub use hydrate::Revision;
pub use pace::Patience;
pub use published::{Committed, FileOperation, Made, ObjectState, Published, PullRequest, Pushed};
pub use repository::{Branch, Repository};

use crate::{
    KernelError,
    net::{Binding, Incoming},
    secret::Leaving,
};
use api::{Api, Talk};
use place::Place;

/// One repository on GitHub, and what an operator lets a change do with it.
#[derive(Debug, Clone)]
pub struct Github {
    api: Api,
    config: GithubUpdate,
    owner: String,
    name: String,
    leaving: Leaving,
}

/// How long the first wait is, where nobody says otherwise.
const FIRST_WAIT: Duration = Duration::from_millis(500);

impl Github {
    /// Opens the repository that the configuration names, over a binding with this
    /// address. `leaving` looks at every file before it is sent: in a request it may stand
    /// in a form in which nothing would be found.
    pub fn open(
        binding: Binding,
        address: &str,
        leaving: Leaving,
        config: &GithubUpdate,
    ) -> Result<Self, KernelError> {
        let unnamed = || {
            let message = "no repository on GitHub is configured\nhint: name one, as `owner/name`, in `[update.github]`, `repository`";
            KernelError::new(Code::RepositoryUnusable, message)
        };
        let (owner, name) = config.owner_and_name().ok_or_else(unnamed)?;
        let seed = u64::from_le_bytes(crate::place::random()?);
        let patience = Patience { attempts: config.limits.attempts, first_wait: FIRST_WAIT, seed };
        Ok(Self {
            api: Api::new(binding, Place::of(address, config), patience),
            owner: owner.to_owned(),
            name: name.to_owned(),
            config: config.clone(),
            leaving,
        })
    }

    /// The same, waiting otherwise.
    pub fn with_patience(self, patience: Patience) -> Self {
        Self { api: self.api.with_patience(patience), ..self }
    }

    /// Whether an address is one of this repository, or of something in it.
    pub fn is_at(&self, url: &TargetUrl) -> bool {
        let same = |one: &str, other: &str| one.eq_ignore_ascii_case(other);
        url.host == self.api.place().web_host
            && same(&url.owner, &self.owner)
            && same(&url.repository, &self.name)
    }

    /// `owner/name`.
    pub fn reference(&self) -> String {
        format!("{}/{}", self.owner, self.name)
    }

    /// A path below the repository's.
    fn path(&self, rest: &str) -> String {
        format!("/repos/{}/{}{rest}", self.owner, self.name)
    }

    fn talk(&self) -> Talk {
        self.api.talk(self.config.limits.operation_seconds)
    }
}

/// What the forge answered: what of it is looked at here.
#[derive(Debug, Clone)]
struct Answer {
    status: u16,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

impl From<Incoming> for Answer {
    fn from(incoming: Incoming) -> Self {
        Self { status: incoming.status, headers: incoming.headers, body: incoming.body }
    }
}

/// The value of a header.
fn header<'a>(answer: &'a Answer, name: &str) -> Option<&'a str> {
    answer.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
}

/// A text as a part of a path or of a query: `/` stays what it is.
fn escaped(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte);
    let escape = |byte: u8| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") };
    text.bytes().map(escape).collect()
}

/// What a stranger wrote is too much.
fn too_large(what: &str, has: u64, may: u64, limit: &str) -> KernelError {
    let message = format!(
        "{} is {has}, and may be {may} at the most\nhint: raise `{limit}` in `[update.github.limits]`",
        shown(what)
    );
    KernelError::new(Code::ForgeTooLarge, message)
}
