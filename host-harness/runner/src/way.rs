//! How the change of a run leaves the machine: what the agent asks for is promised while
//! it works, and kept after the verdict.

use agent_contract::{
    Request,
    branch::BranchName,
    target::{Target, TargetUrl},
};
use kernel::{
    KernelError,
    forge::github::Github,
    git::{self, Head, Trailers},
};
use policy::{
    Code, Permit, blob,
    call::{Malformed, NotifyCall, OpenPrCall, Parsed, PushCall},
    config::{GitUpdate, UpdatePath},
};
use secrecy::SecretString;
use serde_json::json;

use crate::{done::Done, outside::Outside, places, secrets::Guarded, setup::Setup, start_error::StartError};

/// The way out. There are two, and the one of staying.
#[derive(Debug)]
pub(crate) enum Way {
    /// The change stays on this machine.
    Stays,
    /// The git command.
    Git(Box<GitWay>),
    /// The API of GitHub.
    Github(Box<Github>),
}

/// The way over the git command.
#[derive(Debug)]
pub(crate) struct GitWay {
    /// The remotes and branches that may be pushed to.
    pub update: GitUpdate,
    /// The remote of this run.
    pub remote: String,
    /// What the remote knows the Runner by.
    pub credential: Option<SecretString>,
}

/// What the agent asked for, and gets when the verdict allows it.
#[derive(Debug, Default)]
pub(crate) struct Promises {
    /// The message of a commit that is made on the forge.
    pub commit: Option<String>,
    /// The push of a commit.
    pub push: Option<PushCall>,
    /// Title and text of the pull request.
    pub pull_request: Option<(String, String)>,
    /// Messages, and through which binding each goes.
    pub notices: Vec<NotifyCall>,
}

impl Way {
    /// The way that the request may take and the configuration names.
    pub fn open(setup: &Setup, secrets: &Guarded) -> Result<Self, StartError> {
        let update = &setup.config.update;
        match update.path.filter(|_| setup.request.allowances.push) {
            None => Ok(Self::Stays),
            Some(UpdatePath::Git) => {
                let none = || {
                    StartError::invalid(
                        "config-invalid",
                        "update.git: `remotes` is empty, so there is nowhere to push to",
                    )
                };
                let remote = update.git.remotes.first().ok_or_else(none)?;
                git::refuse_unready(remote).map_err(unready)?;
                let remote = remote.name.clone();
                let credential = secrets.secret(&format!("update.git.{remote}")).cloned();
                Ok(Self::Git(Box::new(GitWay { update: update.git.clone(), remote, credential })))
            }
            Some(UpdatePath::Github) => Ok(Self::Github(Box::new(github(setup, secrets)?))),
        }
    }
}

fn unready(error: KernelError) -> StartError {
    StartError::invalid("config-invalid", format!("update.git: {}", error.message))
}

/// The repository on GitHub that the configuration names.
fn github(setup: &Setup, secrets: &Guarded) -> Result<Github, StartError> {
    let config = &setup.config.update.github;
    let binding = setup.config.bindings.iter().find(|binding| binding.name == config.binding).ok_or_else(|| {
        let name = config.binding.escape_debug();
        let message = format!("update.github: there is no binding `{name}`\nhint: add `[[bindings]]` with `name = \"{name}\"` and its `url`");
        StartError::invalid("config-invalid", message)
    })?;
    let open = places::open(binding, secrets)?;
    Ok(Github::open(open, &binding.url, secrets.leaving().clone(), config)?)
}

/// The forge that an address lies on, if the configuration names its repository.
pub(crate) fn forge_of(setup: &Setup, url: &TargetUrl, secrets: &Guarded) -> Result<Github, StartError> {
    let unknown = |what: String| {
        let message = format!(
            "`{}` can't be fetched: {what}\nhint: clone it and name the folder, or name it in `[update.github]`",
            url.as_str()
        );
        StartError::unavailable(Code::PrimitiveUnavailable, message)
    };
    if setup.config.update.path != Some(UpdatePath::Github) {
        return Err(unknown(format!("this Runner has no binding for `{}`", url.host)));
    }
    let github = github(setup, secrets)?;
    match github.is_at(url) {
        true => Ok(github),
        false => Err(unknown(format!("the configuration names the repository `{}`", github.reference()))),
    }
}

impl Promises {
    /// What was written afterwards is not what these were made for.
    pub fn forget(&mut self) {
        self.commit = None;
        self.push = None;
        self.pull_request = None;
    }
}

/// The id of what a request wants done to a base: the same however often it is run.
pub(crate) fn operation(request: &Request, head: Option<&Head>) -> String {
    let mut wanted = request.clone();
    (wanted.runner, wanted.audit) = Default::default();
    // A folder goes by many names, and each clone lies in its own: the commit tells what it holds.
    wanted.target = wanted.target.filter(|target| matches!(target, Target::Url(_)));
    let commit = head.and_then(|head| head.commit.as_deref());
    let text = json!({ "request": wanted, "commit": commit }).to_string();
    format!("op-{}", blob::sha256(text.as_bytes()).chars().take(32).collect::<String>())
}

impl Outside {
    /// The call of a push, as far as the Runner knows what would be pushed.
    pub fn push_call(&self, run_id: &str) -> Parsed<PushCall> {
        let branch = self.work_branch(run_id).map_err(malformed)?;
        let (remote, commit) = match &self.way {
            Way::Stays => return Err(nowhere()),
            Way::Git(way) => (way.remote.clone(), self.results.commit.clone()),
            Way::Github(github) => (github.reference(), None),
        };
        match commit.is_some() || self.promises.commit.is_some() {
            true => Ok(PushCall { remote, branch, commit }),
            false => Err(Malformed {
                code: Code::ArgumentMalformed,
                message: "nothing was committed that could be pushed".to_owned(),
            }),
        }
    }

    /// The call of a pull request.
    pub fn pull_request_call(&self, run_id: &str, title: &str, body: &str) -> Parsed<OpenPrCall> {
        let Way::Github(github) = &self.way else { return Err(nowhere()) };
        let branch = self.work_branch(run_id).map_err(malformed)?;
        OpenPrCall::parse(title, body, github.reference(), branch)
    }

    /// Promises a push, if it could be made at all.
    pub fn promise_push(&mut self, permit: Permit<PushCall>) -> Result<Done<String>, KernelError> {
        let call = permit.into_call();
        if let Way::Git(way) = &self.way {
            let base = self.base_branch();
            way.update
                .target(&call.remote, &call.branch, base)
                .map_err(|refused| KernelError::new(refused.code, refused.message))?;
        }
        let promised = json!({ "promised": "push", "remote": call.remote, "branch": call.branch });
        self.promises.push = Some(call);
        Ok(Done::new(promised.to_string(), promised))
    }

    /// Promises a pull request.
    pub fn promise_pull_request(&mut self, permit: Permit<OpenPrCall>) -> Result<Done<String>, KernelError> {
        let call = permit.into_call();
        if self.promises.push.is_none() {
            let message = "a pull request is for a branch that was pushed";
            return Err(KernelError::new(Code::ArgumentMalformed, message));
        }
        let spoken = Trailers { run: "-", trace: "-", operation: "-" };
        spoken.message(&call.body)?;
        let promised = json!({
            "promised": "pull_request", "repository": call.repository, "branch": call.branch, "title": call.title,
        });
        self.promises.pull_request = Some((call.title, call.body));
        Ok(Done::new(promised.to_string(), promised))
    }

    /// Promises a message.
    pub fn promise_notice(&mut self, permit: Permit<NotifyCall>) -> Result<Done<()>, KernelError> {
        let call = permit.into_call();
        self.bindings.refuse_unknown_channel(&call.binding)?;
        let record = json!({ "promised": "notice", "binding": call.binding });
        self.promises.notices.push(call);
        Ok(Done::new((), record))
    }

    /// The branch that the change starts from.
    pub fn base_branch(&self) -> Option<&BranchName> {
        let standing = || self.head.as_ref().and_then(|head| head.branch.as_ref());
        self.branches.base.as_ref().or_else(standing)
    }
}

fn malformed(error: KernelError) -> Malformed {
    Malformed { code: error.code, message: error.message }
}

fn nowhere() -> Malformed {
    Malformed {
        code: Code::UpdateUnknown,
        message: "the configuration names no way out of this machine: `[update]` with `path`".to_owned(),
    }
}
