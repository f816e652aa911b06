//! What a repository may bring along to have a command run.

use std::fs;

use crate::world::{World, executable};

/// A trap, and the plain git commands that spring it.
pub struct Trap {
    pub name: &'static str,
    pub lay: fn(&World),
    pub spring: &'static [&'static [&'static str]],
}

pub const fn trap(name: &'static str, lay: fn(&World), spring: &'static [&'static [&'static str]]) -> Trap {
    Trap { name, lay, spring }
}

/// Sets a key of the repository's configuration to the command that leaves a mark.
pub fn set(world: &World, key: &str) {
    let evil = world.evil();
    world.git(&["config", key, &evil]);
}

pub fn also(world: &World, pairs: &[(&str, &str)]) {
    for (key, value) in pairs {
        world.git(&["config", key, value]);
    }
}

fn hook(world: &World, name: &str) {
    fs::create_dir_all(world.root().join(".git/hooks")).unwrap();
    let path = world.root().join(".git/hooks").join(name);
    fs::copy(world.evil(), &path).unwrap();
    executable(&path);
}

/// A file whose times changed: git has to read it, and so to filter it.
fn touch(world: &World) {
    let file = fs::File::options().append(true).open(world.root().join("a.txt")).unwrap();
    file.set_modified(std::time::SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(1)).unwrap();
}

fn attributes(world: &World, place: &str) {
    world.write(place, "*.txt filter=evil diff=evil merge=evil\n");
}

pub fn remote(world: &World, key: &str) {
    set(world, key);
    let url = format!("file://{}", world.path("remote.git").display());
    also(
        world,
        &[("remote.origin.url", &url), ("remote.origin.fetch", "+refs/heads/*:refs/remotes/origin/*")],
    );
}

const COMMIT: &[&str] = &["commit", "--allow-empty", "-m", "x"];
pub const STATUS: &[&str] = &["status"];

pub const HOOKS: &[Trap] = &[
    trap("hook pre-commit", |w| hook(w, "pre-commit"), &[COMMIT]),
    trap("hook prepare-commit-msg", |w| hook(w, "prepare-commit-msg"), &[COMMIT]),
    trap("hook commit-msg", |w| hook(w, "commit-msg"), &[COMMIT]),
    trap("hook post-commit", |w| hook(w, "post-commit"), &[COMMIT]),
    trap("hook reference-transaction", |w| hook(w, "reference-transaction"), &[&["branch", "x"]]),
    trap(
        "hook post-index-change",
        |w| hook(w, "post-index-change"),
        &[&["update-index", "--force-remove", "a.txt"]],
    ),
    trap("hook post-checkout", |w| hook(w, "post-checkout"), &[&["checkout", "-b", "x"]]),
    trap("hook post-rewrite", |w| hook(w, "post-rewrite"), &[&["commit", "--amend", "-m", "y"]]),
    trap(
        "hook post-merge",
        |w| hook(w, "post-merge"),
        &[&["branch", "y", "main"], COMMIT, &["checkout", "-q", "y"], &["merge", "main"]],
    ),
    trap(
        "hook pre-push",
        |w| {
            hook(w, "pre-push");
            remote(w, "x.y");
        },
        &[&["push", "origin", "main:y"]],
    ),
    trap(
        "hook fsmonitor-watchman",
        |w| {
            hook(w, "fsmonitor-watchman");
            also(w, &[("core.fsmonitor", ".git/hooks/fsmonitor-watchman")]);
        },
        &[STATUS],
    ),
    trap(
        "core.hooksPath",
        |w| {
            hook(w, "reference-transaction");
            fs::rename(w.root().join(".git/hooks"), w.root().join("folder/hooks")).unwrap();
            w.write(".git/info/exclude", "hooks\n");
            also(w, &[("core.hooksPath", "folder/hooks")]);
        },
        &[&["branch", "x"]],
    ),
];

pub const ATTRIBUTES: &[Trap] = &[
    trap(
        "filter clean",
        |w| {
            attributes(w, ".git/info/attributes");
            set(w, "filter.evil.clean");
            touch(w);
        },
        &[STATUS],
    ),
    trap(
        "filter process",
        |w| {
            attributes(w, ".git/info/attributes");
            set(w, "filter.evil.process");
            touch(w);
        },
        &[STATUS],
    ),
    trap(
        "filter smudge",
        |w| {
            attributes(w, ".git/info/attributes");
            set(w, "filter.evil.smudge");
        },
        &[&["rm", "-qf", "a.txt"], &["checkout", "HEAD", "--", "a.txt"]],
    ),
    trap(
        "filter by .gitattributes",
        |w| {
            attributes(w, ".gitattributes");
            w.git(&["add", "."]);
            w.git(&["commit", "-qm", "attributes"]);
            set(w, "filter.evil.clean");
            touch(w);
        },
        &[STATUS],
    ),
    trap(
        "filter by core.attributesFile",
        |w| {
            attributes(w, ".git/evil-attributes");
            also(w, &[("core.attributesFile", ".git/evil-attributes")]);
            set(w, "filter.evil.clean");
            touch(w);
        },
        &[STATUS],
    ),
    trap(
        "diff textconv",
        |w| {
            attributes(w, ".git/info/attributes");
            set(w, "diff.evil.textconv");
            w.write("a.txt", "x");
        },
        &[&["diff"]],
    ),
    trap(
        "diff command",
        |w| {
            attributes(w, ".git/info/attributes");
            set(w, "diff.evil.command");
            w.write("a.txt", "x");
        },
        &[&["diff"]],
    ),
    trap(
        "diff.external",
        |w| {
            set(w, "diff.external");
            w.write("a.txt", "x");
        },
        &[&["diff"]],
    ),
    trap(
        "merge driver",
        |w| {
            attributes(w, ".git/info/attributes");
            for (branch, text) in [("one", "1\n"), ("two", "2\n")] {
                w.git(&["checkout", "-qb", branch, "main"]);
                w.write("a.txt", text);
                w.git(&["commit", "-qam", branch]);
            }
            set(w, "merge.evil.driver");
        },
        &[&["merge", "one"]],
    ),
    trap(
        "a filter in a submodule",
        |w| {
            let inner = w.root().join("inner");
            let source = w.path("remote.git");
            w.git(&[
                "-c",
                "protocol.file.allow=always",
                "submodule",
                "--quiet",
                "add",
                source.to_str().unwrap(),
                "inner",
            ]);
            w.git(&["commit", "-qm", "submodule"]);
            fs::write(w.root().join(".git/modules/inner/info/attributes"), "* filter=evil\n").unwrap();
            let evil = w.evil();
            assert!(w.plain_in(&inner, &["config", "filter.evil.clean", &evil]).status.success());
            assert!(w.plain_in(&inner, &["config", "core.fsmonitor", &evil]).status.success());
            fs::write(inner.join("a.txt"), "two\n").unwrap();
        },
        &[&["diff-files", "--raw"]],
    ),
];

pub const CONFIGURATION: &[Trap] = &[
    trap("core.fsmonitor", |w| set(w, "core.fsmonitor"), &[STATUS]),
    trap(
        "core.fsmonitor with its index extension",
        |w| {
            w.git(&["-c", "core.fsmonitor=true", "update-index", "--fsmonitor"]);
            w.plain(&["fsmonitor--daemon", "stop"]);
            set(w, "core.fsmonitor");
        },
        &[STATUS],
    ),
    trap("core.editor", |w| set(w, "core.editor"), &[&["commit", "--allow-empty"]]),
    trap("sequence.editor", |w| set(w, "sequence.editor"), &[&["rebase", "-i", "--root"]]),
    trap(
        "core.askPass",
        |w| set(w, "core.askPass"),
        &[&[
            "-c",
            "credential.username=x",
            "-c",
            "alias.x=!printf 'protocol=https\\nhost=x\\n\\n' | git credential fill",
            "x",
        ]],
    ),
    trap(
        "credential.helper",
        |w| set(w, "credential.helper"),
        &[&["-c", "alias.x=!printf 'protocol=https\\nhost=x\\n\\n' | git credential fill", "x"]],
    ),
    trap(
        "gpg.program",
        |w| {
            set(w, "gpg.program");
            also(w, &[("commit.gpgSign", "true")]);
        },
        &[COMMIT],
    ),
    trap(
        "gpg.ssh.program",
        |w| {
            set(w, "gpg.ssh.program");
            also(w, &[("commit.gpgSign", "true"), ("gpg.format", "ssh"), ("user.signingKey", "x")]);
        },
        &[COMMIT],
    ),
    trap(
        "gpg.ssh.defaultKeyCommand",
        |w| {
            set(w, "gpg.ssh.defaultKeyCommand");
            also(w, &[("commit.gpgSign", "true"), ("gpg.format", "ssh")]);
        },
        &[COMMIT],
    ),
    trap(
        "alias",
        |w| {
            let evil = w.evil();
            also(w, &[("alias.x", &format!("!{evil}"))]);
        },
        &[&["x"]],
    ),
    trap(
        "include.path",
        |w| {
            fs::write(w.path("included"), format!("[core]\n\tfsmonitor = {}\n", w.evil())).unwrap();
            let path = w.path("included");
            also(w, &[("include.path", path.to_str().unwrap())]);
        },
        &[STATUS],
    ),
    trap(
        "includeIf",
        |w| {
            fs::write(w.path("included"), format!("[core]\n\tfsmonitor = {}\n", w.evil())).unwrap();
            let path = w.path("included");
            also(w, &[("includeIf.gitdir:**.path", path.to_str().unwrap())]);
        },
        &[STATUS],
    ),
    trap(
        "config.worktree",
        |w| {
            also(w, &[("extensions.worktreeConfig", "true")]);
            let evil = w.evil();
            w.git(&["config", "--worktree", "core.fsmonitor", &evil]);
        },
        &[STATUS],
    ),
    trap(
        "trailer command",
        |w| set(w, "trailer.x.command"),
        &[&["commit", "--allow-empty", "-m", "x", "--trailer", "x=y"]],
    ),
    trap("tar command", |w| set(w, "tar.x.command"), &[&["archive", "--format=x", "HEAD"]]),
    trap(
        "difftool",
        |w| {
            set(w, "difftool.x.cmd");
            w.write("a.txt", "x");
        },
        &[&["difftool", "-y", "-t", "x"]],
    ),
    trap("core.pager", |w| set(w, "core.pager"), &[&["-c", "alias.x=!script -qec 'git log' /dev/null", "x"]]),
];
