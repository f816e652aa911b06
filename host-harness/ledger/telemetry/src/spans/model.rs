//! The call of a model, in the words that OpenTelemetry has for it.

use serde_json::Value;

use super::{Telling, entry::model_status, otlp::Attributes};
use crate::{known, read, timeline::Entry, turns};

impl Telling<'_> {
    /// The name of the span and what else it says. The model's name is the Runner's word,
    /// from the result; what the agent calls it is not told.
    pub(super) fn model(&self, binding: &str, entry: &Entry, turn: Option<&Value>) -> (String, Attributes) {
        let used = self.used(binding);
        let model = read::name(used, "/model");
        let name = model.map_or("chat".to_owned(), |model| format!("chat {model}"));
        let attributes = Attributes::default()
            .text("gen_ai.operation.name", Some("chat"))
            .text("gen_ai.provider.name", Some(known::provider(read::text(used, "/provider"))))
            .text("gen_ai.request.model", model)
            .text("code_assist.binding", self.binding(used, binding).as_deref())
            .flag("code_assist.model.recorded", read::flag(used, "/recorded"))
            .count("http.response.status_code", model_status(entry));
        (name, attributes.and(turn.map(usage).unwrap_or_default()))
    }

    /// What the result says of the model behind a binding.
    fn used(&self, binding: &str) -> &Value {
        let models = read::list(self.result, "/models");
        let used = models.iter().find(|one| read::text(one, "/binding") == Some(binding));
        used.unwrap_or(&Value::Null)
    }

    /// A binding that the result knows is the operator's word; any other the agent's.
    fn binding(&self, used: &Value, binding: &str) -> Option<String> {
        read::name(used, "/binding").map(str::to_owned).or_else(|| self.content(Some(binding)))
    }
}

/// What the provider counted for the answer, as the agent read it.
fn usage(note: &Value) -> Attributes {
    let tokens = |kind| turns::tokens(note, kind);
    let stop = known::named(known::STOPS, read::text(note, "/said/stop"));
    Attributes::default()
        .count("gen_ai.usage.input_tokens", tokens("input"))
        .count("gen_ai.usage.output_tokens", tokens("output"))
        .count("gen_ai.usage.cache_read.input_tokens", tokens("cached_read"))
        .count("gen_ai.usage.cache_creation.input_tokens", tokens("cached_write"))
        .count("gen_ai.usage.reasoning.output_tokens", tokens("reasoning"))
        .texts("gen_ai.response.finish_reasons", stop.as_ref().map(std::slice::from_ref))
}
