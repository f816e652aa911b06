//! HashiCorp Vault, or OpenBao: secrets of the KV engine, version 2.

mod kept;
mod session;
mod speak;

use std::{fmt, path::Path, time::Duration};

use policy::config::VaultConfig;
use tokio::sync::Mutex;

use super::Known;
use crate::{KernelError, input};

pub use kept::Kept;
use session::{Auth, Session};
use speak::{Ask, Speaker};

const TIMEOUT_MS: u64 = 5000;
const MOUNT: &str = "secret";
const CA_BYTES_MAX: u64 = 1024 * 1024;

/// A Vault that secrets are read from. Its token is kept alive as long as it is used.
pub struct Vault {
    speaker: Speaker,
    mount: String,
    auth: Auth,
    session: Mutex<Option<Session>>,
    known: Known,
}

impl fmt::Debug for Vault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Vault").field("mount", &self.mount).finish_non_exhaustive()
    }
}

impl Vault {
    /// A Vault as it is configured. What opens it is read now, and learned; the Vault
    /// itself is asked when something of it is wanted.
    pub fn open(config: &VaultConfig, known: &Known) -> Result<Self, KernelError> {
        let ca_pem =
            config.ca_file.as_ref().map(|file| input::read(Path::new(file), CA_BYTES_MAX)).transpose()?;
        let timeout = Duration::from_millis(config.timeout_ms.unwrap_or(TIMEOUT_MS));
        let speaker =
            Speaker::new(&config.address, config.namespace.as_deref(), timeout, ca_pem.as_deref(), known)?;
        Ok(Self {
            speaker,
            mount: config.mount.clone().unwrap_or_else(|| MOUNT.to_owned()),
            auth: Auth::open(&config.auth, known)?,
            session: Mutex::new(None),
            known: known.clone(),
        })
    }

    /// What is kept at a path, in a version or the latest.
    pub async fn kept(&self, path: &str, version: Option<u64>) -> Result<Kept, KernelError> {
        let query = version.map(|version| format!("?version={version}")).unwrap_or_default();
        let ask = Ask::get(format!("{}/data/{path}{query}", self.mount));
        let mut session = self.session.lock().await;
        let held = session.is_some();
        let heard = match self.ask(&mut session, &ask).await {
            // A token can be taken back before its time; who can have another one asks again.
            // A login that was refused, or what a new token may not read, stays so.
            Err(error)
                if error.code == policy::Code::VaultDenied
                    && held
                    && session.is_some()
                    && self.auth.can_repeat() =>
            {
                *session = None;
                self.ask(&mut session, &ask).await?
            }
            heard => heard?,
        };
        Kept::read(format!("{}/{path}", self.mount), version, heard)
    }

    async fn ask(&self, session: &mut Option<Session>, ask: &Ask) -> Result<serde_json::Value, KernelError> {
        let token = session::token(session, &self.auth, &self.speaker, &self.known).await?;
        self.speaker.ask(ask, Some(&token)).await
    }

    /// Gives back the token that the Vault gave for this run. One that the operator gave
    /// stays as it is.
    pub async fn close(&self) {
        if let Some(session) = self.session.lock().await.take().filter(|_| self.auth.is_login()) {
            // Where the Vault does not hear it, the token ends with its time.
            let _ = self.speaker.ask(&Ask::post("auth/token/revoke-self", None), Some(&session.token)).await;
        }
    }
}
