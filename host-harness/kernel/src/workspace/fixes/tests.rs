use std::fs;

use agent_contract::{RepoPath, check::FixedFile, operation::FileMode};
use policy::{Blob, Code, config::Limits};

use super::{Fixes, Note, Terms, Why, Wrote};
use crate::{
    Workspace,
    workspace::{HeldFile, overlay::Layer},
};

const FREE: Terms<'_> = Terms { shows: &|_| true, refuse: &|_, _| Ok(()) };

fn path(text: &str) -> RepoPath {
    RepoPath::parse(text).unwrap()
}

fn file(text: &str) -> Layer {
    let file = HeldFile { blob: Blob::new(text.into()), mode: FileMode::Plain };
    Layer::File { file, origin: None }
}

/// A workspace over some files, and its folder.
fn over(files: &[(&str, &str)]) -> (Workspace, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in files {
        let place = folder.path().join(path);
        fs::create_dir_all(place.parent().unwrap()).unwrap();
        fs::write(place, text).unwrap();
    }
    (Workspace::open(folder.path(), &Limits::default()).unwrap(), folder)
}

fn words(files: &[FixedFile]) -> Vec<String> {
    let content = |file: &FixedFile| file.content.clone().unwrap_or_else(|| "-".to_owned());
    files.iter().map(|file| format!("{} {}", file.path, content(file))).collect()
}

#[test]
fn a_fix_is_one_of_the_workspace_as_the_run_has_it() {
    let (mut workspace, _folder) = over(&[("a", "base"), ("b", "base"), ("d/x", "1"), ("d/e", "2")]);
    for (name, layer) in [
        ("a", file("run's")),
        ("b", Layer::Gone),
        ("c/x", file("new")),
        ("c/y", file("new")),
        (".gitignore", file("e\n")),
    ] {
        workspace.overlay.put(path(name), layer);
    }
    let within = tempfile::tempdir().unwrap();
    let copy = workspace.materialise(within.path()).unwrap();
    let before = workspace.before(&copy.folder()).unwrap();
    let place = copy.folder();
    fs::write(place.join("a"), "base").unwrap();
    fs::write(place.join("b"), "back").unwrap();
    fs::remove_file(place.join("c/x")).unwrap();
    fs::write(place.join("e"), "ignored").unwrap();
    fs::remove_dir_all(place.join("d")).unwrap();
    let held = format!("{:?}", (&workspace.overlay, workspace.operations));
    let fixes = workspace.fixes(before.wrote(), &FREE).unwrap();
    assert_eq!(words(&fixes.files), ["a base", "b back", "c/x -", "d/x -"]);
    assert_eq!(fixes.told, [""; 0]);
    assert_eq!(format!("{:?}", (&workspace.overlay, workspace.operations)), held);
}

/// Notes as they come from an overlay, over `d/a`, `d/b`, `d/c/a` and `f`.
#[test]
fn notes_become_what_can_be_written() {
    let written =
        |name: &str| Note::File { path: path(name), base64: "eA==".to_owned(), mode: FileMode::Plain };
    let gone = |name: &str| Note::Gone { path: path(name) };
    let renewed = |name: &str| Note::Renewed { path: path(name) };
    let stays = |name: &str| Note::Stays { path: path(name) };
    let passed = |name: &str| Note::Passed { path: name.to_owned(), why: Why::Special };
    let special = ": it is a pipe, a socket or a device";
    for (notes, expected, told) in [
        (vec![], vec![], vec![]),
        (vec![gone("d")], vec!["d/a -", "d/b -", "d/c/a -"], vec![]),
        (vec![gone("never")], vec![], vec![]),
        (vec![renewed("d"), written("d/n")], vec!["d/a -", "d/b -", "d/c/a -", "d/n x"], vec![]),
        (vec![renewed("d"), stays("d/a"), stays("d/c")], vec!["d/b -"], vec![]),
        (vec![renewed("d"), passed("d/c")], vec!["d/a -", "d/b -"], vec![format!("`d/c`{special}")]),
        (vec![renewed("f"), written("f/x")], vec!["f -", "f/x x"], vec![]),
        (vec![written("f/x")], vec![], vec!["`f/x`: `f` is a file".to_owned()]),
        (vec![written("d")], vec![], vec!["`d` is a folder".to_owned()]),
        (vec![passed("d"), gone("d/a")], vec![], vec![format!("`d`{special}")]),
        (vec![passed("a\u{1b}[1m\u{202e}")], vec![], vec![format!("`a\\u{{1b}}[1m\\u{{202e}}`{special}")]),
    ] {
        let (mut workspace, _folder) = over(&[("d/a", "1"), ("d/b", "2"), ("d/c/a", "3"), ("f", "4")]);
        let case = format!("{notes:?}");
        let Fixes { files, told: found } = workspace.fixes(Wrote::Noted(notes), &FREE).unwrap();
        assert_eq!(
            (words(&files), found),
            (expected.into_iter().map(str::to_owned).collect(), told),
            "{case}"
        );
    }
}

#[cfg(unix)]
#[test]
fn what_lies_behind_a_link_of_the_workspace_is_left_alone() {
    let (mut workspace, folder) = over(&[("d/c/a", "1")]);
    std::os::unix::fs::symlink("d", folder.path().join("l")).unwrap();
    let written = Note::File { path: path("l/c"), base64: "eA==".to_owned(), mode: FileMode::Plain };
    let notes = vec![Note::Renewed { path: path("l") }, written];
    let fixes = workspace.fixes(Wrote::Noted(notes), &FREE).unwrap();
    let stands = "passes a symbolic link that stands where a file is to be written";
    let told = ["l", "l/c"].map(|path| format!("`{path}` {stands}")).to_vec();
    assert_eq!((fixes.files, fixes.told), (vec![], told));
}

#[test]
fn what_could_not_be_noted_is_an_error() {
    let (mut workspace, _folder) = over(&[]);
    let bad = Note::File { path: path("a"), base64: "no base 64".to_owned(), mode: FileMode::Plain };
    for (wrote, code) in [
        (Wrote::TooMuch("all".to_owned()), Code::FixesTooLarge),
        (Wrote::Unseen("dark".to_owned()), Code::KernelFailed),
        (Wrote::Noted(vec![bad]), Code::KernelFailed),
    ] {
        assert_eq!(workspace.fixes(wrote.clone(), &FREE).unwrap_err().code, code, "{wrote:?}");
    }
}
