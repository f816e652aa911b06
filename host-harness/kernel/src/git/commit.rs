use std::{fs, path::Path};

use agent_contract::RepoPath;
use policy::{
    Code,
    config::{GitUpdate, Person},
};
use serde::Serialize;

use super::{
    command::{Git, line},
    faithful::{self, FileChange, FileVersion, Wanted},
    install,
    message::Trailers,
    own::OwnRepository,
    refs::is_id,
    repository::Repository,
    signing::Signer,
    sound,
};
use crate::{KernelError, workspace::HeldFile};

/// A commit to be made: a change on top of a commit.
#[derive(Debug)]
pub struct Commit<'a> {
    /// The repository.
    pub root: &'a Path,
    /// The commit that it follows.
    pub parent: &'a str,
    /// The message, without the trailers.
    pub message: &'a str,
    /// Where it comes from.
    pub trailers: Trailers<'a>,
    /// When it is made, in milliseconds since 1970. The same change at the same second is
    /// the same commit.
    pub time_ms: u64,
    /// Who makes it, and what signs it.
    pub update: &'a GitUpdate,
    /// Files as they are to be; `None` is a deletion.
    pub files: &'a [(RepoPath, Option<HeldFile>)],
    /// A folder for what passes. It must be the run's own: a key may lie there for a moment.
    pub scratch: &'a Path,
}

/// A commit that was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NewCommit {
    /// Its id.
    pub id: String,
    /// The commit that it follows.
    pub parent: String,
    /// Its tree.
    pub tree: String,
    /// What it changes, file by file, as git tells it.
    pub files: Vec<FileChange>,
    /// Whether it carries a signature.
    pub signed: bool,
}

/// Makes the commit. No branch knows of it yet, and neither index nor working tree of
/// the checkout take part. Its objects come to the repository when all of it is done.
pub fn commit(commit: &Commit) -> Result<NewCommit, KernelError> {
    let message = commit.trailers.message(commit.message)?;
    if !is_id(commit.parent) {
        let message = format!("`{}` is no commit's whole id", commit.parent.escape_debug());
        return Err(KernelError::new(Code::ArgumentMalformed, message));
    }
    let repository = Repository::needed(commit.root)?;
    let own = OwnRepository::over(&repository, commit.parent, commit.scratch)?;
    let wanted = blobs(&own, commit.files)?;
    let tree = tree(&own, commit.parent, &wanted)?;
    let id = object(&own, commit, &tree, &message)?;
    let files = faithful::changes(&own, commit.parent, &id, wanted)?;
    sound::check(&own)?;
    install::objects(&own, &repository)?;
    let signed = commit.update.signing.is_some();
    Ok(NewCommit { id, parent: commit.parent.to_owned(), tree, files, signed })
}

/// Writes the content of the files, all with one command.
fn blobs(own: &OwnRepository, files: &[(RepoPath, Option<HeldFile>)]) -> Result<Vec<Wanted>, KernelError> {
    let folder = own.folder().join("content");
    let held: Vec<_> = files.iter().filter_map(|(_, file)| file.as_ref()).collect();
    fs::create_dir(&folder).map_err(KernelError::io("create", folder.display()))?;
    for (number, file) in held.iter().enumerate() {
        let path = folder.join(number.to_string());
        fs::write(&path, file.blob.bytes()).map_err(KernelError::io("write", path.display()))?;
    }
    let names: String = (0..held.len()).map(|number| format!("content/{number}\n")).collect();
    let hash = own.git(&["hash-object", "-w", "--no-filters", "--stdin-paths"]);
    let ids = line(hash.run(names.as_bytes())?);
    let mut versions =
        ids.lines().zip(held).map(|(id, file)| FileVersion { id: id.to_owned(), state: file.state() });
    let cut = || KernelError::new(Code::KernelFailed, "`git hash-object` gave half an answer");
    let wanted = |(path, file): &(RepoPath, Option<HeldFile>)| {
        let after = file.as_ref().map(|_| versions.next().ok_or_else(cut)).transpose()?;
        Ok(Wanted { path: path.clone(), after })
    };
    files.iter().map(wanted).collect()
}

fn tree(own: &OwnRepository, parent: &str, wanted: &[Wanted]) -> Result<String, KernelError> {
    own.git(&["read-tree", parent]).run(&[])?;
    let nothing = "0".repeat(parent.len());
    let entries = wanted.iter().map(|Wanted { path, after }| match after {
        None => format!("0 {nothing}\t{path}\0"),
        Some(version) => format!("{} {}\t{path}\0", version.state.mode, version.id),
    });
    let entries: String = entries.collect();
    own.git(&["update-index", "-z", "--index-info"]).run(entries.as_bytes())?;
    // A partial clone lacks the files that nobody looked at, and this change neither has
    // nor needs them.
    Ok(line(own.git(&["write-tree", "--missing-ok"]).run(&[])?))
}

fn object(own: &OwnRepository, commit: &Commit, tree: &str, message: &str) -> Result<String, KernelError> {
    let seconds = commit.time_ms / 1000;
    let git = own.git(&["commit-tree"]).setting("i18n.commitEncoding", "UTF-8");
    let git = person(git, "AUTHOR", &commit.update.author, seconds);
    let git = person(git, "COMMITTER", &commit.update.committer, seconds);
    let signer = commit.update.signing.as_ref().map(|signing| Signer::ready(signing, own)).transpose()?;
    let Some(signer) = &signer else {
        return Ok(line(git.arguments(&[tree, "-p", commit.parent]).run(message.as_bytes())?));
    };
    let git = signer.take_up(git).arguments(&[tree, "-p", commit.parent]);
    git.run(message.as_bytes()).map(line).map_err(|error| match error.code {
        Code::KernelFailed => {
            KernelError::new(Code::SigningFailed, format!("can't sign the commit: {error}"))
        }
        _ => error,
    })
}

fn person(git: Git, role: &str, person: &Person, seconds: u64) -> Git {
    git.env(&format!("GIT_{role}_NAME"), &person.name)
        .env(&format!("GIT_{role}_EMAIL"), &person.email)
        .env(&format!("GIT_{role}_DATE"), format!("@{seconds} +0000"))
}
