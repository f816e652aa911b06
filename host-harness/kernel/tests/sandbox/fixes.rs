//! What a check that fixes hands over: the same, whatever holds it.

use std::{fs, os::unix::fs::PermissionsExt, time::Duration};

use agent_contract::{
    RepoPath,
    check::{CheckOutcome, FixedFile},
    operation::FileMode,
};
use kernel::{
    KernelError,
    process::{Cancel, Command, Ended, Place as Where, Sandbox, run_all, sandbox::Backend},
    workspace::fixes::{Fixes, Note, Terms, Why, Wrote},
};
use policy::Code;

use crate::place::{MIB, Place, held, itself};

crate::tests![
    a_formatter_hands_over_what_it_changed,
    what_was_only_touched_is_not_handed_over,
    what_git_ignores_is_not_handed_over,
    a_folder_is_deleted_and_made_again,
    a_file_becomes_a_folder,
    a_check_that_does_not_fix_hands_over_nothing,
    what_fails_by_itself_hands_over_and_what_is_killed_does_not,
    what_is_left_behind_writes_nothing_more,
    too_many_files_and_too_large_ones_are_refused,
    the_change_of_the_run_is_no_fix,
    one_check_does_not_see_what_another_fixes,
    what_the_policy_hides_and_what_is_refused_are_not_handed_over,
];

/// What holds a check that fixes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    Native,
    Bubblewrap,
    Copy,
}

pub const WAYS: [Way; 3] = [Way::Native, Way::Bubblewrap, Way::Copy];

/// Every file may be seen and none is refused.
pub const FREE: Terms<'_> = Terms { shows: &|_| true, refuse: &|_, _| Ok(()) };

/// Runs a script that fixes, in one way.
pub fn run(place: &Place, way: Way, script: &str) -> Ended {
    let (staged, argv) = (place.stage(), ["sh", "-c", script]);
    let command = place.command(&staged, &argv);
    match way {
        Way::Copy => {
            let workspace = place.workspace();
            let copy = workspace.materialise(&place.work()).unwrap();
            let before = workspace.before(&copy.folder()).unwrap();
            let mut ended = held(&Command { place: Where::Bare(copy.folder()), ..command });
            ended.wrote = Some(before.wrote());
            ended
        }
        Way::Native => held(&noting(place, command, &staged, Backend::Native)),
        Way::Bubblewrap => held(&noting(place, command, &staged, Backend::Bubblewrap)),
    }
}

fn noting(place: &Place, command: Command, staged: &kernel::workspace::Staged, backend: Backend) -> Command {
    let sandbox = Sandbox::new(staged, &place.config, backend).unwrap().noting().unwrap();
    Command { place: Where::Sandboxed(sandbox), ..command }
}

/// What a script that ends well hands over, in each way.
pub fn fixes(make: &dyn Fn() -> Place, script: &str) -> Result<Fixes, KernelError> {
    let all = WAYS.map(|way| {
        let place = make();
        let ended = run(&place, way, script);
        assert_eq!(ended.exit_code, Some(0), "{way:?} {ended:#?}");
        let mut workspace = place.workspace();
        let fixes = workspace.fixes(ended.wrote.expect("nothing was noted"), &FREE);
        assert_eq!(workspace.changes().unwrap(), [], "{way:?}");
        fixes
    });
    let [native, ..] = &all;
    for (way, other) in WAYS.iter().zip(&all) {
        assert_eq!(native, other, "{way:?}");
    }
    native.clone()
}

/// Files in few words: `path = text`, `path x= text` for a program, `path -` for a deleted one.
pub fn words(files: &[FixedFile]) -> Vec<String> {
    let word = |file: &FixedFile| match (&file.content, &file.base64, file.mode) {
        _ if file.deleted => format!("{} -", file.path),
        (Some(text), None, Some(FileMode::Executable)) => format!("{} x= {text}", file.path),
        (Some(text), None, Some(FileMode::Plain)) => format!("{} p= {text}", file.path),
        (Some(text), None, None) => format!("{} = {text}", file.path),
        (None, Some(base64), None) => format!("{} 64= {base64}", file.path),
        _ => panic!("{file:?}"),
    };
    files.iter().map(word).collect()
}

/// Files, a script over them, what is handed over and what is told.
type Case<'a> = (&'a [(&'a str, &'a str)], &'a str, &'a [&'a str], &'a [&'a str]);

/// Runs a script over files in each way.
pub fn table(cases: &[Case]) {
    for (files, script, expected, told) in cases {
        let fixes = fixes(&|| Place::with(files), script).unwrap();
        assert_eq!((words(&fixes.files), fixes.told), (owned(expected), owned(told)), "{script}");
    }
}

fn owned(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

fn a_formatter_hands_over_what_it_changed() {
    let files = [
        ("src/a.rs", "fn a ()"),
        ("src/b.rs", "fn b ()"),
        ("src/c.rs", "fn c()"),
        ("old", "x"),
        ("run", "#!"),
        (".gitignore", "target/\n*.log\n"),
    ];
    let script = "sed -i 's/ ()/()/' src/*.rs && mkdir -p new/deep target && echo n > new/deep/er && rm old \
                  && chmod +x run && echo t > target/built && echo l > x.log && ln -s src/a.rs link && printf '\\377' > bin";
    let fixes = fixes(&|| Place::with(&files), script).unwrap();
    let expected =
        ["bin 64= /w==", "new/deep/er = n\n", "old -", "run x= #!", "src/a.rs = fn a()", "src/b.rs = fn b()"];
    assert_eq!(words(&fixes.files), expected);
    assert_eq!(fixes.told, ["`link`: it is a symbolic link"]);
    let sha256 = fixes.files.iter().map(|file| file.sha256.as_deref()).collect::<Vec<_>>();
    let expected = [Some(policy::blob::sha256(b"\xff")), Some(policy::blob::sha256(b"n\n")), None];
    assert_eq!(sha256[..3], expected.each_ref().map(Option::as_deref));
}

fn what_was_only_touched_is_not_handed_over() {
    table(&[
        (&[("a", "1"), ("b/c", "2")], "cp a x; cat x > a; rm x; touch b/c; mv b d; mv d b", &[], &[]),
        (&[("a", "1")], "chmod 600 a; chmod g+w a; rm a; printf 1 > a", &[], &[]),
        (&[("a", "1")], "true", &[], &[]),
        (&[("a", "1")], "ln a b", &["b = 1"], &[]),
        (&[("a", "12")], "printf 21 | dd of=a conv=notrunc 2> /dev/null", &["a = 21"], &[]),
    ]);
}

fn what_git_ignores_is_not_handed_over() {
    let ignore = (".gitignore", "/out/\n*.o\n!keep.o\n");
    table(&[
        (
            &[ignore],
            "mkdir -p out a/out; echo > out/x; echo > a/out/y; echo > a.o; echo > a/keep.o",
            &["a/keep.o = \n", "a/out/y = \n"],
            &[],
        ),
        // What was there counts as little.
        (&[ignore, ("out/x", "1"), ("a.o", "1")], "echo > out/x; rm a.o", &[], &[]),
        (&[ignore, ("d/x", "1"), ("d/y.o", "1")], "rm -r d", &["d/x -"], &[]),
        (
            &[ignore, ("d/.gitignore", "x\n"), ("d/x", "1"), ("d/y", "1")],
            "rm -r d",
            &["d/.gitignore -", "d/y -"],
            &[],
        ),
        // Git's own list for the clone is not in sight of the check, and holds all the same.
        (&[(".git/info/exclude", "mine\n"), ("a", "1")], "echo > mine; echo > a", &["a = \n"], &[]),
        // The rules as the check leaves them.
        (&[("a", "1")], "echo b > .gitignore; echo > b; echo > c", &[".gitignore = b\n", "c = \n"], &[]),
        (&[("a", "1")], "echo a > .gitignore; echo > a", &[".gitignore = a\n"], &[]),
        (
            &[("a", "1")],
            "git init -q . 2> /dev/null || mkdir .git; echo > .git/config; mkdir -p s/.git; echo > s/.git/x",
            &[],
            &[
                "`.git`: its name is none that a path can have",
                "`s/.git`: its name is none that a path can have",
            ],
        ),
    ]);
}

fn a_folder_is_deleted_and_made_again() {
    let files = [("d/a", "1"), ("d/b", "2"), ("d/e/c", "3"), ("d/e/f", "4"), ("k", "5")];
    table(&[
        (&files, "rm -r d", &["d/a -", "d/b -", "d/e/c -", "d/e/f -"], &[]),
        (
            &files,
            "rm -r d; mkdir d; printf 1 > d/a; echo n > d/n",
            &["d/b -", "d/e/c -", "d/e/f -", "d/n = n\n"],
            &[],
        ),
        (&files, "cp -r d x; rm -r d; mv x d", &[], &[]),
        (&files, "rm -r d/e; mkdir -p d/e/f; echo > d/e/f/g", &["d/e/c -", "d/e/f -", "d/e/f/g = \n"], &[]),
        (&files, "mv d/e e", &["d/e/c -", "d/e/f -", "e/c = 3", "e/f = 4"], &[]),
        // What is ignored by now is not taken for gone.
        (&files, "cp -r d x; rm -r d; mv x d; echo b > .gitignore", &[".gitignore = b\n"], &[]),
        // A folder that becomes a file is no edit that the agent could make.
        (&files, "rm -r d; echo > d", &[], &["`d` is a folder"]),
    ]);
}

fn a_file_becomes_a_folder() {
    table(&[(&[("f", "1")], "rm f; mkdir f; echo > f/x", &["f -", "f/x = \n"], &[])]);
}

fn a_check_that_does_not_fix_hands_over_nothing() {
    let place = Place::with(&[("a", "1")]);
    let ended = place.sh("echo 2 > a; echo > b");
    assert_eq!((ended.outcome, ended.wrote), (CheckOutcome::Passed, None));
    assert_eq!(fs::read_to_string(place.checkout().join("a")).unwrap(), "1");
}

fn what_fails_by_itself_hands_over_and_what_is_killed_does_not() {
    for way in [Way::Native, Way::Bubblewrap] {
        let mut place = Place::with(&[("a", "1")]);
        let ended = run(&place, way, "echo 2 > a; exit 1");
        assert_eq!(ended.outcome, CheckOutcome::Failed);
        let fixes = place.workspace().fixes(ended.wrote.unwrap(), &FREE).unwrap();
        assert_eq!(words(&fixes.files), ["a = 2\n"]);
        let killed = run(&place, way, "echo 2 > a; kill -9 $$");
        assert_eq!((killed.signal, killed.wrote), (Some(9), None), "{way:?}");
        let flooding = run(&place, way, "echo 2 > a; head -c 400000000 /dev/zero");
        assert!(flooding.exceeded.is_some() && flooding.wrote.is_none(), "{way:?} {:?}", flooding.exceeded);
        place.wall = Duration::from_millis(300);
        let slow = run(&place, way, "echo 2 > a; sleep 20");
        assert_eq!((slow.outcome, slow.wrote), (CheckOutcome::TimedOut, None), "{way:?}");
    }
}

/// It counts in two files, the first of them first: read while it lives, the last is ahead.
fn what_is_left_behind_writes_nothing_more() {
    let script = "python3 -c \"
import os
os.setsid()
first, last = [os.open(name, os.O_CREAT | os.O_WRONLY, 0o644) for name in ('a', 'z')]
for name in range(300): open(f'm{name}', 'w').write(str(name))
count = 0
while True:
    count += 1
    text = b'%020d' % count
    os.pwrite(first, text, 0)
    os.pwrite(last, text, 0)
\" > /dev/null 2>&1 &
        while ! test -s z; do :; done";
    for way in [Way::Native, Way::Bubblewrap] {
        let place = Place::with(&[("k", "1")]);
        let ended = run(&place, way, script);
        let fixes = place.workspace().fixes(ended.wrote.unwrap(), &FREE).unwrap();
        let count = |file: &FixedFile| file.content.as_ref().unwrap().parse::<u64>().unwrap();
        let [first, .., last] = &fixes.files[..] else { panic!("{way:?} {fixes:?}") };
        assert_eq!((fixes.files.len(), first.path.as_str(), last.path.as_str()), (302, "a", "z"));
        assert!(count(first) - count(last) <= 1, "{way:?} {} {}", count(first), count(last));
    }
}

fn too_many_files_and_too_large_ones_are_refused() {
    let many =
        |count: u32| format!("mkdir d; i=0; while [ $i -lt {count} ]; do echo > d/$i; i=$((i+1)); done");
    assert_eq!(fixes(&Place::new, &many(1000)).unwrap().files.len(), 1000);
    let deleted = || {
        let place = Place::new();
        (0..1001).for_each(|name| fs::write(place.checkout().join(format!("f{name}")), "x").unwrap());
        place
    };
    for (make, script) in [
        (&Place::new as &dyn Fn() -> Place, many(1001).as_str()),
        (&deleted, "rm f*"),
        (&Place::new, "head -c 8388609 /dev/zero > a"),
        (&Place::new, "head -c 5000000 /dev/zero > a; head -c 5000000 /dev/zero > b"),
        // Nobody reads through it to find out.
        (&Place::new, "truncate -s 1000M a"),
    ] {
        let error = fixes(make, script).unwrap_err();
        assert_eq!(error.code, Code::FixesTooLarge, "{script}: {error}");
    }
    // What was only touched does not count.
    let touched = fixes(&deleted, "for f in f*; do cat $f > t; cat t > $f; done; rm t").unwrap();
    assert_eq!(touched, Fixes::default());
    let large = fixes(&Place::new, "head -c 8388608 /dev/zero > a").unwrap();
    assert_eq!(large.files[0].content.as_ref().unwrap().len() as u64, 8 * MIB);
}

fn the_change_of_the_run_is_no_fix() {
    let change = [("a", Some("run's")), ("gone", None), ("new/x", Some("n")), ("new/y", Some("y"))];
    let script = "rm new/y; echo back > gone; ln -s a l; cat a new/x > b";
    for backend in [Backend::Native, Backend::Bubblewrap] {
        let place = Place::with(&[("a", "base"), ("gone", "g"), ("k", "k")]);
        let staged = crate::view::changed(&place, &change);
        let command = place.command(&staged, &["sh", "-c", script]);
        let ended = held(&noting(&place, command, &staged, backend));
        let Some(Wrote::Noted(mut notes)) = ended.wrote else { panic!("{ended:#?}") };
        notes.sort_by_key(|note| format!("{note:?}"));
        let path = |text: &str| RepoPath::parse(text).unwrap();
        let file = |name, base64: &str| Note::File {
            path: path(name),
            base64: base64.to_owned(),
            mode: FileMode::Plain,
        };
        let expected = [
            file("b", "cnVuJ3Nu"),
            file("gone", "YmFjawo="),
            Note::Gone { path: path("new/y") },
            Note::Passed { path: "l".to_owned(), why: Why::Link },
        ];
        assert_eq!(notes, expected, "{backend:?}");
    }
}

fn one_check_does_not_see_what_another_fixes() {
    for backend in [Backend::Native, Backend::Bubblewrap] {
        let place = Place::with(&[("a", "1")]);
        let staged = place.stage();
        let script = |own: &str| format!("echo {own} > {own}; sleep 0.3; ls > seen");
        let command =
            |own: &str| noting(&place, place.command(&staged, &["sh", "-c", &script(own)]), &staged, backend);
        let both = run_all(vec![command("x"), command("y")], 2, &itself(), &Cancel::default());
        let words = both
            .into_iter()
            .map(|ended| words(&place.workspace().fixes(ended.wrote.unwrap(), &FREE).unwrap().files));
        let expected =
            ["x", "y"].map(|own| vec![format!("seen = a\nseen\n{own}\n"), format!("{own} = {own}\n")]);
        assert_eq!(words.collect::<Vec<_>>(), expected, "{backend:?}");
    }
}

fn what_the_policy_hides_and_what_is_refused_are_not_handed_over() {
    let place = Place::with(&[("a", "1"), ("secret/k", "k")]);
    fs::set_permissions(place.checkout().join("a"), PermissionsExt::from_mode(0o755)).unwrap();
    let script = "chmod -x a; echo 2 > secret/k; echo 3 > secret/n; ln -s a secret/l; rm -f secret/gone";
    for way in WAYS {
        let wrote = run(&place, way, script).wrote.unwrap();
        let shows = |path: &RepoPath| !path.as_str().starts_with("secret/");
        let fixes = place.workspace().fixes(wrote.clone(), &Terms { shows: &shows, ..FREE }).unwrap();
        assert_eq!(words(&fixes.files), ["a p= 1"], "{way:?}");
        assert_eq!(fixes.told, ["3 that the policy hides"], "{way:?}");
        let refuse = |path: &RepoPath, content: &[u8]| match content {
            b"3\n" => Err(KernelError::new(Code::SecretHeld, path.as_str())),
            _ => Ok(()),
        };
        let refused = place.workspace().fixes(wrote, &Terms { refuse: &refuse, ..FREE });
        assert_eq!(refused, Err(KernelError::new(Code::SecretHeld, "secret/n")), "{way:?}");
    }
}
