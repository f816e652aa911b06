//! Where artifacts are kept.

use agent_contract::address::Endpoint;
use serde::Deserialize;

use super::CredentialConfig;

const MIB: u64 = 1024 * 1024;

/// Where artifacts are kept.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ArtifactsConfig {
    /// What keeps them.
    pub store: ArtifactStore,
    /// Folder: where it is. Default: `artifacts` in the state directory.
    pub folder: Option<String>,
    /// How large an artifact may be.
    pub bytes_max: u64,
    /// S3: the bucket and the way to it.
    pub s3: Option<S3Config>,
}

/// What keeps artifacts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ArtifactStore {
    /// A folder of this machine.
    #[default]
    Folder,
    /// A bucket of a storage that speaks S3.
    S3,
}

/// A bucket of a storage that speaks S3.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct S3Config {
    /// The bucket.
    pub bucket: String,
    /// Its region.
    #[serde(default = "region")]
    pub region: String,
    /// The storage's address: `https`, or `http` on this very machine. Default: Amazon's for the region.
    pub endpoint: Option<String>,
    /// What stands before every name in the bucket.
    #[serde(default)]
    pub prefix: String,
    /// Whether the bucket stands in the path, not in the host's name.
    #[serde(default)]
    pub path_style: bool,
    /// Whether the address may be `http`, on this very machine.
    #[serde(default)]
    pub allow_http: bool,
    /// The id of the access key.
    pub access_key: CredentialConfig,
    /// The secret of the access key.
    pub secret_key: CredentialConfig,
    /// The token that goes with a key for a while.
    pub session_token: Option<CredentialConfig>,
    /// The certificates that are trusted for it, a PEM file.
    pub ca_file: Option<String>,
    /// How long one exchange may take.
    #[serde(default = "timeout_seconds")]
    pub timeout_seconds: u64,
    /// From which size on an artifact goes in parts of this size.
    #[serde(default = "part_bytes")]
    pub part_bytes: u64,
}

fn region() -> String {
    "us-east-1".to_owned()
}

fn timeout_seconds() -> u64 {
    60
}

fn part_bytes() -> u64 {
    32 * MIB
}

/// No storage that speaks S3 takes a smaller part, but as the last one.
const PART_BYTES_MIN: u64 = 5 * MIB;
/// Artifacts and parts are held in memory while they are sent.
const BYTES_MAX: u64 = 4096 * MIB;

impl Default for ArtifactsConfig {
    fn default() -> Self {
        Self { store: ArtifactStore::Folder, folder: None, bytes_max: 256 * MIB, s3: None }
    }
}

impl ArtifactsConfig {
    /// Its files, sought beside the configuration.
    pub(super) fn files(&mut self) -> Vec<&mut String> {
        let s3 = self.s3.as_mut().map(S3Config::files).unwrap_or_default();
        self.folder.iter_mut().chain(s3).collect()
    }

    /// What can't be.
    pub(super) fn fault(&self) -> Option<String> {
        if !(1..=BYTES_MAX).contains(&self.bytes_max) {
            return Some(format!("`bytes_max` must be from 1 to {BYTES_MAX}"));
        }
        match (self.store, &self.folder, &self.s3) {
            (ArtifactStore::S3, _, None) => Some("`[artifacts.s3]` is missing".to_owned()),
            (ArtifactStore::S3, Some(_), _) => Some("`folder` is for the store `folder`".to_owned()),
            (ArtifactStore::Folder, _, Some(_)) => Some("`[artifacts.s3]` is for the store `s3`".to_owned()),
            (ArtifactStore::S3, None, Some(s3)) => s3.fault(),
            (ArtifactStore::Folder, Some(folder), None) if folder.is_empty() => {
                Some("`folder` is empty".to_owned())
            }
            (ArtifactStore::Folder, ..) => None,
        }
    }
}

impl S3Config {
    fn credentials(&self) -> impl Iterator<Item = (&'static str, &CredentialConfig)> {
        let fixed = [("access_key", &self.access_key), ("secret_key", &self.secret_key)];
        fixed.into_iter().chain(self.session_token.as_ref().map(|token| ("session_token", token)))
    }

    fn files(&mut self) -> Vec<&mut String> {
        let fixed = [&mut self.access_key.file, &mut self.secret_key.file, &mut self.ca_file];
        let token = self.session_token.iter_mut().filter_map(|token| token.file.as_mut());
        fixed.into_iter().flatten().chain(token).collect()
    }

    fn fault(&self) -> Option<String> {
        self.name_fault().or_else(|| self.address_fault()).or_else(|| {
            self.credentials().find_map(|(key, credential)| match credential.header {
                Some(_) => Some(format!("s3: `{key}` goes into no header of its own")),
                None => credential.fault().map(|fault| format!("s3: `{key}`: {fault}")),
            })
        })
    }

    fn name_fault(&self) -> Option<String> {
        let part = self.prefix.split('/').any(|part| matches!(part, "" | "." | ".."));
        let plain = |text: &str| text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b));
        if !(3..=63).contains(&self.bucket.len()) || !plain(&self.bucket) {
            return Some("s3: `bucket` is no name of a bucket".to_owned());
        }
        if self.region.is_empty() || !plain(&self.region) {
            return Some("s3: `region` is no name of a region".to_owned());
        }
        if !self.prefix.is_empty() && (part || !plain(&self.prefix.replace('/', ""))) {
            return Some("s3: `prefix` is not of the form `a/b`".to_owned());
        }
        if !(1..=3600).contains(&self.timeout_seconds) {
            return Some("s3: `timeout_seconds` must be from 1 to 3600".to_owned());
        }
        match (PART_BYTES_MIN..=BYTES_MAX).contains(&self.part_bytes) {
            true => None,
            false => Some(format!("s3: `part_bytes` must be from {PART_BYTES_MIN} to {BYTES_MAX}")),
        }
    }

    fn address_fault(&self) -> Option<String> {
        let url = self.endpoint.as_deref()?;
        if let Err(fault) = Endpoint::parse(url) {
            return Some(format!("s3: `endpoint`: {fault}"));
        }
        match url.starts_with("http://") && !self.allow_http {
            true => Some("s3: `endpoint` is not encrypted; `allow_http = true` allows it".to_owned()),
            false => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::config::{ArtifactStore, Config};

    const KEYS: &str = "bucket = \"runs\"\naccess_key = { env = \"A\" }\nsecret_key = { file = \"s\" }\n";

    fn parse(first: &str, s3: &str) -> Result<Config, String> {
        let s3 = if s3.is_empty() { String::new() } else { format!("[artifacts.s3]\n{s3}") };
        Config::parse(&format!("[artifacts]\n{first}\n{s3}")).map_err(|error| error.to_string())
    }

    #[test]
    fn artifacts_lie_in_a_folder_unless_a_bucket_is_named() {
        assert_eq!(Config::parse("").unwrap().artifacts.store, ArtifactStore::Folder);
        assert_eq!(parse("store = \"s3\"", KEYS).unwrap().artifacts.store, ArtifactStore::S3);
    }

    #[test]
    fn its_files_lie_beside_the_configuration() {
        let config = parse("store = \"s3\"", KEYS).unwrap().beside("/etc/x".as_ref());
        assert_eq!(config.artifacts.s3.unwrap().secret_key.file.as_deref(), Some("/etc/x/s"));
    }

    #[test]
    fn what_no_bucket_can_be_is_refused() {
        for (first, more, expected) in [
            ("store = \"s3\"", "", "`[artifacts.s3]` is missing"),
            ("", KEYS, "is for the store `s3`"),
            ("bytes_max = 0", "", "`bytes_max` must be"),
            ("store = \"tape\"", "", "unknown variant `tape`"),
            ("store = \"s3\"", "endpoint = \"http://127.0.0.1:1\"\n", "`allow_http = true` allows it"),
            ("store = \"s3\"", "endpoint = \"http://minio:1\"\nallow_http = true\n", "`http` goes to"),
            ("store = \"s3\"", "prefix = \"../x\"\n", "`prefix` is not"),
            ("store = \"s3\"", "part_bytes = 1\n", "`part_bytes` must be"),
            ("store = \"s3\"", "session_token = {}\n", "needs one of `env`, `file` and `vault`"),
            ("store = \"s3\"", "key = 1\n", "unknown field `key`"),
        ] {
            let s3 = if more.is_empty() || more == KEYS { more.to_owned() } else { format!("{KEYS}{more}") };
            let error = parse(first, &s3).unwrap_err();
            assert!(error.contains(expected), "{first} {more}: {error}");
        }
    }
}
