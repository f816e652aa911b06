//! From a change to a commit: blobs, tree, commit. No branch knows of it yet.

use std::collections::BTreeSet;

use agent_contract::{RepoPath, branch::BranchName, operation::FileState};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use policy::Code;
use serde_json::{Value, json};

use super::{
    Github, answer,
    api::Talk,
    change::{Change, Onto},
    publish::{elsewhere, gone},
    published::{Committed, FileOperation, Made, ObjectState},
    tree::{Held, Touched, other_object},
};
use crate::{
    KernelError,
    forge::{EntryKind, ObjectId, listing::FOLDER},
    git::{self, operation},
    net::{Method, Repeat},
    workspace::{HeldFile, Net},
};

/// A change that was held against the commit that it follows.
#[derive(Debug)]
pub(super) struct Plan {
    /// The tree of that commit.
    base_tree: ObjectId,
    /// The tree that the change leads to, by git's own count.
    pub tree: ObjectId,
    pub operations: Vec<FileOperation>,
}

impl Github {
    /// Makes the commit, if the branch is not at it already. What is made in part and not
    /// finished belongs to no branch, and the forge forgets it in time.
    pub async fn commit(&self, change: &Change) -> Result<Committed, KernelError> {
        let talk = self.talk();
        let plan = self.plan(&talk, change).await?;
        if let Some(commit) = self.made_before(&talk, change, &plan).await? {
            return Ok(committed(change, plan, commit, Made::Before));
        }
        self.write_blobs(&talk, change).await?;
        self.write_tree(&talk, &plan).await?;
        let commit = self.write_commit(&talk, change, &plan).await?;
        Ok(committed(change, plan, commit, Made::Now))
    }

    /// Holds the change against the rules and against the commit that it follows.
    pub(super) async fn plan(&self, talk: &Talk, change: &Change) -> Result<Plan, KernelError> {
        change.check()?;
        self.check_branch(talk, &change.branch).await?;
        let base_tree = self.tree_of(talk, &change.parent).await.map_err(|error| no_parent(change, error))?;
        let mut touched = self.touched(talk, &base_tree, &paths(change)).await?;
        change.files.iter().try_for_each(|net| as_read(&touched, net))?;
        let from = |net: &Net| net.from.clone().into_iter().chain([net.path.clone()]);
        change.files.iter().flat_map(from).for_each(|path| touched.set(&path, None));
        change.files.iter().for_each(|net| touched.set(&net.path, net.after.as_ref().map(held)));
        let tree = touched.tree_id()?;
        match tree == base_tree {
            true => Err(KernelError::new(Code::NothingChanged, "the change leaves every file as it is")),
            false => Ok(Plan {
                base_tree,
                tree,
                operations: change.files.iter().map(FileOperation::from).collect(),
            }),
        }
    }

    /// Nothing goes to a base branch, whatever the configuration says.
    pub(super) async fn check_branch(&self, talk: &Talk, branch: &BranchName) -> Result<(), KernelError> {
        if !self.config.reaches(branch) {
            let message = format!(
                "no change may go to branch `{branch}`\nhint: name it in `[update.github]`, `branches`"
            );
            return Err(KernelError::new(Code::ForgeBranch, message));
        }
        let repository = self.look(talk).await?;
        let base = self.base_of(&repository)?;
        if [&base, &repository.default_branch].contains(&branch) {
            let message =
                format!("`{branch}` is a base branch of `{}`, and is never written to", self.reference());
            return Err(KernelError::new(Code::HardBaseBranch, message));
        }
        let unusable =
            |why: &str| KernelError::new(Code::RepositoryUnusable, format!("`{}` {why}", self.reference()));
        match (repository.is_archived, repository.is_disabled, repository.can_push) {
            (true, ..) => Err(unusable("is archived, and takes no change")),
            (_, true, _) => Err(unusable("is switched off by the forge")),
            (.., Some(false)) => {
                let message = format!(
                    "the credential may not write to `{}`\nhint: it takes a token with `contents=write`",
                    self.reference()
                );
                Err(KernelError::new(Code::ForgeForbidden, message))
            }
            _ => Ok(()),
        }
    }

    /// The commit that a branch is at.
    pub(super) async fn head(
        &self,
        talk: &Talk,
        branch: &BranchName,
    ) -> Result<Option<ObjectId>, KernelError> {
        let name = super::escaped(branch.as_str());
        let found: Option<answer::Reference> =
            talk.find(&self.path(&format!("/git/ref/heads/{name}"))).await?;
        Ok(found.filter(|found| found.name == format!("refs/heads/{branch}")).map(|found| found.object.sha))
    }

    /// The head of the branch, if it is this very change: the same operation, parent and
    /// files. A trailer alone could be anybody's. Anything else there is in the way.
    async fn made_before(
        &self,
        talk: &Talk,
        change: &Change,
        plan: &Plan,
    ) -> Result<Option<ObjectId>, KernelError> {
        let head = match (self.head(talk, &change.branch).await?, change.onto) {
            (None, Onto::NewBranch) => return Ok(None),
            (None, Onto::ExistingBranch) => return Err(gone(&change.branch)),
            (Some(head), Onto::ExistingBranch) if head == change.parent => return Ok(None),
            (Some(head), _) => head,
        };
        let found: answer::Commit = talk.get(&self.path(&format!("/git/commits/{head}"))).await?;
        match found.sha == head && is_of(&found, change, &plan.tree) {
            true => Ok(Some(head)),
            false => Err(elsewhere(change, &head)),
        }
    }

    async fn write_blobs(&self, talk: &Talk, change: &Change) -> Result<(), KernelError> {
        let mut written = BTreeSet::new();
        for net in &change.files {
            let Some(file) = &net.after else { continue };
            let id = ObjectId::of_blob(file.blob.bytes());
            let is_there = net.before.as_ref().is_some_and(|before| before.blob == file.blob);
            if !is_there && written.insert(id.clone()) {
                self.write_blob(talk, &net.path, file, &id).await?;
            }
        }
        Ok(())
    }

    async fn write_blob(
        &self,
        talk: &Talk,
        path: &RepoPath,
        file: &HeldFile,
        id: &ObjectId,
    ) -> Result<(), KernelError> {
        let bytes = file.blob.bytes();
        self.leaving
            .check(bytes)
            .map_err(|error| KernelError::new(error.code, format!("`{path}`: {}", error.message)))?;
        let body = match std::str::from_utf8(bytes) {
            Ok(text) => json!({ "content": text, "encoding": "utf-8" }),
            Err(_) => json!({ "content": STANDARD.encode(bytes), "encoding": "base64" }),
        };
        let made: answer::Sha =
            talk.send(Method::Post, &self.path("/git/blobs"), body, Repeat::Harmless).await?;
        same(id, &made.sha)
    }

    async fn write_tree(&self, talk: &Talk, plan: &Plan) -> Result<(), KernelError> {
        let body = json!({ "base_tree": plan.base_tree, "tree": entries(&plan.operations) });
        let made: answer::Sha =
            talk.send(Method::Post, &self.path("/git/trees"), body, Repeat::Harmless).await?;
        same(&plan.tree, &made.sha)
    }

    /// The same commit has the same id however often it is made: its date is the change's.
    async fn write_commit(&self, talk: &Talk, change: &Change, plan: &Plan) -> Result<ObjectId, KernelError> {
        let author = &change.author;
        let person = json!({ "name": author.name, "email": author.email, "date": author.date() });
        let body = json!({
            "message": change.commit_message(),
            "tree": plan.tree,
            "parents": [change.parent],
            "author": person,
            "committer": person,
        });
        let made: answer::Commit =
            talk.send(Method::Post, &self.path("/git/commits"), body, Repeat::Harmless).await?;
        match is_of(&made, change, &plan.tree) {
            true => Ok(made.sha),
            false => Err(KernelError::new(
                Code::ForgeObject,
                format!("the forge made the commit `{}`, which is not the one that it was sent", made.sha),
            )),
        }
    }
}

fn committed(change: &Change, plan: Plan, commit: ObjectId, made: Made) -> Committed {
    Committed { commit, tree: plan.tree, parent: change.parent.clone(), made, operations: plan.operations }
}

/// Whether a commit is this change, by these people. Anybody can write a trailer.
fn is_of(commit: &answer::Commit, change: &Change, tree: &ObjectId) -> bool {
    let parents: Vec<_> = commit.parents.iter().map(|parent| &parent.sha).collect();
    commit.tree.sha == *tree
        && parents == [&change.parent]
        && operation(&commit.message).as_deref() == Some(change.operation.as_str())
        && git::lasting(&commit.message) == git::lasting(&change.commit_message())
        && commit
            .author
            .as_ref()
            .is_none_or(|author| (&author.name, &author.email) == (&change.author.name, &change.author.email))
}

fn same(expected: &ObjectId, made: &ObjectId) -> Result<(), KernelError> {
    if expected == made { Ok(()) } else { Err(other_object(expected, made)) }
}

fn no_parent(change: &Change, error: KernelError) -> KernelError {
    match error.code {
        Code::ForgeMissing => KernelError::new(
            Code::ForgeMissing,
            format!(
                "the forge does not have the commit `{}` that the change follows\nhint: push it first, or run on the forge's own state",
                change.parent
            ),
        ),
        _ => error,
    }
}

fn paths(change: &Change) -> BTreeSet<RepoPath> {
    change.files.iter().flat_map(|net| net.from.iter().chain([&net.path])).cloned().collect()
}

fn held(file: &HeldFile) -> Held {
    let mode = EntryKind::from(file.mode).mode().to_owned();
    Held { mode, id: ObjectId::of_blob(file.blob.bytes()) }
}

/// The commit has at each path what the run read there; nothing else is overwritten.
fn as_read(touched: &Touched, net: &Net) -> Result<(), KernelError> {
    let before = net.before.as_ref().map(ObjectState::from);
    is_as(touched, net.from.as_ref().unwrap_or(&net.path), before.as_ref())?;
    match (&net.from, &net.replaced) {
        (None, _) => Ok(()),
        (Some(_), None) => is_as(touched, &net.path, None),
        (Some(_), Some(replaced)) => is_file(touched, &net.path, replaced),
    }
}

fn is_as(touched: &Touched, path: &RepoPath, read: Option<&ObjectState>) -> Result<(), KernelError> {
    // A folder may make place for a file when what is in it goes away, and is held against
    // the commit by itself.
    let there = touched.get(path).filter(|there| there.mode != FOLDER || !touched.looks_into(path));
    let kind = there.map(|there| EntryKind::parse(&there.mode));
    match (there, kind, read) {
        (_, Some(Some(EntryKind::Link)), _) => {
            Err(KernelError::new(Code::PathLink, format!("`{path}` is a symbolic link on the forge")))
        }
        (_, Some(Some(EntryKind::Submodule)), _) => {
            Err(KernelError::new(Code::PathNested, format!("`{path}` is another repository on the forge")))
        }
        (None, _, None) => Ok(()),
        (Some(there), _, None) if there.mode == FOLDER => {
            let message = format!("the change has a file at `{path}`, which is a folder on the forge");
            Err(KernelError::new(Code::ArgumentMalformed, message))
        }
        (Some(there), Some(Some(kind)), Some(read))
            if there.id == read.git && kind.file_mode() == Some(read.mode) =>
        {
            Ok(())
        }
        _ => Err(moved(path)),
    }
}

/// The file that a rename replaces is known by its other hash only.
fn is_file(touched: &Touched, path: &RepoPath, replaced: &FileState) -> Result<(), KernelError> {
    let kind = touched.get(path).and_then(|there| EntryKind::parse(&there.mode));
    match kind.and_then(EntryKind::file_mode) == Some(replaced.mode) {
        true => Ok(()),
        false => Err(moved(path)),
    }
}

fn moved(path: &RepoPath) -> KernelError {
    let message =
        format!("`{path}` is not on the forge as the run read it\nhint: run again on the commit that it has");
    KernelError::new(Code::BaseMoved, message)
}

/// What is to be taken away first: a folder may come to be where a file was.
fn entries(operations: &[FileOperation]) -> Vec<Value> {
    let gone = |path: &RepoPath| json!({ "path": path, "mode": "100644", "type": "blob", "sha": null });
    let stays = |path: &RepoPath| operations.iter().any(|other| other.path == *path && other.after.is_some());
    let renamed = operations.iter().filter_map(|operation| operation.from.as_ref());
    let deleted =
        operations.iter().filter(|operation| operation.after.is_none()).map(|operation| &operation.path);
    let removals = renamed.chain(deleted).filter(|path| !stays(path)).map(gone);
    let additions = operations.iter().filter_map(|operation| {
        let after = operation.after.as_ref()?;
        Some(json!({ "path": operation.path, "mode": after.mode, "type": "blob", "sha": after.git }))
    });
    removals.chain(additions).collect()
}
