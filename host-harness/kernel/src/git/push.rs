use std::{path::Path, time::Duration};

use agent_contract::branch::BranchName;
use policy::{
    Code,
    config::{GitUpdate, is_same},
};
use secrecy::SecretString;
use serde::Serialize;

use super::{
    branch::is_same_operation,
    command::{Answer, harmless},
    objects, outgoing,
    own::OwnRepository,
    refs::is_id,
    remote::Way,
    repository::Repository,
};
use crate::{KernelError, process::Cancel, secret::Leaving};

/// A branch to be pushed.
#[derive(Debug)]
pub struct Push<'a> {
    /// The repository that holds the commit.
    pub root: &'a Path,
    /// The remotes and branches that may be pushed to.
    pub update: &'a GitUpdate,
    /// The remote, by its name in the configuration.
    pub remote: &'a str,
    /// The branch there.
    pub branch: &'a BranchName,
    /// The base branch, which is never pushed to.
    pub base: Option<&'a BranchName>,
    /// The commit that the branch is to hold.
    pub commit: &'a str,
    /// The password or token, where the remote has one.
    pub credential: Option<&'a SecretString>,
    /// What looks at everything that leaves the machine.
    pub leaving: &'a Leaving,
    /// A folder of the run's own for what passes.
    pub scratch: &'a Path,
    /// What ends it before its time.
    pub cancel: &'a Cancel,
}

/// A branch that was pushed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Pushed {
    /// The remote's name.
    pub remote: String,
    /// Its address.
    pub url: String,
    /// The branch there.
    pub branch: BranchName,
    /// What it held before; `None` where it was not there.
    pub before: Option<String>,
    /// What it holds now.
    pub after: String,
    /// Whether an earlier call of the same operation had pushed it already.
    pub repeated: bool,
    /// What the remote said.
    pub said: String,
}

/// What the remote holds now.
#[derive(Debug, Default)]
struct Advertised {
    default: Option<String>,
    tip: Option<String>,
    /// Every commit that a branch or tag of it leads to.
    tips: Vec<String>,
}

/// Pushes one commit to one branch of one remote. Nothing there is ever overwritten.
pub fn push(push: &Push) -> Result<Pushed, KernelError> {
    let refused = |refused: policy::config::PushRefused| KernelError::new(refused.code, refused.message);
    let remote = push.update.target(push.remote, push.branch, push.base).map_err(refused)?;
    let transport = remote.transport().ok_or_else(|| {
        KernelError::new(
            Code::RemoteUnknown,
            format!("remote `{}` has an address of no known kind", remote.name),
        )
    })?;
    let repository = Repository::needed(push.root)?;
    if !is_id(push.commit) {
        let message = format!("`{}` is no commit's whole id", push.commit.escape_debug());
        return Err(KernelError::new(Code::ArgumentMalformed, message));
    }
    let own = OwnRepository::over(&repository, push.commit, push.scratch)?;
    let time_max = Duration::from_secs(push.update.push_seconds);
    let way = Way {
        own: &own,
        remote,
        transport,
        credential: push.credential,
        known: push.leaving.known(),
        time_max,
        cancel: push.cancel,
    };
    let advertised = ask(&way, push)?;
    refuse_default(push, &advertised)?;
    match settled(push, &own, &advertised)? {
        Some(tip) => Ok(pushed(push, &way, &advertised, (tip, true, String::new()))),
        None => {
            outgoing::check(&own, push.commit, &advertised.tips, push.leaving)?;
            let said = send(&way, push).map_err(|error| unclear(push, error))?;
            Ok(pushed(push, &way, &advertised, (push.commit.to_owned(), false, said)))
        }
    }
}

fn pushed(push: &Push, way: &Way, advertised: &Advertised, end: (String, bool, String)) -> Pushed {
    let (after, repeated, said) = end;
    Pushed {
        remote: push.remote.to_owned(),
        url: way.remote.url.clone(),
        branch: push.branch.clone(),
        before: advertised.tip.clone(),
        after,
        repeated,
        said,
    }
}

fn ask(way: &Way, push: &Push) -> Result<Advertised, KernelError> {
    let reference = format!("refs/heads/{}", push.branch);
    let everything = ["HEAD", "refs/heads/*", "refs/tags/*"];
    let git = way.git(&["ls-remote", "--symref", "--", &way.remote.url])?.arguments(&everything);
    let answer = git.answer(&[])?;
    if answer.exit_code != Some(0) {
        return Err(way.failed(&answer));
    }
    let text = String::from_utf8_lossy(&answer.stdout).into_owned();
    let held = |name: &str| {
        text.lines()
            .filter_map(|line| line.split_once('\t'))
            .filter(move |(_, n)| *n == name)
            .map(|(held, _)| held.to_owned())
            .collect::<Vec<_>>()
    };
    let default =
        held("HEAD").iter().find_map(|held| held.strip_prefix("ref: refs/heads/").map(str::to_owned));
    let tip = held(&reference).into_iter().find(|held| is_id(held));
    let ids = text.lines().filter_map(|line| line.split_once('\t')).map(|(held, _)| held);
    let tips = ids.filter(|held| is_id(held)).map(str::to_owned).collect();
    Ok(Advertised { default, tip, tips })
}

fn refuse_default(push: &Push, advertised: &Advertised) -> Result<(), KernelError> {
    let refused = |what: String| Err(KernelError::new(Code::BranchForbidden, what));
    let (branch, remote) = (push.branch, push.remote);
    match &advertised.default {
        None => refused(format!(
            "branch `{branch}` may not be pushed: remote `{remote}` does not tell its default branch, and the first one pushed may become it\nhint: push the base branch yourself first"
        )),
        Some(default) if is_same(default, branch.as_str()) => refused(format!(
            "branch `{branch}` may not be pushed: it is the default branch of remote `{remote}`\nhint: name another work branch"
        )),
        Some(_) => Ok(()),
    }
}

/// The commit that the remote's branch holds, where an earlier call of this operation
/// put it there; `None` where there is still something to do.
fn settled(push: &Push, own: &OwnRepository, advertised: &Advertised) -> Result<Option<String>, KernelError> {
    let Some(tip) = &advertised.tip else { return Ok(None) };
    if is_same_operation(own, tip, push.commit, push.update.signing.as_ref())? {
        return Ok(Some(tip.clone()));
    }
    let known = objects::commit(own, tip)?.is_some();
    let follows = || {
        let git = own.git(&["merge-base", "--is-ancestor", tip, push.commit]);
        git.answer(&[]).map(|answer| answer.exit_code == Some(0))
    };
    match (known, known && follows()?) {
        (_, true) => Ok(None),
        (true, false) => Err(moved(push)),
        (false, false) => Err(unknown(push)),
    }
}

/// It may be the same change, which another clone of the repository pushed.
fn unknown(push: &Push) -> KernelError {
    let (branch, remote) = (push.branch, push.remote);
    KernelError::new(
        Code::RemoteMoved,
        format!(
            "branch `{branch}` of remote `{remote}` holds a commit that is not in this repository, and nothing is overwritten\nhint: `git fetch` shows whether an earlier run of the same request pushed it; else name another work branch"
        ),
    )
}

fn moved(push: &Push) -> KernelError {
    let (branch, remote) = (push.branch, push.remote);
    KernelError::new(
        Code::RemoteMoved,
        format!(
            "branch `{branch}` of remote `{remote}` holds what this change does not follow, and nothing is overwritten\nhint: name another work branch"
        ),
    )
}

/// Sends the commit. The remote itself compares what it holds with what git was told
/// that it holds, and takes all of it or nothing.
fn send(way: &Way, push: &Push) -> Result<String, KernelError> {
    let arguments = [
        "push",
        "--porcelain",
        "--no-verify",
        "--no-follow-tags",
        "--no-signed",
        "--recurse-submodules=no",
        "--",
    ];
    let specification = format!("{}:refs/heads/{}", push.commit, push.branch);
    let git = way.git(&arguments)?.argument(&way.remote.url).argument(&specification);
    let answer = git.answer(&[])?;
    let text = String::from_utf8_lossy(&answer.stdout).into_owned();
    let line = text.lines().find(|line| line.contains(&format!("\t{specification}\t")));
    match (answer.exit_code, line.and_then(|line| line.chars().next())) {
        (Some(0), Some(' ' | '*' | '=')) => Ok(way.said(&answer)),
        (_, Some('!')) => Err(refused(way, push, &answer, line.unwrap_or_default())),
        _ => Err(way.failed(&answer)),
    }
}

/// Nobody knows what came of a push that did not end by itself.
fn unclear(push: &Push, error: KernelError) -> KernelError {
    if !matches!(error.code, Code::Interrupted | Code::GitTimeout) {
        return error;
    }
    let (branch, remote) = (push.branch, push.remote);
    let message = format!(
        "{}; whether remote `{remote}` took branch `{branch}` is not known\nhint: run it again: what the remote has is not pushed twice",
        error.message
    );
    KernelError::new(error.code, message)
}

fn refused(way: &Way, push: &Push, answer: &Answer, line: &str) -> KernelError {
    let reason = line.rsplit('\t').next().unwrap_or_default();
    if ["non-fast-forward", "fetch first", "needs force", "already exists", "stale info"]
        .iter()
        .any(|sign| reason.contains(sign))
    {
        return moved(push);
    }
    let heard = Answer {
        exit_code: None,
        stdout: Vec::new(),
        said: format!("{}; {}", harmless(reason), answer.said),
    };
    let message =
        format!("remote `{}` did not take branch `{}`: {}", push.remote, push.branch, way.said(&heard));
    KernelError::new(Code::PushRefused, message)
}
