use std::{fs::File, path::Path};

use policy::Code;

use super::{Journal, Placed, Step, stage::Stage};
use crate::{
    KernelError,
    workspace::{Base, HeldFile},
};

/// Larger files than any run writes; what is compared must be readable.
const FILE_BYTES_MAX: u64 = 1 << 40;

/// How a working tree stands to a journal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Every file is as before.
    Before,
    /// Every file is as it is to be.
    After,
    /// Some are as before and some as they are to be.
    Between,
    /// Some are neither.
    Other,
}

/// How the working tree stands to a journal now.
pub fn survey(journal: &Journal) -> Result<Standing, KernelError> {
    let base = Base::open(&journal.root, FILE_BYTES_MAX)?;
    let standings = journal.steps.iter().map(|step| standing(&base, step)).collect::<Result<Vec<_>, _>>()?;
    Ok(together(&standings))
}

fn together(standings: &[Standing]) -> Standing {
    let all = |which| standings.iter().all(|standing| *standing == which);
    match () {
        () if standings.contains(&Standing::Other) => Standing::Other,
        () if all(Standing::Before) => Standing::Before,
        () if all(Standing::After) => Standing::After,
        () => Standing::Between,
    }
}

fn standing(base: &Base, step: &Step) -> Result<Standing, KernelError> {
    let now = match base.read(&step.path) {
        Err(error) if error.code == Code::FileKind => return Ok(Standing::Other),
        now => now?.as_ref().map(HeldFile::state),
    };
    Ok(match now {
        now if now == step.after => Standing::After,
        now if now == step.before => Standing::Before,
        _ => Standing::Other,
    })
}

/// Does what a journal says, all of it or none of it, and writes the outcome beside
/// it. Whether it is still wanted is asked once, before the first file is swapped in.
pub fn perform(path: &Path, is_wanted: &dyn Fn() -> bool) -> Result<(), KernelError> {
    let _lock = lock(path)?;
    if let Some(placed) = Journal::outcome(path)? {
        return placed.error.map_or(Ok(()), |unplaced| Err(unplaced.into()));
    }
    let done = attempt(path, is_wanted)?;
    Journal::conclude(path, &Placed { error: done.as_ref().err().map(Into::into) })?;
    done
}

/// Finishes what was begun by a process that was killed. What stands in its way decides
/// nothing: it can be tried again.
pub fn finish(path: &Path) -> Result<(), KernelError> {
    let _lock = lock(path)?;
    if let Some(placed) = Journal::outcome(path)? {
        return placed.error.map_or(Ok(()), |unplaced| Err(unplaced.into()));
    }
    attempt(path, &|| true)??;
    Journal::conclude(path, &Placed { error: None })
}

fn lock(path: &Path) -> Result<File, KernelError> {
    let lock = File::open(path).map_err(KernelError::io("open", path.display()))?;
    lock.lock().map_err(KernelError::io("lock", path.display()))?;
    Ok(lock)
}

/// The outer error decides nothing: some of it is placed already, and something is in the way.
fn attempt(path: &Path, is_wanted: &dyn Fn() -> bool) -> Result<Result<(), KernelError>, KernelError> {
    let (journal, folder) = (Journal::read(path)?, path.parent().unwrap_or(path));
    let base = Base::open(&journal.root, FILE_BYTES_MAX)?;
    let standings = journal.steps.iter().map(|step| Ok((step, standing(&base, step)?)));
    let standings = standings.collect::<Result<Vec<_>, KernelError>>()?;
    let of = |which| standings.iter().filter(move |(_, standing)| *standing == which).map(|(step, _)| *step);
    let (todo, done): (Vec<_>, Vec<_>) = (of(Standing::Before).collect(), of(Standing::After).collect());
    let other =
        standings.iter().find(|(_, standing)| matches!(standing, Standing::Between | Standing::Other));
    match other {
        Some((step, _)) if !done.is_empty() => return Err(step.in_the_way(done.len(), journal.steps.len())),
        Some((step, _)) => return Ok(Err(step.moved())),
        None => {}
    }
    Stage::clear(&base, &journal, folder, &done)?;
    Ok(swap_in(&base, &journal, folder, &todo, is_wanted))
}

fn swap_in(
    base: &Base,
    journal: &Journal,
    run_folder: &Path,
    todo: &[&Step],
    is_wanted: &dyn Fn() -> bool,
) -> Result<(), KernelError> {
    if let Some(stage) = Stage::apart(base, run_folder) {
        match through(stage, todo, journal, is_wanted) {
            Err(Missed::Crosses(_)) => {}
            Err(Missed::Failed(error)) => return Err(error),
            Ok(()) => return Ok(()),
        }
    }
    through(Stage::beside(base, journal)?, todo, journal, is_wanted).map_err(|missed| match missed {
        Missed::Crosses(error) | Missed::Failed(error) => error,
    })
}

/// Why nothing went through a staging folder.
enum Missed {
    /// Nothing can be renamed from it into the working tree.
    Crosses(KernelError),
    Failed(KernelError),
}

fn through(
    mut stage: Stage,
    todo: &[&Step],
    journal: &Journal,
    is_wanted: &dyn Fn() -> bool,
) -> Result<(), Missed> {
    let wanted = || match is_wanted() {
        true => Ok(()),
        false => Err(KernelError::new(Code::Interrupted, "the Runner was gone; nothing was placed")),
    };
    let ready = todo.iter().try_for_each(|step| stage.prepare(step, &journal.payloads));
    match ready.and_then(|()| wanted()).and_then(|()| stage.swap()) {
        Ok(()) => {
            stage.finish(journal);
            Ok(())
        }
        Err(error) if stage.crosses => Err(Missed::Crosses(stage.undo(error))),
        Err(error) => Err(Missed::Failed(stage.undo(error))),
    }
}
