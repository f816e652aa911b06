//! Remotes that have a command run.

use std::fs;

use crate::{
    traps::{Trap, also, remote, set, trap},
    world::World,
};

/// An address that is a command.
fn command_url(world: &World) -> String {
    also(world, &[("protocol.ext.allow", "always")]);
    format!("ext::{} ", world.evil())
}

pub const REMOTES: &[Trap] = &[
    trap("core.sshCommand", |w| set(w, "core.sshCommand"), &[&["ls-remote", "ssh://nowhere/x"]]),
    trap("core.gitProxy", |w| set(w, "core.gitProxy"), &[&["ls-remote", "git://nowhere/x"]]),
    trap("remote uploadpack", |w| remote(w, "remote.origin.uploadpack"), &[&["ls-remote", "origin"]]),
    trap("remote receivepack", |w| remote(w, "remote.origin.receivepack"), &[&["push", "origin", "main:x"]]),
    trap(
        "remote vcs",
        |w| {
            let evil = w.evil();
            also(
                w,
                &[
                    ("protocol.ext.allow", "always"),
                    ("remote.origin.vcs", "ext"),
                    ("remote.origin.url", &evil),
                ],
            );
        },
        &[&["ls-remote", "origin"]],
    ),
    trap(
        "remote url",
        |w| {
            let url = command_url(w);
            also(w, &[("remote.origin.url", &url)]);
        },
        &[&["ls-remote", "origin"]],
    ),
    trap(
        "remote pushurl",
        |w| {
            remote(w, "x.y");
            let url = command_url(w);
            also(w, &[("remote.origin.pushurl", &url)]);
        },
        &[&["push", "origin", "main:x"]],
    ),
    trap(
        "url insteadOf",
        |w| {
            let url = command_url(w);
            also(w, &[(&format!("url.{url}.insteadOf"), "file://")]);
        },
        &[&["ls-remote", "file:///x"]],
    ),
    trap(
        "url pushInsteadOf",
        |w| {
            let url = command_url(w);
            also(w, &[(&format!("url.{url}.pushInsteadOf"), "file://")]);
        },
        &[&["push", "file:///x", "main:x"]],
    ),
    trap(
        "a promisor that brings what is missing",
        |w| {
            let blob = w.git(&["rev-parse", "HEAD:folder/b.txt"]);
            fs::remove_file(w.root().join(".git/objects").join(&blob[..2]).join(&blob[2..])).unwrap();
            remote(w, "remote.origin.uploadpack");
            also(
                w,
                &[
                    ("remote.origin.promisor", "true"),
                    ("extensions.partialClone", "origin"),
                    ("core.repositoryFormatVersion", "1"),
                ],
            );
        },
        &[&["cat-file", "-p", "HEAD:folder/b.txt"]],
    ),
    trap(
        "submodule update",
        |w| {
            let evil = w.evil();
            w.write(
                ".gitmodules",
                &format!(
                    "[submodule \"x\"]\n\tpath = x\n\turl = file://{}\n",
                    w.path("remote.git").display()
                ),
            );
            let id = w.git(&["rev-parse", "HEAD"]);
            w.git(&["update-index", "--add", "--cacheinfo", &format!("160000,{id},x")]);
            also(
                w,
                &[
                    ("submodule.x.active", "true"),
                    ("submodule.x.url", &format!("file://{}", w.path("remote.git").display())),
                    ("protocol.file.allow", "always"),
                    ("submodule.x.update", &format!("!{evil}")),
                ],
            );
        },
        &[&["-c", "protocol.file.allow=always", "submodule", "update"]],
    ),
    trap(
        "submodule url",
        |w| {
            let url = command_url(w);
            w.write(".gitmodules", "[submodule \"x\"]\n\tpath = x\n\turl = ./x\n");
            let id = w.git(&["rev-parse", "HEAD"]);
            w.git(&["update-index", "--add", "--cacheinfo", &format!("160000,{id},x")]);
            also(w, &[("submodule.x.active", "true"), ("submodule.x.url", &url)]);
        },
        &[&["-c", "protocol.ext.allow=always", "submodule", "update"]],
    ),
];
