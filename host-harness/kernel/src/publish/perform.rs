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
/// it. Done again after a crash it finishes what was begun. Whether it is still wanted is
/// asked once, before the first file is swapped in.
pub fn perform(path: &Path, is_wanted: &dyn Fn() -> bool) -> Result<(), KernelError> {
    let lock = File::open(path).map_err(KernelError::io("open", path.display()))?;
    lock.lock().map_err(KernelError::io("lock", path.display()))?;
    if let Some(placed) = Journal::outcome(path)? {
        return placed.error.map_or(Ok(()), |unplaced| Err(unplaced.into()));
    }
    let (journal, folder) = (Journal::read(path)?, path.parent().unwrap_or(path));
    let base = Base::open(&journal.root, FILE_BYTES_MAX)?;
    let done = match still_to_do(&base, &journal) {
        // What stands in the way here is for a person to move; nothing is decided by it.
        Ok((todo, done)) => {
            Stage::clear(&base, &journal, folder, &done)?;
            swap_in(&base, &journal, folder, &todo, is_wanted)
        }
        Err(error) => Err(error),
    };
    Journal::conclude(path, &Placed { error: done.as_ref().err().map(Into::into) })?;
    done
}

/// The steps that are still to do, and those that are done.
fn still_to_do<'a>(base: &Base, journal: &'a Journal) -> Result<(Vec<&'a Step>, Vec<&'a Step>), KernelError> {
    let (mut todo, mut done) = (Vec::new(), Vec::new());
    for step in &journal.steps {
        match standing(base, step)? {
            Standing::Before => todo.push(step),
            Standing::After => done.push(step),
            Standing::Between | Standing::Other => return Err(step.moved()),
        }
    }
    Ok((todo, done))
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
            stage.finish();
            Ok(())
        }
        Err(error) if stage.crosses => Err(Missed::Crosses(stage.undo(error))),
        Err(error) => Err(Missed::Failed(stage.undo(error))),
    }
}
