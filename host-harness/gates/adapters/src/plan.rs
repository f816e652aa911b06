use finding::RepoPath;

use crate::{Adapter, CanaryRun, Invocation, Laid, Target};

/// Bytes of an output at the most.
const OUTPUT_BYTES_MAX: u64 = 64 << 20;
/// Files on one command line at the most, which keeps it below what systems take.
const FILES_MAX: usize = 500;

/// What is to be run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// The programs, in order. All of their ends are needed for a judgement.
    pub invocations: Vec<Invocation>,
    /// Files that have power over the tool and must not be in the tree that it sees.
    pub withheld: Vec<RepoPath>,
}

/// Why a tool can't be run on a target.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// It needs data that is not there.
    #[error("`{0}` needs local vulnerability data, and there is none")]
    NoData(String),
    /// It needs rules that are not there.
    #[error("`{0}` needs rules from the operator, and there are none")]
    NoRules(String),
    /// There is nothing for it in the tree.
    #[error("there is no file for `{0}` here")]
    NoFiles(String),
    /// The place of its canary is taken.
    #[error("`{path}` is in the tree, where `{name}` needs its canary")]
    CanaryTaken {
        /// The tool.
        name: String,
        /// The path.
        path: RepoPath,
    },
}

/// One run: the folder that it looks into, and files of it.
#[derive(Clone)]
pub(crate) struct Pass {
    pub root: String,
    pub files: Vec<RepoPath>,
    pub canary: bool,
}

impl Adapter {
    /// What to run. The canary is laid with the rest: nothing says that it is one.
    pub fn plan(&self, target: &Target) -> Result<Plan, Refusal> {
        let name = || self.definition.name.clone();
        let uses = |place: &str| {
            let in_arguments = self.definition.arguments.iter().any(|argument| argument.contains(place));
            in_arguments || self.definition.environment.values().any(|value| value.contains(place))
        };
        if target.data.is_none() && uses("{data}") {
            return Err(Refusal::NoData(name()));
        }
        if target.rules.is_none() && self.definition.needs_rules {
            return Err(Refusal::NoRules(name()));
        }
        if self.canary_run() == CanaryRun::Along
            && target.tree.read(&self.canary).is_ok_and(|held| held.is_some())
        {
            return Err(Refusal::CanaryTaken { name: name(), path: self.canary.clone() });
        }
        let passes = self.passes(target);
        if passes.iter().all(|pass| pass.canary && self.canary_run() == CanaryRun::Apart) {
            return Err(Refusal::NoFiles(name()));
        }
        let invocations =
            passes.iter().enumerate().map(|(number, pass)| self.invocation(target, pass, number)).collect();
        Ok(Plan { invocations, withheld: self.withheld(target) })
    }

    fn withheld(&self, target: &Target) -> Vec<RepoPath> {
        target.tree.paths().into_iter().filter(|path| self.withholds(path)).collect()
    }

    /// Whether a file has power over the tool by its name alone.
    pub fn withholds(&self, path: &RepoPath) -> bool {
        let text = path.as_str();
        self.definition.obeys.names.iter().any(|name| {
            text.strip_suffix(name.as_str()).is_some_and(|rest| rest.is_empty() || rest.ends_with('/'))
        })
    }

    /// The runs of a plan, the canary's own being the last.
    pub(crate) fn passes(&self, target: &Target) -> Vec<Pass> {
        let along = self.canary_run() == CanaryRun::Along;
        let pass = |files: Vec<RepoPath>| Pass { root: target.root.to_owned(), files, canary: along };
        let mut passes: Vec<Pass> = if self.definition.files.is_empty() {
            vec![pass(Vec::new())]
        } else {
            let files: Vec<RepoPath> =
                target.tree.paths().into_iter().filter(|path| self.takes(path)).collect();
            let one_by_one = self
                .definition
                .arguments
                .iter()
                .any(|argument| argument.contains("{file}") || argument.contains("{folder}"));
            let size = if one_by_one { 1 } else { FILES_MAX };
            files.chunks(size).map(|files| pass(files.to_vec())).collect()
        };
        if !along {
            let root = format!("{}/canary", target.beside);
            passes.push(Pass { root, files: vec![self.canary.clone()], canary: true });
        } else if !self.definition.files.is_empty() {
            passes.iter_mut().for_each(|pass| pass.files.push(self.canary.clone()));
        }
        passes
    }

    /// Whether a file is one of those that the tool takes one by one.
    pub(crate) fn takes(&self, path: &RepoPath) -> bool {
        !self.withholds(path) && self.definition.files.iter().any(|shape| fits(shape, path.as_str()))
    }

    fn invocation(&self, target: &Target, pass: &Pass, number: usize) -> Invocation {
        let definition = &self.definition;
        let report = format!("{}/report-{number}", target.beside);
        let fill = |text: &str| {
            let file = pass.files.first().map(|file| format!("{}/{file}", pass.root)).unwrap_or_default();
            let folder = file.rsplit_once('/').map_or("", |(folder, _)| folder);
            text.replace("{root}", &pass.root)
                .replace("{beside}", target.beside)
                .replace("{report}", &report)
                .replace("{data}", target.data.unwrap_or_default())
                .replace("{rules}", target.rules.unwrap_or_default())
                .replace("{folder}", folder)
                .replace("{file}", &file)
        };
        let mut arguments = Vec::new();
        for argument in &definition.arguments {
            match argument.as_str() {
                "{files}" => {
                    arguments.extend(pass.files.iter().map(|file| format!("{}/{file}", pass.root)));
                }
                "{with-rules}" if target.rules.is_some() => {
                    arguments.extend(definition.rules_arguments.iter().map(|argument| fill(argument)));
                }
                "{with-rules}" => {}
                argument => arguments.push(fill(argument)),
            }
        }
        let environment = definition.environment.iter();
        Invocation {
            program: definition.program.clone(),
            arguments,
            environment: environment.map(|(name, value)| (name.clone(), fill(value))).collect(),
            directory: fill(&definition.directory),
            lay: self.laid(target, pass, &fill),
            network: definition.network.clone(),
            output: definition.output,
            report,
            timeout_ms_max: definition.timeout_ms_max,
            output_bytes_max: OUTPUT_BYTES_MAX,
        }
    }

    fn laid(&self, target: &Target, pass: &Pass, fill: &dyn Fn(&str) -> String) -> Vec<Laid> {
        let ours = self.definition.beside.iter().map(|(name, text)| Laid {
            path: format!("{}/{name}", target.beside),
            bytes: fill(text).into_bytes(),
        });
        let canary = pass.canary.then(|| Laid {
            path: format!("{}/{}", pass.root, self.canary),
            bytes: self.definition.canary.content.concat().into_bytes(),
        });
        ours.chain(canary).collect()
    }
}

/// Whether a path fits a shape: `*` stands for any run of characters but `/`; a shape
/// without a `/` is of the name alone.
pub(crate) fn fits(shape: &str, path: &str) -> bool {
    let subject = if shape.contains('/') { path } else { path.rsplit('/').next().unwrap_or(path) };
    let mut pieces = shape.split('*');
    let first = pieces.next().unwrap_or_default();
    let Some(mut rest) = subject.strip_prefix(first) else { return false };
    let Some(last) = pieces.next_back() else { return rest.is_empty() };
    for piece in pieces {
        match rest.find(piece) {
            Some(at) if !rest[..at].contains('/') => rest = &rest[at + piece.len()..],
            _ => return false,
        }
    }
    rest.strip_suffix(last).is_some_and(|between| !between.contains('/'))
}
