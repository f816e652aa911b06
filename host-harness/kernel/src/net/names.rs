//! From a name to addresses. What is checked here is what is connected to: the library of
//! HTTP asks nobody else.

use std::{
    fmt::Debug,
    future::Future,
    io,
    net::{IpAddr, SocketAddr},
    pin::Pin,
    sync::Arc,
};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use super::address::{Closed, Guard};

/// The addresses of a name, or why there are none.
pub type LookingUp = Pin<Box<dyn Future<Output = io::Result<Vec<IpAddr>>> + Send>>;

/// What knows the addresses of names.
pub trait Names: Send + Sync + Debug {
    /// Looks up a name.
    fn look_up(&self, name: &str) -> LookingUp;
}

/// The names that this machine knows.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemNames;

impl Names for SystemNames {
    fn look_up(&self, name: &str) -> LookingUp {
        let name = name.to_owned();
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            Ok(found.map(|address| address.ip()).collect())
        })
    }
}

/// Names of which every address is open to a binding.
#[derive(Debug, Clone)]
pub(super) struct GuardedNames {
    pub names: Arc<dyn Names>,
    pub guard: Guard,
    /// The proxy's own name: the operator wrote it down, and proxies are near.
    pub proxy: Option<(String, Guard)>,
}

impl GuardedNames {
    /// Whether a name that a proxy is to find leads where the binding may go.
    pub(super) async fn open_target(&self, name: &str) -> io::Result<Result<(), Closed>> {
        let addresses = self.names.look_up(name).await?;
        match addresses.is_empty() {
            true => Err(io::ErrorKind::NotFound.into()),
            false => Ok(self.guard.all(&addresses)),
        }
    }

    /// The addresses of a name, all of them open.
    pub(super) async fn open(
        &self,
        name: &str,
    ) -> Result<Vec<IpAddr>, Box<dyn std::error::Error + Send + Sync>> {
        let guard = match &self.proxy {
            Some((proxy, guard)) if proxy == name => guard,
            _ => &self.guard,
        };
        let addresses = self.names.look_up(name).await?;
        if addresses.is_empty() {
            return Err(io::Error::from(io::ErrorKind::NotFound).into());
        }
        guard.all(&addresses)?;
        Ok(addresses)
    }
}

impl Resolve for GuardedNames {
    fn resolve(&self, name: Name) -> Resolving {
        let names = self.clone();
        Box::pin(async move {
            let addresses = names.open(name.as_str()).await?;
            // Port 0 stands for the port of the binding's address.
            let addresses: Addrs = Box::new(addresses.into_iter().map(|ip| SocketAddr::new(ip, 0)));
            Ok(addresses)
        })
    }
}
