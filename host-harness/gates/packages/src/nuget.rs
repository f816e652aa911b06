//! NuGet: project files, central versions, `packages.config` and `packages.lock.json`.

mod lock;
mod project;

use std::collections::BTreeMap;

use crate::{
    doc::{self, Element},
    draft::Draft,
    files::{Files, folder},
    kind::{Kind, name},
};

/// Reads what there is of NuGet.
pub(crate) fn gather(files: &mut Files<'_>, draft: &mut Draft) {
    let central: BTreeMap<_, _> = files.parsed(Kind::NugetCentral, doc::xml);
    let projects = files.parsed(Kind::DotnetProject, doc::xml);
    let shared = |wanted: &str| -> BTreeMap<String, &Element> {
        let named = projects.iter().filter(|(path, _)| name(path) == wanted);
        named.map(|(path, doc)| (folder(path), doc)).collect()
    };
    let beside = project::Beside {
        central: central.iter().map(|(path, doc)| (folder(path), doc)).collect(),
        build: shared("Directory.Build.props"),
    };
    for (path, doc) in projects.iter().chain(&central) {
        let kind = if central.contains_key(path) { Kind::NugetCentral } else { Kind::DotnetProject };
        draft.add(kind, project::read(path, doc, &beside));
    }
    for (path, doc) in files.parsed(Kind::NugetConfig, doc::xml) {
        draft.add(Kind::NugetConfig, project::config(&path, &doc));
    }
    for (path, doc) in files.parsed(Kind::NugetLock, |text| lock::checked(doc::json(text)?)) {
        draft.locks.push(lock::read(&path, &doc));
    }
}
