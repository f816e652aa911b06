//! Every operation of the Kernel's that has to do with a repository.

use std::collections::BTreeSet;

use kernel::{Workspace, git};
use policy::config::Limits;

use crate::world::{World, path_of};

type Operation = (&'static str, fn(&World) -> Result<(), String>);

/// Runs each operation, one after the other, and tells what came of it.
pub fn each(world: &World) -> impl Iterator<Item = (&'static str, Result<(), String>)> + '_ {
    let operations: [Operation; 10] = [
        ("head", |world| told(git::head(&world.root()))),
        ("enclosing", |world| {
            let _ = git::enclosing(&world.root().join("folder"));
            Ok(())
        }),
        ("workspace", |world| told(Workspace::open(&world.root(), &Limits::default()))),
        ("base", |world| {
            let workspace =
                Workspace::open(&world.root(), &Limits::default()).map_err(|error| error.message)?;
            workspace.base().names(None);
            told(workspace.base().read(&path_of("a.txt")))
        }),
        ("holds_more", |world| told(git::holds_more(&world.root()))),
        ("ignored", |world| told(git::ignored(&world.root()))),
        ("committed", |world| told(git::committed(&world.root(), &BTreeSet::from([path_of("a.txt")])))),
        ("commit", |world| told(world.commit(CHANGE))),
        ("create_branch", |world| {
            let made = world.commit(CHANGE).map_err(|error| error.message)?;
            told(world.branch("code-assist/x", &made.id))
        }),
        ("push", |world| {
            let made = world.commit(CHANGE).map_err(|error| error.message)?;
            told(world.push("code-assist/x", &made.id))
        }),
    ];
    operations.into_iter().map(move |(name, operation)| (name, operation(world)))
}

const CHANGE: &[(&str, Option<&str>)] = &[("a.txt", Some("ONE\n")), ("new.txt", Some("new\n"))];

/// Whether each operation succeeds.
pub fn all(world: &World) -> bool {
    each(world).all(|(_, result)| result.is_ok())
}

fn told<T>(result: Result<T, kernel::KernelError>) -> Result<(), String> {
    result.map(drop).map_err(|error| error.message)
}
