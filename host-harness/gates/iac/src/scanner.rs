//! Looks into one file: tells what it is, reads it, tries the rules.

use agent_contract::RepoPath;
use finding::{Canary, FileScanner, Found, Look, Severity, Source, Span};

use crate::{
    document::{Node, Twice, hcl, policy, template},
    judge,
    kind::{self, Family, Promise},
    rule::{RuleError, Rules},
    subject,
};

/// No honest file of configuration is larger.
const BYTES_MAX: usize = 8 << 20;

/// The gate for infrastructure and configuration, one file at a time.
pub struct Files {
    rules: Rules,
}

impl Files {
    /// A scanner that goes by the built-in rules.
    pub fn embedded() -> Result<Self, RuleError> {
        Ok(Self::new(Rules::embedded()?))
    }

    /// A scanner that goes by these rules.
    pub fn new(rules: Rules) -> Self {
        Self { rules }
    }
}

impl FileScanner for Files {
    fn passes_over(&self, path: &RepoPath) -> Option<&'static str> {
        kind::promise(path).err()
    }

    fn look(&self, path: &RepoPath, bytes: &[u8]) -> Look {
        look(&self.rules, path, bytes)
    }

    fn canary(&self) -> Canary {
        let text = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: canary\nspec:\n  containers:\n    - name: canary\n      image: canary:1\n      securityContext:\n        privileged: true\n";
        Canary {
            path: RepoPath::parse("canary/pod.yaml").expect("a plain name"),
            bytes: text.into(),
            rule: "k8s/privileged".to_owned(),
        }
    }

    fn sources(&self) -> Vec<Source> {
        self.rules.sources()
    }
}

/// A file that was read.
pub(crate) struct Read {
    pub(crate) family: Family,
    pub(crate) roots: Vec<Node>,
    pub(crate) twice: Vec<Twice>,
    pub(crate) partial: bool,
}

impl Read {
    /// The roots with what the locals of Terraform stand for put in.
    pub(crate) fn resolved(&self, locals: &hcl::Locals) -> Vec<Node> {
        let mut roots = self.roots.clone();
        if self.family == Family::Terraform {
            hcl::resolve(&mut roots, locals);
            roots.iter_mut().for_each(policy::open);
        }
        roots
    }
}

/// What the rules that one file is enough for find.
pub(crate) fn judged(rules: &Rules, path: &RepoPath, read: &Read, roots: &[Node]) -> Vec<Found> {
    let mut found = Vec::new();
    for root in roots {
        let sets = subject::sets(read.family, root, path.as_str(), read.partial);
        judge::file_rules(rules, read.family, &sets, path, &mut found);
    }
    found
}

pub(crate) fn look(rules: &Rules, path: &RepoPath, bytes: &[u8]) -> Look {
    let read = match read(path, bytes) {
        Ok(read) => read,
        Err(look) => return look,
    };
    let mut found = judged(rules, path, &read, &read.resolved(&hcl::locals(&read.roots)));
    found.extend(read.twice.iter().map(|twice| duplicate(twice, path)));
    Look::Scanned(found)
}

/// Reads a file, or says why not.
pub(crate) fn read(path: &RepoPath, bytes: &[u8]) -> Result<Read, Look> {
    let promise = kind::promise(path).map_err(Look::Skipped)?;
    let text = match yaml::text(bytes) {
        Ok(text) => text,
        Err(_) if promise == Promise::Perhaps && !mentions_an_object(bytes) => {
            return Err(Look::Skipped(kind::UNKNOWN));
        }
        Err(reason) => return Err(Look::Broken(reason)),
    };
    if promise == Promise::Perhaps && !yaml::may_say(&text, "apiVersion") {
        return Err(Look::Skipped(kind::UNKNOWN));
    }
    if bytes.len() > BYTES_MAX {
        return Err(Look::Broken(finding::too_large(BYTES_MAX)));
    }
    match promise {
        Promise::Hcl => terraform(hcl::parse(&text).map(|root| vec![root])),
        Promise::TerraformJson => terraform(hcl::parse_json(&text)),
        Promise::Actions => actions(path, &text),
        Promise::Helm | Promise::Perhaps => objects(path, &text, promise),
    }
}

/// Whether a file that is no text was meant for Kubernetes, in whatever encoding.
fn mentions_an_object(bytes: &[u8]) -> bool {
    let narrow: Vec<u8> = bytes.iter().copied().filter(|byte| *byte != 0).collect();
    narrow.windows(10).any(|window| window == b"apiVersion")
}

fn terraform(roots: Result<Vec<Node>, String>) -> Result<Read, Look> {
    let mut roots = roots.map_err(Look::Broken)?;
    roots.iter_mut().for_each(policy::open);
    Ok(Read { family: Family::Terraform, roots, twice: Vec::new(), partial: false })
}

fn actions(path: &RepoPath, text: &str) -> Result<Read, Look> {
    let documents = yaml::parse(text).map_err(Look::Broken)?;
    let known = |root: &Node| ["jobs", "runs", "updates"].iter().any(|key| root.get(key).is_some());
    if !documents.roots.iter().any(known) {
        if kind::promise(path) == Ok(Promise::Actions) && path.as_str().contains(".github/workflows/") {
            return Err(Look::Broken("is a workflow without `jobs`".to_owned()));
        }
        return Err(Look::Skipped(kind::UNKNOWN));
    }
    let (roots, twice) = (documents.roots, documents.twice);
    Ok(Read { family: Family::Actions, roots, twice, partial: false })
}

fn objects(path: &RepoPath, text: &str, promise: Promise) -> Result<Read, Look> {
    let documents = match yaml::parse(text) {
        Ok(documents) => documents,
        Err(reason) => return rendered(path, text, promise, reason),
    };
    let family = if documents.roots.iter().any(kind::is_kubernetes) && !is_chart(path) {
        Family::Kubernetes
    } else if promise == Promise::Helm {
        Family::Helm
    } else {
        return Err(Look::Skipped(kind::UNKNOWN));
    };
    let keep = |root: &Node| family != Family::Kubernetes || kind::is_kubernetes(root);
    let roots = documents.roots.into_iter().filter(keep).collect();
    Ok(Read { family, roots, twice: documents.twice, partial: false })
}

fn is_chart(path: &RepoPath) -> bool {
    path.components().next_back().is_some_and(|name| name.eq_ignore_ascii_case("chart.yaml"))
}

/// What is no YAML as it stands: a template, or broken.
fn rendered(path: &RepoPath, text: &str, promise: Promise, reason: String) -> Result<Read, Look> {
    let of_chart = path.components().any(|folder| folder == "templates");
    if template::is_template(text) {
        match template::parse(text) {
            Ok(roots) if roots.iter().any(kind::is_kubernetes) => {
                let roots = roots.into_iter().filter(kind::is_kubernetes).collect();
                return Ok(Read { family: Family::Kubernetes, roots, twice: Vec::new(), partial: true });
            }
            _ if of_chart => return Err(Look::Skipped("a Helm template that only Helm can render")),
            _ => {}
        }
    }
    if promise == Promise::Helm || kind::looks_like_kubernetes(text) {
        return Err(Look::Broken(reason));
    }
    Err(Look::Skipped(kind::UNKNOWN))
}

fn duplicate(twice: &Twice, path: &RepoPath) -> Found {
    Found {
        rule: "iac/duplicate-key".into(),
        severity: Severity::Medium,
        path: Some(path.clone()),
        span: Some(Span { ..twice.span }),
        message: format!("key `{}` stands twice in one map, and tools differ in which they take", twice.key),
        remedy: "keep one of them".into(),
        subject: twice.key.clone().into_bytes(),
    }
}
