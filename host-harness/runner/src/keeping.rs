//! The ledger as the configuration has it: who signs, whose signatures are gone by, what is
//! encrypted, where it is remembered.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use kernel::{KernelError, place, signing};
use ledger::{Key, PublicKey, Seal, Signer, Store, Trust};
use policy::{Code, config::LedgerConfig};
use secrecy::ExposeSecret as _;

/// The store in a state directory, to write to.
pub fn store(root: &Path, config: &LedgerConfig) -> Result<Store, KernelError> {
    let store = reading(root, config)?;
    match store.signer() {
        Some(_) => Ok(store),
        None => Ok(store.signed_by(Arc::new(own_key(&key_file(root), true)?.ok_or_else(no_key)?))),
    }
}

/// The store in a state directory, to look at: no key is made for that.
pub fn reading(root: &Path, config: &LedgerConfig) -> Result<Store, KernelError> {
    let keys = config.trusted.iter().map(|text| key(text, "trusted"));
    let witnesses = config.witnesses.iter().map(|witness| key(&witness.key, "witnesses"));
    let keys = keys.chain(witnesses).collect::<Result<Vec<_>, _>>()?;
    let seals =
        config.tenants.iter().map(|tenant| seal(&tenant.name, &tenant.key)).collect::<Result<_, _>>()?;
    let store = Store::new(root).trusting(Trust::of(keys)).sealed(seals, config.tenant.clone());
    let store = match config.checkpoints.clone().map(PathBuf::from).or_else(place::checkpoints_folder) {
        Some(folder) => store.remembered_in(folder),
        None => store,
    };
    Ok(match signer(root, config)? {
        Some(signer) => store.signed_by(signer),
        None => store,
    })
}

/// Reads a key that verifies.
pub fn key(text: &str, place: &str) -> Result<PublicKey, KernelError> {
    PublicKey::parse(text).map_err(|fault| invalid(place, &fault))
}

fn signer(root: &Path, config: &LedgerConfig) -> Result<Option<Arc<dyn Signer>>, KernelError> {
    if let Some(public) = &config.public_key {
        let public = key(public, "public_key")?;
        return Ok(Some(Arc::new(Program { argv: config.signer.clone(), public })));
    }
    let own = match &config.key {
        Some(named) => {
            let secret = signing::secret(named)?;
            Some(Key::parse(secret.expose_secret()).map_err(|fault| invalid("key", &fault))?)
        }
        None => own_key(&key_file(root), false)?,
    };
    Ok(own.map(|key| Arc::new(key) as Arc<dyn Signer>))
}

/// The machine's own key lies with the user's configuration, else with the state.
pub(crate) fn key_file(root: &Path) -> PathBuf {
    place::key_file().unwrap_or_else(|| root.join("ledger-key.pem"))
}

fn own_key(path: &Path, make: bool) -> Result<Option<Key>, KernelError> {
    let unusable = |fault: String| {
        let message = format!("the key in `{}` can't be used: {fault}", path.display());
        KernelError::new(Code::SecretUnusable, message)
    };
    if make && signing::own(path)?.is_none() {
        let pem = Key::new(&place::random()?).and_then(|key| key.pem()).map_err(unusable)?;
        signing::keep(path, &pem)?;
    }
    let text = signing::own(path)?;
    text.map(|text| Key::parse(text.expose_secret()).map_err(unusable)).transpose()
}

fn seal(tenant: &str, key: &policy::config::CredentialConfig) -> Result<Seal, KernelError> {
    use base64::{Engine as _, prelude::BASE64_STANDARD};
    let secret = signing::secret(key)?;
    let bytes = BASE64_STANDARD.decode(secret.expose_secret().trim()).ok();
    let bytes: Option<[u8; 32]> = bytes.and_then(|bytes| bytes.try_into().ok());
    let place = format!("tenants.{tenant}");
    let bytes = bytes.ok_or_else(|| invalid(&place, "no 32 bytes in base64"))?;
    Seal::new(tenant, &bytes).map_err(|fault| invalid(&place, &fault))
}

fn invalid(place: &str, fault: &str) -> KernelError {
    KernelError::new(Code::SecretUnusable, format!("ledger: `{place}`: {fault}"))
}

fn no_key() -> KernelError {
    KernelError::new(Code::SecretUnusable, "there is no key that the ledger could be signed with")
}

/// A program that signs.
struct Program {
    argv: Vec<String>,
    public: PublicKey,
}

impl Signer for Program {
    fn key(&self) -> &PublicKey {
        &self.public
    }

    fn sign(&self, message: &[u8]) -> Result<[u8; 64], String> {
        signing::by_program(&self.argv, message).map_err(|error| error.message)
    }
}
