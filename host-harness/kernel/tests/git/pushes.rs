//! Pushes, to a bare repository beside the other.

use std::{
    fs,
    process::Command,
    time::{Duration, Instant},
};

use kernel::secret::{Known, Leaving};

use crate::world::{World, branch, code, executable};

const CHANGE: &[(&str, Option<&str>)] = &[("a.txt", Some("ONE\n"))];
const NAME: &str = "code-assist/x";

#[test]
fn a_branch_goes_to_the_configured_remote() {
    for options in [&[][..], &["--object-format=sha256"]] {
        let world = World::with(options);
        let made = world.commit(CHANGE).unwrap();
        let pushed = world.push(NAME, &made.id).unwrap();
        assert_eq!((pushed.before, pushed.after.as_str(), pushed.repeated), (None, made.id.as_str(), false));
        assert_eq!(world.remote(&["rev-parse", NAME]), made.id);
        assert_eq!(world.remote(&["show", &format!("{NAME}:a.txt")]), "ONE");
        assert_eq!(
            world.remote(&["for-each-ref", "--format=%(refname)"]),
            format!("refs/heads/{NAME}\nrefs/heads/main")
        );
        world.remote(&["fsck", "--strict"]);
        assert!(world.is_clean());
    }
}

#[test]
fn a_repeated_push_is_harmless() {
    let world = World::new();
    let made = world.commit(CHANGE).unwrap();
    world.push(NAME, &made.id).unwrap();
    let again = world.push(NAME, &made.id).unwrap();
    assert_eq!((again.before, again.after, again.repeated), (Some(made.id.clone()), made.id.clone(), true));
    // The same operation, made again at another time.
    world.time_ms.set(world.time_ms.get() + 60_000);
    let later = world.commit(CHANGE).unwrap();
    assert_ne!(later.id, made.id);
    let again = world.push(NAME, &later.id).unwrap();
    assert_eq!((again.after.as_str(), again.repeated), (made.id.as_str(), true));
    assert_eq!(world.remote(&["rev-parse", NAME]), made.id);
}

/// Whoever knows the name of an operation can write it under a commit of theirs.
#[test]
fn a_commit_that_only_says_it_is_ours_is_not_taken_for_it() {
    let world = World::new();
    let made = world.commit(CHANGE).unwrap();
    let ours = world.git(&["cat-file", "commit", &made.id]);
    let forged = |from: &str, to: &str| {
        world.write(".git/forged", &ours.replacen(from, to, 1));
        world.git(&["hash-object", "-t", "commit", "-w", ".git/forged"])
    };
    let header = "\n\nShout";
    let signature = "\ngpgsig -----BEGIN SSH SIGNATURE-----\n U1NI\n -----END SSH SIGNATURE-----\n\nShout";
    for (number, (from, to)) in [
        ("author ", "author Mallory "),
        ("committer ", "committer Mallory "),
        ("Shout", "Whisper"),
        (header, signature),
    ]
    .into_iter()
    .enumerate()
    {
        let (forged, name) = (forged(from, to), format!("code-assist/{number}"));
        world.git(&["branch", &name, &forged]);
        assert_eq!(code(world.branch(&name, &made.id)), "branch-exists", "{to}");
        world.git(&["push", "-q", world.path("remote.git").to_str().unwrap(), &name]);
        assert_eq!(code(world.push(&name, &made.id)), "remote-moved", "{to}");
        assert_eq!(world.remote(&["rev-parse", &name]), forged);
    }
}

#[test]
fn a_branch_follows_what_the_remote_has_and_never_overwrites_it() {
    let world = World::new();
    let base = world.git(&["rev-parse", "main"]);
    let made = world.commit(CHANGE).unwrap();
    // An ancestor is followed.
    world.remote(&["update-ref", "refs/heads/code-assist/x", &base]);
    let pushed = world.push(NAME, &made.id).unwrap();
    assert_eq!(pushed.before, Some(base));
    // What stands beside it is not.
    let other = world.commit_with(&world.update(), "op-2", &[("a.txt", Some("TWO\n"))]).unwrap();
    assert_eq!(code(world.push(NAME, &other.id)), "remote-moved");
    // Nor is what this repository has never seen.
    let clone = world.path("clone");
    world.git(&["clone", "-q", world.path("remote.git").to_str().unwrap(), clone.to_str().unwrap()]);
    for arguments in [
        &["commit", "--allow-empty", "-qm", "else"][..],
        &["push", "-q", "--force", "origin", "HEAD:refs/heads/code-assist/x"],
    ] {
        assert!(world.plain_in(&clone, arguments).status.success());
    }
    let theirs = world.remote(&["rev-parse", NAME]);
    assert_eq!(code(world.push(NAME, &made.id)), "remote-moved");
    assert_eq!(world.remote(&["rev-parse", NAME]), theirs);
}

#[test]
fn what_is_not_allowed_is_refused_before_the_remote_is_asked() {
    let world = World::new();
    let made = world.commit(CHANGE).unwrap();
    fs::rename(world.path("remote.git"), world.path("elsewhere.git")).unwrap();
    let mut update = world.update();
    for (name, expected) in [
        ("main", "hard-base-branch"),
        ("Main", "hard-base-branch"),
        ("feature", "branch-forbidden"),
        ("code-assist", "branch-forbidden"),
        ("code-assist/a/b", "branch-forbidden"),
        ("x/code-assist/a", "branch-forbidden"),
        ("code-assist/x", "remote-unreachable"),
    ] {
        assert_eq!(code(world.push_with(&update, name, &made.id, None)), expected, "{name}");
    }
    update.branches = vec!["**".to_owned()];
    assert_eq!(code(world.push_with(&update, "main", &made.id, None)), "hard-base-branch");
    update.remotes.clear();
    let refused = world.push_with(&update, NAME, &made.id, None).unwrap_err();
    assert_eq!(refused.code.as_str(), "remote-unknown");
    assert!(refused.message.contains("hint: `[[update.git.remotes]]` with `name = \"origin\"`"), "{refused}");
}

#[test]
fn the_default_branch_of_a_remote_is_never_pushed_to() {
    let world = World::new();
    let made = world.commit(CHANGE).unwrap();
    world.remote(&["symbolic-ref", "HEAD", "refs/heads/code-assist/x"]);
    world.remote(&["update-ref", "refs/heads/code-assist/x", "main"]);
    assert_eq!(code(world.push(NAME, &made.id)), "branch-forbidden");
    // One that tells none could make this its first.
    for reference in ["refs/heads/code-assist/x", "refs/heads/main"] {
        world.remote(&["update-ref", "-d", reference]);
    }
    assert_eq!(code(world.push(NAME, &made.id)), "branch-forbidden");
    assert_eq!(world.remote(&["for-each-ref"]), "");
}

#[test]
fn tags_and_other_branches_stay_where_they_are() {
    let world = World::new();
    world.git(&["config", "push.followTags", "true"]);
    world.git(&["branch", "private"]);
    world.git(&["tag", "-a", "v1", "-m", "v1"]);
    let made = world.commit(CHANGE).unwrap();
    world.git(&["tag", "-a", "v2", "-m", "v2", &made.id]);
    world.push(NAME, &made.id).unwrap();
    assert_eq!(
        world.remote(&["for-each-ref", "--format=%(refname)"]),
        format!("refs/heads/{NAME}\nrefs/heads/main")
    );
}

#[test]
fn a_secret_never_leaves_with_a_commit() {
    let world = World::new();
    let known = Known::default();
    known.learn("token", &"s3cret-t0ken-0123456789".into());
    let leaving = Leaving::new(known);
    let text = |encoded: &str| format!("a\ntoken = {encoded}\n");
    for secret in ["s3cret-t0ken-0123456789", "czNjcmV0LXQwa2VuLTAxMjM0NTY3ODk="] {
        let made = world.commit(&[("folder/c.txt", Some(&text(secret)))]).unwrap();
        let refused = world.push_past(&leaving, &world.update(), (NAME, &made.id), None).unwrap_err();
        assert_eq!(refused.code.as_str(), "secret-leaving");
        assert!(
            refused.message.starts_with("`folder/c.txt` can't be pushed: ")
                && !refused.message.contains(secret)
        );
    }
    let made = world.commit(&[("folder/c.txt", Some(&text("none")))]).unwrap();
    assert!(world.push_past(&leaving, &world.update(), (NAME, &made.id), None).is_ok());
}

/// What lies below the change and was never published goes along with it: even what a later
/// commit took out again.
#[test]
fn a_secret_never_leaves_with_the_commits_below() {
    let secret = "s3cret-t0ken-0123456789";
    let known = Known::default();
    known.learn("token", &secret.into());
    let leaving = Leaving::new(known);
    let below = |message: &str, text: &str, is_published: bool| {
        let world = World::new();
        for (text, message) in [(text, message), ("a = 1\n", "And out again")] {
            world.write("settings.ini", text);
            world.git(&["add", "."]);
            world.git(&["commit", "-qm", message]);
        }
        if is_published {
            world.git(&["push", "-q", world.path("remote.git").to_str().unwrap(), "main"]);
        }
        let made = world.commit(CHANGE).unwrap();
        let pushed = world.push_past(&leaving, &world.update(), (NAME, &made.id), None);
        (pushed, world.remote(&["for-each-ref", "--format=%(refname)"]))
    };
    let only_main = "refs/heads/main";
    let (pushed, refs) = below("Settings", &format!("key = {secret}\n"), false);
    let refused = pushed.unwrap_err();
    assert_eq!((refused.code.as_str(), refs.as_str()), ("secret-leaving", only_main));
    assert!(refused.message.starts_with("`settings.ini` can't be pushed: "), "{refused}");
    assert!(!refused.message.contains(secret));
    let (pushed, refs) = below(&format!("It is {secret}"), "a = 2\n", false);
    let refused = pushed.unwrap_err();
    assert_eq!((refused.code.as_str(), refs.as_str()), ("secret-leaving", only_main));
    assert!(refused.message.contains(", which the remote does not have yet, can't be pushed"), "{refused}");
    // What the remote has already does not leave, and what holds no secret may.
    assert!(below("Settings", &format!("key = {secret}\n"), true).0.is_ok());
    assert!(below("Settings", "a = 2\n", false).0.is_ok());
}

/// What the remote has and this repository does not is no reason to look at less, or to fail.
#[test]
fn a_remote_that_went_on_is_still_pushed_to() {
    let world = World::new();
    let other = world.path("other");
    world.git(&["clone", "-q", world.path("remote.git").to_str().unwrap(), other.to_str().unwrap()]);
    for arguments in [
        &["commit", "-q", "--allow-empty", "-m", "On"][..],
        &["tag", "v1"],
        &["push", "-q", "origin", "main", "v1"],
    ] {
        assert!(world.plain_in(&other, arguments).status.success());
    }
    let made = world.commit(CHANGE).unwrap();
    assert_eq!(world.push(NAME, &made.id).unwrap().after, made.id);
}

fn hook(world: &World, text: &str) {
    let path = world.path("remote.git/hooks/pre-receive");
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(&path, format!("#!/bin/sh\n{text}\n")).unwrap();
    executable(&path);
}

#[test]
fn what_a_remote_says_is_bounded_harmless_and_holds_no_secret() {
    let world = World::new();
    let made = world.commit(CHANGE).unwrap();
    hook(
        &world,
        "printf '\\033]0;title\\007\\033[31mno: s3cret-t0ken\\033[0m\\n' >&2; head -c 200000 /dev/zero | tr '\\0' x >&2; exit 1",
    );
    let secret = "s3cret-t0ken".into();
    let refused = world.push_with(&world.update(), NAME, &made.id, Some(&secret)).unwrap_err();
    assert_eq!(refused.code.as_str(), "push-refused");
    assert!(!refused.message.contains(|c: char| c.is_control()), "{refused:?}");
    assert!(refused.message.contains("no: [redacted]"), "{refused}");
    assert!(refused.message.len() < 40_000, "{}", refused.message.len());
    assert_eq!(
        world
            .plain(&["-C", world.path("remote.git").to_str().unwrap(), "rev-parse", "--verify", "-q", NAME])
            .status
            .code(),
        Some(1)
    );
}

#[test]
fn a_remote_that_hangs_is_left() {
    let world = World::new();
    let made = world.commit(CHANGE).unwrap();
    hook(&world, "sleep 60");
    let update = policy::config::GitUpdate { push_seconds: 1, ..world.update() };
    let start = Instant::now();
    assert_eq!(code(world.push_with(&update, NAME, &made.id, None)), "git-timeout");
    assert!(start.elapsed() < Duration::from_secs(10), "{:?}", start.elapsed());
    assert!(world.is_clean());
}

#[test]
fn a_push_that_is_interrupted_ends_at_once_and_says_what_is_not_known() {
    let world = World::new();
    let made = world.commit(CHANGE).unwrap();
    hook(&world, "sleep 60");
    let (start, cancel) = (Instant::now(), world.cancel.clone());
    let interrupter = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(500));
        cancel.cancel();
    });
    let ended = world.push(NAME, &made.id).unwrap_err();
    interrupter.join().unwrap();
    assert_eq!(ended.code.as_str(), "interrupted");
    assert!(
        ended.message.contains("whether remote `origin` took branch `code-assist/x` is not known"),
        "{ended}"
    );
    assert!(start.elapsed() < Duration::from_secs(5), "{:?}", start.elapsed());
    assert!(world.is_clean());
}

/// The whole of a push, as often as it is killed: each time the remote has the branch or
/// does not, and a repeated push makes it whole.
#[test]
fn a_push_that_is_killed_leaves_nothing_half() {
    const VARIABLE: &str = "CODE_ASSIST_TEST_PUSH";
    if let Ok(folder) = std::env::var(VARIABLE) {
        let (folder, commit) = folder.split_once('|').unwrap();
        World::push_from(folder, NAME, commit);
        return;
    }
    let world = World::new();
    let made = world.commit(CHANGE).unwrap();
    let mut made_whole = 0;
    for delay in 0..12 {
        let _ = world.plain(&[
            "-C",
            world.path("remote.git").to_str().unwrap(),
            "update-ref",
            "-d",
            "refs/heads/code-assist/x",
        ]);
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "pushes::a_push_that_is_killed_leaves_nothing_half"])
            .env(VARIABLE, format!("{}|{}", world.folder().display(), made.id))
            .stdout(std::process::Stdio::null())
            .spawn()
            .unwrap();
        std::thread::sleep(Duration::from_millis(delay * 6));
        child.kill().unwrap();
        child.wait().unwrap();
        // What git goes on doing on its own has an end.
        std::thread::sleep(Duration::from_millis(100));
        let _ = fs::remove_file(world.path("remote.git/refs/heads/code-assist/x.lock"));
        world.remote(&["fsck", "--strict"]);
        made_whole += u32::from(world.push(NAME, &made.id).unwrap().after == made.id);
        assert_eq!(world.remote(&["rev-parse", NAME]), made.id);
    }
    assert_eq!(made_whole, 12);
}

#[test]
fn a_push_names_its_branch_and_nothing_more() {
    for odd in
        ["+code-assist/x", "code-assist/x:main", "refs/heads/main", ":main", "--force", "code-assist/*"]
    {
        let parsed = agent_contract::branch::BranchName::parse(odd);
        let world = World::new();
        let main = world.remote(&["rev-parse", "main"]);
        if let Ok(name) = parsed {
            let made = world.commit(CHANGE).unwrap();
            assert_eq!(code(world.push(name.as_str(), &made.id)), "branch-forbidden", "{odd}");
        }
        assert_eq!(world.remote(&["rev-parse", "main"]), main);
    }
    assert_eq!(branch("code-assist/x").as_str(), "code-assist/x");
}
