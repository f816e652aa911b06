//! Looks into files that belong together: what one resource lacks, another may give it.

use std::collections::BTreeMap;

use agent_contract::RepoPath;
use finding::{Canary, Found, Source, Survey, Tree, TreeScanner};

use crate::{
    document::{Node, hcl},
    judge,
    kind::{self, Family},
    rule::{RuleError, Rules},
    scanner::{self, Read},
    subject::{self, Module, module_label},
};

/// The rules that need a whole module of Terraform or all objects of Kubernetes.
///
/// What can't be read is left out here: `Files` tells it.
pub struct Together {
    rules: Rules,
}

impl Together {
    /// A scanner that goes by the built-in rules.
    pub fn embedded() -> Result<Self, RuleError> {
        Ok(Self::new(Rules::embedded()?))
    }

    /// A scanner that goes by these rules.
    pub fn new(rules: Rules) -> Self {
        Self { rules }
    }
}

impl TreeScanner for Together {
    fn passes_over(&self, path: &RepoPath) -> Option<&'static str> {
        kind::promise(path).err()
    }

    fn survey(&self, tree: &dyn Tree, _: Option<&dyn Tree>) -> Survey {
        survey(&self.rules, tree)
    }

    fn hangs_on_its_files_alone(&self) -> bool {
        true
    }

    fn canary(&self) -> Vec<Canary> {
        vec![Canary {
            path: RepoPath::parse("canary/main.tf").expect("a plain name"),
            bytes: b"resource \"aws_s3_bucket\" \"canary\" {\n  bucket = \"canary\"\n}\n".to_vec(),
            rule: "terraform/aws-s3-no-versioning".to_owned(),
        }]
    }

    fn sources(&self) -> Vec<Source> {
        self.rules.sources()
    }
}

type Files = Vec<(RepoPath, Read)>;

pub(crate) fn survey(rules: &Rules, tree: &dyn Tree) -> Survey {
    let mut survey = Survey::default();
    // Terraform knows folders; Kubernetes does not, but the whole of a tree is one delivery.
    let mut modules: BTreeMap<(bool, Option<RepoPath>), Files> = BTreeMap::new();
    for path in tree.paths().into_iter().filter(|path| kind::promise(path).is_ok()) {
        let bytes = match tree.read(&path) {
            Ok(Some(bytes)) => bytes,
            Ok(None) => continue,
            Err(reason) => {
                survey.broken.push((path, reason));
                continue;
            }
        };
        let Ok(read) = scanner::read(&path, &bytes) else { continue };
        let key = match read.family {
            Family::Terraform => (true, path.parent()),
            Family::Kubernetes => (false, None),
            Family::Helm | Family::Actions => continue,
        };
        survey.scanned.push(path.clone());
        modules.entry(key).or_default().push((path, read));
    }
    for files in modules.values() {
        let module = module(files);
        let locals = hcl::locals(files.iter().flat_map(|(_, read)| &read.roots));
        for (path, read) in files {
            let roots = read.resolved(&locals);
            judged(rules, path, (read, &roots), &module, &mut survey);
            survey.found.extend(by_locals_of_others(rules, path, read, &roots));
        }
    }
    survey
}

/// What one file is enough for, had it the locals of the others: that is not told of the file alone.
fn by_locals_of_others(rules: &Rules, path: &RepoPath, read: &Read, roots: &[Node]) -> Vec<Found> {
    let alone = read.resolved(&hcl::locals(&read.roots));
    if alone == roots {
        return Vec::new();
    }
    let known = scanner::judged(rules, path, read, &alone);
    let mut all = scanner::judged(rules, path, read, roots);
    all.retain(|found| !known.iter().any(|known| (&known.rule, known.span) == (&found.rule, found.span)));
    all
}

fn judged(
    rules: &Rules,
    path: &RepoPath,
    (read, roots): (&Read, &[Node]),
    module: &Module,
    survey: &mut Survey,
) {
    for root in roots {
        let mut sets = subject::sets(read.family, root, path.as_str(), read.partial);
        sets.values_mut().flatten().for_each(|item| item.module = Some(module));
        judge::module_rules(rules, read.family, &sets, path, &mut survey.found);
    }
}

fn module(files: &Files) -> Module {
    let mut module = Module::default();
    for (path, read) in files {
        for root in &read.roots {
            let sets = subject::sets(read.family, root, path.as_str(), read.partial);
            for item in sets.get("resource").into_iter().flatten() {
                references(&item.kind, item.node, &mut module);
            }
            for item in sets.get("object").into_iter().flatten() {
                module.wide.insert(item.kind.clone());
            }
        }
    }
    module
}

/// Notes what the expressions of a resource name.
fn references(kind: &str, node: &Node, module: &mut Module) {
    if node.is_expression() {
        let text = node.text().unwrap_or("");
        let is_part = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.');
        for word in text.split(|c| !is_part(c)) {
            let mut parts = word.split('.');
            let (Some(first), Some(second)) = (parts.next(), parts.next()) else { continue };
            if matches!(first, "each" | "var" | "local" | "module") {
                module.wide.insert(kind.to_owned());
            }
            module.named.insert((kind.to_owned(), module_label(first, second)));
        }
    }
    node.children().for_each(|child| references(kind, child, module));
}
