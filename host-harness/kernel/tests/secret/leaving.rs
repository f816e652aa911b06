//! What must not leave the machine, and what may.

use std::{fs, path::Path, process::Command};

use base64::{Engine as _, prelude::*};
use kernel::{
    Workspace,
    secret::{Known, Leaving},
};
use policy::{Code, config::Limits};
use tempfile::TempDir;

use crate::ways::{SECRETS, WAYS, knowing};

const ENV: &str = "\
# how the service finds its database\n\
NODE_ENV=development\n\
PORT=8080\n\
DATABASE_URL=postgres://app:Zk39fQ7b@db.local:5432/app\n\
export STRIPE_KEY='rk-9aZ3xQ7Kd0VwLm4TtB2n'\n\
PASSWORD=hunter2\n\
SHARED=this-one-is-in-the-readme\n";

fn git(folder: &Path, arguments: &[&str]) {
    let git = Command::new("git").args(arguments).current_dir(folder).output().unwrap();
    assert!(git.status.success(), "{}", String::from_utf8_lossy(&git.stderr));
}

/// A repository that ignores `.env` and more, with what it does not in its index.
fn repository() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    git(folder.path(), &["init", "--quiet"]);
    for (path, content) in [
        (".git/info/exclude", "/notes.txt\n"),
        (".gitignore", ".env\n*.local.json\n/private/\nnode_modules/\n"),
        (".env", ENV),
        (".env.example", "STRIPE_KEY=rk-example-example-1\n"),
        ("README.md", "Set SHARED to this-one-is-in-the-readme.\n"),
        ("src/main.rs", "fn main() { println!(\"Hello\"); }\n"),
        (
            "config.local.json",
            "{\n  \"password\": \"opensesame-17\",\n  \"colour\": \"green-and-blue-9\"\n}\n",
        ),
        (
            "private/team/deploy.txt",
            "first line of the plan, which is long enough\nsecond line of it\nthird line of it\n",
        ),
        ("notes.txt", "token: t0ken-of-the-notes\n"),
        (
            "id_ed25519",
            "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQ\n-----END OPENSSH PRIVATE KEY-----\n",
        ),
        (
            "tests/ca.pem",
            "-----BEGIN CERTIFICATE-----\nMIIBfzCCASWgAwIBAgIUPublicPublicPublic09\n-----END CERTIFICATE-----\n",
        ),
        ("node_modules/left/.env", "KEY=in-a-folder-that-tools-fill-1\n"),
        ("web/.gitignore", "!keep.local.json\n"),
        ("web/keep.local.json", "{ \"password\": \"this-is-kept-21\" }\n"),
    ] {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }
    git(folder.path(), &["add", "--all"]);
    folder
}

/// A repository of these files, none in its index.
fn with(files: &[(&str, &[u8])]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    git(folder.path(), &["init", "--quiet"]);
    for (path, content) in files {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }
    folder
}

fn leaving(root: &Path) -> Leaving {
    let workspace = Workspace::open(root, &Limits::default()).unwrap();
    Leaving::new(Known::default()).with_ignored(workspace.base()).unwrap()
}

/// The file that a refusal names; nothing where the text may leave.
fn names(leaving: &Leaving, text: &[u8]) -> Option<String> {
    let error = leaving.check(text).err()?;
    assert_eq!(error.code, Code::SecretLeaving, "{error}");
    let file = error.message.split('`').nth(1).unwrap().to_owned();
    Some(file)
}

#[test]
fn a_known_secret_does_not_leave_in_whatever_way_it_is_written() {
    let leaving = Leaving::new(knowing(SECRETS));
    for (at, secret) in SECRETS.iter().enumerate() {
        for (name, way) in WAYS {
            let error = leaving.check(&[b"prompt: ", way(secret).as_slice(), b" end"].concat()).unwrap_err();
            assert_eq!(error.code, Code::SecretLeaving, "{name}");
            assert!(error.message.contains(&format!("`TOKEN_{at}`")), "{name}: {error}");
            assert!(!error.message.contains(secret), "{name}: {error}");
        }
    }
    assert_eq!(leaving.check(b"a prompt about nothing"), Ok(()));
}

#[test]
fn a_prompt_with_the_content_of_an_ignored_env_is_refused_with_its_name_and_not_its_value() {
    let folder = repository();
    let leaving = leaving(folder.path());
    let json =
        |text: &str| serde_json::json!({ "messages": [{ "role": "user", "content": text }] }).to_string();
    let prompts = [
        ("the whole file", format!("Here is my file:\n```\n{ENV}```\nwhat is wrong?")),
        ("the whole file in JSON", json(ENV)),
        ("the whole file in JSON in JSON", json(&json(ENV))),
        ("the whole file in base64", BASE64_STANDARD.encode(ENV)),
        ("one value", "why is rk-9aZ3xQ7Kd0VwLm4TtB2n refused?".to_owned()),
        ("one value in JSON", json("key \"rk-9aZ3xQ7Kd0VwLm4TtB2n\"\n")),
        ("one value in base64", json(&BASE64_STANDARD.encode("x rk-9aZ3xQ7Kd0VwLm4TtB2n y"))),
        ("one value in hex", "726b2d39615a337851374b64305677 4c6d34547442326e".to_owned()),
        ("one value over lines", "rk-9aZ3x\n  Q7Kd0VwL\n  m4TtB2n".to_owned()),
        ("a short value", "the password is hunter2.".to_owned()),
        ("a short value in JSON", json("PASSWORD=hunter2\nPORT=1")),
        ("the password of an address", "psql says that Zk39fQ7b is wrong".to_owned()),
        ("an address with its password", "postgres://app:Zk39fQ7b@db.local:5432/app".to_owned()),
        (
            "lines without a secret",
            ENV.lines().take(3).chain(["DATABASE_URL=postgres://app:...@db"]).collect::<Vec<_>>().join("\n"),
        ),
    ];
    for (what, prompt) in prompts {
        let error = leaving.check(prompt.as_bytes()).err();
        if what == "lines without a secret" {
            // Three lines that hold nothing are a piece of the file all the same.
            assert!(error.is_some(), "{what}");
            continue;
        }
        let error = error.unwrap_or_else(|| panic!("{what} may leave"));
        assert_eq!(error.code, Code::SecretLeaving, "{what}");
        let line = ENV.lines().position(|line| line.contains("STRIPE")).unwrap() + 1;
        let place = if what.starts_with("one value") {
            format!("`.env`, line {line}, ")
        } else {
            "`.env`, line ".to_owned()
        };
        assert!(error.message.contains(&place), "{what}: {error}");
        assert!(!error.message.contains("STRIPE"), "{what}: {error}");
        for value in ["rk-9aZ", "hunter2", "Zk39"] {
            assert!(!error.message.contains(value), "{what}: {error}");
        }
    }
}

#[test]
fn every_file_that_the_repository_keeps_to_itself_is_named() {
    let folder = repository();
    let leaving = leaving(folder.path());
    for (text, expected) in [
        ("opensesame-17", Some("config.local.json")),
        ("t0ken-of-the-notes", Some("notes.txt")),
        ("b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQ", Some("id_ed25519")),
        (
            "> first line of the plan, which is long enough\n> second line of it\n> third line of it",
            Some("private/team/deploy.txt"),
        ),
        ("the first line of the plan, which is long enough", None),
        ("green-and-blue-9", None),
        ("this-one-is-in-the-readme", None),
        ("rk-example-example-1", None),
        ("this-is-kept-21", None),
        ("in-a-folder-that-tools-fill-1", None),
        ("MIIBfzCCASWgAwIBAgIUPublicPublicPublic09", None),
        ("fn main() { println!(\"Hello\"); }", None),
        ("NODE_ENV=development and PORT=8080", None),
        ("hunter21 is another one, and so is xhunter2", None),
    ] {
        assert_eq!(names(&leaving, text.as_bytes()).as_deref(), expected, "{text}");
    }
}

#[test]
fn a_file_that_changes_or_comes_is_read_again() {
    let folder = repository();
    let leaving = leaving(folder.path());
    let path = folder.path().join("src/.env.local");
    assert_eq!(names(&leaving, b"n3w-and-unheard-of"), None);
    fs::write(&path, "TOKEN=n3w-and-unheard-of\n").unwrap();
    std::thread::sleep(std::time::Duration::from_millis(600));
    assert_eq!(names(&leaving, b"n3w-and-unheard-of").as_deref(), Some("src/.env.local"));
    fs::write(&path, "TOKEN=an0ther-one-by-now\n").unwrap();
    std::thread::sleep(std::time::Duration::from_millis(600));
    assert_eq!(names(&leaving, b"n3w-and-unheard-of"), None);
    assert_eq!(names(&leaving, b"an0ther-one-by-now").as_deref(), Some("src/.env.local"));
}

#[test]
#[cfg(unix)]
fn no_link_leads_out_of_the_repository() {
    let (folder, outside) = (repository(), tempfile::tempdir().unwrap());
    fs::write(outside.path().join("secret.env"), "KEY=fr0m-the-outside\n").unwrap();
    std::os::unix::fs::symlink(outside.path(), folder.path().join("linked")).unwrap();
    std::os::unix::fs::symlink(outside.path().join("secret.env"), folder.path().join("linked.env")).unwrap();
    std::os::unix::fs::symlink("/etc/passwd", folder.path().join("src/.gitignore")).unwrap();
    let leaving = leaving(folder.path());
    assert_eq!(names(&leaving, b"fr0m-the-outside"), None);
    assert_eq!(names(&leaving, b"opensesame-17").as_deref(), Some("config.local.json"));
}

#[test]
#[cfg(unix)]
fn what_cant_be_looked_at_lets_nothing_leave() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = repository();
    let path = folder.path().join(".env");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o000)).unwrap();
    if fs::read(&path).is_ok() {
        // Root reads everything; too many files stand for one that can't be read.
        (0..2001).for_each(|at| fs::write(folder.path().join(format!("{at}.env")), "A=b").unwrap());
    }
    let error = leaving(folder.path()).check(b"anything").unwrap_err();
    assert_eq!(error.code, Code::LeavingUnchecked, "{error}");
}

#[test]
fn a_large_repository_is_looked_through_once() {
    let folder = repository();
    for at in 0..100 {
        let part = folder.path().join(format!("src/part{at}"));
        fs::create_dir_all(&part).unwrap();
        (0..100).for_each(|file| fs::write(part.join(format!("file{file}.rs")), "fn f() {}\n").unwrap());
    }
    let leaving = leaving(folder.path());
    let timed = || {
        let start = std::time::Instant::now();
        leaving.check(b"nothing of it").unwrap();
        start.elapsed()
    };
    let (first, second) = (timed(), timed());
    println!("10,000 files: {first:?} at first, {second:?} then");
    assert!(second * 5 < first, "{first:?}, {second:?}");
}

#[test]
fn what_git_ignores_is_private_as_git_reads_its_rules() {
    for (what, rules) in [
        ("a mark at the start", b"\xef\xbb\xbflocal.conf\n".as_slice()),
        ("a class of characters", b"local.[[:alpha:]]onf\n"),
        ("a class that only git knows", b"local[[:punct:]]conf\n"),
        ("a folder", b"\xef\xbb\xbf/in[[:punct:]]side/\nlocal.conf\n"),
    ] {
        let folder = with(&[
            (".gitignore", rules),
            ("local.conf", b"API_KEY=Zx9kQw7LmP2vRt5y\n"),
            ("in-side/own.txt", b"API_KEY=in-s1de-the-folder\n"),
        ]);
        let leaving = leaving(folder.path());
        assert_eq!(names(&leaving, b"x Zx9kQw7LmP2vRt5y x").as_deref(), Some("local.conf"), "{what}");
        let inside = (what == "a folder").then_some("in-side/own.txt");
        assert_eq!(names(&leaving, b"in-s1de-the-folder").as_deref(), inside, "{what}");
    }
}

#[test]
fn the_list_of_a_clone_holds_in_its_other_working_trees() {
    let (folder, other) = (repository(), tempfile::tempdir().unwrap());
    let tree = other.path().join("tree");
    git(folder.path(), &["-c", "user.name=a", "-c", "user.email=a@example.org", "commit", "-qm", "All"]);
    git(folder.path(), &["worktree", "add", "--quiet", tree.to_str().unwrap()]);
    fs::write(tree.join("notes.txt"), "token: t0ken-of-the-tree\n").unwrap();
    assert_eq!(names(&leaving(&tree), b"t0ken-of-the-tree").as_deref(), Some("notes.txt"));
    assert_eq!(names(&leaving(&tree), b"this-one-is-in-the-readme"), None);
}

#[test]
fn only_what_git_tracks_is_for_everybody() {
    const VALUE: &[u8] = b"API_KEY=Zx9kQw7LmP2vRt5y\n";
    let files = [(".gitignore", b"/.env\n".as_slice()), (".env", VALUE), ("note.txt", VALUE)];
    let folder = with(&files);
    let refused = |folder: &Path| names(&leaving(folder), b"x Zx9kQw7LmP2vRt5y x");
    assert_eq!(refused(folder.path()).as_deref(), Some(".env"), "an untracked copy");
    for copy in [".env~", ".env.bak", "#.env#", ".env.orig", ".env-bak"] {
        fs::write(folder.path().join(copy), VALUE).unwrap();
        git(folder.path(), &["add", "--force", copy]);
        assert!(refused(folder.path()).is_some(), "{copy}");
    }
    git(folder.path(), &["add", "note.txt"]);
    assert_eq!(refused(folder.path()), None, "a tracked copy");
    assert_eq!(refused(&with(&[(".env", VALUE), ("sub/note.txt", VALUE)]).path().join("sub")), None);
    fs::remove_dir_all(folder.path().join(".git/refs")).unwrap();
    assert_eq!(refused(folder.path()).as_deref(), Some(".env"), "a repository that can't be asked");
    fs::remove_dir_all(folder.path().join(".git")).unwrap();
    assert_eq!(refused(folder.path()), None, "no repository");
}

#[test]
fn what_is_added_to_the_index_is_for_everybody_from_then_on() {
    let folder = with(&[(".env", b"API_KEY=Zx9kQw7LmP2vRt5y\n"), ("note.txt", b"Zx9kQw7LmP2vRt5y\n")]);
    let leaving = leaving(folder.path());
    assert!(names(&leaving, b"Zx9kQw7LmP2vRt5y").is_some());
    git(folder.path(), &["add", "note.txt"]);
    std::thread::sleep(std::time::Duration::from_millis(600));
    assert_eq!(names(&leaving, b"Zx9kQw7LmP2vRt5y"), None);
}

#[test]
#[cfg(unix)]
fn rules_from_a_pipe_let_nothing_leave() {
    for path in [".gitignore", "src/.gitignore", ".git/info/exclude"] {
        let folder = repository();
        let _ = fs::remove_file(folder.path().join(path));
        let made = Command::new("mkfifo").arg(folder.path().join(path)).status().unwrap();
        assert!(made.success());
        let error = leaving(folder.path()).check(b"anything").unwrap_err();
        assert_eq!(error.code, Code::LeavingUnchecked, "{path}: {error}");
        assert!(error.message.contains(path), "{error}");
    }
}

#[test]
fn a_large_file_of_secrets_is_read_or_nothing_leaves() {
    let large = |bytes: usize| {
        [b"# some comment to fill it\n".repeat(bytes / 26), b"DB_PASSWORD=tr0ub4dor3\n".to_vec()].concat()
    };
    let folder = with(&[(".env", &large(257 * 1024))]);
    assert_eq!(names(&leaving(folder.path()), b"use tr0ub4dor3").as_deref(), Some(".env"));
    let folder = with(&[(".env", &large(8 * 1024 * 1024 + 26))]);
    let error = leaving(folder.path()).check(b"anything").unwrap_err();
    assert_eq!(error.code, Code::LeavingUnchecked, "{error}");
}

#[test]
fn what_somebody_set_without_a_secret_may_leave() {
    for line in [
        "USERNAME=administrator",
        "AWS_REGION=eu-central-1",
        "MODEL=gpt-4o-mini",
        "TZ=Europe/Berlin",
        "LANG=en_US.UTF-8",
        "IMAGE=postgres:16-alpine",
        "PUBLIC_KEY_ID=primary",
        "DJANGO_SETTINGS_MODULE=greeter.settings",
        "DATABASE_URL=postgres://postgres:postgres@localhost:5432/app",
    ] {
        let folder = with(&[(".gitignore", b".env\n"), (".env", line.as_bytes())]);
        let value = line.split_once('=').unwrap().1;
        assert_eq!(
            names(&leaving(folder.path()), format!("about {value} please").as_bytes()),
            None,
            "{line}"
        );
    }
}
