//! The gate: what a repository and what it is built from are under, held against a policy.

mod headers;
mod heads;
mod options;
mod own;
mod packages;

use finding::{Canary, Catalogue, CatalogueError, RepoPath, Source, Survey, Tree, TreeScanner};

use crate::is_licence_file;

pub use headers::Headers;
pub use options::{Options, OptionsError};

/// Every rule that this gate knows.
const RULES: [&str; 9] = [
    "licence/changed",
    "licence/conflict",
    "licence/copyleft-dependency",
    "licence/denied",
    "licence/header-conflict",
    "licence/missing",
    "licence/not-allowed",
    "licence/unclear",
    "licence/unknown",
];

/// Reads the rules of this gate that are brought along.
fn brought_along() -> Catalogue {
    Catalogue::parse("licence.toml", include_str!("../rules/licence.toml"), &RULES)
        .expect("the rules that this crate brings along")
}

/// Looks at licence files, manifests and lock files together.
pub struct Licences {
    catalogue: Catalogue,
    options: Options,
}

impl Licences {
    /// The gate by a policy.
    pub fn new(options: Options) -> Result<Self, OptionsError> {
        options.check()?;
        Ok(Self { catalogue: brought_along(), options })
    }

    /// The same by an operator's rules: other severities and other words for the same things.
    pub fn with_rules(mut self, file: &str, text: &str) -> Result<Self, CatalogueError> {
        self.catalogue = Catalogue::parse(file, text, &RULES)?;
        Ok(self)
    }

    /// Its rules.
    pub fn catalogue(&self) -> &Catalogue {
        &self.catalogue
    }
}

impl TreeScanner for Licences {
    fn passes_over(&self, path: &RepoPath) -> Option<&'static str> {
        ::packages::passes_over(path).filter(|_| !is_licence(path))
    }

    fn survey(&self, tree: &dyn Tree, before: Option<&dyn Tree>) -> Survey {
        let inventory = ::packages::read(tree);
        let mut survey = Survey { scanned: inventory.read.clone(), ..Survey::default() };
        survey.broken.extend(inventory.broken.iter().cloned());
        let texts = own::texts(tree, &mut survey);
        let found = &mut survey.found;
        own::missing(self, &texts, &inventory, found);
        own::denied(self, &texts, &inventory, found);
        own::conflicts(self, &texts, &inventory, found);
        if let Some(before) = before {
            own::changed(self, &texts, &inventory, before, found);
        }
        own::held(self, &texts, found);
        heads::conflicts(self, tree, &texts, &inventory, found);
        packages::look(self, &inventory, &own::terms(&texts, &inventory), found);
        survey
    }

    /// A manifest that says one licence beside a file that says another.
    fn canary(&self) -> Vec<Canary> {
        let file = |path: &str, bytes: &str| {
            let path = RepoPath::parse(path).ok()?;
            Some(Canary { path, bytes: bytes.as_bytes().to_vec(), rule: "licence/conflict".to_owned() })
        };
        let manifest = "[package]\nname = \"canary\"\nversion = \"1.0.0\"\nlicense = \"MIT\"\n";
        let text = "SPDX-License-Identifier: AGPL-3.0-only\n";
        let files = [("code-assist-canary/Cargo.toml", manifest), ("code-assist-canary/LICENSE", text)];
        files.iter().filter_map(|(path, bytes)| file(path, bytes)).collect()
    }

    fn sources(&self) -> Vec<Source> {
        vec![self.catalogue.source("licence rules")]
    }
}

/// A licence file by its name, or any text in the `LICENSES` folder that REUSE has.
fn is_licence(path: &RepoPath) -> bool {
    let name = path.components().next_back().unwrap_or_default();
    let reuse = path.components().rev().nth(1) == Some("LICENSES") && name.ends_with(".txt");
    reuse || is_licence_file(name)
}
