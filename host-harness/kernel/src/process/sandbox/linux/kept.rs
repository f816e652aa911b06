//! What the first process keeps in its hands of the workspace, to note what a command wrote
//! there: nothing else reaches it.

use std::{
    io,
    os::fd::{AsFd as _, BorrowedFd},
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use cap_std::{ambient_authority, fs::Dir};
use rustix::process::{Pid, Signal, getpid, kill_process_group};

use super::overlay;
use crate::{
    process::{
        sandbox::{Sandbox, Writes},
        tree,
    },
    workspace::{
        fixes::{Before, Kind, Tree, Upper, Wrote},
        stage,
    },
};

/// How long the dead may take to go.
const END_MAX: Duration = Duration::from_secs(5);
const PAUSE: Duration = Duration::from_millis(1);

/// A workspace, held open. Its folders close when another program is run, and nobody looks
/// into the process that holds them.
pub(super) struct Kept {
    tree: Tree,
}

impl Kept {
    /// Of an overlay, what it keeps in its own folder; `merged` is where it is mounted.
    pub fn of_overlay(sandbox: &Sandbox, own: &Path, merged: &Path) -> io::Result<Option<Self>> {
        if sandbox.writes == Writes::Dropped {
            return Ok(None);
        }
        let upper = Upper { lower: open(&sandbox.checkout)?, merged: open(merged)? };
        let dir = open(&own.join(overlay::UPPER))?;
        Ok(Some(Self::of(sandbox, dir, Kind::Upper(upper), stage::exclude(&sandbox.staged))))
    }

    /// Of a copy, all of it.
    pub fn of_copy(sandbox: &Sandbox, copy: &Path, staged: &Path) -> io::Result<Option<Self>> {
        if sandbox.writes == Writes::Dropped {
            return Ok(None);
        }
        Ok(Some(Self::of(sandbox, open(copy)?, Kind::Whole, stage::exclude(staged))))
    }

    fn of(sandbox: &Sandbox, dir: Dir, kind: Kind, exclude: Option<String>) -> Self {
        let left_out = sandbox.hidden.iter().map(PathBuf::from).collect();
        Self { tree: Tree { dir, kind, exclude, left_out } }
    }

    /// What has to stay within reach although it has no path inside.
    pub fn folders(&self) -> Vec<BorrowedFd<'_>> {
        match &self.tree.kind {
            Kind::Whole => Vec::new(),
            Kind::Upper(upper) => vec![self.tree.dir.as_fd(), upper.lower.as_fd()],
        }
    }

    /// Looks at it, before the command is run.
    pub fn look(self) -> Result<Before, String> {
        Before::of(self.tree)
    }
}

fn open(folder: &Path) -> io::Result<Dir> {
    Dir::open_ambient_dir(folder, ambient_authority())
}

/// What a command wrote. All that it left behind is ended before: nothing changes any more.
pub(super) fn wrote(before: Result<Before, String>) -> Wrote {
    match before.and_then(|before| alone().map(|()| before)) {
        Ok(before) => before.wrote(),
        Err(why) => Wrote::Unseen(why),
    }
}

/// Ends all others. Who is first in a namespace is the parent of every orphan there, so
/// without children it is alone.
fn alone() -> Result<(), String> {
    if getpid() != Pid::INIT {
        return Err("this process is not the first one".to_owned());
    }
    let deadline = Instant::now() + END_MAX;
    loop {
        // The group of that number stands for all that there are but this process.
        let _ = kill_process_group(Pid::INIT, Signal::KILL);
        if tree::is_alone() {
            return Ok(());
        }
        if Instant::now() > deadline {
            return Err("what it left behind does not end".to_owned());
        }
        std::thread::sleep(PAUSE);
    }
}
