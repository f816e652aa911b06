//! Where secrets are kept.

use agent_contract::address::Endpoint;
use serde::Deserialize;

/// The HashiCorp Vault that credentials may be kept in, or an OpenBao.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct VaultConfig {
    /// Its address: `https`, or `http` on this very machine.
    pub address: String,
    /// The namespace that everything is asked for in.
    pub namespace: Option<String>,
    /// How the Runner shows who it is.
    pub auth: VaultAuth,
    /// Where the KV engine, version 2, is mounted. Default: `secret`.
    pub mount: Option<String>,
    /// How long one question may take, all its repetitions together.
    pub timeout_ms: Option<u64>,
    /// The certificates that are trusted for it, a PEM file.
    pub ca_file: Option<String>,
}

/// How the Runner shows to a Vault who it is: in one way of these.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct VaultAuth {
    /// By a token.
    pub token: Option<VaultSource>,
    /// By a role and its secret id.
    pub approle: Option<VaultAppRole>,
}

/// A role of a Vault.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VaultAppRole {
    /// The role's id.
    pub role_id: String,
    /// Where its secret id is. A role that asks for none has none.
    pub secret_id: Option<VaultSource>,
    /// Where AppRole is mounted. Default: `approle`.
    pub mount: Option<String>,
}

/// Where the secret is that opens a Vault.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct VaultSource {
    /// The environment variable that holds it.
    pub env: Option<String>,
    /// The file that holds it.
    pub file: Option<String>,
    /// Whether what is there is a wrapping token, which is good for one exchange.
    pub wrapped: bool,
}

/// Where a Vault keeps a secret: `path#key`, and `path?version=3#key` for an older one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct VaultReference {
    /// The path beneath the mount.
    pub path: String,
    /// The version; without it the latest.
    pub version: Option<u64>,
    /// The key in what is kept there.
    pub key: String,
}

/// Nobody waits longer than this for a secret.
const TIMEOUT_MS_MAX: u64 = 600_000;

impl VaultReference {
    /// Parses a reference, or says why it is none.
    pub fn parse(text: &str) -> Result<Self, String> {
        let odd = |why: &str| Err(format!("`{}` {why}; write `path#key`", text.escape_debug()));
        let Some((place, key)) = text.rsplit_once('#') else { return odd("names no key") };
        let (path, version) = match place.split_once("?version=") {
            None => (place, None),
            Some((path, number)) => match number.parse() {
                Ok(version) if version > 0 => (path, Some(version)),
                _ => return odd("names a version that is no number from 1"),
            },
        };
        match (is_path(path), key.is_empty() || key.contains(char::is_control)) {
            (false, _) => odd("has a path that is not plain"),
            (_, true) => odd("names no key"),
            _ => Ok(Self { path: path.to_owned(), version, key: key.to_owned() }),
        }
    }
}

impl VaultConfig {
    /// Its files, sought beside the configuration.
    pub(super) fn files(&mut self) -> Vec<&mut String> {
        let secret_id = self.auth.approle.iter_mut().flat_map(|role| &mut role.secret_id);
        let sources = self.auth.token.iter_mut().chain(secret_id);
        sources.filter_map(|source| source.file.as_mut()).chain(&mut self.ca_file).collect()
    }

    /// What can't be.
    pub(super) fn fault(&self) -> Option<String> {
        if let Err(fault) = Endpoint::parse(&self.address) {
            return Some(format!("`address` {fault}"));
        }
        let role_mount = self.auth.approle.as_ref().and_then(|role| role.mount.as_ref());
        let places =
            [("namespace", self.namespace.as_ref()), ("mount", self.mount.as_ref()), ("mount", role_mount)];
        if let Some((key, _)) = places.into_iter().find(|(_, text)| text.is_some_and(|text| !is_path(text))) {
            return Some(format!("`{key}` is no plain path, such as `team/kv`"));
        }
        match self.timeout_ms {
            Some(ms) if !(1..=TIMEOUT_MS_MAX).contains(&ms) => {
                Some(format!("`timeout_ms` must be from 1 to {TIMEOUT_MS_MAX}"))
            }
            _ => self.auth.fault(),
        }
    }
}

impl VaultAuth {
    fn fault(&self) -> Option<String> {
        match (&self.token, &self.approle) {
            (Some(source), None) => source.fault("auth.token"),
            (None, Some(role)) if role.role_id.is_empty() => {
                Some("`auth.approle.role_id` is empty".to_owned())
            }
            (None, Some(role)) => role.secret_id.as_ref()?.fault("auth.approle.secret_id"),
            _ => Some("`auth` needs one of `token` and `approle`".to_owned()),
        }
    }
}

impl VaultSource {
    fn fault(&self, place: &str) -> Option<String> {
        match self.env.is_some() ^ self.file.is_some() {
            true => None,
            false => Some(format!("`{place}` needs one of `env` and `file`")),
        }
    }
}

/// Names with `/` between them, which mean the same to everyone who reads them.
fn is_path(text: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_.~@+ ".contains(c);
    let name = |name: &str| !matches!(name, "" | "." | "..") && name.chars().all(plain);
    text.len() <= 500 && text.split('/').all(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_names_a_path_and_a_key() {
        let reference = |path: &str, version, key: &str| {
            Ok(VaultReference { path: path.to_owned(), version, key: key.to_owned() })
        };
        for (text, expected) in [
            ("a#b", reference("a", None, "b")),
            ("team/ci/forge#api token", reference("team/ci/forge", None, "api token")),
            ("a?version=3#b", reference("a", Some(3), "b")),
        ] {
            assert_eq!(VaultReference::parse(text), expected, "{text}");
        }
        for text in [
            "",
            "a",
            "#b",
            "a#",
            "/a#b",
            "a/#b",
            "a/../b#c",
            "a?version=0#b",
            "a?version=x#b",
            "a?x=1#b",
            "a%2f#b",
            "a\n#b",
        ] {
            assert!(VaultReference::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_vault_is_encrypted_or_here_and_knows_the_runner_in_one_way() {
        let parse = |text: &str| toml::from_str::<VaultConfig>(text).map_err(|error| error.to_string());
        let fault = |text: &str| parse(text).unwrap().fault().unwrap_or_default();
        let token = "auth = { token = { env = \"VAULT_TOKEN\" } }";
        assert_eq!(fault(&format!("address = \"https://vault.example.org:8200\"\n{token}")), "");
        assert_eq!(fault(&format!("address = \"http://127.0.0.1:8200\"\n{token}")), "");
        for (text, expected) in [
            (format!("address = \"http://vault.example.org\"\n{token}"), "`address`"),
            (token.to_owned(), "`address`"),
            ("address = \"https://v\"".to_owned(), "`auth` needs one of"),
            ("address = \"https://v\"\nauth = { token = {} }".to_owned(), "`auth.token` needs one of"),
            (
                "address = \"https://v\"\nauth = { approle = { role_id = \"\" } }".to_owned(),
                "`auth.approle.role_id`",
            ),
            (format!("address = \"https://v\"\nmount = \"a/../b\"\n{token}"), "`mount` is no plain path"),
            (format!("address = \"https://v\"\ntimeout_ms = 0\n{token}"), "`timeout_ms` must be from 1"),
        ] {
            assert!(fault(&text).starts_with(expected), "{text}: {}", fault(&text));
        }
        assert!(parse("token = \"x\"").unwrap_err().contains("unknown field"));
    }

    #[test]
    fn its_files_are_found() {
        let text = "ca_file = \"ca\"\nauth = { approle = { role_id = \"r\", secret_id = { file = \"s\" } } }";
        let mut config: VaultConfig = toml::from_str(text).unwrap();
        assert_eq!(config.files(), ["s", "ca"]);
    }
}
