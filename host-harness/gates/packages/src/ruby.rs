//! RubyGems: `Gemfile`, `*.gemspec` and `Gemfile.lock`.

mod lock;
mod manifest;

use crate::{draft::Draft, files::Files, kind::Kind};

/// Reads what there is of RubyGems.
pub(crate) fn gather(files: &mut Files<'_>, draft: &mut Draft) {
    for (path, lines) in files.parsed(Kind::Gemfile, |text| Ok(text.to_owned())) {
        draft.add(Kind::Gemfile, manifest::gemfile(&path, &lines));
    }
    for (path, lines) in files.parsed(Kind::Gemspec, |text| Ok(text.to_owned())) {
        draft.add(Kind::Gemspec, manifest::gemspec(&path, &lines));
    }
    for (path, sections) in files.parsed(Kind::GemfileLock, lock::sections) {
        draft.locks.push(lock::read(&path, &sections));
    }
}
