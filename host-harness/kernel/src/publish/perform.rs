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
/// it. Done again after a crash it finishes what was begun.
pub fn perform(path: &Path) -> Result<(), KernelError> {
    let lock = File::open(path).map_err(KernelError::io("open", path.display()))?;
    lock.lock().map_err(KernelError::io("lock", path.display()))?;
    if let Some(placed) = Journal::outcome(path)? {
        return placed.error.map_or(Ok(()), |message| Err(KernelError::new(Code::BaseMoved, message)));
    }
    let done = attempt(&Journal::read(path)?);
    Journal::conclude(path, &Placed { error: done.as_ref().err().map(|error| error.message.clone()) })?;
    done
}

fn attempt(journal: &Journal) -> Result<(), KernelError> {
    let base = Base::open(&journal.root, FILE_BYTES_MAX)?;
    let mut todo = Vec::new();
    for step in &journal.steps {
        match standing(&base, step)? {
            Standing::Before => todo.push(step),
            Standing::After => {}
            Standing::Between | Standing::Other => return Err(step.moved()),
        }
    }
    let mut stage = Stage::create(&base, journal)?;
    let ready = todo.iter().try_for_each(|step| stage.prepare(step, &journal.payloads));
    match ready.and_then(|()| stage.swap()) {
        Ok(()) => {
            stage.finish();
            Ok(())
        }
        Err(error) => Err(stage.undo(error)),
    }
}
