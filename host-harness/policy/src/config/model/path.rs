//! Addresses and paths of models.

use std::fmt::Write as _;

use super::{
    ModelConfig,
    provider::{Dialect, Provider},
};

/// Where a model answers: the address, and the paths below it.
pub(super) struct Paths {
    pub url: String,
    pub whole: String,
    pub streamed: String,
}

impl ModelConfig {
    /// Where it answers.
    pub(super) fn paths(&self, dialect: Dialect) -> Paths {
        let (written, base) = (self.address(), self.base());
        let base = match self.provider {
            Provider::Compatible if !path_of(&written).is_empty() => "",
            _ => base,
        };
        let [whole, streamed] = self.ends(dialect);
        let (whole, streamed) = (format!("{base}{whole}"), format!("{base}{streamed}"));
        Paths { url: without_overlap(&written, base), whole, streamed }
    }

    fn address(&self) -> String {
        let region = self.region.as_deref().unwrap_or_default();
        let bedrock = || {
            let china = if region.starts_with("cn-") { ".cn" } else { "" };
            format!("https://bedrock-runtime.{region}.amazonaws.com{china}")
        };
        match (&self.url, self.provider) {
            (Some(url), _) => url.trim_end_matches('/').to_owned(),
            (None, Provider::Bedrock) => bedrock(),
            (None, provider) => provider.url().to_owned(),
        }
    }

    /// What stands before the name of the call, and which an address may have already.
    fn base(&self) -> &'static str {
        match self.provider {
            Provider::Azure if self.api_version.is_some() => "/openai",
            Provider::Azure => "/openai/v1",
            Provider::Openrouter => "/api/v1",
            Provider::Gemini => "/v1beta",
            Provider::Bedrock | Provider::Recorded => "",
            _ => "/v1",
        }
    }

    /// How the paths of a whole and of a streamed answer go on.
    fn ends(&self, dialect: Dialect) -> [String; 2] {
        let model = self.model.as_deref().unwrap_or_default();
        let segment = encoded(model);
        let same = |path: &str| [path.to_owned(), path.to_owned()];
        match (dialect, &self.api_version) {
            (_, Some(version)) => {
                let deployment = encoded(self.deployment.as_deref().unwrap_or(model));
                same(&format!("/deployments/{deployment}/chat/completions?api-version={version}"))
            }
            (Dialect::OpenaiResponses, None) => same("/responses"),
            (Dialect::OpenaiChat, None) => same("/chat/completions"),
            (Dialect::AnthropicMessages, None) => same("/messages"),
            (Dialect::Gemini, None) => [
                format!("/models/{segment}:generateContent"),
                format!("/models/{segment}:streamGenerateContent?alt=sse"),
            ],
            (Dialect::BedrockConverse, None) => {
                [format!("/model/{segment}/converse"), format!("/model/{segment}/converse-stream")]
            }
        }
    }
}

/// A name as one segment of a path.
fn encoded(name: &str) -> String {
    name.bytes().fold(String::new(), |mut text, byte| {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            text.push(char::from(byte));
        } else {
            let _ = write!(text, "%{byte:02X}");
        }
        text
    })
}

/// The path of an address, which has neither query nor fragment.
fn path_of(url: &str) -> &str {
    let authority = url.find("://").map_or(0, |at| at + 3);
    url[authority..].find('/').map_or("", |at| &url[authority + at..])
}

/// An address without what the base repeats: people write `https://host/v1` and
/// `https://host` and mean the same.
fn without_overlap(url: &str, base: &str) -> String {
    let path = path_of(url);
    let ends = base.char_indices().filter(|(_, c)| *c == '/').map(|(at, _)| at).skip(1);
    let starts = ends.chain([base.len()]).map(|end| &base[..end]);
    let overlap = starts.filter(|start| path.ends_with(start)).map(str::len).max().unwrap_or(0);
    url[..url.len() - overlap].to_owned()
}
