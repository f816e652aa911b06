//! What a check sees, and what it can change of it.

use std::{
    fs,
    os::unix::fs::{PermissionsExt, symlink},
    path::Path,
};

use agent_contract::check::CheckOutcome;
use kernel::process::{
    Sandbox,
    sandbox::{Backend, probe},
};
use kernel::workspace::Staged;
use serde_json::json;

use crate::place::{Place, held, itself};

crate::tests![
    a_check_sees_the_checkout_without_its_git_folder,
    the_change_of_the_run_lies_over_the_checkout,
    a_change_covers_links_and_follows_none,
    what_a_check_writes_is_gone_and_the_checkout_is_as_it_was,
    folders_of_the_checkout_can_be_renamed_removed_and_made_again,
    everything_but_the_named_places_is_read_only,
    nothing_of_the_machine_is_shown_but_its_programs,
    the_environment_names_private_places,
    the_folder_of_a_program_that_is_not_shown_is_named,
    what_is_to_be_hidden_is_empty_and_no_link_is_followed_for_it,
    what_is_of_the_machine_is_not_shown_with_its_programs,
    what_is_to_be_shown_is_read_only,
    what_the_sandbox_is_made_of_and_sockets_are_not_shown,
    a_test_can_serve_itself_and_reach_nobody_else,
    no_power_is_left,
    the_first_process_can_not_be_looked_into,
    no_setting_of_the_kernel_can_be_changed,
    every_part_is_named_and_none_is_missing,
    the_sandbox_is_found_complete_by_trying_it,
    a_command_is_not_run_where_the_sandbox_can_not_be_had,
    standard_streams_can_be_opened_by_their_names,
];

fn a_check_sees_the_checkout_without_its_git_folder() {
    for git in [".git/config", ".git"] {
        let place = Place::with(&[("a/b.txt", "here"), (git, "[core] hooksPath = /")]);
        assert_eq!(
            place.out("pwd; cat a/b.txt; echo; ls -A; cat .git .git/config 2>&1 | grep -c hooks || true"),
            "/work\nhere\na\n0\n"
        );
    }
}

/// Lays a change ready as the workspace does: a path, and its new text where it is not gone.
pub fn changed(place: &Place, change: &[(&str, Option<&str>)]) -> Staged {
    let staged = place.stage();
    let file = |(at, (path, text)): (usize, &(&str, Option<&str>))| {
        text.map(|text| fs::write(staged.folder().join(at.to_string()), text).unwrap());
        json!({ "path": path, "content": text.map(|_| at.to_string()), "executable": path.ends_with(".sh") })
    };
    let list: Vec<_> = change.iter().enumerate().map(file).collect();
    fs::write(staged.folder().join("list.json"), serde_json::to_vec(&list).unwrap()).unwrap();
    staged
}

fn the_change_of_the_run_lies_over_the_checkout() {
    let place = Place::with(&[("kept", "k"), ("gone", "g"), ("d/gone", "g"), ("f", "file"), ("g/x", "x")]);
    fs::set_permissions(place.checkout().join("d"), PermissionsExt::from_mode(0o710)).unwrap();
    let change = [
        ("d/gone", None),
        ("d/new.sh", Some("#!/bin/sh\necho run\n")),
        ("f", None),
        ("f/now/a/folder", Some("deep")),
        ("g", Some("now a file")),
        ("g/x", None),
        ("gone", None),
        ("never/was", None),
    ];
    let staged = changed(&place, &change);
    let script =
        "ls; d/new.sh; cat f/now/a/folder g kept; ls d; stat -c %a d d/new.sh; ls gone never 2>/dev/null";
    let ended =
        held(&place.command(&staged, &["sh", "-c", &format!("{script}; rm d/new.sh f/now/a/folder")]));
    let expected = "d\nf\ng\nkept\nrun\ndeepnow a filek";
    assert_eq!(ended.output, format!("{expected}new.sh\n710\n755\n"), "{ended:#?}");
    assert_eq!(fs::read_to_string(place.checkout().join("gone")).unwrap(), "g");
    // What one check does is not seen by the next.
    let next = held(&place.command(&staged, &["sh", "d/new.sh"]));
    assert_eq!(next.output, "run\n");
}

/// A workspace refuses such a change; a checkout that was altered since could bring it about.
fn a_change_covers_links_and_follows_none() {
    let outside = tempfile::tempdir().unwrap();
    fs::write(outside.path().join("victim"), "whole").unwrap();
    let place = Place::new();
    symlink(outside.path(), place.checkout().join("link")).unwrap();
    symlink(outside.path().join("victim"), place.checkout().join("file")).unwrap();
    let staged = changed(&place, &[("link/victim", Some("x")), ("file", Some("y")), ("link/new", Some("z"))]);
    let ended = held(&place.command(&staged, &["sh", "-c", "cat link/victim file link/new"]));
    assert_eq!(ended.output, "xyz", "{ended:#?}");
    assert_eq!(fs::read_to_string(outside.path().join("victim")).unwrap(), "whole");
    assert_eq!(fs::read_dir(outside.path()).unwrap().count(), 1);
}

fn what_a_check_writes_is_gone_and_the_checkout_is_as_it_was() {
    let place = Place::with(&[("a", "before"), ("d/b", "")]);
    let before = fs::metadata(place.checkout().join("a")).unwrap().modified().unwrap();
    assert_eq!(
        place.out("echo after > a; rm -r d; mkdir new; echo x > new/y; cat a new/y; ls"),
        "after\nx\na\nnew\n"
    );
    assert_eq!(fs::read_to_string(place.checkout().join("a")).unwrap(), "before");
    assert_eq!(fs::metadata(place.checkout().join("a")).unwrap().modified().unwrap(), before);
    assert!(place.checkout().join("d/b").exists() && !place.checkout().join("new").exists());
    assert_eq!(fs::read_dir(place.work()).unwrap().count(), 0);
}

fn folders_of_the_checkout_can_be_renamed_removed_and_made_again() {
    let place = Place::with(&[("d/x", "x"), ("e/y", "y")]);
    assert_eq!(place.out("mv d f; rm -r e; mkdir e; ls f e; cat f/x"), "e:\n\nf:\nx\nx");
}

fn everything_but_the_named_places_is_read_only() {
    let place = Place::new();
    let script = "for d in / /usr /usr/bin /etc /etc/ssl /dev /proc /proc/sys/kernel /home /lib; do \
                  touch $d/x 2>/dev/null && echo \"$d is open\"; done; \
                  for d in /work /tmp /home/check /dev/shm; do echo x > $d/x || echo \"$d is shut\"; done; \
                  echo x > /dev/null; true";
    assert_eq!(place.out(script), "");
}

fn nothing_of_the_machine_is_shown_but_its_programs() {
    let place = Place::new();
    assert_eq!(place.out("cd /; for d in sys run var root mnt media srv opt boot old_root; do ls -d $d 2>/dev/null; done; true"), "");
    assert_eq!(
        place.out("ls /home /tmp /home/check; ls -A /home/check"),
        "/home:\ncheck\n\n/home/check:\n\n/tmp:\n"
    );
    assert_eq!(place.out("ls /etc | grep -E 'shadow|ssh|resolv|sudo|machine-id|fstab' || true"), "");
    assert_eq!(
        place.out("hostname; id -un; ls /dev | tr '\\n' ' '"),
        "sandbox\ncheck\nfd full null random shm stderr stdin stdout urandom zero "
    );
    assert_eq!(
        place.out("ls -d /proc/[0-9]* | wc -l").trim().parse::<u32>().map(|count| count < 6),
        Ok(true)
    );
    let folder = place.checkout();
    let outside = folder.parent().unwrap().file_name().unwrap().to_str().unwrap().to_owned();
    // The name itself stands in the command.
    let pattern = format!("[{}]{}", &outside[..1], &outside[1..]);
    let script =
        format!("grep -c '{pattern}' /proc/self/mountinfo /proc/self/environ /proc/1/cmdline || true");
    let none = "/proc/self/mountinfo:0\n/proc/self/environ:0\n/proc/1/cmdline:0\n";
    assert_eq!(place.out(&script), none);
    assert_eq!(place.out("tr '\\0' ' ' < /proc/1/cmdline | cut -c1-25"), "code-assist hold -- \"firs\n");
}

fn the_environment_names_private_places() {
    let place = Place::new();
    let staged = place.stage();
    let mut command = place.command(&staged, &["env"]);
    command.environment = [
        ("TMPDIR", "/var/tmp"),
        ("PATH", "/nowhere:/usr/bin:relative"),
        ("GOPATH", "/nowhere"),
        ("KEPT", "1"),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .into();
    let mut lines: Vec<_> = held(&command).output.lines().map(str::to_owned).collect();
    lines.sort();
    assert_eq!(lines, ["HOME=/home/check", "KEPT=1", "LOGNAME=check", "PATH=/usr/bin", "USER=check"]);
}

fn the_folder_of_a_program_that_is_not_shown_is_named() {
    let place = Place::with(&[("tools/mytool", "#!/bin/sh\n")]);
    let tools = place.checkout().join("tools");
    fs::set_permissions(tools.join("mytool"), PermissionsExt::from_mode(0o755)).unwrap();
    let staged = place.stage();
    let mut command = place.command(&staged, &["mytool"]);
    // A path that is not there inside, as the checkout stands elsewhere.
    command.environment.insert("PATH".to_owned(), format!("/usr/bin:{}", escaped(&tools)));
    let ended = held(&command);
    assert_eq!(ended.outcome, CheckOutcome::Unavailable);
    assert!(ended.output.starts_with("can't run `mytool`: "), "{}", ended.output);
    let ended = held(&place.command(&staged, &["no-such-program"]));
    assert_eq!(ended.outcome, CheckOutcome::Unavailable, "{ended:#?}");

    let elsewhere = tempfile::tempdir().unwrap();
    fs::copy(tools.join("mytool"), elsewhere.path().join("mytool")).unwrap();
    command.environment.insert("PATH".to_owned(), format!("/usr/bin:{}", elsewhere.path().display()));
    let output = held(&command).output;
    let expected = format!(
        "can't run `mytool`: it lies in `{}`, which the sandbox does not show\nhint: ",
        elsewhere.path().display()
    );
    assert!(output.starts_with(&expected), "{output}");
}

/// A search path can't hold a colon, so such a folder is not on it.
fn escaped(path: &Path) -> String {
    path.display().to_string().replace(':', "_")
}

fn what_is_to_be_hidden_is_empty_and_no_link_is_followed_for_it() {
    let mut place = Place::with(&[("secret/key", "k"), (".env", "A=1"), ("real", "r")]);
    symlink("real", place.checkout().join("link")).unwrap();
    place.config.hidden = ["secret", ".env", "absent"].map(str::to_owned).into();
    assert_eq!(place.out("ls secret; cat .env; cat real; echo; cat secret/key 2>/dev/null; (echo B > .env) 2>/dev/null || echo shut"), "r\nshut\n");
    // What it leads to would be shown.
    place.config.hidden = vec!["link".to_owned()];
    let ended = place.sh("true");
    assert_eq!(ended.outcome, CheckOutcome::Unavailable);
    assert!(format!("{ended:?}").contains("it is a link"), "{ended:#?}");
}

/// What is empty inside is never the machine's own folder, wherever that lies.
fn what_is_of_the_machine_is_not_shown_with_its_programs() {
    let Ok(machine) = fs::read_dir("/usr/local/etc") else { return };
    let before = machine.count();
    let place = Place::new();
    let script = "cd /usr/local/etc && ls -A | wc -l; echo x > of-a-check && cp /bin/true . && chmod 4755 true; ls | wc -l";
    assert_eq!(place.out(script).replace(' ', ""), "0\n2\n");
    assert_eq!(place.out("ls -A /usr/local/etc"), "", "one check sees what another wrote");
    assert_eq!(fs::read_dir("/usr/local/etc").unwrap().count(), before);
    assert!(!Path::new("/usr/local/etc/of-a-check").exists());
}

fn what_is_to_be_shown_is_read_only() {
    let shown = tempfile::tempdir().unwrap();
    fs::write(shown.path().join("tool"), "t").unwrap();
    let mut place = Place::new();
    place.config.read_only = vec![shown.path().to_str().unwrap().to_owned()];
    let path = shown.path().display();
    assert_eq!(
        place.out(&format!("cat {path}/tool; echo x 2>/dev/null > {path}/tool || echo shut")),
        "tshut\n"
    );
    assert_eq!(fs::read_to_string(shown.path().join("tool")).unwrap(), "t");
}

fn what_the_sandbox_is_made_of_and_sockets_are_not_shown() {
    let folder = tempfile::tempdir().unwrap();
    let socket = folder.path().join("socket");
    let _listener = std::os::unix::net::UnixListener::bind(&socket).unwrap();
    for path in
        ["/", "/proc", "/proc/self", "/dev/null", "/etc", "/home", socket.to_str().unwrap(), "/absent"]
    {
        let mut place = Place::new();
        place.config.read_only = vec![path.to_owned()];
        let refused = Sandbox::new(&place.stage(), &place.config, Backend::Native);
        assert!(refused.is_err(), "{path}");
    }
}

fn a_test_can_serve_itself_and_reach_nobody_else() {
    let place = Place::new();
    let script = "import socket, threading
server = socket.socket(); server.bind(('127.0.0.1', 0)); server.listen()
threading.Thread(target=lambda: server.accept()[0].sendall(b'served')).start()
print(socket.create_connection(server.getsockname()).recv(9).decode())
try: socket.create_connection(('192.0.2.1', 80), 2)
except OSError as error: print(error.errno)
print([name for _, name in socket.if_nameindex()])";
    assert_eq!(place.run(&["/usr/bin/python3", "-c", script]).output, "served\n101\n['lo']\n");
}

fn no_power_is_left() {
    let place = Place::new();
    let expected = "CapInh:\t0000000000000000\nCapPrm:\t0000000000000000\nCapEff:\t0000000000000000\n\
                    CapBnd:\t0000000000000000\nCapAmb:\t0000000000000000\nNoNewPrivs:\t1\nSeccomp:\t2\n";
    assert_eq!(place.out("grep -E '^(Cap|NoNew|Seccomp:)' /proc/self/status"), expected);
    assert_eq!(
        place.out("unshare -U true 2>/dev/null || echo none; cat /proc/sys/user/max_user_namespaces"),
        "none\n0\n"
    );
}

fn the_first_process_can_not_be_looked_into() {
    let place = Place::new();
    let script = "cd /proc/1; cat environ maps mem fd/0 fd/1 2>/dev/null; echo x 2>/dev/null > fd/1; \
                  readlink exe cwd root fd/0 fd/1 fd/2; true";
    assert_eq!(place.out(script), "");
}

fn no_setting_of_the_kernel_can_be_changed() {
    let place = Place::new();
    let script = "for f in kernel/core_pattern kernel/hostname vm/drop_caches kernel/pid_max net/ipv4/ip_forward; do \
                  echo 1 2>/dev/null > /proc/sys/$f && echo $f; done; echo b 2>/dev/null > /proc/sysrq-trigger; \
                  cat /proc/kcore /proc/keys /proc/kallsyms /proc/kmsg 2>/dev/null | wc -c";
    assert_eq!(place.out(script), "0\n");
}

fn every_part_is_named_and_none_is_missing() {
    let ended = Place::new().sh("true");
    assert_eq!(ended.missing(), Vec::<&str>::new());
    for part in [
        "user namespace",
        "PID namespace",
        "network namespace",
        "IPC namespace",
        "UTS namespace",
        "mount namespace",
        "control group namespace",
        "loopback only",
        "own root",
        "workspace overlay, checkout read-only",
        "no further user namespaces",
        "own /proc",
        "no capabilities",
        "seccomp",
        "the whole tree ended",
    ] {
        assert!(ended.sandbox.iter().any(|one| one == part), "{part}: {:#?}", ended.sandbox);
    }
    for part in ["Landlock ABI ", "memory limit, ", "process limit, ", "processor time limit, "] {
        assert!(ended.sandbox.iter().any(|one| one.starts_with(part)), "{part}: {:#?}", ended.sandbox);
    }
}

fn the_sandbox_is_found_complete_by_trying_it() {
    let place = Place::new();
    let found = probe(&place.config, &itself(), &place.work());
    assert!(found.is_complete() && found.advice.is_empty(), "{found:#?}");
    assert_eq!(fs::read_dir(place.work()).unwrap().count(), 0);
}

fn a_command_is_not_run_where_the_sandbox_can_not_be_had() {
    let place = Place::new();
    let staged = place.stage();
    let mut command = place.command(&staged, &["sh", "-c", "echo it ran"]);
    // Nothing to mount at.
    fs::remove_dir(staged.folder().join("mount")).unwrap();
    let ended = held(&command);
    assert_eq!((ended.outcome, ended.exit_code), (CheckOutcome::Unavailable, None));
    assert!(ended.output.starts_with("sandbox-unavailable: `sh` was not run"), "{}", ended.output);
    assert!(!ended.output.contains("it ran") && !ended.missing().is_empty(), "{ended:#?}");
    command.argv.clear();
    assert_eq!(held(&command).outcome, CheckOutcome::Unavailable);
}

fn standard_streams_can_be_opened_by_their_names() {
    let place = Place::new();
    assert_eq!(
        place.out("echo out > /dev/stdout; echo err > /dev/stderr; echo fd > /dev/fd/1; cat < /dev/stdin"),
        "out\nerr\nfd\n"
    );
}
