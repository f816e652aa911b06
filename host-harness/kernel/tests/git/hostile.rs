//! Repositories whose configuration, hooks or attributes name a command. Each trap is
//! shown to spring with plain git; no operation of ours springs it.

use std::{fs, time::Instant};

use crate::{
    operations::{all, each},
    trapped_remotes::REMOTES,
    traps::{ATTRIBUTES, CONFIGURATION, HOOKS, STATUS, Trap},
    world::World,
};

/// Lays the trap twice: once for plain git, which must spring it, and once for ours.
fn hold(trap: &Trap) {
    let world = World::new();
    (trap.lay)(&world);
    let _ = fs::remove_file(world.mark());
    let outputs: Vec<_> = trap.spring.iter().map(|arguments| world.plain(arguments)).collect();
    assert!(world.mark().exists(), "{}: plain git does not spring it: {outputs:?}", trap.name);

    let world = World::new();
    (trap.lay)(&world);
    let _ = fs::remove_file(world.mark());
    let before = Instant::now();
    for (operation, result) in each(&world) {
        assert!(!world.mark().exists(), "{}: `{operation}` springs it", trap.name);
        assert_eq!(result, Ok(()), "{}: `{operation}`", trap.name);
    }
    assert!(before.elapsed().as_secs() < 60, "{}", trap.name);
}

#[test]
fn no_hook_is_run() {
    HOOKS.iter().for_each(hold);
}

#[test]
fn no_filter_or_driver_is_run() {
    ATTRIBUTES.iter().for_each(hold);
}

#[test]
fn no_command_of_the_configuration_is_run() {
    CONFIGURATION.iter().for_each(hold);
}

#[test]
fn no_command_of_a_remote_is_run() {
    REMOTES.iter().for_each(hold);
}

#[test]
fn all_traps_in_one_repository_are_left_alone() {
    let world = World::new();
    for trap in HOOKS.iter().chain(CONFIGURATION).filter(|trap| !trap.name.contains("core.hooksPath")) {
        (trap.lay)(&world);
    }
    let _ = fs::remove_file(world.mark());
    assert!(all(&world), "an operation failed");
    assert!(!world.mark().exists());
    world.plain(STATUS);
    assert!(world.mark().exists());
}

#[test]
fn there_are_traps_of_every_kind() {
    assert!(HOOKS.len() + ATTRIBUTES.len() + CONFIGURATION.len() + REMOTES.len() >= 50);
}
