//! Whether a capability is issued, and how wide.

use agent_contract::{
    CapabilityName, Refusal, RepoPath, Request, RunMode, branch::BranchName, capability::Scope,
    target::Target,
};

use crate::{
    Code, Config, Grant,
    answer::Stance,
    local::{Amounts, Matter, Object},
};

/// What the Runner knows when it decides. None of it comes from the agent.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    /// The run.
    pub run_id: &'a str,
    /// What was asked of it.
    pub request: &'a Request,
    /// The Runner's configuration.
    pub config: &'a Config,
    /// The Runner's clock, in milliseconds.
    pub now_ms: u64,
}

impl Context<'_> {
    /// The mode that is in force.
    pub fn mode(&self) -> RunMode {
        self.request.mode
    }

    /// What the local policy is asked about.
    pub(crate) fn matter<'a>(&'a self, capability: CapabilityName, object: Object<'a>) -> Matter<'a> {
        let branches = &self.request.branches;
        let base = branches.base.as_ref().or(self.request.target.as_ref().and_then(Target::branch));
        Matter {
            capability,
            mode: self.mode(),
            branch: branches.work.as_ref().map(BranchName::as_str),
            base_branch: base.map(BranchName::as_str),
            object,
        }
    }
}

/// A capability that the agent asks for.
#[derive(Debug, Clone, PartialEq)]
pub struct Ask {
    /// Its name, as the agent wrote it.
    pub operation: String,
    /// No wider than this.
    pub scope: Scope,
    /// What for, in the agent's words.
    pub reason: String,
}

/// Capabilities that this Runner has no primitive for.
const UNAVAILABLE: &[CapabilityName] = &[
    CapabilityName::RepoPush,
    CapabilityName::RepoOpenPr,
    CapabilityName::ContainerSimulate,
    CapabilityName::ProtocolInvoke,
    CapabilityName::ProtocolPublishMetadata,
    CapabilityName::NotifySend,
];

/// Issues a capability under `id`, or refuses it.
pub fn issue(ask: &Ask, id: String, context: Context) -> Result<Grant, Refusal> {
    let name = known(ask)?;
    mode(name, context)?;
    allowance(name, context.request)?;
    let requested = requested(name, context.request)?;
    let amounts = rules(name, context)?;
    available(name)?;
    let scope = amounts.narrow(narrow(name, &ask.scope, requested)?);
    Ok(Grant::new(id, context.run_id.to_owned(), name, scope, context.now_ms))
}

fn refusal(code: Code, message: String, grant: Option<String>) -> Refusal {
    Refusal { code: code.to_string(), message, grant }
}

fn known(ask: &Ask) -> Result<CapabilityName, Refusal> {
    let unknown =
        |fault: agent_contract::fault::Unknown| refusal(Code::CapabilityUnknown, fault.to_string(), None);
    ask.operation.chars().take(100).collect::<String>().parse().map_err(unknown)
}

fn mode(name: CapabilityName, context: Context) -> Result<(), Refusal> {
    let outward = allowance_for(name, context.request).is_some();
    match outward && context.mode() == RunMode::DryRun {
        false => Ok(()),
        true => Err(refusal(
            Code::ModeDenied,
            format!("`{name}` does not exist in a dry run"),
            Some("\"mode\": \"proposed_change\"".to_owned()),
        )),
    }
}

/// The allowance that a capability needs, and whether the request carries it.
fn allowance_for(name: CapabilityName, request: &Request) -> Option<(&'static str, bool)> {
    let allowances = &request.allowances;
    match name {
        CapabilityName::RepoCommit => Some(("commit", allowances.commit)),
        CapabilityName::RepoPush => Some(("push", allowances.push)),
        CapabilityName::RepoOpenPr => Some(("pull_request", allowances.pull_request)),
        CapabilityName::NotifySend => Some(("notify", allowances.notify)),
        _ => None,
    }
}

fn allowance(name: CapabilityName, request: &Request) -> Result<(), Refusal> {
    match allowance_for(name, request) {
        Some((allowance, false)) => Err(refusal(
            Code::AllowanceMissing,
            format!("`{name}` needs the allowance `{allowance}`"),
            Some(format!("\"allowances\": {{ \"{allowance}\": true }}")),
        )),
        _ => Ok(()),
    }
}

/// The scope within which the caller lets the agent ask for a capability.
fn requested(name: CapabilityName, request: &Request) -> Result<Scope, Refusal> {
    let Some(list) = &request.capabilities else { return Ok(Scope::default()) };
    let found = list.iter().find(|entry| entry.capability == name);
    found.map(|entry| entry.scope.clone()).ok_or_else(|| {
        refusal(
            Code::CapabilityNotRequested,
            format!("`{name}` is not among the capabilities of the request"),
            Some(format!("\"capabilities\": [{{ \"capability\": \"{name}\" }}]")),
        )
    })
}

fn rules(name: CapabilityName, context: Context) -> Result<Amounts, Refusal> {
    let matter = context.matter(name, Object::Capability);
    let opinion = context.config.policy.may_issue(name, matter.mode, matter.branch, matter.base_branch);
    match opinion.stance {
        Stance::Allow => Ok(opinion.limits),
        Stance::Ask | Stance::Deny => Err(opinion.refusal(&matter)),
    }
}

fn available(name: CapabilityName) -> Result<(), Refusal> {
    match UNAVAILABLE.contains(&name) {
        false => Ok(()),
        true => Err(refusal(
            Code::PrimitiveUnavailable,
            format!("this Runner has no primitive for `{name}`"),
            None,
        )),
    }
}

fn narrow(name: CapabilityName, asked: &Scope, allowed: Scope) -> Result<Scope, Refusal> {
    Ok(Scope {
        paths: narrow_paths(name, asked.paths.as_deref(), allowed.paths)?,
        checks: narrow_names(asked.checks.as_deref(), allowed.checks),
        bindings: narrow_names(asked.bindings.as_deref(), allowed.bindings),
        uses: least(asked.uses, allowed.uses),
        bytes: least(asked.bytes, allowed.bytes),
        seconds: least(asked.seconds, allowed.seconds),
    })
}

fn least(asked: Option<u64>, allowed: Option<u64>) -> Option<u64> {
    match (asked, allowed) {
        (Some(asked), Some(allowed)) => Some(asked.min(allowed)),
        (one, other) => one.or(other),
    }
}

fn narrow_names(asked: Option<&[String]>, allowed: Option<Vec<String>>) -> Option<Vec<String>> {
    match (asked, allowed) {
        (Some(asked), Some(allowed)) => {
            Some(allowed.into_iter().filter(|name| asked.contains(name)).collect())
        }
        (Some(asked), None) => Some(asked.to_vec()),
        (None, allowed) => allowed,
    }
}

fn narrow_paths(
    name: CapabilityName,
    asked: Option<&[RepoPath]>,
    allowed: Option<Vec<RepoPath>>,
) -> Result<Option<Vec<RepoPath>>, Refusal> {
    let (Some(asked), Some(allowed)) = (asked, &allowed) else {
        return Ok(asked.map(<[_]>::to_vec).or(allowed));
    };
    let within = |path: &RepoPath, folders: &[RepoPath]| folders.iter().any(|folder| path.is_within(folder));
    let inside = asked.iter().filter(|path| within(path, allowed));
    let around = allowed.iter().filter(|path| within(path, asked) && !asked.contains(path));
    let both: Vec<_> = inside.chain(around).cloned().collect();
    match (both.is_empty(), asked.first()) {
        (true, Some(first)) => Err(refusal(
            Code::ScopePath,
            format!("`{name}` was asked for `{first}`, which is outside the request's paths"),
            Some(format!(
                "\"capabilities\": [{{ \"capability\": \"{name}\", \"scope\": {{ \"paths\": [\"{first}\"] }} }}]"
            )),
        )),
        _ => Ok(Some(both)),
    }
}
