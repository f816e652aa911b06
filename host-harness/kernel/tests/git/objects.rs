//! What a repository holds that is another's, or nobody's yet.

use std::{
    fs,
    os::unix::fs::symlink,
    path::{Path, PathBuf},
    process::Command,
    time::{Duration, Instant},
};

use kernel::git;

use crate::world::{World, code};

fn dot(world: &World, path: &str) -> PathBuf {
    world.root().join(".git").join(path)
}

/// Links would bring the objects of another repository along, and git waits for a pipe.
#[test]
fn objects_that_are_links_or_pipes_are_refused() {
    type Odd = fn(&Path);
    let odd: [(&str, Odd); 3] = [
        ("a folder that is a link", |object| {
            let (folder, elsewhere) =
                (object.parent().unwrap(), object.ancestors().nth(4).unwrap().join("else"));
            fs::rename(folder, &elsewhere).unwrap();
            symlink(&elsewhere, folder).unwrap();
        }),
        ("a file that is a link", |object| {
            let elsewhere = object.ancestors().nth(4).unwrap().join("else");
            fs::rename(object, &elsewhere).unwrap();
            symlink(&elsewhere, object).unwrap();
        }),
        ("a pipe", |object| {
            fs::remove_file(object).unwrap();
            assert!(Command::new("mkfifo").arg(object).status().unwrap().success());
        }),
    ];
    for (name, make) in odd {
        let world = World::new();
        let made = world.commit(&[("a.txt", Some("ONE\n"))]).unwrap();
        let blob = world.git(&["rev-parse", "HEAD:a.txt"]);
        make(&dot(&world, &format!("objects/{}/{}", &blob[..2], &blob[2..])));
        let start = Instant::now();
        assert_eq!(code(world.push("code-assist/x", &made.id)), "repository-unusable", "{name}");
        assert_eq!(code(world.commit(&[("a.txt", Some("TWO\n"))])), "repository-unusable", "{name}");
        assert_eq!(code(git::ignored(&world.root())), "repository-unusable", "{name}");
        assert!(start.elapsed() < Duration::from_secs(5), "{name}");
    }
}

/// Git's strictest look at what a change brings: what would harm whoever clones it.
#[test]
fn what_git_finds_fault_with_is_not_committed() {
    let submodule =
        |line: &str| format!("[submodule \"x\"]\n\tpath = x\n\turl = https://example.org/x\n{line}\n");
    let long = format!("*.txt {}\n", "a".repeat(3000));
    for (path, text, word) in [
        (".gitmodules", submodule("").replace("\"x\"", "\"../../x\""), "gitmodulesName"),
        (".gitmodules", submodule("").replace("https://example.org/x", "-ufoo"), "gitmodulesUrl"),
        (".gitmodules", submodule("").replace("path = x", "path = -x"), "gitmodulesPath"),
        (".gitmodules", submodule("\tupdate = !id"), "gitmodulesUpdate"),
        (".gitattributes", long, "gitattributesLineLength"),
    ] {
        let world = World::new();
        let refused = world.commit(&[(path, Some(&text))]).unwrap_err();
        assert_eq!(refused.code.as_str(), "commit-unsound", "{word}: {refused}");
        assert!(refused.message.contains(word), "{refused}");
        world.git(&["fsck", "--strict"]);
    }
    let world = World::new();
    assert!(world.commit(&[(".gitmodules", Some(&submodule("")))]).is_ok());
    // What was there before is not this change's.
    world.write(".gitmodules", &submodule("\tupdate = !id"));
    world.git(&["add", "."]);
    world.git(&["commit", "-qm", "Old"]);
    assert!(world.commit(&[("a.txt", Some("ONE\n"))]).is_ok());
}

#[test]
fn a_branch_that_is_checked_out_without_a_commit_is_not_made() {
    let world = World::new();
    let made = world.commit(&[("a.txt", Some("ONE\n"))]).unwrap();
    let other = world.path("other");
    world.git(&["worktree", "add", "-q", "--orphan", "-b", "code-assist/new", other.to_str().unwrap()]);
    assert_eq!(code(world.branch("code-assist/new", &made.id)), "branch-exists");
    assert_eq!(world.branch("code-assist/other", &made.id).unwrap(), git::Branched::Created);
}
