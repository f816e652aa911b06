//! The scanner: reads the documents, then looks up what they say.

use finding::{
    Canary, Catalogue, CatalogueError, Found, RepoPath, Source, Survey, Tree, TreeScanner, placed,
};

use crate::{document, document::Document, look, manifest, repository::Repository, source};

/// Every rule that this gate knows.
const RULES: [&str; 17] = [
    "consistency/anchor",
    "consistency/badge",
    "consistency/block",
    "consistency/clone",
    "consistency/command",
    "consistency/environment",
    "consistency/excerpt",
    "consistency/flag",
    "consistency/language-version",
    "consistency/link",
    "consistency/path",
    "consistency/script",
    "consistency/service",
    "consistency/site-link",
    "consistency/subcommand",
    "consistency/target",
    "consistency/version",
];

/// What an operator may set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// Names of files, without their ending, that are documents wherever they are.
    pub names: Vec<String>,
    /// Folders whose Markdown files are documents too.
    pub folders: Vec<String>,
    /// Where the source is larger than this, nothing is said of flags and variables.
    pub source_bytes_max: usize,
    /// The same where it has more files than this.
    pub source_files_max: usize,
}

impl Default for Options {
    fn default() -> Self {
        let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        Self {
            names: owned(&["README", "CONTRIBUTING"]),
            folders: owned(&["docs", "doc"]),
            source_bytes_max: 32 << 20,
            source_files_max: 5000,
        }
    }
}

/// Looks at the documents of a repository and at what they speak of.
pub struct Consistency {
    catalogue: Catalogue,
    options: Options,
}

impl Consistency {
    /// The gate with what an operator set.
    pub fn new(options: Options) -> Result<Self, CatalogueError> {
        let rules = include_str!("../rules/consistency.toml");
        Ok(Self { catalogue: Catalogue::parse("consistency.toml", rules, &RULES)?, options })
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

    fn found(&self, told: &look::Told, path: &RepoPath) -> Found {
        let said: Vec<_> = told.said.iter().map(|(name, value)| (*name, value.as_str())).collect();
        placed(self.catalogue.found(told.rule, &said, &told.subject), path, told.line)
    }
}

impl TreeScanner for Consistency {
    fn passes_over(&self, path: &RepoPath) -> Option<&'static str> {
        let takes =
            document::kind(path, &self.options).is_some() || manifest::is_one(path) || source::has_name(path);
        match takes {
            true => document::is_foreign(path).then_some("belongs to somebody else or to tests"),
            false => Some("is neither a document nor what documents speak of"),
        }
    }

    fn survey(&self, tree: &dyn Tree, _before: Option<&dyn Tree>) -> Survey {
        let repository = Repository::of(tree);
        let mut documents = Vec::new();
        let mut survey = Survey::default();
        for path in repository.paths() {
            let kind = document::kind(path, &self.options).filter(|_| !document::is_foreign(path));
            let Some(kind) = kind else { continue };
            match Document::read(tree, path, kind) {
                Ok(Some(document)) => documents.push(document),
                Ok(None) => {}
                Err(reason) => survey.broken.push((path.clone(), reason)),
            }
        }
        for (document, told) in documents.iter().zip(look::all(&repository, &documents, &self.options)) {
            survey.found.extend(told.iter().map(|told| self.found(told, &document.path)));
            survey.scanned.push(document.path.clone());
        }
        repository.into_survey(&mut survey);
        survey
    }

    /// A document with a link that leads nowhere.
    fn canary(&self) -> Vec<Canary> {
        let bytes = b"# Canary\n\nSee [the guide](code-assist-canary-guide.md).\n".to_vec();
        let path = RepoPath::parse("code-assist-canary/README.md");
        let rule = "consistency/link".to_owned();
        path.into_iter().map(|path| Canary { path, bytes: bytes.clone(), rule: rule.clone() }).collect()
    }

    fn sources(&self) -> Vec<Source> {
        vec![self.catalogue.source("consistency rules")]
    }
}
