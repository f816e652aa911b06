use std::collections::BTreeMap;

use agent_contract::RepoPath;

/// Files that a scanner may ask for.
pub trait Tree: Sync {
    /// Every file, in order.
    fn paths(&self) -> Vec<RepoPath>;

    /// The files that a change touched, where that is known; else everything may be.
    fn touched(&self) -> Option<Vec<RepoPath>> {
        None
    }

    /// What a file holds; none where there is no such file.
    fn read(&self, path: &RepoPath) -> Result<Option<Vec<u8>>, String>;
}

/// A tree that lies in memory.
#[derive(Debug, Clone, Default)]
pub struct Held(BTreeMap<RepoPath, Vec<u8>>);

impl<P: AsRef<str>, B: Into<Vec<u8>>> FromIterator<(P, B)> for Held {
    fn from_iter<I: IntoIterator<Item = (P, B)>>(files: I) -> Self {
        let parse = |path: P| RepoPath::parse(path.as_ref()).expect("a path inside the repository");
        Self(files.into_iter().map(|(path, bytes)| (parse(path), bytes.into())).collect())
    }
}

impl Tree for Held {
    fn paths(&self) -> Vec<RepoPath> {
        self.0.keys().cloned().collect()
    }

    fn read(&self, path: &RepoPath) -> Result<Option<Vec<u8>>, String> {
        Ok(self.0.get(path).cloned())
    }
}
