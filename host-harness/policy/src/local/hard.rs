//! The rules that no file can loosen. Each is a function here, and the list says what
//! there is.

use agent_contract::{CapabilityName, RepoPath, fault::shown, rules::is_merge};

use crate::{Code, answer::Objection};

/// A rule that holds whatever a policy says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HardRule {
    /// Its name.
    pub name: &'static str,
    /// What it says.
    pub says: &'static str,
    /// The code of a refusal by it.
    pub code: Code,
}

/// Every hard rule.
pub const HARD: &[HardRule] = &[
    HardRule {
        name: "no-merge",
        says: "nothing is merged: no action of a binding or a protocol whose name speaks of a merge",
        code: Code::HardMerge,
    },
    HardRule {
        name: "no-base-branch",
        says: "no commit, push or pull request goes from the base branch or the branch that is checked out",
        code: Code::HardBaseBranch,
    },
    HardRule {
        name: "no-outside",
        says: "nothing outside the workspace is touched, and nothing in `.git`",
        code: Code::HardOutside,
    },
    HardRule { name: "no-self-approval", says: "the one who asks can't approve", code: Code::ApprovalSelf },
];

/// No merge: an action of a binding or a protocol, by its name.
pub fn no_merge(action: &str) -> Result<(), Objection> {
    match is_merge(action) {
        false => Ok(()),
        true => Err(Objection::new(
            Code::HardMerge,
            format!("`{}` speaks of a merge, which exists here in no form", shown(action)),
        )),
    }
}

/// No write to the base branch. Where no work branch is named, the Runner makes a new one.
pub fn no_base_branch(
    capability: CapabilityName,
    work: Option<&str>,
    base: Option<&str>,
    current: Option<&str>,
) -> Result<(), Objection> {
    let writes = matches!(
        capability,
        CapabilityName::RepoCommit | CapabilityName::RepoPush | CapabilityName::RepoOpenPr
    );
    let Some(work) = work.filter(|_| writes) else { return Ok(()) };
    let kept = [("the base branch", base), ("the branch that is checked out", current)];
    match kept.into_iter().find(|(_, kept)| kept.is_some_and(|kept| is_same_branch(work, kept))) {
        None => Ok(()),
        Some((which, _)) => Err(Objection::new(
            Code::HardBaseBranch,
            format!("`{capability}` to `{}`, which is {which} and never written to", shown(work)),
        )),
    }
}

/// On some file systems `Main` is `main`, and both are `refs/heads/main`.
fn is_same_branch(one: &str, other: &str) -> bool {
    let short = |name: &str| name.trim().trim_start_matches("refs/heads/").to_lowercase();
    short(one) == short(other)
}

/// Nothing outside the workspace: a `RepoPath` can't hold a way out of it.
pub fn no_outside(path: &str) -> Result<RepoPath, Objection> {
    RepoPath::parse(path).map_err(|fault| Objection::new(Code::HardOutside, fault.to_string()))
}

/// No self-approval. One of whom nobody knows who it is may be the other.
pub fn no_self_approval(asker: &str, approver: &str) -> Result<(), Objection> {
    let (who, by) = (plain(asker), plain(approver));
    let message = match (who.is_empty(), by.is_empty()) {
        (true, _) => "nobody knows who asks, and so nobody can approve".to_owned(),
        (_, true) => "nobody knows who approves".to_owned(),
        _ if who == by => format!("`{}` asks, and can't approve", shown(asker.trim())),
        _ => return Ok(()),
    };
    Err(Objection::new(Code::ApprovalSelf, message))
}

fn plain(identity: &str) -> String {
    identity.trim().to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code<T>(said: Result<T, Objection>) -> Option<Code> {
        said.err().map(|objection| objection.code)
    }

    #[test]
    fn a_merge_is_refused_by_any_name() {
        for name in ["merge", "pull_request.merge", "MergePR", "auto-merge", "merging", "SQUASH_AND_MERGE"] {
            assert_eq!(code(no_merge(name)), Some(Code::HardMerge), "{name}");
        }
        for name in ["", "pull_request.comment", "emergency.stop", "message.send"] {
            assert_eq!(code(no_merge(name)), None, "{name}");
        }
    }

    #[test]
    fn no_branch_that_others_build_on_is_written_to() {
        let (commit, push, pr) =
            (CapabilityName::RepoCommit, CapabilityName::RepoPush, CapabilityName::RepoOpenPr);
        let refused = Some(Code::HardBaseBranch);
        for (name, work, base, current, expected) in [
            (commit, Some("main"), Some("main"), None, refused),
            (push, Some("main"), None, Some("main"), refused),
            (pr, Some("Main"), Some("main"), Some("dev"), refused),
            (commit, Some("refs/heads/main"), Some("main"), None, refused),
            (commit, Some("agent/fix"), Some("main"), Some("dev"), None),
            (commit, None, Some("main"), Some("main"), None),
            (CapabilityName::RepoWrite, Some("main"), Some("main"), None, None),
        ] {
            assert_eq!(code(no_base_branch(name, work, base, current)), expected, "{name} {work:?}");
        }
    }

    #[test]
    fn nothing_outside_the_workspace_is_a_path() {
        for path in
            ["", "/etc/passwd", "../a", "a/../../b", "C:/x", "a\\..\\b", ".git/config", "a/.GIT/x", "a\0"]
        {
            assert_eq!(code(no_outside(path)), Some(Code::HardOutside), "{path:?}");
        }
        assert_eq!(no_outside("src/a.rs").map(|path| path.to_string()), Ok("src/a.rs".to_owned()));
    }

    #[test]
    fn nobody_approves_what_they_ask_for() {
        for (asker, approver, expected) in [
            ("ada", "ada", Some(Code::ApprovalSelf)),
            ("ada", " ADA\n", Some(Code::ApprovalSelf)),
            ("Éva", "éva", Some(Code::ApprovalSelf)),
            ("", "ada", Some(Code::ApprovalSelf)),
            ("ada", " ", Some(Code::ApprovalSelf)),
            ("ada", "grace", None),
        ] {
            assert_eq!(code(no_self_approval(asker, approver)), expected, "{asker:?} {approver:?}");
        }
    }

    #[test]
    fn each_hard_rule_has_a_code_of_its_own() {
        let mut codes: Vec<_> = HARD.iter().map(|rule| rule.code).collect();
        codes.sort();
        codes.dedup();
        assert_eq!(codes.len(), HARD.len());
    }
}
