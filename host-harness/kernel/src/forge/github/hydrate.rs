//! A repository, laid into a folder that a run can work on.

use std::{collections::BTreeMap, path::Path};

use agent_contract::{RepoPath, branch::BranchName, target::UrlKind};
use policy::Code;
use tokio::task::JoinSet;

use super::{
    Github,
    api::Talk,
    too_large,
    tree::{Listed, other_object},
};
use crate::{
    KernelError,
    forge::{EntryKind, Hydrated, Link, ObjectId, folder::Folder},
};

/// Which state of the repository.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Revision {
    /// The branch that pull requests are for.
    Base,
    /// A branch.
    Branch(BranchName),
    /// What a pull request proposes.
    PullRequest(u64),
    /// A commit.
    Commit(ObjectId),
}

impl From<&UrlKind> for Revision {
    fn from(kind: &UrlKind) -> Self {
        match kind {
            UrlKind::Repository | UrlKind::Issue(_) | UrlKind::Discussion(_) => Self::Base,
            UrlKind::Branch(name) => Self::Branch(name.clone()),
            UrlKind::PullRequest(number) => Self::PullRequest(*number),
        }
    }
}

impl Github {
    /// Lays the repository into a folder, which is made when it is missing and must hold
    /// nothing. Every blob is held against its id before it is written.
    pub async fn hydrate_repository(&self, of: &Revision, into: &Path) -> Result<Hydrated, KernelError> {
        let folder = Folder::open(into)?;
        let talk = self.api.talk(self.config.limits.hydrate_seconds);
        let (commit, branch) = self.resolve(&talk, of).await?;
        let tree = self.tree_of(&talk, &commit).await?;
        let listed = self.list(&talk, &tree).await?;
        self.check_sizes(&listed)?;
        let mut hydrated = Hydrated {
            commit,
            tree,
            branch,
            files: 0,
            bytes: 0,
            links: Vec::new(),
            submodules: submodules(&listed),
            listing: listed.listing,
        };
        let links = self.lay_files(&talk, &folder, &mut hydrated).await?;
        for (path, target) in links {
            let fate = folder.lay_link(&path, &target)?;
            hydrated.links.push(Link { path, target, fate });
        }
        Ok(hydrated)
    }

    async fn resolve(
        &self,
        talk: &Talk,
        of: &Revision,
    ) -> Result<(ObjectId, Option<BranchName>), KernelError> {
        let branch = match of {
            Revision::Commit(id) => return Ok((id.clone(), None)),
            Revision::PullRequest(number) => {
                return Ok((self.pull_request_answer(talk, *number).await?.head.sha, None));
            }
            Revision::Branch(name) => name.clone(),
            Revision::Base => self.base_of(&self.look(talk).await?)?,
        };
        let missing = || {
            let message = format!("`{}` has no branch `{branch}`, or nothing in it", self.reference());
            KernelError::new(Code::ForgeMissing, message)
        };
        let found = self.find_branch(talk, &branch).await?.ok_or_else(missing)?;
        Ok((found.head, Some(branch)))
    }

    /// By what the forge says of the sizes; each blob is held against it when it comes.
    fn check_sizes(&self, listed: &Listed) -> Result<(), KernelError> {
        let limits = &self.config.limits;
        let mut all = 0_u64;
        for (path, entry) in listed.listing.iter().filter(|(_, entry)| entry.kind != EntryKind::Submodule) {
            let size = listed.sizes.get(&entry.id).copied().unwrap_or_default();
            if size > limits.file_bytes {
                return Err(too_large(
                    &format!("the size of `{path}`"),
                    size,
                    limits.file_bytes,
                    "file_bytes",
                ));
            }
            all = all.saturating_add(size);
        }
        match all > limits.repository_bytes {
            true => Err(too_large("the size of all files", all, limits.repository_bytes, "repository_bytes")),
            false => Ok(()),
        }
    }

    /// Lays all files, and gives back the links with their targets.
    async fn lay_files(
        &self,
        talk: &Talk,
        folder: &Folder,
        hydrated: &mut Hydrated,
    ) -> Result<BTreeMap<RepoPath, String>, KernelError> {
        let wanted = places(hydrated);
        let mut ahead = wanted.keys().cloned();
        let mut under_way = JoinSet::new();
        let mut links = BTreeMap::new();
        loop {
            while (under_way.len() as u64) < self.config.limits.at_once {
                let Some(id) = ahead.next() else { break };
                let (github, talk) = (self.clone(), talk.clone());
                under_way.spawn(async move { github.blob(&talk, &id).await.map(|content| (id, content)) });
            }
            let Some(done) = under_way.join_next().await else { return Ok(links) };
            let (id, content) = done.map_err(|error| {
                KernelError::new(Code::KernelFailed, format!("a blob could not be fetched: {error}"))
            })??;
            for (path, kind) in &wanted[&id] {
                self.lay(folder, hydrated, &mut links, (path, *kind, &content))?;
            }
        }
    }

    fn lay(
        &self,
        folder: &Folder,
        hydrated: &mut Hydrated,
        links: &mut BTreeMap<RepoPath, String>,
        (path, kind, content): (&RepoPath, EntryKind, &[u8]),
    ) -> Result<(), KernelError> {
        let Some(mode) = kind.file_mode() else {
            links.insert(path.clone(), String::from_utf8_lossy(content).into_owned());
            return Ok(());
        };
        hydrated.files += 1;
        hydrated.bytes += content.len() as u64;
        let most = self.config.limits.repository_bytes;
        if hydrated.bytes > most {
            return Err(too_large("the size of all files", hydrated.bytes, most, "repository_bytes"));
        }
        folder.lay(path, mode, content)
    }

    /// The content of a blob, if it is the one that the id names.
    async fn blob(&self, talk: &Talk, id: &ObjectId) -> Result<Vec<u8>, KernelError> {
        let content = talk.raw(&self.path(&format!("/git/blobs/{id}"))).await?;
        let (size, most) = (content.len() as u64, self.config.limits.file_bytes);
        if size > most {
            return Err(too_large(&format!("the size of blob `{id}`"), size, most, "file_bytes"));
        }
        let found = ObjectId::of_blob(&content);
        match found == *id {
            true => Ok(content),
            false => Err(other_object(id, &found)),
        }
    }
}

/// Where each blob is to stand; the same content is fetched once.
fn places(hydrated: &Hydrated) -> BTreeMap<ObjectId, Vec<(RepoPath, EntryKind)>> {
    let mut places: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for (path, entry) in hydrated.listing.iter().filter(|(_, entry)| entry.kind != EntryKind::Submodule) {
        places.entry(entry.id.clone()).or_default().push((path.clone(), entry.kind));
    }
    places
}

fn submodules(listed: &Listed) -> Vec<RepoPath> {
    let submodules = listed.listing.iter().filter(|(_, entry)| entry.kind == EntryKind::Submodule);
    submodules.map(|(path, _)| path.clone()).collect()
}
