//! Artifacts in a bucket of a storage that speaks S3.

use std::time::Duration;

use agent_contract::fault::shown;
use object_store::{
    BackoffConfig, Error, ObjectStore as _, ObjectStoreExt as _, PutMode, PutOptions, RetryConfig,
    aws::{AmazonS3, AmazonS3Builder, S3ConditionalPut, S3CopyIfNotExists},
    path::Path,
};
use policy::{Blob, Code, config::S3Config};
use secrecy::ExposeSecret as _;

use super::{
    Artifact, Keys,
    wire::{Wire, cause},
};
use crate::KernelError;

/// How often an exchange is tried again.
const RETRIES_MAX: usize = 3;

#[derive(Debug)]
pub(super) struct Bucket {
    store: AmazonS3,
    prefix: String,
    part_bytes: usize,
}

impl Bucket {
    pub fn open(config: &S3Config, keys: &Keys, bytes_max: u64) -> Result<Self, KernelError> {
        let wire = Wire::new(config, keys.ca_pem.as_deref(), bytes_max)?;
        let mut builder = AmazonS3Builder::new()
            .with_bucket_name(&config.bucket)
            .with_region(&config.region)
            .with_access_key_id(keys.access_key.expose_secret())
            .with_secret_access_key(keys.secret_key.expose_secret())
            .with_virtual_hosted_style_request(!config.path_style)
            .with_allow_http(config.allow_http)
            .with_conditional_put(S3ConditionalPut::ETagMatch)
            .with_copy_if_not_exists(S3CopyIfNotExists::Multipart)
            .with_disable_bulk_delete(true)
            .with_retry(patience(config.timeout_seconds))
            .with_http_connector(wire);
        if let Some(endpoint) = &config.endpoint {
            builder = builder.with_endpoint(endpoint.trim_end_matches('/'));
        }
        if let Some(token) = &keys.session_token {
            builder = builder.with_token(token.expose_secret());
        }
        let store = builder.build().map_err(|error| failed("open the bucket", error))?;
        let part_bytes = usize::try_from(config.part_bytes).unwrap_or(usize::MAX);
        Ok(Self { store, prefix: config.prefix.clone(), part_bytes })
    }

    /// Lays a content down; says whether it was not there before.
    pub async fn put(&self, artifact: &Artifact, content: &Blob) -> Result<bool, KernelError> {
        let laid = match content.bytes().len() > self.part_bytes {
            true => self.put_in_parts(artifact, content).await,
            false => self.put_whole(artifact, content).await,
        };
        match laid {
            Ok(()) => Ok(true),
            Err(Error::AlreadyExists { .. } | Error::Precondition { .. }) => {
                self.get(artifact).await.map(|_| false)
            }
            Err(error) => Err(failed("write the artifact", error)),
        }
    }

    pub async fn get(&self, artifact: &Artifact) -> Result<Blob, KernelError> {
        let found = match self.store.get(&self.key(artifact)).await {
            Ok(found) => found,
            Err(Error::NotFound { .. }) => return Err(artifact.missing()),
            Err(error) => return Err(failed("read the artifact", error)),
        };
        if found.meta.size != artifact.bytes {
            return Err(artifact.corrupt(&format!("what lies there has {} bytes", found.meta.size)));
        }
        let bytes = found.bytes().await.map_err(|error| failed("read the artifact", error))?;
        artifact.verified(bytes.to_vec())
    }

    pub async fn has(&self, artifact: &Artifact) -> Result<bool, KernelError> {
        match self.store.head(&self.key(artifact)).await {
            Ok(found) if found.size == artifact.bytes => Ok(true),
            Ok(found) => Err(artifact.corrupt(&format!("what lies there has {} bytes", found.size))),
            Err(Error::NotFound { .. }) => Ok(false),
            Err(error) => Err(failed("look for the artifact", error)),
        }
    }

    async fn put_whole(&self, artifact: &Artifact, content: &Blob) -> object_store::Result<()> {
        let options = PutOptions::from(PutMode::Create);
        self.store.put_opts(&self.key(artifact), content.bytes().to_vec().into(), options).await.map(drop)
    }

    /// Parts are put together under a name of their own, for only a copy from there is
    /// made on the condition that nothing lies under the artifact's.
    async fn put_in_parts(&self, artifact: &Artifact, content: &Blob) -> object_store::Result<()> {
        let staged = self.below(&format!("incoming/{}", uuid::Uuid::now_v7().simple()));
        self.send_parts(&staged, content).await?;
        let copied = self.store.copy_if_not_exists(&staged, &self.key(artifact)).await;
        let removed = self.store.delete(&staged).await;
        copied.and(removed)
    }

    async fn send_parts(&self, to: &Path, content: &Blob) -> object_store::Result<()> {
        let mut upload = self.store.put_multipart(to).await?;
        for part in content.bytes().chunks(self.part_bytes) {
            if let Err(error) = upload.put_part(part.to_vec().into()).await {
                // What can't be taken back now is for the bucket's own rules.
                let _ = upload.abort().await;
                return Err(error);
            }
        }
        upload.complete().await.map(drop)
    }

    fn key(&self, artifact: &Artifact) -> Path {
        self.below(&artifact.digest.key())
    }

    fn below(&self, name: &str) -> Path {
        match self.prefix.as_str() {
            "" => Path::from(name),
            prefix => Path::from(format!("{prefix}/{name}")),
        }
    }
}

fn patience(timeout_seconds: u64) -> RetryConfig {
    let backoff = BackoffConfig {
        init_backoff: Duration::from_millis(100),
        max_backoff: Duration::from_secs(5),
        base: 2.0,
    };
    let retry_timeout = Duration::from_secs(timeout_seconds);
    RetryConfig { backoff, max_retries: RETRIES_MAX, retry_timeout }
}

/// What went wrong, without the storage's words: it repeats what it was sent.
fn failed(operation: &str, error: Error) -> KernelError {
    let (code, why) = match &error {
        Error::PermissionDenied { .. } | Error::Unauthenticated { .. } => (
            Code::ArtifactDenied,
            "the storage does not let these keys\nhint: mend `access_key`, `secret_key` or the bucket's policy"
                .to_owned(),
        ),
        Error::NotFound { .. } => (Code::ArtifactStore, "there is no such bucket".to_owned()),
        Error::NotImplemented { .. } | Error::NotSupported { .. } => {
            (Code::ArtifactStore, "the storage can't write on a condition, so it could overwrite".to_owned())
        }
        _ => (Code::ArtifactStore, shown(&cause(&error))),
    };
    KernelError::new(code, format!("can't {operation}: {why}"))
}
