//! Removing everything that a simulation made, by the mark that it carries.

use std::{path::Path, time::Duration};

use agent_contract::fault::shown;
use policy::{Code, config::ContainerConfig};

use super::{
    Removed,
    engine::{Engine, Kind},
    start::LABEL,
};
use crate::{KernelError, process::Cancel};

/// How often is looked at the most.
const ROUNDS_MAX: u8 = 6;
const PAUSE: Duration = Duration::from_millis(300);

/// Removes what a run that was killed left behind.
pub fn clear(run: &str, config: &ContainerConfig, within: &Path) -> Result<Removed, KernelError> {
    named(run)?;
    let engine = Engine::find(config, within, &Cancel::default())?;
    let removed = all(&engine, run);
    match removed.left.is_empty() {
        true => Ok(removed),
        false => Err(left(&removed)),
    }
}

/// The name of a run becomes a part of names and of filters.
pub(super) fn named(run: &str) -> Result<(), KernelError> {
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    let first = run.as_bytes().first().is_some_and(u8::is_ascii_alphanumeric);
    match first && run.len() <= 64 && run.bytes().all(plain) {
        true => Ok(()),
        false => {
            Err(KernelError::new(Code::ArgumentMalformed, format!("`{}` is no id of a run", shown(run))))
        }
    }
}

pub(super) fn left(removed: &Removed) -> KernelError {
    let message = format!("what the simulation made could not all be removed: {}", removed.left.join(", "));
    KernelError::new(Code::ContainerLeft, message)
}

/// Removes all that carries the mark of a run, until a look finds nothing more: an engine
/// that was interrupted ends what it does a moment later. Nobody's interruption ends this.
pub(super) fn all(engine: &Engine, run: &str) -> Removed {
    let mut removed = Removed::default();
    for round in 0..ROUNDS_MAX {
        std::thread::sleep(PAUSE * u32::from(round > 0));
        let mut look = Look { engine, filter: format!("label={LABEL}={run}"), found: 0, left: Vec::new() };
        removed.containers += look.remove(&["ps", "--all"], remove_container(engine.kind()));
        removed.networks += look.remove(&["network", "ls"], &["network", "rm"]);
        removed.volumes += look.remove(&["volume", "ls"], &["volume", "rm", "--force"]);
        removed.images += look.remove(&["image", "ls", "--all"], &["image", "rm", "--force"]);
        removed.left = look.left;
        if look.found == 0 {
            break;
        }
    }
    removed
}

fn remove_container(kind: Kind) -> &'static [&'static str] {
    match kind {
        Kind::Docker => &["rm", "--force", "--volumes"],
        Kind::Podman => &["rm", "--force", "--volumes", "--time=0"],
    }
}

struct Look<'a> {
    engine: &'a Engine,
    filter: String,
    found: usize,
    left: Vec<String>,
}

impl Look<'_> {
    /// Removes what a list shows, one by one, and notes what the list shows afterwards.
    fn remove(&mut self, list: &[&str], remove: &[&str]) -> usize {
        let found = self.list(list);
        self.found += found.len();
        for name in &found {
            let words = [remove, &[name.as_str()]].concat();
            // Whether it is gone is asked for below.
            let _ = self.engine.call(&words, &Cancel::default());
        }
        let left = if found.is_empty() { Vec::new() } else { self.list(list) };
        let count = found.len().saturating_sub(left.len());
        self.left.extend(left);
        count
    }

    /// The ids on a list; a list that can't be had is itself what is left.
    fn list(&self, list: &[&str]) -> Vec<String> {
        let words = [list, &["--quiet", "--filter", &self.filter]].concat();
        let found = self.engine.lines(&words, &Cancel::default());
        let mut found = found.unwrap_or_else(|error| vec![shown(&error.message)]);
        found.sort();
        found.dedup();
        found
    }
}
