//! What a CycloneDX document says, once it holds against the format.

mod read;
mod refs;

use agent_contract::{Fault, document};

/// A document.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Bom {
    /// The version of the format that it names.
    pub spec_version: String,
    /// Its serial number, where it has one.
    pub serial_number: Option<String>,
    /// When it was made, as it is written.
    pub timestamp: Option<String>,
    /// The tools that made it, as `name` or `name version`.
    pub tools: Vec<String>,
    /// What it is about.
    pub subject: Option<Component>,
    /// Its components in order, those within others after them.
    pub components: Vec<Component>,
    /// What needs what.
    pub dependencies: Vec<Dependency>,
    /// What is known against its components.
    pub vulnerabilities: Vec<Vulnerability>,
    /// References that are given twice, in order.
    pub doubled: Vec<String>,
    /// References that lead nowhere, in order.
    pub dangling: Vec<String>,
}

/// A component.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Component {
    /// What it is referred to by.
    pub reference: Option<String>,
    /// What it is: `library`, `application`, ...
    pub kind: String,
    /// The group of its name.
    pub group: Option<String>,
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: Option<String>,
    /// Its package URL.
    pub purl: Option<String>,
    /// Whether it is `required`, `optional` or `excluded`.
    pub scope: Option<String>,
    /// Its licences.
    pub licences: Vec<ComponentLicence>,
    /// Its hashes.
    pub hashes: Vec<ComponentHash>,
    /// Names and values that the format knows nothing of.
    pub properties: Vec<(String, Option<String>)>,
}

/// A licence of a component.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ComponentLicence {
    /// By its SPDX identifier.
    Id(String),
    /// By a name that SPDX doesn't have.
    Name(String),
    /// An SPDX expression.
    Expression(String),
}

/// A hash of a component.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ComponentHash {
    /// Its kind, such as `SHA-256`.
    pub kind: String,
    /// In hexadecimal, as it is written.
    pub hex: String,
}

/// What a component needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dependency {
    /// The component.
    pub reference: String,
    /// What it needs.
    pub needs: Vec<String>,
}

/// What is known against components.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Vulnerability {
    /// What it is referred to by.
    pub reference: Option<String>,
    /// Its identifier, such as `CVE-2021-44228`.
    pub id: Option<String>,
    /// Who says so.
    pub source: Origin,
    /// Identifiers that others gave it.
    pub aliases: Vec<String>,
    /// How grave it is, by several measures.
    pub ratings: Vec<Rating>,
    /// The kinds of weakness, by their CWE numbers.
    pub cwes: Vec<u64>,
    /// What it is.
    pub description: Option<String>,
    /// What to do about it.
    pub recommendation: Option<String>,
    /// Addresses of advisories.
    pub advisories: Vec<String>,
    /// What it is found in.
    pub affects: Vec<Affected>,
    /// What its analysis came to, such as `not_affected`.
    pub state: Option<String>,
    /// Why, such as `code_not_reachable`.
    pub justification: Option<String>,
}

/// Who says something.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Origin {
    /// The name.
    pub name: Option<String>,
    /// The address.
    pub url: Option<String>,
}

/// How grave a vulnerability is.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Rating {
    /// Who says so.
    pub source: Origin,
    /// The score.
    pub score: Option<f64>,
    /// The severity: `critical`, `high`, `medium`, `low`, `info`, `none` or `unknown`.
    pub severity: Option<String>,
    /// The method, such as `CVSSv31`.
    pub method: Option<String>,
    /// The vector.
    pub vector: Option<String>,
}

/// What a vulnerability is found in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Affected {
    /// The component.
    pub reference: String,
    /// Versions and ranges of versions, each with its status.
    pub versions: Vec<(String, Option<String>)>,
}

/// A document greater than this is refused before it is read.
const BYTES_MAX: usize = 64 << 20;

/// Reads a document, or says where it breaks the format.
pub fn parse(bytes: &[u8]) -> Result<Bom, Fault> {
    if bytes.len() > BYTES_MAX {
        return Err(Fault::new("", format!("greater than {} MiB", BYTES_MAX >> 20)));
    }
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let text = std::str::from_utf8(bytes)
        .map_err(|error| Fault::new("", format!("not UTF-8 from byte {}", error.valid_up_to())))?;
    let document = document::parse_value(text)?;
    crate::format::check(&document)?;
    let mut bom = read::bom(&document);
    (bom.doubled, bom.dangling) = refs::faults(&document);
    Ok(bom)
}
