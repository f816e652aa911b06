//! What a run leaves behind for others: kept by its content, where the operator says.

use agent_contract::RunResult;
use gates::Document;
use kernel::{
    KernelError,
    artifact::{Artifacts, Keys},
    input,
};
use policy::{Blob, config::ArtifactStore};
use secrecy::SecretString;

use crate::state::Run;

const CA_BYTES_MAX: u64 = 1024 * 1024;

/// Name, media type and content of each.
pub(crate) fn of(result: &RunResult, documents: &[Document]) -> Vec<Document> {
    let of_result = [
        ("change.diff", "text/x-diff", result.diff.clone().into_bytes()),
        ("changelog.md", "text/markdown", result.changelog.clone().into_bytes()),
    ];
    of_result.into_iter().chain(documents.iter().cloned()).collect()
}

/// Keeps them in the store that the configuration names; a warning for each that could
/// not be. The trace has them all the same.
pub(crate) async fn keep(run: &Run, result: &RunResult, documents: &[Document]) -> Vec<String> {
    let config = &run.config.artifacts;
    if config.store == ArtifactStore::Folder && config.folder.is_none() {
        return Vec::new();
    }
    let told = |error: KernelError| vec![format!("artifacts are not in their store: {}", error.message)];
    let leaving = run.outside.secrets.leaving();
    let all = of(result, documents);
    let held = || all.iter().try_for_each(|(_, _, bytes)| leaving.check(bytes));
    match held().and_then(|()| open(run)) {
        Ok(store) => put_all(&store, all.clone()).await.err().map(told).unwrap_or_default(),
        Err(error) => told(error),
    }
}

fn open(run: &Run) -> Result<Artifacts, KernelError> {
    Artifacts::open(&run.config.artifacts, &run.outside.state, keys(run)?)
}

fn keys(run: &Run) -> Result<Option<Keys>, KernelError> {
    let Some(s3) = &run.config.artifacts.s3 else { return Ok(None) };
    let secret = |key: &str| run.outside.secrets.secret(&format!("artifacts.s3.{key}")).cloned();
    let ca_pem =
        s3.ca_file.as_ref().map(|file| input::read(std::path::Path::new(file), CA_BYTES_MAX)).transpose()?;
    let empty = || SecretString::from("");
    Ok(Some(Keys {
        access_key: secret("access_key").unwrap_or_else(empty),
        secret_key: secret("secret_key").unwrap_or_else(empty),
        session_token: secret("session_token"),
        ca_pem,
    }))
}

async fn put_all(store: &Artifacts, all: Vec<Document>) -> Result<(), KernelError> {
    for (_, _, bytes) in all {
        let kept = store.put(&Blob::new(bytes)).await?;
        store.get(&kept.artifact).await?;
    }
    Ok(())
}
