//! The gate: where packages come from, whether lock files are whole and agree with their
//! manifests, and whether a bill of materials in the tree still says what the tree says.

mod agreement;
mod documents;
mod foreign;
mod hashes;
mod origins;

use finding::{Canary, Catalogue, CatalogueError, RepoPath, Source, Survey, Tree, TreeScanner};

/// Every rule that this gate knows.
const RULES: [&str; 10] = [
    "sbom/document-invalid",
    "sbom/document-refs",
    "sbom/document-stale",
    "sbom/from-archive",
    "sbom/git-without-commit",
    "sbom/hash-conflict",
    "sbom/lock-disagrees",
    "sbom/no-hash",
    "sbom/other-registry",
    "sbom/plain-transport",
];

/// What an operator may set.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Options {
    /// Registries that packages may be taken from besides the ecosystems' own, by the start of
    /// their addresses.
    pub registries: Vec<String>,
}

/// Looks at manifests, lock files and bills of materials together.
pub struct Sbom {
    catalogue: Catalogue,
    options: Options,
}

impl Sbom {
    /// The gate with what an operator set.
    pub fn new(options: Options) -> Self {
        let rules = Catalogue::parse("sbom.toml", include_str!("../rules/sbom.toml"), &RULES);
        Self { catalogue: rules.expect("the rules that this crate brings along"), options }
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

impl TreeScanner for Sbom {
    fn passes_over(&self, path: &RepoPath) -> Option<&'static str> {
        match documents::is_document(path) {
            true => documents::passes_over(path),
            false => packages::passes_over(path),
        }
    }

    fn survey(&self, tree: &dyn Tree, _: Option<&dyn Tree>) -> Survey {
        let inventory = packages::read(tree);
        let mut survey = Survey { scanned: inventory.read.clone(), ..Survey::default() };
        survey.broken.extend(inventory.broken.iter().cloned());
        let found = &mut survey.found;
        origins::look(self, &inventory, found);
        hashes::look(self, &inventory, found);
        agreement::look(self, &inventory, found);
        documents::look(self, tree, &inventory, &mut survey);
        survey
    }

    /// A lock file that takes a package over plain HTTP.
    fn canary(&self) -> Vec<Canary> {
        let file = |path: &str, text: &str| {
            let path = RepoPath::parse(path).ok()?;
            Some(Canary { path, bytes: text.as_bytes().to_vec(), rule: "sbom/plain-transport".to_owned() })
        };
        let manifest = r#"{"name":"canary","version":"1.0.0","dependencies":{"bird":"1.0.0"}}"#;
        let lock = r#"{"name":"canary","version":"1.0.0","lockfileVersion":3,"packages":{
            "":{"name":"canary","version":"1.0.0","dependencies":{"bird":"1.0.0"}},
            "node_modules/bird":{"version":"1.0.0","resolved":"http://packages.example/bird-1.0.0.tgz"}}}"#;
        let files =
            [("code-assist-canary/package.json", manifest), ("code-assist-canary/package-lock.json", lock)];
        files.iter().filter_map(|(path, text)| file(path, text)).collect()
    }

    fn sources(&self) -> Vec<Source> {
        vec![self.catalogue.source("sbom rules")]
    }
}
