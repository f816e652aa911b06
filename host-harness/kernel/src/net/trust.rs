//! Whom an encrypted connection trusts.

use std::sync::{Arc, OnceLock};

use policy::Code;
use reqwest::ClientBuilder;
use rustls::{
    ClientConfig, ConfigBuilder, RootCertStore, WantsVerifier,
    crypto::ring,
    pki_types::{CertificateDer, pem::PemObject},
};
use rustls_platform_verifier::Verifier;

use crate::KernelError;

/// Sets whom connections trust: nobody where they are not encrypted, else the given
/// authorities alone, else those of this machine.
pub(crate) fn trusting(
    builder: ClientBuilder,
    url: &str,
    ca_pem: Option<&[u8]>,
) -> Result<ClientBuilder, KernelError> {
    match (url.starts_with("https://"), ca_pem) {
        (false, _) => Ok(builder.tls_backend_preconfigured(only(RootCertStore::empty())?)),
        (true, Some(pem)) => Ok(builder.tls_backend_preconfigured(only(authorities(pem)?)?)),
        (true, None) => Ok(builder.tls_backend_preconfigured(machines()?)),
    }
}

/// Trusts whom this machine trusts, as it was when it was first asked for: reading that
/// takes as long as everything else about a client together.
fn machines() -> Result<ClientConfig, KernelError> {
    static READ: OnceLock<ClientConfig> = OnceLock::new();
    if let Some(config) = READ.get() {
        return Ok(config.clone());
    }
    let verifier = Verifier::new(Arc::new(ring::default_provider())).map_err(|error| unset(&error))?;
    let config = builder()?.dangerous().with_custom_certificate_verifier(Arc::new(verifier));
    Ok(READ.get_or_init(|| speaking_http(config.with_no_client_auth())).clone())
}

fn only(roots: RootCertStore) -> Result<ClientConfig, KernelError> {
    Ok(speaking_http(builder()?.with_root_certificates(roots).with_no_client_auth()))
}

fn builder() -> Result<ConfigBuilder<ClientConfig, WantsVerifier>, KernelError> {
    ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| unset(&error))
}

fn speaking_http(mut config: ClientConfig) -> ClientConfig {
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    config
}

fn unset(error: &rustls::Error) -> KernelError {
    KernelError::new(Code::KernelFailed, format!("can't set up TLS: {error}"))
}

fn authorities(pem: &[u8]) -> Result<RootCertStore, KernelError> {
    let unread = |why: String| {
        KernelError::new(Code::ArgumentMalformed, format!("the trusted authorities can't be read: {why}"))
    };
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(pem) {
        let certificate =
            certificate.map_err(|_| unread("it holds what is no whole certificate in PEM".to_owned()))?;
        roots.add(certificate).map_err(|error| unread(error.to_string()))?;
    }
    match roots.is_empty() {
        true => Err(unread("there is no certificate among them".to_owned())),
        false => Ok(roots),
    }
}
