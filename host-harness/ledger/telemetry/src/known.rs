//! Words that the agent chooses and that are told all the same: those that are known, each
//! other as `other`. A word in a list is not a text.

/// What stands for a word that is not known.
pub(crate) const OTHER: &str = "other";

/// The passes of the agent.
pub(crate) const PASSES: &[&str] = &[
    "check",
    "commit",
    "context",
    "draft",
    "gate",
    "hydrate",
    "mend",
    "notify",
    "propose",
    "pull_request",
    "push",
    "report",
    "review",
    "simulate",
];

/// The capabilities, what the Runner asks itself about, and what a revocation says of all.
pub(crate) const CAPABILITIES: &[&str] = &[
    "all",
    "audit.write",
    "container.simulate",
    "notice",
    "notify.send",
    "placement",
    "protocol.invoke",
    "protocol.publish_metadata",
    "repo.check",
    "repo.commit",
    "repo.diff",
    "repo.open_pr",
    "repo.push",
    "repo.read",
    "repo.write",
    "security.scan",
];

/// Why a model stopped, as the agent notes it and as OpenTelemetry calls it.
pub(crate) const STOPS: &[(&str, &str)] = &[
    ("calls", "tool_calls"),
    ("filtered", "content_filter"),
    ("finished", "stop"),
    ("length", "length"),
    ("paused", "pause"),
    ("refused", "refusal"),
];

/// Providers of the configuration, and what OpenTelemetry calls them.
const PROVIDERS: &[(&str, &str)] = &[
    ("anthropic", "anthropic"),
    ("azure", "azure.ai.openai"),
    ("bedrock", "aws.bedrock"),
    ("compatible", "compatible"),
    ("gemini", "gcp.gemini"),
    ("mistral", "mistral_ai"),
    ("ollama", "ollama"),
    ("openai", "openai"),
    ("openai-chat", "openai"),
    ("openrouter", "openrouter"),
    ("recorded", "recorded"),
];

/// The word, where it is one of those that are known.
pub(crate) fn one_of(known: &[&'static str], word: Option<&str>) -> &'static str {
    known.iter().find(|one| Some(**one) == word).copied().unwrap_or(OTHER)
}

/// What a provider is called; the convention has the attribute on every call of a model.
pub(crate) fn provider(word: Option<&str>) -> &'static str {
    named(PROVIDERS, word).unwrap_or("_OTHER")
}

/// What OpenTelemetry calls something.
pub(crate) fn named(known: &[(&str, &'static str)], word: Option<&str>) -> Option<&'static str> {
    known.iter().find(|(ours, _)| Some(*ours) == word).map(|(_, theirs)| *theirs)
}
