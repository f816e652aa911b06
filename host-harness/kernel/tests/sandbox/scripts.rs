//! Scripts that nobody thought of: whatever holds them, the same is handed over, and what is
//! handed over makes of the workspace what the script made of its copy.

use std::{collections::BTreeMap, fs, os::unix::fs::PermissionsExt as _, path::Path, process::Command};

use agent_contract::check::FixedFile;

use crate::{
    fixes::{FREE, WAYS, Way, run},
    place::Place,
};

crate::tests![
    whatever_a_script_does_each_way_hands_over_the_same,
    what_is_handed_over_makes_what_the_script_made,
];

const SCRIPTS: u64 = 40;
const STEPS: u64 = 7;
const FILES: [(&str, &str); 8] = [
    ("a", "1"),
    ("b/a", "2"),
    ("b/b", "3"),
    ("b/c/a", "4"),
    ("c/a", "5"),
    ("c/b.o", "6"),
    (".gitignore", "*.o\nout/\n"),
    ("out/a", "7"),
];
const NAMES: [&str; 10] = ["a", "b", "b/a", "b/c", "b/c/a", "c", "c/a", "c/b.o", "out", "d"];

/// Numbers that are the same in each run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }

    fn name(&mut self) -> &'static str {
        NAMES[usize::try_from(self.roll(NAMES.len() as u64)).unwrap()]
    }

    /// A script of steps of so many kinds; the last makes links.
    fn script(&mut self, kinds: u64) -> String {
        let steps = (0..STEPS).map(|_| format!("{{ {}; }} 2> /dev/null\n", self.step(kinds)));
        steps.collect::<String>() + "true"
    }

    fn step(&mut self, kinds: u64) -> String {
        let (one, other) = (self.name(), self.name());
        match self.roll(kinds) {
            0 => format!("rm -rf {one}"),
            1 => format!("mkdir -p {one}"),
            2 => format!("rm -rf {one}; mkdir -p {one}; echo {} > {one}/a", self.roll(3)),
            3 => format!("echo {} > {one}", self.roll(3)),
            4 => format!("mv -T {one} {other}"),
            5 => format!("rm -rf t; cp -r {one} t; mv -T t {other}"),
            6 => format!("chmod +x {one}"),
            7 => format!("cp -r {one} t && rm -rf {one} && mv t {one}"),
            _ => format!("ln -sfn {other} {one}"),
        }
    }
}

fn whatever_a_script_does_each_way_hands_over_the_same() {
    for seed in 0..SCRIPTS {
        let mut dice = Dice(seed);
        // The pipe comes last: whoever opened it would wait.
        let script = format!("{}; mkfifo {} 2> /dev/null; true", dice.script(9), dice.name());
        let all = WAYS.map(|way| {
            let place = Place::with(&FILES);
            let ended = run(&place, way, &script);
            place.workspace().fixes(ended.wrote.unwrap_or_else(|| panic!("{way:?} {script}")), &FREE)
        });
        for (way, fixes) in WAYS.iter().zip(&all) {
            assert_eq!(&all[0], fixes, "{way:?} {seed}\n{script}");
        }
    }
}

fn what_is_handed_over_makes_what_the_script_made() {
    for seed in 0..SCRIPTS {
        let script = Dice(1000 + seed).script(8);
        let place = Place::with(&FILES);
        let wrote = run(&place, Way::Native, &script).wrote.unwrap();
        let fixes = place.workspace().fixes(wrote, &FREE).unwrap();
        // The same once more, by the shell alone.
        let alone = Place::with(&FILES);
        let mut shell = Command::new("sh");
        assert!(shell.args(["-c", &script]).current_dir(alone.checkout()).status().unwrap().success());
        let mut made = files(&place.checkout());
        fixes.files.iter().for_each(|file| apply(&mut made, file));
        let (mut made, mut expected) = (counted(made), counted(files(&alone.checkout())));
        // A folder that became a file is told, and stays.
        for told in &fixes.told {
            let path = told.strip_suffix("` is a folder").and_then(|path| path.strip_prefix('`')).unwrap();
            let is_there = |name: &String| name == path || name.starts_with(&format!("{path}/"));
            made.retain(|name, _| !is_there(name));
            expected.retain(|name, _| !is_there(name));
        }
        assert_eq!(made, expected, "{seed}\n{script}\n{fixes:#?}");
    }
}

type Files = BTreeMap<String, (String, bool)>;

fn apply(files: &mut Files, file: &FixedFile) {
    let path = file.path.to_string();
    match &file.content {
        Some(text) => drop(files.insert(path, (text.clone(), file.mode.is_some()))),
        None => assert!(files.remove(&path).is_some(), "{path}"),
    }
}

/// What git ignores does not count.
fn counted(mut files: Files) -> Files {
    files.retain(|path, _| {
        !path.ends_with(".o") && !path.contains(".o/") && !format!("/{path}").contains("/out/")
    });
    files
}

fn files(folder: &Path) -> Files {
    let (mut found, mut left) = (Files::new(), vec![folder.to_owned()]);
    while let Some(place) = left.pop() {
        for entry in fs::read_dir(place).unwrap().map(Result::unwrap) {
            let metadata = entry.metadata().unwrap();
            if metadata.is_dir() {
                left.push(entry.path());
                continue;
            }
            let path = entry.path().strip_prefix(folder).unwrap().to_str().unwrap().to_owned();
            let is_program = metadata.permissions().mode() & 0o100 != 0;
            found.insert(path, (fs::read_to_string(entry.path()).unwrap(), is_program));
        }
    }
    found
}
