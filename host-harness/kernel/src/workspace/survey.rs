//! Every name in a workspace, for whoever has to account for all of them: what is left out
//! is told with its reason.

use std::collections::BTreeSet;

use agent_contract::{RepoPath, fault::shown};

use super::{Base, Workspace, overlay::Layer};
use crate::{KernelError, git, secret::ignored::rules::Rules};

/// What a workspace holds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Survey {
    /// The files, in order.
    pub files: BTreeSet<RepoPath>,
    /// What is no file of the workspace's own, and why.
    pub left_out: Vec<(RepoPath, &'static str)>,
    /// What can't be told or looked into, and why.
    pub untold: Vec<String>,
}

/// Whether what git ignores and does not track counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ignored {
    /// It is left out, where there is a repository of git's.
    LeftOut,
    /// It counts like everything else.
    Counted,
}

const LINK: &str = "a symbolic link";
const SPECIAL: &str = "neither a file nor a folder";
const IGNORED: &str = "git ignores it and does not track it";

/// A folder that is still to be looked into, with the rules that hold in it.
struct Folder {
    path: String,
    rules: Option<Rules>,
}

impl Workspace {
    /// Every name there is.
    pub fn survey(&self, ignored: Ignored) -> Survey {
        let mut survey = self.base.survey(ignored);
        for (path, layer) in self.overlay.iter() {
            match layer {
                Layer::File { .. } => drop(survey.files.insert(path.clone())),
                Layer::Gone => drop(survey.files.remove(path)),
            }
        }
        survey.left_out.retain(|(path, _)| !survey.files.contains(path));
        survey
    }

    /// The files of the base, told from a survey of the workspace, in order.
    pub fn files_before(&self, survey: &Survey) -> Vec<RepoPath> {
        let mut files = survey.files.clone();
        for (path, _) in self.overlay.iter() {
            match self.base.dir.symlink_metadata(path.as_str()).is_ok_and(|found| found.is_file()) {
                true => files.insert(path.clone()),
                false => files.remove(path),
            };
        }
        files.into_iter().collect()
    }

    /// What a file holds now; none where there is no file at exactly this path.
    pub fn bytes(&self, path: &RepoPath) -> Result<Option<Vec<u8>>, KernelError> {
        match self.overlay.get(path) {
            Some(Layer::File { file, .. }) => Ok(Some(file.blob.bytes().to_vec())),
            Some(Layer::Gone) => Ok(None),
            None => self.base.bytes(path),
        }
    }
}

impl Base {
    /// Every name there is.
    pub fn survey(&self, ignored: Ignored) -> Survey {
        let in_git = self.dir.symlink_metadata(".git").is_ok();
        let honoured = in_git && ignored == Ignored::LeftOut;
        let rules = honoured.then(|| Rules::top(&self.dir));
        let mut survey = Survey::default();
        let mut pending = vec![Folder { path: String::new(), rules }];
        let mut files = Vec::new();
        while let Some(folder) = pending.pop() {
            self.survey_folder(&folder, &mut files, &mut survey, &mut pending);
        }
        files.sort_unstable();
        survey.files = files.into_iter().collect();
        if survey.left_out.iter().any(|(_, why)| *why == IGNORED) {
            self.take_tracked(&mut survey);
        }
        survey.left_out.sort();
        survey.untold.sort();
        survey
    }

    /// What git tracks belongs to the repository, whatever its rules say.
    fn take_tracked(&self, survey: &mut Survey) {
        let told = match git::tracked_though_ignored(self.root()) {
            Ok(told) => told.unwrap_or_default(),
            Err(error) => return survey.untold.push(error.message),
        };
        for path in told.iter().filter_map(|path| RepoPath::parse(path).ok()) {
            let is_file = self.dir.symlink_metadata(path.as_str()).is_ok_and(|found| found.is_file());
            if is_file {
                survey.left_out.retain(|(left, _)| *left != path);
                survey.files.insert(path);
            }
        }
    }

    fn survey_folder(
        &self,
        folder: &Folder,
        files: &mut Vec<RepoPath>,
        survey: &mut Survey,
        pending: &mut Vec<Folder>,
    ) {
        let place = if folder.path.is_empty() { "." } else { &folder.path };
        let listed = self.dir.read_dir(place).and_then(Iterator::collect::<Result<Vec<_>, _>>);
        let entries = match listed {
            Ok(entries) => entries,
            Err(error) => return survey.untold.push(format!("`{}` can't be listed: {error}", shown(place))),
        };
        // What has a `.git` of its own is looked into all the same: anybody can lay one.
        for entry in entries.into_iter().filter(|entry| entry.file_name() != ".git") {
            let name = entry.file_name();
            let told = name.to_str().map(|name| joined(&folder.path, name));
            let parsed = told.and_then(|told| RepoPath::parse(&told).ok());
            let (Some(path), Ok(kind)) = (parsed, entry.file_type()) else {
                let name = shown(&name.to_string_lossy()).to_string();
                survey.untold.push(format!("`{name}` in `{place}` has a name that can't be told"));
                continue;
            };
            if folder.rules.as_ref().is_some_and(|rules| rules.ignore(path.as_str(), kind.is_dir())) {
                survey.left_out.push((path, IGNORED));
            } else if kind.is_dir() {
                let path = path.as_str().to_owned();
                let rules = folder.rules.as_ref().map(|rules| rules.within(&self.dir, &path));
                pending.push(Folder { rules, path });
            } else if kind.is_file() {
                files.push(path);
            } else {
                survey.left_out.push((path, if kind.is_symlink() { LINK } else { SPECIAL }));
            }
        }
    }
}

fn joined(folder: &str, name: &str) -> String {
    if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") }
}
