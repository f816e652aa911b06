//! Python: requirements files, `setup.cfg`, `pyproject.toml`, Pipenv, Poetry, uv and PDM.

mod locks;
mod pep508;
mod pipenv;
mod pyproject;
mod requirements;
mod setup_cfg;

use crate::{doc, draft::Draft, files::Files, kind::Kind};

/// Reads what there is of Python's packages.
pub(crate) fn gather(files: &mut Files<'_>, draft: &mut Draft) {
    requirements::gather(files, draft);
    for (path, doc) in files.parsed(Kind::SetupCfg, setup_cfg::sections) {
        draft.add(Kind::SetupCfg, setup_cfg::read(&path, &doc));
    }
    for (path, doc) in files.parsed(Kind::Pyproject, doc::toml) {
        draft.add(Kind::Pyproject, pyproject::read(&path, &doc));
    }
    for (path, doc) in files.parsed(Kind::Pipfile, doc::toml) {
        draft.add(Kind::Pipfile, pipenv::manifest(&path, &doc));
    }
    for (path, doc) in files.parsed(Kind::PipfileLock, |text| pipenv::checked(doc::json(text)?)) {
        draft.locks.push(pipenv::lock(&path, &doc));
    }
    for kind in [Kind::PoetryLock, Kind::UvLock, Kind::PdmLock] {
        for (path, doc) in files.parsed(kind, |text| locks::checked(doc::toml(text)?)) {
            draft.locks.push(locks::read(kind, &path, &doc));
        }
    }
}
