//! What a repository keeps to itself: the files that git ignores in it, and those that
//! hold secrets by their name. None of their values may leave the machine.
//!
//! A value that also stands in a file that is not kept to itself is no secret.

mod assignment;
mod blocks;
mod flow;
mod named;
mod names;
mod random;
pub(crate) mod rules;
mod shape;
mod text;
mod told;
mod trivial;
mod value;
mod walk;

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    io::Read as _,
    path::PathBuf,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant, SystemTime},
};

use agent_contract::fault::shown;
use cap_std::fs::Dir;
use memchr::memmem;
use policy::Code;

use super::look::{Breadth, Finder, Value, squeezed};
use crate::{KernelError, workspace::Base};
use names::Kind;
use told::Public;
use value::Private;
use walk::{Found, Walk};

/// The private files of one repository.
pub(super) struct Ignored {
    place: Place,
    held: Mutex<Option<Held>>,
}

/// Where they are.
struct Place {
    dir: Dir,
    root: PathBuf,
}

/// What they held when they were last read.
struct Held {
    /// When it was last made sure that they are still the same.
    sure: Instant,
    stamps: Vec<(String, Option<Stamp>)>,
    /// The values, each with the file that it stands in.
    values: Vec<(String, Private)>,
    finder: Finder,
    /// Which files are for everybody, once that had to be known.
    everybody: Option<Public>,
    /// Which values also stand in such a file.
    public: BTreeMap<usize, bool>,
}

/// Where git keeps which files it tracks.
const INDEX: &str = ".git/index";

type Stamp = (u64, Option<SystemTime>);

/// A larger file is data; nobody keeps secrets in it by hand.
const IGNORED_FILE_BYTES_MAX: u64 = 256 * 1024;
/// A file whose name says that it holds secrets is read whole, or nothing leaves.
const NAMED_FILE_BYTES_MAX: u64 = 8 * 1024 * 1024;
const FILES_MAX: usize = 2000;
const IGNORED_BYTES_MAX: usize = 32 * 1024 * 1024;
const VALUES_MAX: usize = 20_000;
/// What is read for everybody is looked through up to this much, and no longer than this.
const PUBLIC_BYTES_MAX: u64 = 512 * 1024 * 1024;
const PUBLIC_FILE_BYTES_MAX: u64 = 1024 * 1024;
const PUBLIC_TIME_MAX: Duration = Duration::from_secs(5);
/// Files are not looked at again sooner than this.
const SURE_FOR: Duration = Duration::from_millis(500);

impl fmt::Debug for Ignored {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ignored").finish_non_exhaustive()
    }
}

impl Ignored {
    pub(super) fn of(base: &Base) -> Result<Self, KernelError> {
        let dir = base.dir().try_clone().map_err(KernelError::io("open", base.root().display()))?;
        let place = Place { dir, root: base.root().to_owned() };
        Ok(Self { place, held: Mutex::new(None) })
    }

    pub(super) fn prepare(&self) -> Result<(), KernelError> {
        self.with_held(|_| Ok(()))
    }

    /// Refuses a text that holds a value of a private file.
    pub(super) fn check(&self, text: &[u8]) -> Result<(), KernelError> {
        self.with_held(|held| {
            if held.finder.first(text).is_none() {
                return Ok(());
            }
            let values: BTreeSet<_> = held.finder.all(text).into_iter().flat_map(|hit| hit.values).collect();
            held.look_for(&self.place, &values)?;
            match values.iter().find(|value| !held.public[value]) {
                None => Ok(()),
                Some(value) => Err(refused(&held.values[*value])),
            }
        })
    }

    fn with_held<T>(&self, then: impl FnOnce(&mut Held) -> Result<T, KernelError>) -> Result<T, KernelError> {
        let mut slot = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        let current = slot.take().and_then(|mut held| held.is_current(&self.place.dir).then_some(held));
        let held = slot.insert(match current {
            Some(held) => held,
            None => Held::read(&self.place)?,
        });
        then(held)
    }
}

/// Says where the value stands, and neither it nor its name.
fn refused((path, private): &(String, Private)) -> KernelError {
    let path = shown(path);
    let line = private.line.map(|line| format!(" line {line},")).unwrap_or_default();
    let message = format!(
        "what would leave the machine holds what stands in `{path}`,{line} which the repository keeps to itself\nhint: take it out; the value is not repeated here"
    );
    KernelError::new(Code::SecretLeaving, message)
}

impl Held {
    fn read(place: &Place) -> Result<Self, KernelError> {
        let dir = &place.dir;
        let mut reading = Reading::default();
        // What is added to the index is for everybody from then on.
        reading.stamps.push((INDEX.to_owned(), stamp(dir, INDEX)));
        Walk::new(dir).try_for_each(|found| reading.add(dir, found?))?;
        // After the walk, which refuses what git would wait for.
        let more: Vec<_> =
            told::ignored(&place.root).into_iter().filter(|path| !reading.seen.contains(path)).collect();
        Walk::of_ignored(dir, more.into_iter()).try_for_each(|found| reading.add(dir, found?))?;
        let Reading { stamps, values, .. } = reading;
        let finder = Finder::new(values.iter().map(|(_, private)| private.sought()));
        Ok(Self { sure: Instant::now(), stamps, values, finder, everybody: None, public: BTreeMap::new() })
    }

    /// Whether the files are the ones that were read, and no others came.
    fn is_current(&mut self, dir: &Dir) -> bool {
        if self.sure.elapsed() < SURE_FOR {
            return true;
        }
        self.sure = Instant::now();
        self.stamps.iter().all(|(path, read)| stamp(dir, path) == *read)
    }

    /// Finds out which of these values everybody can read anyway.
    fn look_for(&mut self, place: &Place, values: &BTreeSet<usize>) -> Result<(), KernelError> {
        let open: BTreeSet<_> =
            values.iter().copied().filter(|value| !self.public.contains_key(value)).collect();
        if open.is_empty() {
            return Ok(());
        }
        let everybody = self.everybody.take().unwrap_or_else(|| Public::ask(&place.root));
        let told = self.told(&place.dir, &open, &everybody)?;
        self.everybody = Some(everybody);
        self.public.extend(open.into_iter().map(|value| (value, told.contains(&value))));
        Ok(())
    }

    /// Those of these values that stand in a file that is for everybody.
    fn told(
        &self,
        dir: &Dir,
        values: &BTreeSet<usize>,
        everybody: &Public,
    ) -> Result<BTreeSet<usize>, KernelError> {
        let (end, mut left) = (Instant::now() + PUBLIC_TIME_MAX, PUBLIC_BYTES_MAX);
        let mut told = BTreeSet::new();
        let mut walk = Walk::new(dir);
        while told.len() < values.len() && !everybody.is_none() && left > 0 && Instant::now() < end {
            let Some(found) = walk.next() else { break };
            let Found::Public(path) = found? else { continue };
            if everybody.holds(&path) {
                let content = content(dir, &path, PUBLIC_FILE_BYTES_MAX)?;
                left = left.saturating_sub(content.len() as u64);
                told.extend(values.iter().filter(|value| self.stands_in(**value, &content)));
            }
        }
        Ok(told)
    }

    fn stands_in(&self, value: usize, content: &[u8]) -> bool {
        let Private { bytes, is_piece, .. } = &self.values[value].1;
        match is_piece {
            true => memmem::find(&squeezed(content), &squeezed(bytes)).is_some(),
            false => memmem::find(content, bytes).is_some(),
        }
    }
}

/// What is read so far.
#[derive(Default)]
struct Reading {
    /// Every private file, read or not.
    seen: BTreeSet<String>,
    stamps: Vec<(String, Option<Stamp>)>,
    values: Vec<(String, Private)>,
    named: usize,
    ignored: usize,
    ignored_bytes: usize,
}

impl Reading {
    fn add(&mut self, dir: &Dir, found: Found) -> Result<(), KernelError> {
        match found {
            Found::Folder(path) => self.stamps.push((path.clone(), stamp(dir, &path))),
            Found::Private(path, kind) if self.seen.insert(path.clone()) => self.take(dir, path, kind)?,
            Found::Private(..) | Found::Public(_) => {}
        }
        Ok(())
    }

    /// Files whose names say it are all read, or nothing leaves. Of those that are merely
    /// ignored there may be more than anybody can read: the first ones from the top count.
    fn take(&mut self, dir: &Dir, path: String, kind: Kind) -> Result<(), KernelError> {
        let stamp = stamp(dir, &path);
        let larger = |most: u64| stamp.is_some_and(|(bytes, _)| bytes > most);
        match kind {
            Kind::Named if larger(NAMED_FILE_BYTES_MAX) => return Err(too_large(&path)),
            Kind::Named => self.named += 1,
            Kind::Ignored
                if larger(IGNORED_FILE_BYTES_MAX)
                    || self.ignored >= FILES_MAX
                    || self.ignored_bytes >= IGNORED_BYTES_MAX =>
            {
                return Ok(());
            }
            Kind::Ignored => self.ignored += 1,
        }
        let content = content(dir, &path, NAMED_FILE_BYTES_MAX)?;
        self.ignored_bytes += if kind == Kind::Ignored { content.len() } else { 0 };
        let name = path.rsplit('/').next().unwrap_or(&path);
        let values = value::private(&content, kind, name).into_iter().map(|value| (path.clone(), value));
        self.values.extend(values);
        self.stamps.push((path, stamp));
        match self.named > FILES_MAX || self.values.len() > VALUES_MAX {
            true => Err(too_many()),
            false => Ok(()),
        }
    }
}

fn too_many() -> KernelError {
    let message = format!(
        "the repository keeps more to itself than can be looked for: more than {FILES_MAX} files or {VALUES_MAX} values\nhint: move what git ignores out of it, or into a folder such as `target` or `node_modules`"
    );
    KernelError::new(Code::LeavingUnchecked, message)
}

fn too_large(path: &str) -> KernelError {
    let message = format!(
        "`{}` must not leave the machine, and is larger than 8 MiB, so nobody can look for what stands in it\nhint: move it out of the repository",
        shown(path)
    );
    KernelError::new(Code::LeavingUnchecked, message)
}

fn stamp(dir: &Dir, path: &str) -> Option<Stamp> {
    let metadata = dir.symlink_metadata(path).ok()?;
    Some((metadata.len(), metadata.modified().ok().map(cap_std::time::SystemTime::into_std)))
}

/// The start of a file; nothing where it is gone by now.
fn content(dir: &Dir, path: &str, bytes_max: u64) -> Result<Vec<u8>, KernelError> {
    let mut bytes = Vec::new();
    let unchecked = |error: std::io::Error| {
        let message = format!("can't read `{}`, which must not leave the machine: {error}", shown(path));
        KernelError::new(Code::LeavingUnchecked, message)
    };
    match dir.open(path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
        opened => {
            opened.and_then(|file| file.take(bytes_max).read_to_end(&mut bytes)).map_err(unchecked)?;
        }
    }
    Ok(bytes)
}

impl Private {
    fn sought(&self) -> Value<'_> {
        let breadth = if self.bytes.len() < 8 { Breadth::Word } else { Breadth::Narrow };
        Value { bytes: &self.bytes, breadth }
    }
}
