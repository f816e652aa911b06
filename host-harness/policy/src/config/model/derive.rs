//! From a model to its binding.

use std::collections::BTreeMap;

use super::{
    MODEL_PREFIX, ModelConfig, ModelPlace, ModelWords, Prices,
    credential::{self, in_variable},
    provider::{Dialect, Flavour, Provider},
    usage::usage,
};
use crate::config::{
    CredentialConfig,
    binding::{ActionConfig, BindingConfig, BindingKind, BreakerConfig, MethodName},
};

/// The names of what can be invoked.
const WHOLE: &str = "converse";
const STREAMED: &str = "stream";

/// An answer that goes on coming may take this long.
const TIMEOUT_MS: u64 = 600_000;
/// Models pause to think, and most send a sign of life meanwhile.
const IDLE_TIMEOUT_MS: u64 = 60_000;
/// Until an answer begins. The next model is asked rather than waited for a dead one.
const PATIENCE_MS: u64 = 20_000;
/// The same where nothing comes before all has come.
const WHOLE_PATIENCE_MS: u64 = 120_000;

/// Providers are overloaded for seconds rather than for moments; patience bounds all of it.
const ATTEMPTS: u32 = 5;
/// Two calls that failed with each attempt.
const BREAKER: BreakerConfig = BreakerConfig { failures: 10, open_ms: 30_000 };

impl ModelConfig {
    pub(super) fn dialect(&self) -> Dialect {
        self.dialect.unwrap_or_else(|| self.provider.dialect())
    }

    fn binding_name(&self) -> String {
        format!("{MODEL_PREFIX}{}", self.name)
    }

    /// The binding that the agent reaches it through.
    pub(super) fn binding(&self) -> BindingConfig {
        let dialect = self.dialect();
        let paths = self.paths(dialect);
        let action = |path: String| ActionConfig { method: MethodName::Post, path, harmless: true };
        let mut actions = BTreeMap::from([(WHOLE.to_owned(), action(paths.whole))]);
        if self.stream {
            actions.insert(STREAMED.to_owned(), action(paths.streamed));
        }
        let timeout_ms = self.timeout_ms.unwrap_or(TIMEOUT_MS);
        let usual = BindingConfig::default();
        BindingConfig {
            name: self.binding_name(),
            kind: BindingKind::Model,
            url: paths.url,
            actions,
            headers: headers(dialect),
            credential: self.bearer(dialect),
            ca_file: self.ca_file.clone(),
            proxy: self.proxy.clone(),
            private: self.private.clone(),
            timeout_ms,
            connect_timeout_ms: self.connect_timeout_ms.unwrap_or(usual.connect_timeout_ms),
            idle_timeout_ms: self.idle_timeout_ms.unwrap_or(IDLE_TIMEOUT_MS),
            patience_ms: Some(self.patience_ms.unwrap_or_else(|| self.usual_patience_ms().min(timeout_ms))),
            attempts: self.attempts.unwrap_or(ATTEMPTS),
            breaker: BREAKER,
            limits: self.limits,
            usage: Some(usage(dialect, self.prices())),
            stream: self.stream,
            model: Some(self.place(dialect)),
            ..usual
        }
    }

    fn usual_patience_ms(&self) -> u64 {
        if self.stream { PATIENCE_MS } else { WHOLE_PATIENCE_MS }
    }

    fn place(&self, dialect: Dialect) -> ModelPlace {
        let region = self.region.as_deref().unwrap_or_default();
        let signs = self.provider == Provider::Bedrock;
        ModelPlace {
            dialect,
            aws: signs.then(|| credential::aws(self.credential.as_ref(), region)).flatten(),
            recording: self.file.clone(),
            record: self.record.clone(),
        }
    }

    /// The credential that goes into a header.
    fn bearer(&self, dialect: Dialect) -> Option<CredentialConfig> {
        let written = self.credential.as_ref().map(|credential| credential.plain());
        let usual = || self.provider.variable().map(in_variable);
        let credential = written.or_else(usual)?;
        if credential.source_fault().is_some() {
            // Keys of AWS: they sign, and go into no header.
            return None;
        }
        let header = credential.header.clone().or_else(|| self.provider.header(dialect).map(str::to_owned));
        Some(CredentialConfig { header, ..credential })
    }

    pub(super) fn prices(&self) -> Option<Prices> {
        let (input, output) = (self.input_per_million?, self.output_per_million?);
        // What is put into a cache costs a quarter more where it costs more at all.
        let dear = matches!(self.dialect(), Dialect::AnthropicMessages | Dialect::BedrockConverse);
        let written = if dear { input.saturating_add(input.div_ceil(4)) } else { input };
        Some(Prices {
            input_per_million: input,
            output_per_million: output,
            cached_input_per_million: self.cached_input_per_million.unwrap_or(input),
            written_input_per_million: self.written_input_per_million.unwrap_or(written),
        })
    }

    /// What the agent is told of it.
    pub(super) fn words(&self) -> ModelWords {
        let dialect = self.dialect();
        let theirs = matches!(dialect, Dialect::OpenaiResponses | Dialect::OpenaiChat);
        let flavour: Option<Flavour> = theirs.then(|| self.provider.flavour());
        ModelWords {
            binding: self.binding_name(),
            dialect,
            flavour,
            model: self.model.clone().unwrap_or_else(|| "recorded".to_owned()),
            stream: self.stream,
            cache: self.cache,
            answer_tokens_max: self.answer_tokens_max,
            context_tokens: self.context_tokens,
            effort: self.effort,
            prices: self.prices(),
            recorded: self.provider == Provider::Recorded,
        }
    }
}

fn headers(dialect: Dialect) -> BTreeMap<String, String> {
    let version = ("anthropic-version".to_owned(), "2023-06-01".to_owned());
    BTreeMap::from_iter((dialect == Dialect::AnthropicMessages).then_some(version))
}
