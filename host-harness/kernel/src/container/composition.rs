//! What a simulation starts, whatever it was written in.

use std::collections::BTreeMap;

/// Containers on one network, in the order in which they are started.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Composition {
    pub services: Vec<Service>,
}

/// One of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Service {
    pub name: String,
    pub image: Image,
    pub entrypoint: Option<Vec<String>>,
    pub command: Option<Vec<String>>,
    pub environment: BTreeMap<String, String>,
    /// Ports of the container that are published.
    pub ports: Vec<u16>,
    pub user: Option<String>,
    pub working_dir: Option<String>,
    pub init: bool,
    pub volumes: Vec<Volume>,
    pub tmpfs: Vec<String>,
    /// The health check that replaces the image's.
    pub check: Option<Check>,
    pub after: Vec<After>,
}

/// Where the image of a container comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Image {
    /// It is built.
    Built(Build),
    /// It is there, or fetched.
    Named(String),
}

impl Default for Image {
    fn default() -> Self {
        Self::Built(Build::default())
    }
}

/// How an image is built. The paths are the repository's.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Build {
    pub context: String,
    pub dockerfile: String,
    pub target: Option<String>,
    pub arguments: BTreeMap<String, String>,
}

/// A volume, which is a simulation's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Volume {
    /// Its name, where several share it.
    pub name: Option<String>,
    pub at: String,
    pub read_only: bool,
}

/// How a container is asked for its health.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Check {
    /// By a program in the container.
    Run(Vec<String>),
    /// Not at all, even if its image knows how.
    None,
}

/// Which container is waited for before this one is started, and how long.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct After {
    pub service: String,
    pub until: Until,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Until {
    Started,
    Healthy,
    Done,
}

impl Check {
    /// A check as images and compose files write it.
    pub fn written(words: &[String]) -> Option<Self> {
        match words {
            [first] if first == "NONE" => Some(Self::None),
            [first, rest @ ..] if first == "CMD" && !rest.is_empty() => Some(Self::Run(rest.to_vec())),
            [first, line] if first == "CMD-SHELL" => {
                Some(Self::Run(["/bin/sh", "-c", line].map(str::to_owned).to_vec()))
            }
            _ => None,
        }
    }
}
