//! Repositories of odd kinds: what is not what it seems, leads elsewhere or never ends.

use std::{
    collections::BTreeSet,
    fs,
    os::unix::fs::symlink,
    path::Path,
    process::Command,
    time::{Duration, Instant},
};

use kernel::git;

use crate::{
    operations::each,
    world::{World, code, executable, path_of},
};

/// What becomes of the operations that look into a repository.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    /// All of them do their work.
    Work,
    /// All of them are refused, with this in the message.
    Refuse(&'static str),
    /// The look at the checkout fails; nothing else does.
    Blind,
}

struct Shape {
    name: &'static str,
    make: fn(&World),
    fate: Fate,
}

const fn shape(name: &'static str, fate: Fate, make: fn(&World)) -> Shape {
    Shape { name, make, fate }
}

fn dot(world: &World, name: &str) -> std::path::PathBuf {
    world.root().join(".git").join(name)
}

fn pipe(path: &Path) {
    let _ = fs::remove_file(path);
    assert!(Command::new("mkfifo").arg(path).status().unwrap().success());
}

/// The repository itself, elsewhere, with a command in its configuration.
fn elsewhere(world: &World) -> std::path::PathBuf {
    let place = world.path("elsewhere");
    fs::rename(world.root().join(".git"), &place).unwrap();
    let text = fs::read_to_string(place.join("config")).unwrap();
    fs::write(place.join("config"), format!("{text}\tfsmonitor = {}\n", world.evil())).unwrap();
    place
}

const MOVED: &[Shape] = &[
    shape("`.git` is a symbolic link", Fate::Refuse("is a symbolic link"), |w| {
        symlink(elsewhere(w), w.root().join(".git")).unwrap()
    }),
    shape("`.git` is a file that leads elsewhere", Fate::Refuse("leads to no working tree"), |w| {
        let place = elsewhere(w);
        w.write(".git", &format!("gitdir: {}\n", place.display()));
    }),
    shape(
        "`.git` is a file that leads to a working tree of another",
        Fate::Refuse("leads to no working tree"),
        |w| {
            let linked = w.path("linked");
            w.git(&["worktree", "add", "-q", linked.to_str().unwrap()]);
            let place = elsewhere(w);
            w.write(".git", &format!("gitdir: {}\n", place.join("worktrees/linked").display()));
        },
    ),
    shape("`.git` has a `commondir`", Fate::Refuse("has a `commondir`"), |w| {
        let place = elsewhere(w);
        fs::create_dir(w.root().join(".git")).unwrap();
        fs::copy(place.join("HEAD"), dot(w, "HEAD")).unwrap();
        fs::copy(place.join("index"), dot(w, "index")).unwrap();
        fs::write(dot(w, "commondir"), place.to_str().unwrap()).unwrap();
    }),
    shape("the configuration is a link to another", Fate::Work, |w| {
        let text = fs::read_to_string(dot(w, "config")).unwrap();
        fs::write(w.path("config"), format!("{text}\tfsmonitor = {}\n", w.evil())).unwrap();
        fs::remove_file(dot(w, "config")).unwrap();
        symlink(w.path("config"), dot(w, "config")).unwrap();
    }),
    shape("objects are borrowed, and a command lists what for", Fate::Refuse("borrows objects"), |w| {
        let other = w.path("other.git");
        w.git(&["init", "-q", "--bare", other.to_str().unwrap()]);
        fs::create_dir_all(dot(w, "objects/info")).unwrap();
        fs::write(dot(w, "objects/info/alternates"), format!("{}/objects\n", other.display())).unwrap();
        let evil = w.evil();
        w.git(&["config", "core.alternateRefsCommand", &evil]);
    }),
];

/// For each of these, what plain git does to spring it.
fn springs(world: &World, name: &str) {
    match name {
        "objects are borrowed, and a command lists what for" => {
            world.plain(&["fetch", world.path("remote.git").to_str().unwrap()]);
        }
        _ => drop(world.plain(&["status"])),
    }
}

#[test]
fn a_repository_that_leads_elsewhere_has_no_command_run() {
    for shape in MOVED {
        let world = World::new();
        (shape.make)(&world);
        springs(&world, shape.name);
        assert!(world.mark().exists(), "{}: plain git does not spring it", shape.name);
        let world = World::new();
        (shape.make)(&world);
        endures(shape, &world);
        assert!(!world.mark().exists(), "{}", shape.name);
    }
}

const ODD: &[Shape] = &[
    shape("the configuration is a pipe", Fate::Work, |w| pipe(&dot(w, "config"))),
    shape("the configuration is a folder", Fate::Work, |w| {
        fs::remove_file(dot(w, "config")).unwrap();
        fs::create_dir(dot(w, "config")).unwrap();
    }),
    shape("the configuration is huge", Fate::Work, |w| {
        fs::write(dot(w, "config"), "[a]\n\tb = c\n".repeat(2_000_000)).unwrap()
    }),
    shape("the configuration is rubbish", Fate::Work, |w| fs::write(dot(w, "config"), "]]\0[[").unwrap()),
    shape("the working tree is said to be elsewhere", Fate::Work, |w| {
        fs::create_dir(w.path("bait")).unwrap();
        fs::write(w.path("bait/x"), "x").unwrap();
        w.git(&["config", "core.worktree", w.path("bait").to_str().unwrap()]);
    }),
    shape("`safe.directory` is none", Fate::Work, |w| drop(w.git(&["config", "safe.directory", ""]))),
    shape("an extension that nobody knows", Fate::Work, |w| {
        for (key, value) in [("core.repositoryFormatVersion", "1"), ("extensions.unheardOf", "true")] {
            w.git(&["config", "--file", dot(w, "config").to_str().unwrap(), key, value]);
        }
    }),
    shape("names differ by no case", Fate::Work, |w| drop(w.git(&["config", "core.ignoreCase", "true"]))),
    shape("links are files", Fate::Work, |w| drop(w.git(&["config", "core.symlinks", "false"]))),
    shape("the index is a pipe", Fate::Blind, |w| pipe(&dot(w, "index"))),
    shape("the index is rubbish", Fate::Blind, |w| fs::write(dot(w, "index"), "DIRC rubbish").unwrap()),
    shape("the index is locked", Fate::Work, |w| fs::write(dot(w, "index.lock"), "").unwrap()),
    shape("the index is split", Fate::Work, |w| drop(w.git(&["update-index", "--split-index"]))),
    shape("the index is sparse", Fate::Work, |w| {
        drop(w.git(&["sparse-checkout", "set", "--cone", "--sparse-index", "folder"]))
    }),
    shape("`info/exclude` is a pipe", Fate::Blind, |w| pipe(&dot(w, "info/exclude"))),
    shape("`HEAD` is a pipe", Fate::Refuse("has a `HEAD`"), |w| pipe(&dot(w, "HEAD"))),
    shape("`HEAD` leads out", Fate::Refuse("has a `HEAD`"), |w| {
        fs::write(dot(w, "HEAD"), "ref: ../../x\n").unwrap()
    }),
    shape("`HEAD` is an option", Fate::Refuse("has a `HEAD`"), |w| {
        fs::write(dot(w, "HEAD"), "--upload-pack=x\n").unwrap()
    }),
    shape("`HEAD` is a link", Fate::Refuse("has a `HEAD`"), |w| {
        fs::remove_file(dot(w, "HEAD")).unwrap();
        symlink("refs/heads/main", dot(w, "HEAD")).unwrap();
    }),
    shape("references lead to each other", Fate::Refuse("round in circles"), |w| {
        fs::write(dot(w, "refs/heads/main"), "ref: refs/heads/other\n").unwrap();
        fs::write(dot(w, "refs/heads/other"), "ref: refs/heads/main\n").unwrap();
    }),
    shape("a reference is a link to itself", Fate::Refuse("can't be read"), |w| {
        fs::remove_file(dot(w, "refs/heads/main")).unwrap();
        symlink("main", dot(w, "refs/heads/main")).unwrap();
    }),
    shape("a reference is a pipe", Fate::Refuse("can't be read"), |w| pipe(&dot(w, "refs/heads/main"))),
    shape("branches are kept elsewhere", Fate::Refuse("no folder of its own"), |w| {
        fs::rename(dot(w, "refs/heads"), w.path("heads")).unwrap();
        symlink(w.path("heads"), dot(w, "refs/heads")).unwrap();
    }),
    shape("objects are kept elsewhere", Fate::Refuse("no folder of its own"), |w| {
        fs::rename(dot(w, "objects"), w.path("objects")).unwrap();
        symlink(w.path("objects"), dot(w, "objects")).unwrap();
    }),
    shape("the list of borrowed objects is a pipe", Fate::Refuse("borrows objects"), |w| {
        fs::create_dir_all(dot(w, "objects/info")).unwrap();
        pipe(&dot(w, "objects/info/alternates"));
    }),
    shape("a pack is a pipe", Fate::Refuse("no plain file"), |w| pipe(&dot(w, "objects/pack/pack-x.idx"))),
    shape("packed references have odd names", Fate::Work, |w| {
        let id = w.git(&["rev-parse", "main"]);
        fs::write(
            dot(w, "packed-refs"),
            format!("{id} refs/heads/--help\n{id} ../../x\n{id} refs/heads/$(x)\nrubbish\n\0\n"),
        )
        .unwrap();
    }),
    shape("`.git` is a pipe", Fate::Refuse("neither a folder nor a file"), |w| {
        fs::remove_dir_all(w.root().join(".git")).unwrap();
        pipe(&w.root().join(".git"));
    }),
    shape("`.git` is empty", Fate::Refuse("is no repository"), |w| {
        fs::remove_dir_all(w.root().join(".git")).unwrap();
        fs::create_dir(w.root().join(".git")).unwrap();
    }),
];

#[test]
fn a_repository_of_an_odd_kind_works_or_is_refused_and_never_hangs() {
    for shape in ODD {
        let world = World::new();
        (shape.make)(&world);
        let start = Instant::now();
        endures(shape, &world);
        assert!(start.elapsed() < Duration::from_secs(60), "{}: {:?}", shape.name, start.elapsed());
    }
}

/// Operations that look into `.git` at all.
const LOOKING: [&str; 4] = ["head", "holds_more", "committed", "ignored"];

fn endures(shape: &Shape, world: &World) {
    if let Fate::Refuse(why) = shape.fate {
        let results = [
            told(git::head(&world.root())),
            told(git::holds_more(&world.root())),
            told(git::committed(&world.root(), &BTreeSet::new())),
            told(git::ignored(&world.root())),
        ];
        for (operation, result) in LOOKING.iter().zip(results) {
            let message = result.expect_err(shape.name);
            assert!(message.contains(why), "{}: `{operation}`: {message}", shape.name);
        }
        return;
    }
    for (operation, result) in each(world) {
        let blind = shape.fate == Fate::Blind && ["holds_more", "ignored"].contains(&operation);
        assert_eq!(result.is_err(), blind, "{}: `{operation}`: {result:?}", shape.name);
    }
    assert!(shape.fate == Fate::Blind || !git::holds_more(&world.root()).unwrap(), "{}", shape.name);
}

fn told<T>(result: Result<T, kernel::KernelError>) -> Result<(), String> {
    result.map(drop).map_err(|error| error.message)
}

#[test]
fn references_of_another_kind_are_refused() {
    let world = World::new();
    let other = world.path("reftable");
    world.git(&["init", "-q", "--ref-format=reftable", other.to_str().unwrap()]);
    let error = git::head(&other).unwrap_err();
    assert!(error.message.contains("reftable") && error.message.contains("hint: "), "{error}");
}

#[test]
fn a_submodule_is_no_repository_to_work_on() {
    let world = World::new();
    let source = world.path("remote.git");
    world.git(&[
        "-c",
        "protocol.file.allow=always",
        "submodule",
        "--quiet",
        "add",
        source.to_str().unwrap(),
        "inner",
    ]);
    assert_eq!(code(git::head(&world.root().join("inner"))), "repository-unusable");
}

/// Plain git shows another file in its place.
#[test]
fn a_replaced_object_is_seen_as_it_is() {
    let world = World::new();
    world.write("other.txt", "replaced\n");
    let other = world.git(&["hash-object", "-w", "other.txt"]);
    fs::remove_file(world.root().join("other.txt")).unwrap();
    world.git(&["replace", "HEAD:a.txt", &other]);
    assert_eq!(world.git(&["show", "HEAD:a.txt"]), "replaced");
    let found = git::committed(&world.root(), &BTreeSet::from([path_of("a.txt")])).unwrap();
    assert_eq!(found[&path_of("a.txt")], b"one\n");
}

/// Objects that are links to elsewhere are not written through.
#[test]
fn objects_and_branches_are_never_written_outside() {
    let world = World::new();
    let outside = world.path("outside");
    fs::create_dir(&outside).unwrap();
    let made = world.commit(&[("a.txt", Some("ONE\n"))]).unwrap();
    symlink(&outside, dot(&world, "refs/heads/code-assist")).unwrap();
    assert!(world.branch("code-assist/x", &made.id).is_err());
    for number in 0..256 {
        let _ = symlink(&outside, dot(&world, &format!("objects/{number:02x}")));
    }
    assert!(world.commit(&[("a.txt", Some("TWO\n")), ("b.txt", Some("b\n"))]).is_err());
    assert_eq!(fs::read_dir(&outside).unwrap().count(), 0);
}

/// A program of the repository's that is named like one of ours.
#[test]
fn names_that_git_forbids_are_no_paths() {
    for name in [
        ".git",
        ".GIT/config",
        "git~1/config",
        ".git /x",
        ".g\u{200c}it/config",
        "a/.git/hooks/x",
        ".git::$INDEX_ALLOCATION/x",
    ] {
        let world = World::new();
        let parsed = agent_contract::RepoPath::parse(name);
        if parsed.is_ok() {
            assert!(world.commit(&[(name, Some("x"))]).is_err(), "{name:?}");
        }
        assert!(world.is_clean());
    }
}

/// A tree of the repository's own that holds such a name.
#[test]
fn a_commit_onto_a_tree_with_forbidden_names_is_refused() {
    let world = World::new();
    let blob = world.git(&["rev-parse", "HEAD:a.txt"]);
    let bytes: Vec<u8> =
        (0..40).step_by(2).map(|at| u8::from_str_radix(&blob[at..at + 2], 16).unwrap()).collect();
    let tree = [b"100644 .git\0".as_slice(), &bytes].concat();
    fs::write(world.path("tree"), tree).unwrap();
    let tree =
        world.git(&["hash-object", "-t", "tree", "-w", "--literally", world.path("tree").to_str().unwrap()]);
    let commit = world.git(&["commit-tree", &tree, "-m", "x"]);
    world.git(&["update-ref", "refs/heads/main", &commit]);
    assert_eq!(code(world.commit(&[("a.txt", Some("x"))])), "kernel-failed");
}

/// The search path begins with the place where we stand, which is the repository.
#[test]
fn a_git_of_the_repositorys_own_is_not_run() {
    const VARIABLE: &str = "CODE_ASSIST_TEST_OWN_GIT";
    if let Ok(root) = std::env::var(VARIABLE) {
        assert!(git::holds_more(Path::new(&root)).unwrap());
        assert!(git::version().unwrap().starts_with("git version "));
        return;
    }
    let world = World::new();
    for name in ["git", "ssh", "gpg", "ssh-keygen"] {
        fs::copy(world.evil(), world.root().join(name)).unwrap();
        executable(&world.root().join(name));
    }
    let path = format!(".:{}", std::env::var("PATH").unwrap());
    let run = |program: &Path, arguments: &[&str]| {
        let mut command = Command::new(program);
        command.args(arguments).current_dir(world.root()).env("PATH", &path).env(VARIABLE, world.root());
        command.output().unwrap()
    };
    run(Path::new("/bin/sh"), &["-c", "git status"]);
    assert!(fs::remove_file(world.mark()).is_ok(), "plain git is not found there");
    let here = std::env::current_exe().unwrap();
    let output = run(&here, &["--exact", "shapes::a_git_of_the_repositorys_own_is_not_run"]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    assert!(!world.mark().exists());
}
