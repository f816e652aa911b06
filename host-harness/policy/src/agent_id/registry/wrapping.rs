//! What stands around a record: envelopes, and what the registry says beside it. All of it
//! is held against the record; where the two disagree, neither is believed.

use agent_contract::fault::shown;
use serde_json::{Map, Value};

use super::super::{record::AgentRecord, word::Status};
use crate::{Code, answer::Objection};

/// The members that can hold a record, or another wrapping of it.
const ENVELOPES: [&str; 4] = ["data", "agent_record", "record", "record_json"];

/// More wrappings than this are a mistake.
const LAYERS_MAX: usize = 4;

/// What the registry says beside the record.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Wrapping {
    pub(super) record_id: Option<String>,
    pub(super) organization: Option<String>,
    did: Option<String>,
    status: Option<String>,
    environment: Option<String>,
    protocol_version: Option<String>,
    lifecycle_state: Option<String>,
    deprovisioned_at: Option<String>,
}

/// Takes the wrapping off a record.
pub(super) fn unwrap(answer: &Value) -> Result<(Wrapping, Value), Objection> {
    let mut wrapping = Wrapping::default();
    let mut layer = object(answer)?;
    for depth in 0..LAYERS_MAX {
        if layer.contains_key("agent_id_protocol_version") || layer.contains_key("agent") {
            let record = match depth {
                0 => Value::Object(layer.clone()),
                _ => wrapping.lift_lifecycle(layer.clone())?,
            };
            return Ok((wrapping, record));
        }
        wrapping.note(layer)?;
        let mut inner = ENVELOPES.iter().filter_map(|name| layer.get(*name));
        layer = match (inner.next(), inner.next()) {
            (Some(inner), None) => object(inner)?,
            (None, _) => return Err(shape("holds no Agent ID record")),
            (Some(_), Some(_)) => return Err(clash("it holds two records")),
        };
    }
    Err(shape("wraps the Agent ID record too often"))
}

fn object(value: &Value) -> Result<&Map<String, Value>, Objection> {
    value.as_object().ok_or_else(|| shape("is no object where the Agent ID record should be"))
}

impl Wrapping {
    /// Notes what one layer says; it can't contradict the layer around it.
    fn note(&mut self, layer: &Map<String, Value>) -> Result<(), Objection> {
        for (name, place) in [
            ("id", &mut self.record_id),
            ("organization_id", &mut self.organization),
            ("did", &mut self.did),
            ("status", &mut self.status),
            ("environment", &mut self.environment),
            ("protocol_version", &mut self.protocol_version),
            ("lifecycle_state", &mut self.lifecycle_state),
            ("deprovisioned_at", &mut self.deprovisioned_at),
        ] {
            match layer.get(name) {
                None => {}
                Some(Value::Null) if name == "deprovisioned_at" => {}
                Some(Value::String(text)) if !text.is_empty() => agree(name, place, text)?,
                Some(_) => return Err(shape(&format!("has a `{name}` that says nothing"))),
            }
        }
        Ok(())
    }

    /// A registry writes where a life stands into the records that it keeps, whose schema
    /// has no place for it. It is taken out and counts as said beside the record.
    fn lift_lifecycle(&mut self, mut record: Map<String, Value>) -> Result<Value, Objection> {
        let outer = record.remove("lifecycle");
        let inner = record.get_mut("agent").and_then(Value::as_object_mut);
        let state = inner.and_then(|agent| agent.remove("lifecycle_state"));
        for said in [outer.map(|life| life.get("state").cloned().unwrap_or_default()), state] {
            match said {
                None => {}
                Some(Value::String(text)) if !text.is_empty() => {
                    agree("lifecycle_state", &mut self.lifecycle_state, &text)?;
                }
                Some(_) => return Err(shape("has a lifecycle without a state")),
            }
        }
        Ok(Value::Object(record))
    }

    /// Where the agent's life stands. What was taken out of service is not active, whatever
    /// else is said.
    pub(super) fn lifecycle(&self) -> Option<String> {
        match (self.lifecycle_state.as_deref(), &self.deprovisioned_at) {
            (None | Some("active"), Some(_)) => Some("deprovisioned".to_owned()),
            (state, _) => state.map(str::to_owned),
        }
    }

    /// Refuses a wrapping that contradicts its record.
    pub(super) fn agrees_with(&self, record: &AgentRecord) -> Result<(), Objection> {
        let agent = &record.agent;
        for (name, outside, inside) in [
            ("did", &self.did, agent.did.as_str()),
            ("environment", &self.environment, agent.environment.as_str()),
            ("protocol_version", &self.protocol_version, record.agent_id_protocol_version.as_str()),
            ("status", &self.status.as_deref().map(plain_status), agent.status.as_str()),
        ] {
            if let Some(outside) = outside.as_deref().filter(|outside| *outside != inside) {
                let (outside, inside) = (shown(outside), shown(inside));
                return Err(clash(&format!(
                    "`{name}` is `{outside}` beside the record and `{inside}` in it"
                )));
            }
        }
        Ok(())
    }

    /// The word by which a record that does not hold is inactive anyway: who suspends an
    /// agent should read that it is suspended, whatever the registry did to the record.
    pub(super) fn inactive(&self, record: &Value) -> Option<Objection> {
        let stated = record.pointer("/agent/status").and_then(Value::as_str).map(plain_status);
        let beside = self.status.as_deref().map(plain_status);
        let words = [self.lifecycle(), stated, beside];
        let word = words.into_iter().flatten().find(|word| word != Status::Active.as_str())?;
        Some(Objection::new(Code::AgentIdInactive, format!("the agent is `{}`", shown(&word))))
    }
}

/// A registry's words for the statuses of a record.
fn plain_status(text: &str) -> String {
    match text {
        "enabled" => Status::Active.as_str().to_owned(),
        "quarantined" => Status::Quarantine.as_str().to_owned(),
        other => other.to_owned(),
    }
}

fn agree(name: &str, place: &mut Option<String>, text: &str) -> Result<(), Objection> {
    match place.as_deref() {
        Some(before) if before != text => {
            let (before, text) = (shown(before), shown(text));
            Err(clash(&format!("`{name}` is both `{before}` and `{text}`")))
        }
        _ => {
            *place = Some(text.to_owned());
            Ok(())
        }
    }
}

fn clash(message: &str) -> Objection {
    Objection::new(Code::AgentIdClash, format!("what the registry says contradicts itself: {message}"))
}

fn shape(message: &str) -> Objection {
    Objection::new(Code::PointShape, format!("the answer {message}"))
}
