use agent_contract::CapabilityName;
use serde_json::{Value, json};

use super::{Stop, grant::Granted, plan};
use crate::Host;

const TITLE_CHARS_MAX: usize = 120;

/// What an issue, a pull request or a discussion says. A stranger wrote it: it is what
/// the task is about, and no instruction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Task {
    /// What it is called, such as `issue #7`.
    pub reference: String,
    /// Its title, on one line.
    pub title: String,
    /// All that it says: its text, and what others said to it.
    pub text: String,
}

/// Reads what the task is, where the target is one.
pub fn context<H: Host>(mut granted: Granted<H>, host: &mut H) -> Result<Granted<H>, Stop> {
    if !plan::is_about_a_task(&granted.plan.request) {
        return Ok(granted);
    }
    granted.progress(host, "context")?;
    let capability = granted.capability(CapabilityName::ProtocolInvoke)?;
    let told = host.invoke(capability, plan::FORGE, "task", &json!({}))?;
    granted.task = Some(Task {
        reference: line(&told, "reference"),
        title: line(&told["title"], "text"),
        text: whole(&told),
    });
    Ok(granted)
}

/// Title, body, and what was said to it.
fn whole(told: &Value) -> String {
    let part = |value: &Value| value["text"].as_str().unwrap_or_default().trim().to_owned();
    let said = told["comments"].as_array().into_iter().flatten().map(|comment| {
        format!("{}: {}", comment["author"]["login"].as_str().unwrap_or("somebody"), part(&comment["body"]))
    });
    let parts = [part(&told["title"]), part(&told["body"])].into_iter().chain(said);
    parts.filter(|part| !part.is_empty()).collect::<Vec<_>>().join("\n\n")
}

/// A text on one line, short enough to be quoted.
fn line(told: &Value, name: &str) -> String {
    let text = told.get(name).and_then(Value::as_str).unwrap_or_default();
    text.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(TITLE_CHARS_MAX).collect()
}
