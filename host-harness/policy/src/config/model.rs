//! Models: who answers, what it costs, who is asked for what. A model becomes a binding of its
//! own, so that whatever holds for bindings holds for models too.

mod credential;
mod derive;
mod given;
mod path;
mod provider;
mod roles;
mod usage;
mod words;

use agent_contract::fault::shown;
use serde::{Deserialize, Serialize};

pub use credential::{AwsConfig, SessionToken};
pub use provider::{Dialect, Flavour, Provider};
pub(super) use roles::RolesConfig;
pub use roles::{Role, Roles};
pub use words::{ModelWords, Models, Prices};

use super::binding::{BindingConfig, BindingLimits, Private, ProxyConfig};
use credential::ModelCredential;

/// What the names of the models' bindings begin with.
pub const MODEL_PREFIX: &str = "model.";

/// A model, as it is written.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ModelConfig {
    /// Its name; `model.` and the name is the binding's.
    name: String,
    provider: Provider,
    /// What the provider calls it.
    model: Option<String>,
    credential: Option<ModelCredential>,
    url: Option<String>,
    /// Bedrock: where it runs.
    region: Option<String>,
    /// Azure: the dated API, whose paths name a deployment.
    api_version: Option<String>,
    deployment: Option<String>,
    /// Recordings, Azure and compatible servers: what is spoken.
    dialect: Option<Dialect>,
    /// Recordings: the file that answers.
    file: Option<String>,
    /// The file that calls and answers are written to as they come.
    record: Option<String>,
    #[serde(default = "answer_tokens_max")]
    answer_tokens_max: u32,
    #[serde(default = "context_tokens")]
    context_tokens: u32,
    effort: Option<Effort>,
    #[serde(default = "yes")]
    stream: bool,
    #[serde(default = "yes")]
    cache: bool,
    input_per_million: Option<u64>,
    output_per_million: Option<u64>,
    cached_input_per_million: Option<u64>,
    written_input_per_million: Option<u64>,
    ca_file: Option<String>,
    #[serde(default)]
    proxy: ProxyConfig,
    #[serde(default)]
    private: Private,
    timeout_ms: Option<u64>,
    connect_timeout_ms: Option<u64>,
    idle_timeout_ms: Option<u64>,
    patience_ms: Option<u64>,
    attempts: Option<u32>,
    #[serde(default)]
    limits: BindingLimits,
}

/// How hard a model is to think.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Effort {
    /// Little.
    Low,
    /// As is usual.
    Medium,
    /// Much.
    High,
}

fn answer_tokens_max() -> u32 {
    8192
}

fn context_tokens() -> u32 {
    200_000
}

fn yes() -> bool {
    true
}

/// What a model's binding is beyond any other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelPlace {
    /// What is spoken with it.
    pub dialect: Dialect,
    /// Bedrock: what requests are signed with.
    pub aws: Option<AwsConfig>,
    /// The file that answers in the model's place.
    pub recording: Option<String>,
    /// The file that calls and answers are written to.
    pub record: Option<String>,
}

impl ModelPlace {
    pub(super) fn files(&mut self) -> impl Iterator<Item = &mut String> {
        let credentials = self.aws.iter_mut().flat_map(AwsConfig::credentials_mut);
        let credentials = credentials.filter_map(|credential| credential.file.as_mut());
        self.recording.iter_mut().chain(&mut self.record).chain(credentials)
    }
}

impl ModelConfig {
    /// What can't be, before anything is made of it.
    fn fault(&self) -> Option<String> {
        self.name_fault()
            .or_else(|| self.model_fault())
            .or_else(|| self.key_fault())
            .or_else(|| self.word_fault())
            .or_else(|| self.number_fault())
            .or_else(|| self.credential.as_ref()?.fault(self.provider))
    }

    fn name_fault(&self) -> Option<String> {
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
        let good = (1..=90).contains(&self.name.len()) && self.name.chars().all(plain);
        (!good).then(|| {
            format!(
                "`name` is `{}`, and a name has up to 90 letters, digits, `.`, `-` and `_`",
                shown(&self.name)
            )
        })
    }

    /// The provider's word for the model becomes part of a path and of a signature.
    fn model_fault(&self) -> Option<String> {
        let Some(model) = &self.model else {
            let needed = self.provider != Provider::Recorded;
            return needed
                .then(|| "`model` is missing: what the provider calls it, such as `gpt-5`".to_owned());
        };
        let plain = |c: char| c.is_ascii_alphanumeric() || "-._:/@+".contains(c);
        let segment = |part: &str| !matches!(part, "" | "." | "..");
        let good = model.len() <= 500 && model.chars().all(plain) && model.split('/').all(segment);
        (!good).then(|| {
            format!(
                "`model` is `{}`, and may hold letters, digits and `-._:/@+`, with no empty part",
                shown(model)
            )
        })
    }

    /// Keys that another provider has, and those that this one can't be without.
    fn key_fault(&self) -> Option<String> {
        let provider = self.provider;
        let given = [
            ("region", self.region.is_some(), provider == Provider::Bedrock),
            ("api_version", self.api_version.is_some(), provider == Provider::Azure),
            ("deployment", self.deployment.is_some(), self.api_version.is_some()),
            ("file", self.file.is_some(), provider == Provider::Recorded),
            ("record", self.record.is_some(), provider != Provider::Recorded),
            ("url", self.url.is_some(), provider != Provider::Recorded),
            ("credential", self.credential.is_some(), provider != Provider::Recorded),
            (
                "dialect",
                self.dialect.is_some(),
                provider.may_speak(self.dialect) && !self.is_dated_responses(),
            ),
        ];
        let odd = given.into_iter().find(|(_, given, taken)| *given && !*taken);
        odd.map(|(key, ..)| self.odd_key(key)).or_else(|| self.missing_key())
    }

    /// Azure's dated paths know no Responses.
    fn is_dated_responses(&self) -> bool {
        self.api_version.is_some() && self.dialect == Some(Dialect::OpenaiResponses)
    }

    fn odd_key(&self, key: &str) -> String {
        let provider = self.provider.as_str();
        match key {
            "deployment" => {
                "`deployment` goes with an `api_version`; without one `model` names the deployment".to_owned()
            }
            "dialect" => format!(
                "`dialect` is none that a model of `{provider}` can have\nhint: `compatible` speaks openai-chat, openai-responses and anthropic-messages; `azure` without `api_version` the first two; a recording whatever was recorded"
            ),
            _ => {
                format!("`{key}` is no key of a model of `{provider}`\nhint: take it out, or mend `provider`")
            }
        }
    }

    fn missing_key(&self) -> Option<String> {
        let why = match self.provider {
            Provider::Azure | Provider::Compatible if self.url.is_none() => {
                "`url` is missing: where the server is, such as \"https://NAME.openai.azure.com\" or \"http://localhost:8000/v1\""
            }
            Provider::Bedrock if self.region.is_none() => {
                "`region` is missing: where the model runs, such as \"eu-central-1\""
            }
            Provider::Recorded if self.file.is_none() => "`file` is missing: the recording that answers",
            Provider::Recorded if self.dialect.is_none() => {
                "`dialect` is missing: what was recorded, such as \"openai-chat\""
            }
            _ => return None,
        };
        Some(why.to_owned())
    }

    /// Words that become part of an address.
    fn word_fault(&self) -> Option<String> {
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        let words =
            [("region", &self.region), ("api_version", &self.api_version), ("deployment", &self.deployment)];
        let good =
            |word: &str| (1..=64).contains(&word.len()) && word.chars().all(plain) && !word.starts_with('.');
        let odd = words.into_iter().find(|(_, word)| word.as_ref().is_some_and(|word| !good(word)));
        odd.map(|(key, word)| {
            let word = shown(word.as_deref().unwrap_or_default());
            format!("`{key}` is `{word}`, and has letters, digits, `-`, `_` and `.`")
        })
    }

    fn number_fault(&self) -> Option<String> {
        const TOKENS_MAX: u32 = 100_000_000;
        let (answer, context) = (self.answer_tokens_max, self.context_tokens);
        let more = self.cached_input_per_million.is_some() || self.written_input_per_million.is_some();
        match (self.input_per_million, self.output_per_million) {
            _ if !(1..=TOKENS_MAX).contains(&answer) => {
                Some(format!("`answer_tokens_max` must be from 1 to {TOKENS_MAX}"))
            }
            _ if !(1..=TOKENS_MAX).contains(&context) => {
                Some(format!("`context_tokens` must be from 1 to {TOKENS_MAX}"))
            }
            _ if answer >= context => Some(format!(
                "`answer_tokens_max` is {answer}, which leaves nothing of the {context} of `context_tokens` for the question"
            )),
            (Some(_), None) | (None, Some(_)) => {
                Some("it has one price; give `input_per_million` and `output_per_million`".to_owned())
            }
            (None, None) if more => {
                Some("it has a price for the cache alone; give `input_per_million` and `output_per_million` too".to_owned())
            }
            (None, None) if self.limits.money_micros.is_some() => Some(
                "`limits.money_micros` needs prices: `input_per_million` and `output_per_million`, in millionths of a dollar".to_owned(),
            ),
            _ => None,
        }
    }
}

/// The bindings and the words of all models.
pub(super) fn resolve(
    models: &[ModelConfig],
    roles: &RolesConfig,
) -> Result<(Vec<BindingConfig>, Models), String> {
    let mut bindings = Vec::new();
    for (at, model) in models.iter().enumerate() {
        let named = |fault: String| format!("models[{at}]: {fault}");
        model.fault().map_or(Ok(()), |fault| Err(named(fault)))?;
        let binding = model.binding();
        binding.fault().map_or(Ok(()), |fault| Err(named(fault)))?;
        bindings.push(binding);
    }
    let names: Vec<_> = models.iter().map(|model| model.name.as_str()).collect();
    let twice = names.iter().enumerate().find(|(at, name)| names[..*at].contains(name));
    if let Some((_, name)) = twice {
        return Err(format!("models: two of them are called `{name}`"));
    }
    let words = models.iter().map(ModelConfig::words).collect();
    let roles = roles.resolve(&names).map_err(|fault| format!("roles: {fault}"))?;
    Ok((bindings, Models { models: words, roles }))
}

#[cfg(test)]
mod tests;
