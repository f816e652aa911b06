use serde::Deserialize;

/// Where an answer tells what it cost: JSON pointers.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UsageConfig {
    /// The tokens that were sent.
    pub input_tokens: Pointers,
    /// The tokens that came back.
    #[serde(default)]
    pub output_tokens: Pointers,
    /// All tokens: what came back is the rest of them, where nothing else tells it.
    #[serde(default)]
    pub total_tokens: Pointers,
    /// The tokens that were sent and found in a cache.
    #[serde(default)]
    pub cached_input_tokens: Pointers,
    /// The tokens that were sent and put into a cache.
    #[serde(default)]
    pub written_input_tokens: Pointers,
    /// Whether those of the cache are counted among those that were sent.
    #[serde(default)]
    pub cached: CachedTokens,
    /// The price of a million tokens sent, in millionths of the money's unit.
    pub price_input_per_million: Option<u64>,
    /// The price of a million tokens that come back.
    pub price_output_per_million: Option<u64>,
    /// The price of a million tokens found in a cache. Default: that of those sent.
    pub price_cached_input_per_million: Option<u64>,
    /// The price of a million tokens put into a cache. Default: that of those sent.
    pub price_written_input_per_million: Option<u64>,
}

/// Places where a number may stand: in an answer that comes whole, in one that comes in
/// pieces. The one that tells last counts.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(from = "WrittenPointers")]
pub struct Pointers(Vec<String>);

#[derive(Deserialize)]
#[serde(untagged, expecting = "a JSON pointer such as \"/usage/prompt_tokens\", or a list of them")]
enum WrittenPointers {
    One(String),
    These(Vec<String>),
}

/// Where the tokens of a cache are counted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CachedTokens {
    /// Among those that were sent.
    #[default]
    Within,
    /// Beside them.
    Beside,
}

/// What a million tokens cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Price {
    /// Sent.
    pub input_micros: u64,
    /// Come back.
    pub output_micros: u64,
    /// Sent, and found in a cache.
    pub cached_micros: u64,
    /// Sent, and put into a cache.
    pub written_micros: u64,
}

impl From<WrittenPointers> for Pointers {
    fn from(written: WrittenPointers) -> Self {
        match written {
            WrittenPointers::One(pointer) => Self(vec![pointer]),
            WrittenPointers::These(pointers) => Self(pointers),
        }
    }
}

impl Pointers {
    /// These.
    pub fn of(pointers: &[&str]) -> Self {
        Self(pointers.iter().map(|pointer| (*pointer).to_owned()).collect())
    }

    /// Each.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }
}

impl UsageConfig {
    /// What a million tokens cost, if anybody said.
    pub fn price(&self) -> Option<Price> {
        let (input_micros, output_micros) = (self.price_input_per_million?, self.price_output_per_million?);
        Some(Price {
            input_micros,
            output_micros,
            cached_micros: self.price_cached_input_per_million.unwrap_or(input_micros),
            written_micros: self.price_written_input_per_million.unwrap_or(input_micros),
        })
    }

    pub(super) fn is_priced(&self) -> bool {
        self.price().is_some()
    }

    pub(super) fn fault(&self) -> Option<String> {
        let pointers = [
            ("usage.input_tokens", &self.input_tokens),
            ("usage.output_tokens", &self.output_tokens),
            ("usage.total_tokens", &self.total_tokens),
            ("usage.cached_input_tokens", &self.cached_input_tokens),
            ("usage.written_input_tokens", &self.written_input_tokens),
        ];
        let odd = pointers.into_iter().find(|(_, list)| list.iter().any(|pointer| !pointer.starts_with('/')));
        if let Some((key, _)) = odd {
            return Some(format!("`{key}` is no JSON pointer such as `/usage/prompt_tokens`"));
        }
        let fault = match (self.price_input_per_million, self.price_output_per_million) {
            _ if self.input_tokens.0.is_empty() => "`usage.input_tokens` points nowhere",
            _ if self.output_tokens.0.is_empty() && self.total_tokens.0.is_empty() => {
                "`usage` needs `output_tokens` or `total_tokens`"
            }
            (Some(_), None) | (None, Some(_)) => "`usage` has one price; give both",
            (None, None)
                if self.price_cached_input_per_million.or(self.price_written_input_per_million).is_some() =>
            {
                "`usage` has prices for the cache alone; give those of input and output too"
            }
            _ => return None,
        };
        Some(fault.to_owned())
    }
}
