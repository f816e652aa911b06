//! Data of the gates from a place beyond the machine, by a binding of the operator's.

use kernel::net::{Method, Outgoing, Repeat};
use policy::Config;

use crate::{places, secrets::Guarded, start_error::StartError};

/// Fetches a file that lies below the address of a binding.
pub async fn fetch(config: &Config, binding: &str, path: &str) -> Result<Vec<u8>, StartError> {
    let named = config.bindings.iter().find(|named| named.name == binding).ok_or_else(|| {
        let message = format!("there is no binding `{}` in the configuration", binding.escape_debug());
        StartError::invalid("config-invalid", message)
    })?;
    let secrets = Guarded::open(config).await?;
    let asked = Outgoing {
        method: Method::Get,
        path: path.to_owned(),
        headers: Vec::new(),
        body: Vec::new(),
        repeat: Repeat::Harmless,
    };
    let answer = places::open(named, &secrets)?.send(asked).await?;
    if !answer.is_success() {
        let message = format!("`{binding}` answered `{}` with status {}", path.escape_debug(), answer.status);
        return Err(StartError::invalid("advisories-invalid", message));
    }
    Ok(answer.body)
}
