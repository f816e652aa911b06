//! What a decision point demands along with a yes. What the Runner does not know, it
//! can't fulfil, and a yes whose demands are not met is none.

use agent_contract::{
    capability::Scope,
    document::from_value,
    fault::{Fault, shown},
};
use serde_json::{Map, Value};

use crate::{Code, answer::Objection, point::heard::kind};

#[cfg(test)]
mod tests;

/// What the obligations of an answer come to.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Demands {
    /// How far the capability may reach.
    pub narrowing: Scope,
    /// Why a person must approve it; empty where no reason is given.
    pub approval: Option<String>,
}

/// Gathers the obligations among the fields of an answer, under whatever name begins so.
pub(super) fn gather<'a>(
    fields: impl Iterator<Item = (&'a String, &'a Value)>,
) -> Result<Demands, Objection> {
    let mut demands = Demands::default();
    for (name, value) in fields.filter(|(name, _)| is_obligation(name)) {
        let Value::Array(list) = value else {
            return refused(format!("`{}` is {} and not a list", shown(name), kind(value)));
        };
        for obligation in list {
            take(obligation, &mut demands)?;
        }
    }
    Ok(demands)
}

/// Whether a field holds obligations, however its name is written.
pub(super) fn is_obligation(name: &str) -> bool {
    const PREFIX: &str = "obligation";
    name.get(..PREFIX.len()).is_some_and(|start| start.eq_ignore_ascii_case(PREFIX))
}

fn refused<T>(message: String) -> Result<T, Objection> {
    Err(Objection::new(Code::PointObligation, message))
}

fn take(obligation: &Value, demands: &mut Demands) -> Result<(), Objection> {
    let Value::Object(fields) = obligation else {
        return refused(format!("an obligation is {} and not an object", kind(obligation)));
    };
    let mut members = fields.clone();
    let id = match members.remove("id") {
        Some(Value::String(id)) => id,
        Some(other) => {
            return refused(format!("the `id` of an obligation is {} and not a string", kind(&other)));
        }
        None => return refused("an obligation has no `id`".to_owned()),
    };
    match id.as_str() {
        "limit" => narrow(&id, members, &["uses", "bytes", "seconds"], demands),
        "scope" => narrow(&id, members, &["paths", "checks", "bindings"], demands),
        "approval" => approval(members, demands),
        _ => refused(format!("the Runner does not know the obligation `{}`", shown(&id))),
    }
}

fn known(id: &str, members: &Map<String, Value>, names: &[&str]) -> Result<(), Objection> {
    match members.keys().find(|name| !names.contains(&name.as_str())) {
        None => Ok(()),
        Some(name) => refused(format!("the Runner does not know `{}` in the obligation `{id}`", shown(name))),
    }
}

fn narrow(
    id: &str,
    members: Map<String, Value>,
    names: &[&str],
    demands: &mut Demands,
) -> Result<(), Objection> {
    known(id, &members, names)?;
    if members.is_empty() {
        return refused(format!("the obligation `{id}` limits nothing"));
    }
    let unread = |fault: Fault| {
        Objection::new(Code::PointObligation, format!("the obligation `{id}` can't be read; {fault}"))
    };
    let Scope { paths, checks, bindings, uses, bytes, seconds } =
        from_value(Value::Object(members)).map_err(unread)?;
    let narrowing = &mut demands.narrowing;
    once("paths", &mut narrowing.paths, paths)?;
    once("checks", &mut narrowing.checks, checks)?;
    once("bindings", &mut narrowing.bindings, bindings)?;
    once("uses", &mut narrowing.uses, uses)?;
    once("bytes", &mut narrowing.bytes, bytes)?;
    once("seconds", &mut narrowing.seconds, seconds)
}

/// Two limits of the same thing would leave a choice, and none is made here.
fn once<T>(name: &str, place: &mut Option<T>, limit: Option<T>) -> Result<(), Objection> {
    match (place.is_some(), limit) {
        (_, None) => Ok(()),
        (true, Some(_)) => refused(format!("the obligations limit `{name}` twice")),
        (false, limit) => {
            *place = limit;
            Ok(())
        }
    }
}

fn approval(members: Map<String, Value>, demands: &mut Demands) -> Result<(), Objection> {
    known("approval", &members, &["reason"])?;
    let reason = match members.get("reason") {
        None => String::new(),
        Some(Value::String(reason)) => reason.clone(),
        Some(other) => {
            return refused(format!(
                "the `reason` of the obligation `approval` is {} and not a string",
                kind(other)
            ));
        }
    };
    once("approval", &mut demands.approval, Some(reason))
}
