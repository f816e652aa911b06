//! Commits and branches.

use std::{
    collections::BTreeSet,
    fs,
    path::Path,
    process::{Command, Stdio},
    time::Duration,
};

use kernel::git::{self, Branched};
use policy::blob::sha256;

use crate::world::{World, code, path_of};

const CHANGE: &[(&str, Option<&str>)] =
    &[("a.txt", Some("ONE\n")), ("folder/b.txt", None), ("new/c.txt", Some("c\n"))];

#[test]
fn a_commit_is_clean_and_carries_its_trailers() {
    for options in [&[][..], &["--object-format=sha256"]] {
        let world = World::with(options);
        let made = world.commit(CHANGE).unwrap();
        assert_eq!(world.branch("code-assist/x", &made.id).unwrap(), Branched::Created);
        let fsck = world.plain(&["fsck", "--strict", "--full", "--no-dangling"]);
        assert!(fsck.status.success(), "{}", String::from_utf8_lossy(&fsck.stderr));
        assert_eq!(String::from_utf8_lossy(&fsck.stderr), "");
        let trailers = world.git(&["log", "-1", "--format=%(trailers:only,unfold)", "code-assist/x"]);
        assert_eq!(
            trailers,
            "Code-Assist-Run: run-1\nCode-Assist-Trace: sha256:abc\nCode-Assist-Operation: op-1"
        );
        assert_eq!(world.git(&["rev-parse", "code-assist/x^{tree}"]), made.tree);
        assert_eq!(world.git(&["rev-parse", "code-assist/x^"]), made.parent);
        assert_eq!(world.git(&["show", "code-assist/x:a.txt"]), "ONE");
        assert_eq!(world.git(&["status", "--porcelain"]), "");
        assert_eq!(world.git(&["symbolic-ref", "HEAD"]), "refs/heads/main");
        assert!(world.is_clean());
    }
}

#[test]
fn trailers_are_what_git_itself_parses() {
    let world = World::new();
    let made = world.commit(CHANGE).unwrap();
    let message = world.path("message");
    fs::write(&message, world.git(&["log", "-1", "--format=%B", &made.id])).unwrap();
    let parsed = world.git(&["interpret-trailers", "--parse", message.to_str().unwrap()]);
    assert_eq!(parsed, "Code-Assist-Run: run-1\nCode-Assist-Trace: sha256:abc\nCode-Assist-Operation: op-1");
}

#[test]
fn a_commit_tells_each_file_before_and_after() {
    let world = World::new();
    let made = world.commit(CHANGE).unwrap();
    let told: Vec<_> = made
        .files
        .iter()
        .map(|change| {
            let version = |version: &Option<git::FileVersion>| {
                version.as_ref().map(|version| (version.id.clone(), version.state.sha256.clone()))
            };
            (change.path.to_string(), version(&change.before), version(&change.after))
        })
        .collect();
    let id = |name: &str| world.git(&["rev-parse", name]);
    let new = |path: &str| id(&format!("{}:{path}", made.id));
    assert_eq!(
        told,
        [
            (
                "a.txt".to_owned(),
                Some((id("main:a.txt"), sha256(b"one\n"))),
                Some((new("a.txt"), sha256(b"ONE\n")))
            ),
            ("folder/b.txt".to_owned(), Some((id("main:folder/b.txt"), sha256(b"two\n"))), None),
            ("new/c.txt".to_owned(), None, Some((new("new/c.txt"), sha256(b"c\n")))),
        ]
    );
}

#[test]
fn author_and_committer_are_the_configured_ones() {
    let world = World::new();
    let update = world.configured("author = { name = \"Ada\", email = \"ada@example.org\" }\ncommitter = { name = \"Bot\", email = \"bot@example.org\" }");
    let made = world.commit_with(&update, "op", CHANGE).unwrap();
    let told = world.git(&["log", "-1", "--format=%an <%ae> %cn <%ce> %at", &made.id]);
    assert_eq!(told, "Ada <ada@example.org> Bot <bot@example.org> 1700000000");
    let usual = world.commit(CHANGE).unwrap();
    let told = world.git(&["log", "-1", "--format=%an <%ae>", &usual.id]);
    assert_eq!(told, "AGenNext Code Assist <code-assist@agennext.invalid>");
}

#[test]
fn the_same_change_at_the_same_time_is_the_same_commit() {
    let world = World::new();
    let (one, other) = (world.commit(CHANGE).unwrap(), world.commit(CHANGE).unwrap());
    assert_eq!(one, other);
    assert_eq!(world.branch("code-assist/x", &one.id).unwrap(), Branched::Created);
    assert_eq!(world.branch("code-assist/x", &other.id).unwrap(), Branched::Repeated(one.id));
}

#[test]
fn a_repeated_operation_finds_its_branch_and_another_one_is_refused() {
    let world = World::new();
    let first = world.commit_with(&world.update(), "op-1", CHANGE).unwrap();
    world.branch("code-assist/x", &first.id).unwrap();
    // The same operation later: another id, the same change.
    world.time_ms.set(world.time_ms.get() + 60_000);
    let again = world.commit(CHANGE).unwrap();
    assert_ne!(again.id, first.id);
    assert_eq!(world.branch("code-assist/x", &again.id).unwrap(), Branched::Repeated(first.id.clone()));
    let ada = world.configured("author = { name = \"Ada\", email = \"ada@example.org\" }");
    let other = world.commit_with(&ada, "op-1", CHANGE).unwrap();
    assert_eq!(code(world.branch("code-assist/x", &other.id)), "branch-exists");
    let other = world.commit_with(&world.update(), "op-2", CHANGE).unwrap();
    assert_eq!(code(world.branch("code-assist/x", &other.id)), "branch-exists");
    let more = world.commit_with(&world.update(), "op-1", &[("a.txt", Some("TWO\n"))]).unwrap();
    assert_eq!(code(world.branch("code-assist/x", &more.id)), "branch-exists");
    assert_eq!(world.git(&["rev-parse", "code-assist/x"]), first.id);
}

#[test]
fn a_branch_never_stands_where_another_one_does() {
    let world = World::new();
    let made = world.commit(CHANGE).unwrap();
    world.git(&["branch", "agent"]);
    world.git(&["branch", "packed/one"]);
    world.git(&["branch", "same"]);
    world.git(&["pack-refs", "--all"]);
    world.git(&["branch", "loose/one"]);
    for name in ["agent", "agent/x", "packed", "packed/one/x", "loose", "loose/one/x", "main", "same"] {
        assert_eq!(code(world.branch(name, &made.id)), "branch-exists", "{name}");
    }
    for name in ["packed/two", "loose/two", "deep/er/still"] {
        assert_eq!(world.branch(name, &made.id).unwrap(), Branched::Created, "{name}");
        assert_eq!(world.git(&["rev-parse", &format!("refs/heads/{name}")]), made.id);
    }
    world.git(&["fsck", "--strict"]);
}

#[test]
fn a_branch_needs_a_commit() {
    let world = World::new();
    let tree = world.git(&["rev-parse", "HEAD^{tree}"]);
    for id in [tree.as_str(), &"1".repeat(40), "HEAD", "", "--help"] {
        assert_eq!(code(world.branch("code-assist/x", id)), "argument-malformed", "{id:?}");
    }
}

#[test]
fn a_branch_that_is_being_made_is_left_alone() {
    let world = World::new();
    let made = world.commit(CHANGE).unwrap();
    let lock = world.root().join(".git/refs/heads/x.lock");
    fs::write(&lock, "").unwrap();
    assert_eq!(code(world.branch("x", &made.id)), "repository-unusable");
    assert!(lock.exists() && !world.root().join(".git/refs/heads/x").exists());
}

#[test]
fn a_commit_follows_a_whole_id_and_nothing_else() {
    let world = World::new();
    let update = world.update();
    for parent in ["HEAD", "main", "", "-x", "4b825dc", &"0".repeat(40)] {
        let made = git::commit(&git::Commit {
            root: &world.root(),
            parent,
            message: "x",
            trailers: git::Trailers { run: "r", trace: "t", operation: "o" },
            time_ms: 0,
            update: &update,
            files: &[],
            scratch: &world.scratch(),
        });
        assert!(made.is_err(), "{parent:?}");
    }
    assert!(world.is_clean());
}

#[test]
fn a_commit_that_would_be_another_change_is_not_made() {
    let world = World::new();
    // A file where the commit has a folder: git would drop the folder's files.
    assert_eq!(code(world.commit(&[("folder", Some("x"))])), "commit-unfaithful");
    assert!(world.commit(&[("a.txt", Some("one\n")), ("no/such.txt", None)]).unwrap().files.is_empty());
    assert!(world.is_clean());
}

#[test]
fn a_linked_working_tree_is_a_repository_too() {
    let world = World::new();
    let linked = world.path("linked");
    world.git(&["worktree", "add", "-q", "-b", "other", linked.to_str().unwrap()]);
    let head = git::head(&linked).unwrap().unwrap();
    assert_eq!(head.branch.unwrap().as_str(), "other");
    assert_eq!(head.commit.as_deref(), Some(world.git(&["rev-parse", "main"]).as_str()));
    assert!(!git::holds_more(&linked).unwrap());
    fs::write(linked.join("more.txt"), "x").unwrap();
    assert!(git::holds_more(&linked).unwrap());
    let found = git::committed(&linked, &BTreeSet::from([path_of("a.txt")])).unwrap();
    assert_eq!(found[&path_of("a.txt")], b"one\n");
}

#[test]
fn a_shallow_clone_is_a_repository_too() {
    let world = World::new();
    world.write("a.txt", "1\n");
    world.git(&["commit", "-qam", "second"]);
    let source = format!("file://{}", world.root().display());
    let clone = world.path("shallow");
    world.git(&["clone", "-q", "--depth", "1", &source, clone.to_str().unwrap()]);
    fs::remove_dir_all(world.root()).unwrap();
    fs::rename(&clone, world.root()).unwrap();
    let made = world.commit(CHANGE).unwrap();
    world.branch("code-assist/x", &made.id).unwrap();
    world.git(&["fsck", "--strict"]);
    assert!(!git::holds_more(&world.root()).unwrap());
}

type Case = (&'static str, fn(&World));

#[test]
fn a_checkout_that_holds_more_than_its_commit_is_told() {
    let world = World::new();
    assert!(!git::holds_more(&world.root()).unwrap());
    let cases: [Case; 5] = [
        ("changed", |world| world.write("a.txt", "changed\n")),
        ("new", |world| world.write("new.txt", "x")),
        ("gone", |world| fs::remove_file(world.root().join("a.txt")).unwrap()),
        ("staged", |world| {
            world.write("a.txt", "staged\n");
            world.git(&["add", "a.txt"]);
        }),
        ("no index", |world| fs::remove_file(world.root().join(".git/index")).unwrap()),
    ];
    for (name, change) in cases {
        let world = World::new();
        change(&world);
        assert!(git::holds_more(&world.root()).unwrap(), "{name}");
    }
    world.write(".git/info/exclude", "ignored\n");
    world.write("ignored", "x");
    assert!(!git::holds_more(&world.root()).unwrap());
}

#[test]
fn what_git_ignores_is_told() {
    let world = World::new();
    world.write(".gitignore", "*.log\n/out/\n");
    world.write(".git/info/exclude", "mine\n");
    for name in ["a.log", "folder/b.log", "out/x", "mine", "new.txt"] {
        world.write(name, "x");
    }
    let told = |folder: &str| {
        let mut paths = git::ignored(&world.root().join(folder)).unwrap().unwrap();
        paths.sort();
        paths
    };
    assert_eq!(told(""), ["a.log", "folder/b.log", "mine", "out/"]);
    assert_eq!(told("folder"), ["b.log"]);
    assert_eq!(git::ignored(&world.path("home")).unwrap(), None);
}

#[test]
fn what_git_tracks_is_told() {
    let world = World::new();
    for name in ["new.txt", "folder/new.txt"] {
        world.write(name, "x");
    }
    let told = |folder: &str| git::tracked(&world.root().join(folder)).unwrap().unwrap();
    let before = told("");
    assert!(!before.is_empty() && !before.iter().any(|path| path.contains("new.txt")), "{before:?}");
    world.git(&["add", "--all"]);
    let after = told("");
    assert!(
        after.iter().any(|path| path == "folder/new.txt") && after.len() == before.len() + 2,
        "{after:?}"
    );
    assert!(told("folder").contains(&"new.txt".to_owned()));
    assert_eq!(git::tracked(&world.path("home")).unwrap(), None);
}

/// Killed at any moment, the repository is sound, its branches are those that were
/// there, and a repeated call makes the one that is missing.
#[test]
fn a_commit_that_is_killed_leaves_nothing_half() {
    const VARIABLE: &str = "CODE_ASSIST_TEST_COMMIT";
    const FILES: u32 = 200;
    if let Ok(folder) = std::env::var(VARIABLE) {
        World::commit_from(Path::new(&folder), "agent/x", FILES).unwrap();
        return;
    }
    let mut unmade = 0;
    for delay in [5, 20, 35, 50, 65, 80, 100, 120, 150, 200] {
        let world = World::new();
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "changes::a_commit_that_is_killed_leaves_nothing_half"])
            .env(VARIABLE, world.folder())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        std::thread::sleep(Duration::from_millis(delay));
        child.kill().unwrap();
        child.wait().unwrap();
        world.git(&["fsck", "--strict"]);
        let made = world.plain(&["rev-parse", "--verify", "-q", "agent/x"]).status.success();
        unmade += u32::from(!made);
        assert_eq!(world.git(&["status", "--porcelain"]), "");
        let _ = fs::remove_file(world.root().join(".git/refs/heads/agent/x.lock"));
        let id = World::commit_from(world.folder(), "agent/x", FILES).unwrap();
        assert_eq!(world.git(&["rev-parse", "agent/x"]), id);
        world.git(&["fsck", "--strict"]);
    }
    assert!(unmade > 0, "none was killed in time");
}
