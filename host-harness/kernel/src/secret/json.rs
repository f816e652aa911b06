//! Redacts values of JSON, which stay values of JSON.

use serde_json::{Map, Value};

use super::{Known, known::Looking};

impl Known {
    /// Redacts every text of a value, its keys too. What is spread over several of its
    /// parts goes with all of them.
    pub fn redact_json(&self, value: &mut Value) {
        let Some(looking) = self.looking() else { return };
        redact(&looking, value);
        if looking.find(value.to_string().as_bytes()).is_some() {
            collapse(&looking, value);
        }
    }
}

fn redact(looking: &Looking, value: &mut Value) {
    match value {
        Value::Null | Value::Bool(_) => {}
        Value::Number(number) => {
            if let Some(mark) = looking.mark_for(number.to_string().as_bytes()) {
                *value = Value::String(mark.to_owned());
            }
        }
        Value::String(text) => redact_text(looking, text),
        Value::Array(values) => values.iter_mut().for_each(|value| redact(looking, value)),
        Value::Object(object) => redact_object(looking, object),
    }
}

fn redact_text(looking: &Looking, text: &mut String) {
    if let Some(redacted) = looking.redacted(text.as_bytes()) {
        *text = String::from_utf8_lossy(&redacted).into_owned();
    }
}

fn redact_object(looking: &Looking, object: &mut Map<String, Value>) {
    object.values_mut().for_each(|value| redact(looking, value));
    if object.keys().any(|key| looking.find(key.as_bytes()).is_some()) {
        let entries = std::mem::take(object).into_iter();
        object.extend(entries.map(|(mut key, value)| {
            redact_text(looking, &mut key);
            (key, value)
        }));
    }
}

/// Replaces the smallest values that hold a secret only as a whole.
fn collapse(looking: &Looking, value: &mut Value) {
    let text = value.to_string();
    let Some(mark) = looking.mark_for(text.as_bytes()) else { return };
    let mut within = false;
    let mut descend = |child: &mut Value| {
        if looking.find(child.to_string().as_bytes()).is_some() {
            within = true;
            collapse(looking, child);
        }
    };
    match value {
        Value::Array(values) => values.iter_mut().for_each(&mut descend),
        Value::Object(object) => object.values_mut().for_each(&mut descend),
        _ => {}
    }
    if !within || looking.find(value.to_string().as_bytes()).is_some() {
        *value = Value::String(mark.to_owned());
    }
}
