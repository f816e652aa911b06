//! How the ledger is signed, kept, and shown to others.

use serde::Deserialize;

use super::CredentialConfig;

/// The ledger.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LedgerConfig {
    /// Where the Ed25519 key is that signs. Default: the machine's own, made when there is none.
    pub key: Option<CredentialConfig>,
    /// A program that signs instead: bytes on its standard input, the signature in base64 on
    /// its standard output.
    pub signer: Vec<String>,
    /// What verifies what the program signs.
    pub public_key: Option<String>,
    /// Keys of others whose signatures are gone by.
    pub trusted: Vec<String>,
    /// The folder, outside the state directory, that remembers what the store was last.
    pub checkpoints: Option<String>,
    /// Days that runs are kept for.
    pub retention_days: u64,
    /// Days that production changes are kept for. Default: as all others.
    pub production_days: Option<u64>,
    /// The tenant whose runs are written, encrypted with its key.
    pub tenant: Option<String>,
    /// The keys of tenants.
    pub tenants: Vec<TenantConfig>,
    /// Who cosigns the log's checkpoints.
    pub witnesses: Vec<WitnessConfig>,
    /// The binding of a transparency log that takes the statements of runs.
    pub anchor: Option<String>,
}

/// A tenant and its key: 32 bytes in base64.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TenantConfig {
    /// Its name.
    pub name: String,
    /// Where its key is.
    pub key: CredentialConfig,
}

/// A witness, which cosigns what only grew.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WitnessConfig {
    /// The binding that it is reached by.
    pub binding: String,
    /// Its key, as signed notes have it.
    pub key: String,
}

impl Default for LedgerConfig {
    fn default() -> Self {
        Self {
            key: None,
            signer: Vec::new(),
            public_key: None,
            trusted: Vec::new(),
            checkpoints: None,
            retention_days: 30,
            production_days: None,
            tenant: None,
            tenants: Vec::new(),
            witnesses: Vec::new(),
            anchor: None,
        }
    }
}

impl LedgerConfig {
    /// What it can't be.
    pub(super) fn fault(&self) -> Option<String> {
        let unknown = |name: &&String| !self.tenants.iter().any(|tenant| tenant.name == **name);
        if self.key.is_some() && !self.signer.is_empty() {
            return Some("`key` and `signer` can't both sign".to_owned());
        }
        if self.signer.is_empty() == self.public_key.is_some() {
            return Some("`signer` and `public_key` belong together".to_owned());
        }
        if let Some(name) = self.tenant.as_ref().filter(unknown) {
            return Some(format!("`tenant` is `{}`, which has no key in `tenants`", name.escape_debug()));
        }
        let vault = self.credentials().find(|(_, credential)| credential.vault.is_some());
        if let Some((name, _)) = vault {
            return Some(format!("`{name}` can't be in the Vault\nhint: `env`, `file`, or a `signer`"));
        }
        let zero = self.retention_days == 0 || self.production_days == Some(0);
        zero.then(|| "runs are kept for at least 1 day".to_owned())
    }

    /// Its secrets, by their places.
    pub fn credentials(&self) -> impl Iterator<Item = (String, &CredentialConfig)> {
        let tenants =
            self.tenants.iter().map(|tenant| (format!("ledger.tenants.{}", tenant.name), &tenant.key));
        self.key.iter().map(|key| ("ledger.key".to_owned(), key)).chain(tenants)
    }

    /// The files that it names.
    pub(super) fn files(&mut self) -> Vec<&mut String> {
        let keys = self.key.iter_mut().chain(self.tenants.iter_mut().map(|tenant| &mut tenant.key));
        keys.filter_map(|key| key.file.as_mut()).chain(&mut self.checkpoints).collect()
    }
}
