use std::{collections::BTreeMap, path::PathBuf, sync::Arc};

use policy::{
    Code,
    config::{
        BindingConfig, Config, CredentialConfig, MODEL_PREFIX, SessionToken, VaultConfig, VaultReference,
    },
};
use secrecy::SecretString;

use super::{Known, Source, Vault, guard_process, vault::Kept};
use crate::{
    KernelError,
    net::{Carrier, Credential},
};

/// A place of the configuration that asks for a credential, by its name there.
pub type Place<'a> = (String, &'a CredentialConfig);

/// Every secret that a configuration asks for, each read once.
#[derive(Debug)]
pub struct Secrets {
    opened: BTreeMap<String, Opened>,
    known: Known,
    lent: Lent,
}

/// What a Vault gave for one run, to be given back however that ends.
#[derive(Debug, Clone, Default)]
pub struct Lent(Option<Arc<Vault>>);

impl Lent {
    /// Gives it back. What was given back already stays so.
    pub async fn give_back(&self) {
        if let Some(vault) = &self.0 {
            vault.close().await;
        }
    }
}

#[derive(Debug)]
struct Opened {
    carrier: Carrier,
    secret: SecretString,
}

/// Every place of a configuration that asks for a credential, by the names of its tables:
/// `decision_points.NAME`, `agent_id`, `bindings.NAME`, `models.NAME.KEY`, `update.git.NAME`,
/// and `artifacts.s3.KEY`.
pub fn places(config: &Config) -> Vec<Place<'_>> {
    let place = |table: &str, name: &str, credential| (format!("{table}.{name}"), credential);
    let points = config.decision_points.iter();
    let points = points.filter_map(|one| Some(place("decision_points", &one.name, one.credential.as_ref()?)));
    let agent_id = config.agent_id.credential.as_ref().map(|one| ("agent_id".to_owned(), one));
    let models = config.bindings.iter().flat_map(signing);
    let bindings = config.bindings.iter();
    let bindings = bindings.filter_map(|one| Some(place("bindings", &one.name, one.credential.as_ref()?)));
    let remotes = config.update.git.remotes.iter();
    let remotes = remotes.filter_map(|one| Some(place("update.git", &one.name, one.credential.as_ref()?)));
    let s3 = config.artifacts.s3.iter().flat_map(|s3| {
        let keys = [("access_key", Some(&s3.access_key)), ("secret_key", Some(&s3.secret_key))];
        keys.into_iter().chain([("session_token", s3.session_token.as_ref())])
    });
    let s3 = s3.filter_map(|(key, credential)| Some(place("artifacts.s3", key, credential?)));
    points.chain(agent_id).chain(bindings).chain(models).chain(remotes).chain(s3).collect()
}

/// The keys that a model's requests are signed with. A session's token has a place only where
/// there is one.
fn signing(binding: &BindingConfig) -> impl Iterator<Item = Place<'_>> {
    let aws = binding.model.as_ref().and_then(|model| model.aws.as_ref());
    let session = aws.and_then(|aws| match &aws.session_token {
        SessionToken::None => None,
        SessionToken::IfSet(credential) => Some(credential).filter(|credential| is_set(credential)),
        SessionToken::Kept(credential) => Some(credential),
    });
    let keys = aws.map(|aws| [(ACCESS_KEY, &aws.access_key), (SECRET_KEY, &aws.secret_key)]);
    let all = keys.into_iter().flatten().chain(session.map(|session| (SESSION_TOKEN, session)));
    let name = binding.name.strip_prefix(MODEL_PREFIX).unwrap_or(&binding.name);
    all.map(move |(key, credential)| (format!("models.{name}.{key}"), credential))
}

const ACCESS_KEY: &str = "access_key";
const SECRET_KEY: &str = "secret_key";
const SESSION_TOKEN: &str = "session_token";

fn is_set(credential: &CredentialConfig) -> bool {
    let value = credential.env.as_ref().and_then(std::env::var_os);
    value.is_some_and(|value| !value.is_empty())
}

/// The files that secrets are read from. None may be one of the repository's.
pub fn files<'a>(
    places: impl IntoIterator<Item = &'a CredentialConfig>,
    vault: Option<&VaultConfig>,
) -> Vec<PathBuf> {
    let auth = vault.map(|vault| &vault.auth);
    let secret_id = auth.and_then(|auth| auth.approle.as_ref()?.secret_id.as_ref());
    let opens = auth.and_then(|auth| auth.token.as_ref()).into_iter().chain(secret_id);
    let opens = opens.filter_map(|source| source.file.as_ref());
    places.into_iter().filter_map(|place| place.file.as_ref()).chain(opens).map(PathBuf::from).collect()
}

impl Secrets {
    /// Reads the secrets of all places, or says of which place there is none and why.
    /// From then on this process leaves no image of itself when it crashes.
    pub async fn open<'a>(
        places: impl IntoIterator<Item = Place<'a>>,
        vault: Option<&VaultConfig>,
    ) -> Result<Self, KernelError> {
        let places: Vec<_> = places.into_iter().collect();
        let known = Known::default();
        if places.is_empty() {
            return Ok(Self { opened: BTreeMap::new(), known, lent: Lent::default() });
        }
        guard_process()?;
        let mut reader =
            Reader { config: vault, vault: None, read: BTreeMap::new(), kept: BTreeMap::new(), known };
        let mut opened = BTreeMap::new();
        for (place, config) in places {
            let secret = match reader.secret(config).await {
                Ok(secret) => secret,
                Err(error) => {
                    Lent(reader.vault).give_back().await;
                    return Err(at(&place, error, &reader.known));
                }
            };
            let carrier = config.header.clone().map_or(Carrier::Bearer, Carrier::Header);
            opened.insert(place, Opened { carrier, secret });
        }
        Ok(Self { opened, known: reader.known, lent: Lent(reader.vault) })
    }

    /// All that was read, to be looked for and taken out.
    pub fn known(&self) -> &Known {
        &self.known
    }

    /// The credential of a place, as it is carried.
    pub fn credential(&self, place: &str) -> Option<Credential> {
        self.carried(place).or_else(|| self.signing(place))
    }

    /// The keys of AWS of a model's binding.
    fn signing(&self, place: &str) -> Option<Credential> {
        let name = place.strip_prefix("bindings.")?.strip_prefix(MODEL_PREFIX)?;
        let key = |key: &str| self.secret(&format!("models.{name}.{key}")).cloned();
        Some(Credential::Aws {
            access_key: key(ACCESS_KEY)?,
            secret_key: key(SECRET_KEY)?,
            session_token: key(SESSION_TOKEN),
        })
    }

    fn carried(&self, place: &str) -> Option<Credential> {
        self.opened.get(place).map(|opened| match &opened.carrier {
            Carrier::Bearer => Credential::Bearer(opened.secret.clone()),
            Carrier::Header(name) => Credential::Header { name: name.clone(), value: opened.secret.clone() },
        })
    }

    /// The secret of a place, for what carries it in a way of its own.
    pub fn secret(&self, place: &str) -> Option<&SecretString> {
        self.opened.get(place).map(|opened| &opened.secret)
    }

    /// What is to be given back when the run is over.
    pub fn lent(&self) -> Lent {
        self.lent.clone()
    }
}

/// Reads each source once.
struct Reader<'a> {
    config: Option<&'a VaultConfig>,
    vault: Option<Arc<Vault>>,
    read: BTreeMap<Source, SecretString>,
    kept: BTreeMap<(String, Option<u64>), Kept>,
    known: Known,
}

impl Reader<'_> {
    async fn secret(&mut self, config: &CredentialConfig) -> Result<SecretString, KernelError> {
        let source = Source::of(config)?;
        if let Some(secret) = self.read.get(&source) {
            return Ok(secret.clone());
        }
        let secret = match &source {
            Source::Vault(reference) => self.ask_vault(reference).await?,
            here => here.read_here()?.expect("a source that is no Vault is here"),
        };
        self.known.learn(&source.name(), &secret);
        self.read.insert(source, secret.clone());
        Ok(secret)
    }

    async fn ask_vault(&mut self, reference: &VaultReference) -> Result<SecretString, KernelError> {
        let place = (reference.path.clone(), reference.version);
        if !self.kept.contains_key(&place) {
            let kept = self.vault()?.kept(&reference.path, reference.version).await?;
            self.kept.insert(place.clone(), kept);
        }
        self.kept[&place].secret(&reference.key)
    }

    fn vault(&mut self) -> Result<&Vault, KernelError> {
        if self.vault.is_none() {
            let none = || {
                KernelError::new(Code::SecretMissing, "a credential is in a Vault, and there is no `[vault]`")
            };
            self.vault = Some(Arc::new(Vault::open(self.config.ok_or_else(none)?, &self.known)?));
        }
        Ok(self.vault.as_deref().expect("it was just opened"))
    }
}

/// Whoever was asked may have said back what it was asked with.
fn at(place: &str, error: KernelError, known: &Known) -> KernelError {
    let message = format!("credential of `{}`: {}", agent_contract::fault::shown(place), error.message);
    KernelError::new(error.code, known.redact_text(message))
}
