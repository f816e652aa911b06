use agent_contract::fault::shown;
use serde::Deserialize;

/// A method of HTTP.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum MethodName {
    /// Reads.
    Get,
    /// Creates, or does.
    Post,
    /// Replaces.
    Put,
    /// Changes.
    Patch,
    /// Removes.
    Delete,
}

impl MethodName {
    /// Every method.
    pub const ALL: [Self; 5] = [Self::Get, Self::Post, Self::Put, Self::Patch, Self::Delete];

    /// The method as HTTP writes it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }
}

/// What may be said to a place.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Allow {
    /// The methods.
    pub methods: Vec<MethodName>,
    /// The path below the address, or all below one.
    pub path: PathPattern,
}

impl Allow {
    /// Every method on every path.
    pub fn everything() -> Self {
        Self {
            methods: MethodName::ALL.to_vec(),
            path: PathPattern { start: "/".to_owned(), extent: Extent::Below },
        }
    }

    /// Whether it lets a method reach a path.
    pub fn covers(&self, method: MethodName, path: &str) -> bool {
        self.methods.contains(&method) && self.path.covers(path)
    }

    pub(super) fn fault(&self) -> Option<String> {
        self.methods.is_empty().then(|| format!("`allow` names no method for `{}`", self.path))
    }
}

/// A path, or all paths below one: `/v1/models`, `/repos/**`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct PathPattern {
    start: String,
    extent: Extent,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Extent {
    Itself,
    Below,
}

impl PathPattern {
    /// Parses a pattern.
    pub fn parse(text: &str) -> Result<Self, String> {
        let (start, extent) = match text.strip_suffix("**") {
            Some(start) if start.ends_with('/') => (start, Extent::Below),
            _ => (text, Extent::Itself),
        };
        match is_plain_path(start) && !start.contains('*') {
            true => Ok(Self { start: start.to_owned(), extent }),
            false => Err(format!("`{}` is no path from `/`, nor one that ends in `/**`", shown(text))),
        }
    }

    /// Whether it reaches a path, told without its query.
    pub fn covers(&self, path: &str) -> bool {
        is_plain_path(path)
            && match self.extent {
                Extent::Itself => path == self.start,
                Extent::Below => path.starts_with(&self.start),
            }
    }
}

impl TryFrom<String> for PathPattern {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        Self::parse(&text)
    }
}

impl std::fmt::Display for PathPattern {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let more = if self.extent == Extent::Below { "**" } else { "" };
        write!(f, "{}{more}", self.start)
    }
}

/// What an agent can have done by name.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ActionConfig {
    /// The method.
    pub method: MethodName,
    /// The path below the binding's address; it may carry a query.
    pub path: String,
    /// Whether done twice is done once. Reading always is.
    #[serde(default)]
    pub harmless: bool,
}

impl ActionConfig {
    pub(super) fn fault(&self, name: &str) -> Option<String> {
        let path = self.path.split('?').next().unwrap_or_default();
        (!is_plain_path(path)).then(|| {
            format!("the action `{}` has `{}`, which is no path from `/`", shown(name), shown(&self.path))
        })
    }
}

/// Whether a path, without a query, means the same to everybody who reads it: from `/`, and
/// with no segment that leads up, however it is written.
pub fn is_plain_path(path: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-._~!$&'()*+,;=:@/%".contains(c);
    path.starts_with('/')
        && path.chars().all(plain)
        && decoded(path).is_some_and(|decoded| {
            !is_encoded(&decoded) && !decoded.split(['/', '\\']).any(|part| matches!(part, "." | ".."))
        })
}

/// Whether there is still something to decode, which another reader would.
fn is_encoded(text: &str) -> bool {
    let mut parts = text.split('%').skip(1);
    parts.any(|part| part.get(..2).is_some_and(|code| code.bytes().all(|byte| byte.is_ascii_hexdigit())))
}

/// What a reader makes of it who decodes it once; nothing where that is not possible.
fn decoded(path: &str) -> Option<String> {
    let mut parts = path.split('%');
    let mut text = parts.next()?.as_bytes().to_vec();
    for part in parts {
        let code = part.get(..2).filter(|code| code.bytes().all(|byte| byte.is_ascii_hexdigit()))?;
        let byte = u8::from_str_radix(code, 16).ok().filter(|byte| !byte.is_ascii_control())?;
        text.push(byte);
        text.extend_from_slice(&part.as_bytes()[2..]);
    }
    Some(String::from_utf8_lossy(&text).into_owned())
}
