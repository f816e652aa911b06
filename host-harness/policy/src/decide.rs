//! Whether a call happens. A pure function; the permit that it gives is the only
//! key to the Kernel.

use agent_contract::Refusal;

use crate::{
    Call, Code, Grant,
    answer::Stance,
    call::{Malformed, Parsed},
    issue::Context,
    local::Object,
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
    /// It does not.
    Denied(Refusal),
}

/// Decides on a call under the grant whose handle came with it.
pub fn decide<R: Call>(call: Parsed<R>, grant: &Grant, context: Context) -> Decided<R> {
    let judged = call.map_err(refuse_malformed).and_then(|call| judge(&call, grant, context).map(|()| call));
    match judged {
        Ok(call) => Decided::Allowed(Permit { call }),
        Err(refusal) => Decided::Denied(refusal),
    }
}

fn refuse_malformed(malformed: Malformed) -> Refusal {
    refusal(malformed.code, malformed.message, None)
}

fn judge<R: Call>(call: &R, grant: &Grant, context: Context) -> Result<(), Refusal> {
    standing(grant, context)?;
    kind::<R>(grant)?;
    amounts(call, grant)?;
    known_checks(call, context)?;
    scope(call, grant)?;
    rules(call, context)
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
fn standing(grant: &Grant, context: Context) -> Result<(), Refusal> {
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

fn rules<R: Call>(call: &R, context: Context) -> Result<(), Refusal> {
    let paths = call.paths().into_iter().map(|path| Object::Path(path.as_str()));
    let checks = call.checks().iter().map(|check| Object::Check(check));
    let binding = call.binding().map(Object::Binding);
    let objects: Vec<_> = paths.chain(checks).chain(binding).collect();
    let objects = if objects.is_empty() { vec![Object::Capability] } else { objects };
    objects.into_iter().try_for_each(|object| {
        let matter = context.matter(R::CAPABILITY, object);
        let opinion = context.config.policy.judge(&matter);
        match opinion.stance {
            Stance::Allow => Ok(()),
            Stance::Ask | Stance::Deny => Err(opinion.refusal(&matter)),
        }
    })
}
