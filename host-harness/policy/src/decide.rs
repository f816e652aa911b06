//! Whether a call happens. A pure function; the permit that it gives is the only
//! key to the Kernel.

use agent_contract::{CapabilityName, Refusal};

use crate::{
    Call, Code, Grant,
    answer::Stance,
    approval::Approval,
    call::{Malformed, Parsed},
    issue::Context,
    local::{Object, hard},
};

/// The permission to perform one call: it owns the call, can't be copied and can't
/// be made anywhere but here. What was decided on is what is performed.
#[derive(Debug)]
pub struct Permit<R> {
    call: R,
}

impl<R> Permit<R> {
    /// The call, for the Kernel to perform. The permit is used up.
    pub fn into_call(self) -> R {
        self.call
    }
}

/// A call with its decision.
#[derive(Debug)]
pub enum Decided<R> {
    /// It happens.
    Allowed(Permit<R>),
    /// It happens when a person who may approves it.
    Asked(Asked<R>),
    /// It does not.
    Denied(Refusal),
}

/// A call that waits for a person's word. It becomes a permit by an approval of it alone.
#[derive(Debug)]
pub struct Asked<R> {
    call: R,
    why: Vec<String>,
}

impl<R> Asked<R> {
    /// The call, to be shown.
    pub fn call(&self) -> &R {
        &self.call
    }

    /// Why a person is asked.
    pub fn why(&self) -> &[String] {
        &self.why
    }

    /// The same call with more reasons to ask a person.
    pub fn with(self, why: Vec<String>) -> Self {
        Self { why: [self.why, why].concat(), ..self }
    }

    /// The permit. The approval is used up with it.
    pub fn approved(self, _: Approval) -> Permit<R> {
        Permit { call: self.call }
    }
}

impl<R> Permit<R> {
    /// The same call, for which somebody wants a person's word after all.
    pub fn held(self, why: Vec<String>) -> Asked<R> {
        Asked { call: self.call, why }
    }

    /// The call, to be looked at.
    pub fn call(&self) -> &R {
        &self.call
    }
}

/// Decides on a call under the grant whose handle came with it.
pub fn decide<R: Call>(call: Parsed<R>, grant: &Grant, context: Context) -> Decided<R> {
    let judged = call.map_err(refuse_malformed).and_then(|call| Ok((judge(&call, grant, context)?, call)));
    match judged {
        Ok((why, call)) if why.is_empty() => Decided::Allowed(Permit { call }),
        Ok((why, call)) => Decided::Asked(Asked { call, why }),
        Err(refusal) => Decided::Denied(refusal),
    }
}

fn refuse_malformed(malformed: Malformed) -> Refusal {
    refusal(malformed.code, malformed.message, None)
}

/// Whether a call may happen, and why a person has to be asked first, if one has to.
fn judge<R: Call>(call: &R, grant: &Grant, context: Context) -> Result<Vec<String>, Refusal> {
    standing(grant, context)?;
    kind::<R>(grant)?;
    amounts(call, grant)?;
    known_checks(call, context)?;
    hard_rules(call, context)?;
    scope(call, grant)?;
    let mut why = grant.asks.clone();
    why.extend(rules(call, context)?);
    Ok(why)
}

/// What no policy can loosen. That nothing is outside the workspace the types say.
fn hard_rules<R: Call>(call: &R, context: Context) -> Result<(), Refusal> {
    hard::no_base_branch(R::CAPABILITY, context.branch, context.base_branch, None)
        .and_then(|()| call.action().map_or(Ok(()), hard::no_merge))
        .map_err(|objection| refusal(objection.code, objection.message, None))
}

/// A check is one that the request names; the agent can't bring its own.
fn known_checks<R: Call>(call: &R, context: Context) -> Result<(), Refusal> {
    let checks = &context.request.checks;
    let known = |name: &str| {
        checks.presets.iter().any(|preset| preset.as_str() == name)
            || checks.commands.iter().any(|command| command.name == name)
    };
    match call.checks().iter().find(|name| !known(name)) {
        None => Ok(()),
        Some(name) => Err(refusal(
            Code::CheckUnknown,
            format!("no check `{}` in the request", name.escape_debug()),
            None,
        )),
    }
}

fn refusal(code: Code, message: String, grant: Option<String>) -> Refusal {
    Refusal { code: code.to_string(), message, grant }
}

/// Whether the grant stands at all: this run's, in time, not taken back.
pub fn standing(grant: &Grant, context: Context) -> Result<(), Refusal> {
    let id = &grant.id;
    if grant.run_id != context.run_id {
        return Err(refusal(
            Code::CapabilityForeign,
            format!("capability `{id}` belongs to another run"),
            None,
        ));
    }
    if grant.revoked {
        return Err(refusal(Code::CapabilityRevoked, format!("capability `{id}` was revoked"), None));
    }
    if grant.expires_ms.is_some_and(|end| context.now_ms >= end) {
        return Err(refusal(
            Code::CapabilityExpired,
            format!("capability `{id}` has expired"),
            Some("a greater `scope.seconds`".to_owned()),
        ));
    }
    Ok(())
}

fn kind<R: Call>(grant: &Grant) -> Result<(), Refusal> {
    match grant.name == R::CAPABILITY {
        true => Ok(()),
        false => Err(refusal(
            Code::CapabilityKind,
            format!(
                "`{}` needs `{}`, but `{}` is for `{}`",
                R::FUNCTION,
                R::CAPABILITY,
                grant.id,
                grant.name
            ),
            Some(format!("request-capability(\"{}\", ..)", R::CAPABILITY)),
        )),
    }
}

fn amounts<R: Call>(call: &R, grant: &Grant) -> Result<(), Refusal> {
    if grant.uses_left == Some(0) {
        return Err(refusal(
            Code::CapabilityExhausted,
            format!("capability `{}` has no uses left", grant.id),
            Some("a greater `scope.uses`".to_owned()),
        ));
    }
    if grant.bytes_left.is_some_and(|left| left < call.bytes()) {
        return Err(bytes_exhausted(grant));
    }
    Ok(())
}

/// The refusal of a call whose bytes are more than the grant has left.
pub fn bytes_exhausted(grant: &Grant) -> Refusal {
    let message = format!("capability `{}` has too few bytes left", grant.id);
    refusal(Code::CapabilityBytes, message, Some("a greater `scope.bytes`".to_owned()))
}

fn scope<R: Call>(call: &R, grant: &Grant) -> Result<(), Refusal> {
    let scope = &grant.scope;
    if scope.paths.is_some() && call.is_whole() {
        let message = format!("`{}` reaches everything, and `{}` certain paths only", R::FUNCTION, grant.id);
        let grant = format!("\"capability\": \"{}\", without `paths` in its scope", grant.name);
        return Err(refusal(Code::ScopePath, message, Some(grant)));
    }
    let hint = |field: &str, value: &str| {
        Some(format!("\"capability\": \"{}\", \"scope\": {{ \"{field}\": [\"{value}\"] }}", grant.name))
    };
    if let Some(folders) = &scope.paths
        && let Some(path) =
            call.paths().into_iter().find(|path| !folders.iter().any(|folder| path.is_within(folder)))
    {
        let message = format!("`{path}` is outside the scope of `{}`", grant.id);
        return Err(refusal(Code::ScopePath, message, hint("paths", path.as_str())));
    }
    if let Some(names) = &scope.checks
        && let Some(check) = call.checks().iter().find(|check| !names.contains(check))
    {
        let message = format!("check `{}` is outside the scope of `{}`", check.escape_debug(), grant.id);
        return Err(refusal(Code::ScopeCheck, message, hint("checks", check)));
    }
    if let (Some(names), Some(binding)) = (&scope.bindings, call.binding())
        && !names.iter().any(|name| name == binding)
    {
        let message = format!("binding `{}` is outside the scope of `{}`", binding.escape_debug(), grant.id);
        return Err(refusal(Code::ScopeBinding, message, hint("bindings", binding)));
    }
    Ok(())
}

fn rules<R: Call>(call: &R, context: Context) -> Result<Vec<String>, Refusal> {
    let paths = call.paths().into_iter().map(|path| Object::Path(path.as_str()));
    let checks = call.checks().iter().map(|check| Object::Check(check));
    let binding = call.binding().map(Object::Binding);
    let objects: Vec<_> = paths.chain(checks).chain(binding).collect();
    let runs = call.runs().iter().filter(|name| !call.checks().contains(name));
    let objects: Vec<_> = objects.into_iter().chain(runs.map(|name| Object::Check(name))).collect();
    let objects = if objects.is_empty() { vec![Object::Capability] } else { objects };
    let reads = call.reads().into_iter().map(|path| (CapabilityName::RepoRead, Object::Path(path.as_str())));
    let matters = objects.into_iter().map(|object| (R::CAPABILITY, object)).chain(reads);
    let mut why = Vec::new();
    for (name, object) in matters {
        let matter = context.matter(name, object);
        let opinion = context.config.policy.judge(&matter);
        match opinion.stance {
            Stance::Allow => {}
            Stance::Ask => why.push(opinion.refusal(&matter).message),
            Stance::Deny => return Err(opinion.refusal(&matter)),
        }
    }
    Ok(why)
}
