//! Ways to fill it.

use std::collections::BTreeMap;

use super::{
    Forge,
    forge::{Issue, Said},
    objects::{Commit, Object, Person, Row},
};

impl Forge {
    /// A repository with a few files on `main`, and an issue.
    pub fn sample() -> Self {
        let mut forge = Self::new("octo", "repo");
        let files: &[(&str, &str, &[u8])] = &[
            ("README.md", "100644", b"# A repository\n"),
            ("run.sh", "100755", b"#!/bin/sh\n"),
            ("src/lib.rs", "100644", b"pub fn one() -> u32 {\n    2\n}\n"),
            ("src/deep/data.bin", "100644", &[0, 159, 146, 150]),
        ];
        forge.lay("main", files, "Begin");
        let issue = Issue {
            title: "`one` is two".to_owned(),
            body: Some("It should be 1.".to_owned()),
            state: "open".to_owned(),
            author: "monalisa".to_owned(),
            association: "MEMBER".to_owned(),
            ..Issue::default()
        };
        forge.add_issue(issue);
        forge
    }

    /// Commits files on top of a branch, which is made when it is missing, and says the
    /// id of the commit. A mode of `0` takes a file away.
    pub fn lay(&mut self, branch: &str, files: &[(&str, &str, &[u8])], message: &str) -> String {
        let parent = self.branches.get(branch).cloned();
        let mut all = match parent.as_ref().and_then(|sha| self.objects.commit(sha)) {
            Some(commit) => self.objects.flat(&commit.tree),
            None => BTreeMap::new(),
        };
        for (path, mode, bytes) in files {
            match *mode {
                "0" => drop(all.remove(*path)),
                "160000" => {
                    let sha = "1".repeat(40);
                    all.insert((*path).to_owned(), Row { mode: (*mode).to_owned(), sha });
                }
                _ => {
                    let sha = self.objects.add(Object::Blob(bytes.to_vec()));
                    all.insert((*path).to_owned(), Row { mode: (*mode).to_owned(), sha });
                }
            }
        }
        let tree = self.objects.grow(&all);
        let person =
            Person { name: "Mona".to_owned(), email: "mona@example.org".to_owned(), at: 1_700_000_000 };
        let commit = Commit {
            tree,
            parents: parent.into_iter().collect(),
            author: person.clone(),
            committer: person,
            message: message.to_owned(),
        };
        let sha = self.objects.add(Object::Commit(commit));
        self.branches.insert(branch.to_owned(), sha.clone());
        sha
    }

    /// Adds an issue and says its number.
    pub fn add_issue(&mut self, issue: Issue) -> u64 {
        let number = self.next_number();
        self.issues.insert(number, issue);
        number
    }

    /// What a branch has at a path.
    pub fn read(&self, branch: &str, path: &str) -> Option<Vec<u8>> {
        let commit = self.objects.commit(self.branches.get(branch)?)?;
        let row = self.objects.flat(&commit.tree).remove(path)?;
        self.objects.blob(&row.sha).cloned()
    }
}

impl Said {
    /// A comment of somebody.
    pub fn new(author: &str, body: &str) -> Self {
        Self {
            author: author.to_owned(),
            association: "NONE".to_owned(),
            body: body.to_owned(),
            ..Self::default()
        }
    }
}
