//! Where artifacts are kept: under the name of their content, never overwritten, and
//! verified whenever they are read.

use std::path::Path;

use policy::{
    Blob, Code,
    config::{ArtifactStore, ArtifactsConfig},
};
use secrecy::SecretString;
use serde::Serialize;

use super::{Artifact, bucket::Bucket, folder::Folder};
use crate::KernelError;

/// A store of artifacts that is open.
#[derive(Debug)]
pub struct Artifacts {
    inner: Inner,
    bytes_max: u64,
}

#[derive(Debug)]
enum Inner {
    Folder(Folder),
    S3(Box<Bucket>),
}

/// What a bucket knows the Runner by.
#[derive(Debug, Clone)]
pub struct Keys {
    /// The id of the access key.
    pub access_key: SecretString,
    /// Its secret.
    pub secret_key: SecretString,
    /// The token that goes with a key for a while.
    pub session_token: Option<SecretString>,
    /// The authorities that are trusted for it, in PEM, and no others.
    pub ca_pem: Option<Vec<u8>>,
}

/// The kind of place where artifacts lie. Its address is nobody's business.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    /// A folder of this machine.
    Folder,
    /// A bucket.
    S3,
}

/// An artifact that lies in the store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// What it is known by.
    pub artifact: Artifact,
    /// Where it lies.
    pub place: Place,
    /// Whether it was not there before.
    pub is_new: bool,
}

impl Artifacts {
    /// Opens the store that the configuration names; `state` is the state directory.
    pub fn open(config: &ArtifactsConfig, state: &Path, keys: Option<Keys>) -> Result<Self, KernelError> {
        let inner = match (config.store, &config.s3, keys) {
            (ArtifactStore::Folder, ..) => {
                let folder = config.folder.as_ref().map_or_else(|| state.join("artifacts"), Into::into);
                Inner::Folder(Folder::open(&folder)?)
            }
            (ArtifactStore::S3, Some(s3), Some(keys)) => {
                Inner::S3(Box::new(Bucket::open(s3, &keys, config.bytes_max)?))
            }
            (ArtifactStore::S3, ..) => {
                let message = "there are no keys for the artifacts' bucket\nhint: name `access_key` and `secret_key` in `[artifacts.s3]`";
                return Err(KernelError::new(Code::ArtifactStore, message));
            }
        };
        Ok(Self { inner, bytes_max: config.bytes_max })
    }

    /// Keeps a content. The same content again is harmless; anything else that lies under
    /// its name is an error, and stays.
    pub async fn put(&self, content: &Blob) -> Result<Kept, KernelError> {
        let artifact = Artifact::of(content);
        self.bounded(&artifact)?;
        let (place, is_new) = match &self.inner {
            Inner::Folder(folder) => (Place::Folder, folder.put(&artifact, content)?),
            Inner::S3(bucket) => (Place::S3, bucket.put(&artifact, content).await?),
        };
        Ok(Kept { artifact, place, is_new })
    }

    /// Reads an artifact; what is not the content that is meant is never returned.
    pub async fn get(&self, artifact: &Artifact) -> Result<Blob, KernelError> {
        self.bounded(artifact)?;
        match &self.inner {
            Inner::Folder(folder) => folder.get(artifact),
            Inner::S3(bucket) => bucket.get(artifact).await,
        }
    }

    /// Whether an artifact lies there, by its name and length. Its content is not looked at.
    pub async fn has(&self, artifact: &Artifact) -> Result<bool, KernelError> {
        match &self.inner {
            Inner::Folder(folder) => folder.has(artifact),
            Inner::S3(bucket) => bucket.has(artifact).await,
        }
    }

    fn bounded(&self, artifact: &Artifact) -> Result<(), KernelError> {
        match artifact.bytes <= self.bytes_max {
            true => Ok(()),
            false => {
                let message = format!(
                    "the artifact `{}` has {} bytes, and may have {}\nhint: raise `bytes_max` in `[artifacts]`",
                    artifact.digest, artifact.bytes, self.bytes_max
                );
                Err(KernelError::new(Code::ArtifactTooLarge, message))
            }
        }
    }
}
