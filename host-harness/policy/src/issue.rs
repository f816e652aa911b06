//! Whether a capability is issued, and how wide.

use agent_contract::{CapabilityName, Refusal, Request, RunMode, capability::Scope};

use crate::{
    Code, Config, Grant,
    answer::{Objection, Stance, Word},
    decision::Decision,
    local::{Matter, Object, Opinion, hard},
    narrow::narrow,
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
    /// The branch that the change goes to, where it goes to one.
    pub branch: Option<&'a str>,
    /// The branch that it starts from, where there is one.
    pub base_branch: Option<&'a str>,
}

impl<'a> Context<'a> {
    /// The mode that is in force.
    pub fn mode(&self) -> RunMode {
        self.request.mode
    }

    /// What the local policy is asked about.
    pub fn matter(&self, capability: CapabilityName, object: Object<'a>) -> Matter<'a> {
        let Self { branch, base_branch, .. } = *self;
        Matter { capability, mode: self.mode(), branch, base_branch, object }
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

/// A capability that may be asked about: what the request and the mode leave of the ask.
#[derive(Debug, Clone, PartialEq)]
pub struct Proposed {
    /// Its name.
    pub name: CapabilityName,
    /// How far it would reach.
    pub scope: Scope,
    /// What the local policy says.
    pub opinion: Opinion,
    /// What it would refuse with, where it does not allow.
    refusal: Refusal,
    /// How far the request lets the capability reach, whatever the agent asks for.
    requested: Scope,
}

/// What is left of an ask once mode, allowances and request have had their say. Those are
/// no decision points: nobody is asked about what they exclude.
pub fn propose(ask: &Ask, context: Context) -> Result<Proposed, Refusal> {
    let name = known(ask)?;
    mode(name, context)?;
    allowance(name, context.request)?;
    let requested = named(name, context.request, requested(name, context.request)?);
    hard(name, context)?;
    let scope = narrow(name, &ask.scope, requested.clone())?;
    let matter = context.matter(name, Object::Capability);
    let opinion = context.config.policy.may_issue(name, matter.mode, matter.branch, matter.base_branch);
    let refusal = opinion.refusal(&narrowest(&scope, matter));
    Ok(Proposed { name, scope, refusal, opinion, requested })
}

/// What a refusal speaks of: the one object that was asked for, where it is one.
fn narrowest<'a>(scope: &'a Scope, matter: Matter<'a>) -> Matter<'a> {
    let object = match (scope.paths.as_deref(), scope.checks.as_deref(), scope.bindings.as_deref()) {
        (Some([path]), None, None) => Object::Path(path.as_str()),
        (None, Some([check]), None) => Object::Check(check),
        (None, None, Some([binding])) => Object::Binding(binding),
        _ => matter.object,
    };
    Matter { object, ..matter }
}

impl Proposed {
    /// What the local policy says, as one of the answers.
    pub fn word(&self) -> Word {
        let message = self.refusal.message.clone();
        match self.opinion.stance {
            Stance::Allow => {
                Word { narrowing: self.opinion.limits.narrow(Scope::default()), ..Word::allow() }
            }
            Stance::Ask => Word::ask(message),
            Stance::Deny => Word::deny(Objection::new(Code::PolicyDenied, message)),
        }
    }

    /// The same, where the policy is stricter on one object than on the capability.
    pub fn on(self, matter: &Matter, opinion: Opinion) -> Self {
        match opinion.stance >= self.opinion.stance {
            true => Self { refusal: opinion.refusal(matter), opinion, ..self },
            false => self,
        }
    }
}

/// Issues a capability under `id` if everyone who was asked allows it, no wider than all
/// of them let it be.
pub fn issue(
    proposed: Proposed,
    decision: &Decision,
    id: String,
    context: Context,
) -> Result<Grant, Refusal> {
    let name = proposed.name;
    let denied = (proposed.opinion.stance == Stance::Deny).then_some(proposed.refusal);
    if let Some(refusal) = decision.refusal(&format!("`{name}`"), denied) {
        return Err(refusal);
    }
    available(name, context.config)?;
    let scope = decision.narrowed(name, proposed.opinion.limits.narrow(proposed.scope))?;
    let mut grant = Grant::new(id, context.run_id.to_owned(), name, scope, context.now_ms);
    let end = context.now_ms.saturating_add(context.config.limits.run_seconds.saturating_mul(1000));
    let ends = decision.behind().map(|behind| behind.expires_ms).chain([end]);
    grant.expires_ms = ends.chain(grant.expires_ms).min();
    grant.asks = decision.foreign_asks();
    // Asking again gives no more than was given: what others than the agent limit is counted
    // for the capability, however often it is asked for.
    let amounts = Scope { paths: None, checks: None, bindings: None, ..proposed.requested };
    grant.ceiling = decision.narrowed(name, proposed.opinion.limits.narrow(amounts))?;
    Ok(grant)
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

/// People are told through the bindings that the request names, and no others.
fn named(name: CapabilityName, request: &Request, scope: Scope) -> Scope {
    if name != CapabilityName::NotifySend || request.notify.is_empty() {
        return scope;
    }
    let asked = |binding: &String| request.notify.iter().any(|name| name.as_str() == binding);
    let all = || request.notify.iter().map(ToString::to_string).collect();
    let bindings = scope.bindings.map(|list| list.into_iter().filter(asked).collect());
    Scope { bindings: Some(bindings.unwrap_or_else(all)), ..scope }
}

/// What no policy can loosen.
fn hard(name: CapabilityName, context: Context) -> Result<(), Refusal> {
    hard::no_base_branch(name, context.branch, context.base_branch, None)
        .map_err(|objection| refusal(objection.code, objection.message, None))
}

fn available(name: CapabilityName, config: &Config) -> Result<(), Refusal> {
    match config.lacks(name) {
        None => Ok(()),
        Some(line) => Err(refusal(
            Code::PrimitiveUnavailable,
            format!("this Runner is configured for no `{name}`"),
            Some(line.to_owned()),
        )),
    }
}
