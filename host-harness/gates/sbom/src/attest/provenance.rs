use std::collections::{BTreeMap, BTreeSet};

use packages::{HashKind, Inventory, Origin, Package, purl};
use serde::Serialize;

use super::{AttestError, Resource, address, statement, time};

/// A build, or another making of a tree, of which provenance is told.
#[derive(Debug, Clone, Copy)]
pub struct Build<'a> {
    /// What came of it.
    pub subject: &'a [Resource],
    /// What kind of making it is: an address that says what the parameters mean.
    pub build_type: &'a str,
    /// Who made it.
    pub builder: &'a str,
    /// What whoever asked for it chose.
    pub parameters: &'a BTreeMap<String, String>,
    /// The commit that it started from.
    pub base: Option<&'a Base>,
    /// What it is built from.
    pub inventory: &'a Inventory,
    /// What tells this run from others.
    pub invocation: Option<&'a str>,
    /// When it began and ended, where that is to be told.
    pub times: Option<(&'a str, &'a str)>,
}

/// A commit of a repository.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Base {
    /// The repository's address.
    pub repository: String,
    /// The commit.
    pub commit: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Predicate<'a> {
    build_definition: Definition<'a>,
    run_details: Run<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Definition<'a> {
    build_type: &'a str,
    external_parameters: &'a BTreeMap<String, String>,
    resolved_dependencies: Vec<Resource>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Run<'a> {
    builder: Builder<'a>,
    #[serde(skip_serializing_if = "Metadata::is_empty")]
    metadata: Metadata<'a>,
}

#[derive(Serialize)]
struct Builder<'a> {
    id: &'a str,
}

#[derive(Serialize, Default)]
#[serde(rename_all = "camelCase")]
struct Metadata<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    invocation_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    started_on: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    finished_on: Option<&'a str>,
}

impl Metadata<'_> {
    fn is_empty(&self) -> bool {
        self.invocation_id.is_none() && self.started_on.is_none() && self.finished_on.is_none()
    }
}

/// The statement of SLSA provenance v1: JSON with a line end.
pub fn provenance(build: &Build<'_>) -> Result<Vec<u8>, AttestError> {
    let (started_on, finished_on) = match build.times {
        Some((started, finished)) => (Some(time(started)?), Some(time(finished)?)),
        None => (None, None),
    };
    let predicate = Predicate {
        build_definition: Definition {
            build_type: address(build.build_type)?,
            external_parameters: build.parameters,
            resolved_dependencies: dependencies(build),
        },
        run_details: Run {
            builder: Builder { id: address(build.builder)? },
            metadata: Metadata { invocation_id: build.invocation, started_on, finished_on },
        },
    };
    statement(build.subject, "https://slsa.dev/provenance/v1", predicate)
}

/// The commit first, then every package once, in the order of package URLs. What lies in the
/// repository itself comes with the commit.
fn dependencies(build: &Build<'_>) -> Vec<Resource> {
    let base = build.base.map(|base| Resource {
        name: None,
        uri: Some(format!("git+{}@{}", base.repository.trim_start_matches("git+"), base.commit)),
        digest: BTreeMap::from([("gitCommit".to_owned(), base.commit.clone())]),
    });
    let mut packages: BTreeMap<String, Vec<&Package>> = BTreeMap::new();
    for package in build.inventory.packages.iter().filter(|package| package.origin != Origin::Local) {
        packages.entry(purl(package)).or_default().push(package);
    }
    base.into_iter().chain(packages.into_iter().map(|(uri, packages)| resource(uri, &packages))).collect()
}

fn resource(uri: String, packages: &[&Package]) -> Resource {
    let mut digest: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
    for hash in packages.iter().flat_map(|package| &package.hashes) {
        let kind = match hash.kind {
            HashKind::Md5 => "md5",
            HashKind::Sha1 => "sha1",
            HashKind::Sha256 => "sha256",
            HashKind::Sha384 => "sha384",
            HashKind::Sha512 => "sha512",
        };
        digest.entry(kind.to_owned()).or_default().insert(&hash.hex);
    }
    if let Some(Origin::Git { commit: Some(commit), .. }) = packages.first().map(|package| &package.origin) {
        digest.entry("gitCommit".to_owned()).or_default().insert(commit);
    }
    // A package of several archives has several digests of one kind, and the form takes one;
    // the bill of materials has them all.
    let one = |(kind, all): (String, BTreeSet<&str>)| match all.len() {
        1 => all.first().map(|hex| (kind, (*hex).to_owned())),
        _ => None,
    };
    Resource { name: None, uri: Some(uri), digest: digest.into_iter().filter_map(one).collect() }
}
