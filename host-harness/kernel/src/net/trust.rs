//! Whom an encrypted connection trusts.

use std::sync::Arc;

use policy::Code;
use reqwest::ClientBuilder;
use rustls::{
    ClientConfig, RootCertStore,
    crypto::ring,
    pki_types::{CertificateDer, pem::PemObject},
};

use crate::KernelError;

/// Sets whom connections trust: nobody where they are not encrypted, else the given
/// authorities alone, else those of this machine. The last are the slow ones to load.
pub(crate) fn trusting(
    builder: ClientBuilder,
    url: &str,
    ca_pem: Option<&[u8]>,
) -> Result<ClientBuilder, KernelError> {
    match (url.starts_with("https://"), ca_pem) {
        (false, _) => Ok(builder.tls_backend_preconfigured(only(RootCertStore::empty())?)),
        (true, Some(pem)) => Ok(builder.tls_backend_preconfigured(only(authorities(pem)?)?)),
        (true, None) => {
            // It is there already from the second client on.
            let _ = ring::default_provider().install_default();
            Ok(builder.tls_backend_rustls())
        }
    }
}

fn only(roots: RootCertStore) -> Result<ClientConfig, KernelError> {
    let mut config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| KernelError::new(Code::KernelFailed, format!("can't set up TLS: {error}")))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(config)
}

fn authorities(pem: &[u8]) -> Result<RootCertStore, KernelError> {
    let unread = |why: String| {
        KernelError::new(Code::ArgumentMalformed, format!("the trusted authorities can't be read: {why}"))
    };
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(pem) {
        let certificate = certificate.map_err(|error| unread(error.to_string()))?;
        roots.add(certificate).map_err(|error| unread(error.to_string()))?;
    }
    match roots.is_empty() {
        true => Err(unread("there is no certificate among them".to_owned())),
        false => Ok(roots),
    }
}
