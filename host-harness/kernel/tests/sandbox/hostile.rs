//! Checks that fix, and mean harm: whoever reads what they wrote follows nothing, waits for
//! nothing and reads nothing of the machine.

use std::{
    fs,
    os::unix::fs::{PermissionsExt, chown, symlink},
    time::{Duration, Instant},
};

use agent_contract::check::CheckOutcome;
use policy::Code;

use crate::{
    fixes::{FREE, WAYS, Way, fixes, run, table, words},
    place::Place,
};

crate::tests![
    a_folder_that_becomes_a_link_hands_over_nothing_behind_it,
    a_link_of_the_checkout_stays_what_it_is,
    names_that_no_path_can_have_are_passed_over,
    what_can_not_be_read_is_passed_over_and_nobody_waits,
    a_deep_tree_and_one_of_many_links_are_come_through,
    an_attribute_of_the_overlay_can_not_be_made_up,
    the_reader_can_not_be_reached_from_inside,
    a_sparse_file_is_not_read,
    what_is_hidden_is_no_fix,
    what_belongs_to_another_can_be_replaced_and_not_read,
];

fn a_folder_that_becomes_a_link_hands_over_nothing_behind_it() {
    let files = [("d/passwd", "1"), ("d/x", "2"), ("e/f/g", "3")];
    table(&[
        (&files, "rm -r d; ln -s /etc d; echo n > n", &["n = n\n"], &["`d`: it is a symbolic link"]),
        (&files, "rm -r d; ln -s e d; echo w > d/x", &["e/x = w\n"], &["`d`: it is a symbolic link"]),
        (&files, "rm -r d; ln -s /dev d; echo w > d/null", &[], &["`d`: it is a symbolic link"]),
        (
            &files,
            "rm -r e/f; ln -s ../.. e/f; ln -s . loop",
            &[],
            &["`e/f`: it is a symbolic link", "`loop`: it is a symbolic link"],
        ),
        (&files, "rm d/x; ln -s /etc/passwd d/x", &[], &["`d/x`: it is a symbolic link"]),
        // Made a link after all, within a folder that was made anew.
        (&files, "rm -r e; mkdir e; ln -s /etc e/f", &[], &["`e/f`: it is a symbolic link"]),
    ]);
}

fn a_link_of_the_checkout_stays_what_it_is() {
    let make = || {
        let place = Place::with(&[("real/x", "1"), ("f", "2")]);
        symlink("real", place.checkout().join("dir")).unwrap();
        symlink("f", place.checkout().join("file")).unwrap();
        place
    };
    let stands = "passes a symbolic link that stands where a file is to be written";
    for (script, expected, told) in [
        ("echo w > dir/x; echo w > file", vec!["f = w\n", "real/x = w\n"], vec![]),
        ("rm dir; mkdir dir; echo w > dir/x", vec![], vec![format!("`dir/x` {stands}")]),
        ("rm file; echo w > file", vec![], vec![format!("`file` {stands}")]),
        ("rm file", vec![], vec![format!("`file` {stands}")]),
    ] {
        let fixes = fixes(&make, script).unwrap();
        let told_of: Vec<_> = fixes.told.iter().filter(|line| *line != &format!("`dir` {stands}")).collect();
        assert_eq!(words(&fixes.files), expected, "{script}");
        assert_eq!(told_of, told.iter().collect::<Vec<_>>(), "{script}");
    }
}

fn names_that_no_path_can_have_are_passed_over() {
    let passed = |name: &str| format!("`{name}`: its name is none that a path can have");
    let script = r#"
        printf 1 > 'back\slash'; printf 2 > "$(printf 'no\377utf')"; mkdir "$(printf '\376')" .GIT
        printf 3 > "$(printf '\376')/in"; printf 4 > .GIT/config; printf 5 > ..x; printf 6 > "$(printf 'new\nline')"
        printf 7 > 'git~1'; printf 8 > "$(printf '\033[31mred')""#;
    let fixes = fixes(&Place::new, script).unwrap();
    assert_eq!(words(&fixes.files), ["\u{1b}[31mred = 8", "..x = 5", "new\nline = 6"]);
    let mut told = fixes.told;
    told.sort();
    let mut expected = [".GIT", "back\\\\slash", "git~1", "no\u{fffd}utf", "\u{fffd}"].map(passed).to_vec();
    expected.sort();
    assert_eq!(told, expected);
}

fn what_can_not_be_read_is_passed_over_and_nobody_waits() {
    let start = Instant::now();
    let special = "it is a pipe, a socket or a device";
    for way in [Way::Native, Way::Bubblewrap] {
        let place = Place::with(&[("a", "1"), ("b", "2"), ("f/x", "3")]);
        let script = "mkfifo p; rm b; mkfifo b; mkfifo .gitignore; rm -r f; mkfifo f; echo 2 > a; chmod 0 a; \
                      mkdir d; echo > d/x; chmod 0 d";
        let ended = run(&place, way, script);
        let fixes = place.workspace().fixes(ended.wrote.unwrap(), &FREE).unwrap();
        assert_eq!(words(&fixes.files), [""; 0], "{way:?}");
        let special = |name: &str| format!("`{name}`: {special}");
        let unread = |name: &str| format!("`{name}`: it can't be read");
        let expected =
            [special(".gitignore"), unread("a"), special("b"), unread("d"), special("f"), special("p")];
        assert_eq!(fixes.told, expected, "{way:?}");
    }
    assert!(start.elapsed() < Duration::from_secs(20));
}

fn a_deep_tree_and_one_of_many_links_are_come_through() {
    let deep = "python3 -c \"
import os
for _ in range(1100):
    os.mkdir('abcdefgh')
    os.chdir('abcdefgh')
open('x', 'w').write('x')
\"";
    let many = "i=0; while [ $i -lt 10001 ]; do ln -s x l$i; i=$((i+1)); done";
    for way in [Way::Native, Way::Bubblewrap] {
        let place = Place::new();
        let ended = run(&place, way, deep);
        let fixes = place.workspace().fixes(ended.wrote.unwrap(), &FREE).unwrap();
        assert!(fixes.files.is_empty() && fixes.told.len() == 1, "{way:?} {fixes:?}");
    }
    let error = fixes(&Place::new, many).unwrap_err();
    assert_eq!(error.code, Code::FixesTooLarge);
    let some = fixes(&Place::new, "i=0; while [ $i -lt 30 ]; do ln -s x l$i; i=$((i+1)); done").unwrap();
    assert_eq!((some.told.len(), some.told[20].as_str()), (21, "10 more"));
}

/// With it all that lies under a folder would seem gone.
fn an_attribute_of_the_overlay_can_not_be_made_up() {
    let script = "python3 -c \"
import os
for name in ['user.overlay.opaque', 'user.overlay.redirect', 'user.overlay.metacopy', 'trusted.overlay.opaque']:
    for path in ['d', 'd/a']:
        try: os.setxattr(path, name, b'y')
        except OSError: pass
for make in [lambda: os.mknod('w', 0o20600, 0), lambda: os.mknod('d/b', 0o20600, 0)]:
    try: make()
    except OSError: pass
open('n', 'w').write('n')
\"";
    for way in [Way::Native, Way::Bubblewrap] {
        let place = Place::with(&[("d/a", "1"), ("d/c", "2")]);
        let ended = run(&place, way, script);
        let fixes = place.workspace().fixes(ended.wrote.clone().unwrap(), &FREE).unwrap();
        assert_eq!(words(&fixes.files), ["n = n"], "{way:?} {ended:#?}");
    }
}

fn the_reader_can_not_be_reached_from_inside() {
    let script = "ls /proc/1/fd /proc/1/cwd /proc/1/root 2>&1 | grep -vc denied; kill -9 1 -1; for fd in 3 4 5 6 7 8 9; do \
                  (: <&$fd) 2> /dev/null && echo open $fd; done; find / -name list.json -path '*staged*' 2> /dev/null; true";
    let place = Place::with(&[("a", "1")]);
    let ended = run(&place, Way::Native, &format!("echo 2 > a; ({script}) & wait; true"));
    assert!(!ended.output.contains("open"), "{}", ended.output);
    let ended = run(&place, Way::Native, "echo 2 > a; kill -STOP 1; kill -9 1; kill -TERM 1");
    let fixes = place.workspace().fixes(ended.wrote.unwrap(), &FREE).unwrap();
    assert_eq!(words(&fixes.files), ["a = 2\n"]);
}

fn a_sparse_file_is_not_read() {
    let start = Instant::now();
    for way in WAYS {
        let mut place = Place::with(&[("a", "1")]);
        place.config.file_bytes = 1 << 40;
        let ended = run(&place, way, "truncate -s 10G a; truncate -s 10G b");
        assert_eq!(ended.outcome, CheckOutcome::Passed, "{way:?} {ended:#?}");
        let error = place.workspace().fixes(ended.wrote.unwrap(), &FREE).unwrap_err();
        assert_eq!(error.code, Code::FixesTooLarge, "{way:?}");
    }
    assert!(start.elapsed() < Duration::from_secs(20));
}

fn what_is_hidden_is_no_fix() {
    for way in [Way::Native, Way::Bubblewrap] {
        let mut place = Place::with(&[("keys/k", "secret"), ("one", "secret"), ("a", "1")]);
        fs::set_permissions(place.checkout().join("one"), PermissionsExt::from_mode(0o600)).unwrap();
        place.config.hidden = vec!["keys".to_owned(), "one".to_owned()];
        let ended = run(&place, way, "echo 2 > a; echo > keys/k; echo > one; rm -rf keys one; true");
        let fixes = place.workspace().fixes(ended.wrote.unwrap(), &FREE).unwrap();
        assert_eq!((words(&fixes.files), fixes.told), (vec!["a = 2\n".to_owned()], vec![]), "{way:?}");
    }
}

fn what_belongs_to_another_can_be_replaced_and_not_read() {
    if !rustix::process::getuid().is_root() {
        return println!("only root can give files away");
    }
    let place = Place::with(&[("gone", "1"), ("kept", "2"), ("new", "3")]);
    for name in ["gone", "kept", "new"].map(|name| place.checkout().join(name)) {
        fs::set_permissions(&name, PermissionsExt::from_mode(0o000)).unwrap();
        chown(&name, Some(1234), Some(1234)).unwrap();
    }
    let script = "echo x > kept; cat kept; chmod 644 kept; rm -f gone new; echo n > new; true";
    let ended = run(&place, Way::Native, script);
    let fixes = place.workspace().fixes(ended.wrote.unwrap(), &FREE).unwrap();
    assert_eq!(
        (words(&fixes.files), fixes.told),
        (vec!["gone -".to_owned(), "new = n\n".to_owned()], vec![])
    );
}
