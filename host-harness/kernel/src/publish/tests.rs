use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use agent_contract::{
    RepoPath,
    operation::{FileMode, FileState},
};
use policy::{Blob, Code};

use super::{Journal, Standing, Step, finish, perform, stage::Stage, survey};
use crate::workspace::Base;

struct World {
    folder: tempfile::TempDir,
}

impl World {
    fn new(files: &[(&str, &str)]) -> Self {
        let world = Self { folder: tempfile::tempdir().unwrap() };
        fs::create_dir(world.payloads()).unwrap();
        fs::create_dir(world.root()).unwrap();
        files.iter().for_each(|(path, text)| world.write(path, text));
        world
    }

    fn root(&self) -> PathBuf {
        self.folder.path().join("root")
    }

    fn payloads(&self) -> PathBuf {
        self.folder.path().join("payloads")
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.root().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn step(&self, path: &str, before: Option<&str>, after: Option<&str>) -> Step {
        let state = |text: &str| {
            let blob = Blob::new(text.as_bytes().to_vec());
            fs::write(self.payloads().join(blob.sha256()), blob.bytes()).unwrap();
            FileState { sha256: blob.sha256().to_owned(), mode: FileMode::Plain, bytes: text.len() as u64 }
        };
        Step {
            path: RepoPath::parse(path).unwrap(),
            before: before.map(state),
            after: after.map(state),
            from: None,
        }
    }

    fn journal(&self, steps: Vec<Step>) -> Journal {
        Journal { run_id: "run-1".to_owned(), root: self.root(), payloads: self.payloads(), steps }
    }

    /// Every file with its text, every folder with a slash.
    fn tree(&self) -> BTreeMap<String, String> {
        fn fill(root: &Path, folder: &Path, tree: &mut BTreeMap<String, String>) {
            for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
                let (path, name) =
                    (entry.path(), entry.path().strip_prefix(root).unwrap().display().to_string());
                match path.is_dir() {
                    true => {
                        tree.insert(format!("{name}/"), String::new());
                        fill(root, &path, tree);
                    }
                    false => drop(tree.insert(name, fs::read_to_string(&path).unwrap())),
                }
            }
        }
        let mut tree = BTreeMap::new();
        fill(&self.root(), &self.root(), &mut tree);
        tree
    }
}

const FILES: &[(&str, &str)] = &[("a", "1"), ("deep/b", "2"), ("gone/deeper/c", "3"), ("same", "4")];

fn steps(world: &World) -> Vec<Step> {
    vec![
        world.step("a", Some("1"), Some("one")),
        world.step("deep/b", Some("2"), Some("two")),
        world.step("gone/deeper/c", Some("3"), None),
        world.step("new/er/d", None, Some("four")),
    ]
}

#[test]
fn every_file_is_placed_and_empty_folders_go() {
    let world = World::new(FILES);
    let journal = world.journal(steps(&world));
    assert_eq!(survey(&journal).unwrap(), Standing::Before);
    perform(&journal.write(world.folder.path()).unwrap(), &|| true).unwrap();
    assert_eq!(survey(&journal).unwrap(), Standing::After);
    let expected = [
        ("a", "one"),
        ("deep/", ""),
        ("deep/b", "two"),
        ("new/", ""),
        ("new/er/", ""),
        ("new/er/d", "four"),
        ("same", "4"),
    ];
    let expected = expected.map(|(path, text)| (path.to_owned(), text.to_owned()));
    assert_eq!(world.tree(), expected.into());
}

#[test]
fn what_was_changed_at_the_last_moment_is_put_back() {
    [true, false].into_iter().for_each(last_moment);
}

fn last_moment(apart: bool) {
    for (path, text) in
        [("a", "by hand"), ("deep/b", "by hand"), ("gone/deeper/c", "by hand"), ("new/er/d", "by hand")]
    {
        let world = World::new(FILES);
        let journal = world.journal(steps(&world));
        let base = Base::open(&world.root(), 1 << 20).unwrap();
        let mut stage = match apart {
            true => Stage::apart(&base, world.folder.path()).unwrap(),
            false => Stage::beside(&base, &journal).unwrap(),
        };
        journal.steps.iter().for_each(|step| stage.prepare(step, &journal.payloads).unwrap());
        world.write(path, text);
        let error = stage.swap().unwrap_err();
        let error = stage.undo(error);
        assert!(error.message.contains(path) && error.message.contains("nothing was placed"), "{error}");
        let now = World::new(FILES);
        now.write(path, text);
        assert_eq!(world.tree(), now.tree());
    }
}

#[test]
fn a_step_that_can_not_be_made_ready_leaves_nothing_behind() {
    let world = World::new(FILES);
    let before = world.tree();
    let mut steps = steps(&world);
    steps.push(world.step("a/below", None, Some("a file is no folder")));
    let journal = world.journal(steps);
    assert!(perform(&journal.write(world.folder.path()).unwrap(), &|| true).is_err());
    assert_eq!(world.tree(), before);
}

/// A file that makes way for a folder, and comes back when that can't be.
#[test]
fn a_folder_takes_the_place_of_a_file() {
    let steps = |world: &World| {
        vec![
            world.step("a", Some("1"), None),
            world.step("a/b/c", None, Some("new")),
            world.step("a/d", None, Some("too")),
            world.step("z", Some("26"), Some("last")),
        ]
    };
    let files = [("a", "1"), ("z", "26")];
    let world = World::new(&files);
    let journal = world.journal(steps(&world));
    perform(&journal.write(world.folder.path()).unwrap(), &|| true).unwrap();
    let tree = world.tree();
    assert_eq!((tree["a/b/c"].as_str(), tree["a/d"].as_str(), tree["z"].as_str()), ("new", "too", "last"));
    let world = World::new(&files);
    let journal = world.journal(steps(&world));
    let base = Base::open(&world.root(), 1 << 20).unwrap();
    let mut stage = Stage::apart(&base, world.folder.path()).unwrap();
    journal.steps.iter().for_each(|step| stage.prepare(step, &journal.payloads).unwrap());
    world.write("z", "by hand");
    let error = stage.swap().unwrap_err();
    stage.undo(error);
    assert_eq!(
        world.tree(),
        [("a", "1"), ("z", "by hand")].map(|(a, b)| (a.to_owned(), b.to_owned())).into()
    );
}

#[test]
fn what_is_no_longer_wanted_is_not_placed() {
    let world = World::new(FILES);
    let before = world.tree();
    let path = world.journal(steps(&world)).write(world.folder.path()).unwrap();
    let error = perform(&path, &|| false).unwrap_err();
    assert_eq!(error.code, Code::Interrupted);
    assert_eq!(world.tree(), before);
    assert_eq!(perform(&path, &|| true).unwrap_err(), error, "an outcome stands");
}

#[test]
fn what_was_half_done_is_finished() {
    let world = World::new(FILES);
    let journal = world.journal(steps(&world));
    world.write("a", "one");
    let left = world.root().join(".code-assist-run-1");
    fs::create_dir(&left).unwrap();
    fs::write(left.join("a"), "1").unwrap();
    assert_eq!(survey(&journal).unwrap(), Standing::Between);
    perform(&journal.write(world.folder.path()).unwrap(), &|| true).unwrap();
    assert_eq!(survey(&journal).unwrap(), Standing::After);
    assert!(!world.root().join(".code-assist-run-1").exists());
}

#[test]
fn what_somebody_changed_in_that_moment_is_not_cleared_away() {
    let world = World::new(FILES);
    let journal = world.journal(steps(&world));
    let path = journal.write(world.folder.path()).unwrap();
    world.write("a", "one");
    let kept = world.folder.path().join("stage").join(policy::blob::sha256(b"a"));
    fs::create_dir(kept.parent().unwrap()).unwrap();
    fs::write(&kept, "by hand").unwrap();
    let error = finish(&path).unwrap_err();
    assert!(error.message.contains("is kept in") && kept.exists(), "{error}");
    fs::remove_file(&kept).unwrap();
    world.write("deep/b", "by hand");
    let error = finish(&path).unwrap_err();
    assert!(error.message.contains("`deep/b` was changed since; 1 of 4 files are placed"), "{error}");
    world.write("deep/b", "2");
    finish(&path).unwrap();
    assert_eq!(survey(&journal).unwrap(), Standing::After);
}

#[test]
fn more_folders_than_may_be_open_are_no_matter() {
    let names: Vec<_> = (0..2000).map(|index| format!("folder{index}/file")).collect();
    let world = World::new(&names.iter().map(|name| (name.as_str(), "old")).collect::<Vec<_>>());
    let journal =
        world.journal(names.iter().map(|name| world.step(name, Some("old"), Some("new"))).collect());
    perform(&journal.write(world.folder.path()).unwrap(), &|| true).unwrap();
    assert!(world.tree().iter().all(|(name, text)| name.ends_with('/') || text == "new"));
}
