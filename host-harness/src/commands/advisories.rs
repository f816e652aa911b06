use std::path::{Path, PathBuf};

use dependencies::data::{Database, Imported, Importer, Meta};
use kernel::{artifact, input};
use policy::{Config, blob::sha256, date::Date};
use runner::updating;
use serde_json::json;

use crate::terminal::out::say;
use crate::{Problem, cli::AdvisoriesCommand, set_up};

/// Bytes of an archive at the most: all of OSV is less.
const ARCHIVE_BYTES_MAX: u64 = 4 * 1024 * 1024 * 1024;
const ADVISORY_BYTES_MAX: u64 = 16 * 1024 * 1024;
/// Files that could not be read and are told, at the most.
const UNREAD_MAX: usize = 20;

/// Takes in advisories, or says what is there.
pub(super) fn run(command: AdvisoriesCommand, json: bool, state_dir: Option<PathBuf>) -> Result<u8, Problem> {
    match command {
        AdvisoriesCommand::Import { sources, indexes, sha256, date, allow_unread, config } => {
            let place = place(config.as_deref(), state_dir)?;
            let mut importer = Importer::new();
            importer.tolerate_unread(allow_unread);
            let source = Source { sha256: sha256.as_deref(), date: date.as_deref(), place: &place };
            import(importer, (&sources, &indexes), &source, json)
        }
        AdvisoriesCommand::Update { paths, binding, sha256, date, allow_unread, config } => {
            let place = place(config.as_deref(), state_dir)?;
            let config = set_up::config(config.as_deref())?;
            let mut importer = Importer::new();
            importer.tolerate_unread(allow_unread);
            let source = Source { sha256: sha256.as_deref(), date: date.as_deref(), place: &place };
            update(importer, &config, (paths, binding), &source, json)
        }
        AdvisoriesCommand::Show { config } => show(&place(config.as_deref(), state_dir)?, json),
    }
}

fn place(config: Option<&Path>, state_dir: Option<PathBuf>) -> Result<PathBuf, Problem> {
    let config = set_up::config(config)?;
    match config.gates.dependencies.advisories {
        Some(named) => Ok(PathBuf::from(named)),
        None => Ok(set_up::state_folder(state_dir)?.join(gates::ADVISORIES)),
    }
}

fn invalid(message: String) -> Problem {
    Problem::invalid("advisories-invalid", message)
}

/// What is known of advisories before they are read, and where they go.
struct Source<'a> {
    /// What the only archive has to have.
    sha256: Option<&'a str>,
    date: Option<&'a str>,
    place: &'a Path,
}

impl Source<'_> {
    fn date_ms(&self) -> Result<Option<u64>, Problem> {
        let parse = |text: &str| {
            let odd = || invalid(format!("`{}` is no day such as 2026-01-31", text.escape_debug()));
            Date::parse(text).map(Date::start_ms).ok_or_else(odd)
        };
        self.date.map(parse).transpose()
    }

    fn refuse_several(&self, count: usize) -> Result<(), Problem> {
        match self.sha256.is_some() && count > 1 {
            true => Err(invalid("`--sha256` is for one archive, and there are more".to_owned())),
            false => Ok(()),
        }
    }

    fn verify(&self, name: &str, bytes: &[u8]) -> Result<(), Problem> {
        let found = sha256(bytes);
        match self.sha256.filter(|expected| !expected.eq_ignore_ascii_case(&found)) {
            None => Ok(()),
            Some(expected) => {
                Err(invalid(format!("`{name}` has the SHA-256 {found}, and not {}", expected.escape_debug())))
            }
        }
    }
}

fn import(
    mut importer: Importer,
    (sources, indexes): (&[PathBuf], &[PathBuf]),
    source: &Source,
    json: bool,
) -> Result<u8, Problem> {
    source.refuse_several(sources.len())?;
    if source.sha256.is_some() && sources.is_empty() {
        return Err(invalid("`--sha256` is for an archive, and there is none".to_owned()));
    }
    sources.iter().try_for_each(|path| take(&mut importer, path, source))?;
    indexes.iter().try_for_each(|path| take_index(&mut importer, path))?;
    keep(importer, source, json)
}

/// What a registry's index says of yanked versions.
fn take_index(importer: &mut Importer, path: &Path) -> Result<(), Problem> {
    let name = path.to_string_lossy().into_owned();
    let mut files = Vec::new();
    match path.is_dir() {
        true => input::each_of_folder(path, is_of_index, ADVISORY_BYTES_MAX, |name, bytes| {
            files.push((name, bytes))
        })?,
        false => files.push((name.clone(), input::read(path, ARCHIVE_BYTES_MAX)?)),
    }
    files.sort();
    importer.index(&name, files).map_err(|error| invalid(error.to_string()))
}

/// Fetches archives by a binding, and takes them in.
fn update(
    mut importer: Importer,
    config: &Config,
    (paths, binding): (Vec<String>, Option<String>),
    source: &Source,
    json: bool,
) -> Result<u8, Problem> {
    let own = &config.gates.dependencies;
    let lacking = |what: &str, key: &str| {
        invalid(format!("nothing says {what}\nhint: name it here, or as `{key}` in `[gates.dependencies]`"))
    };
    let binding = binding.or_else(|| own.binding.clone());
    let binding = binding.ok_or_else(|| lacking("where advisories are fetched", "binding"))?;
    let paths = if paths.is_empty() { own.sources.clone() } else { paths };
    if paths.is_empty() {
        return Err(lacking("what is fetched", "sources"));
    }
    source.refuse_several(paths.len())?;
    let runtime = set_up::runtime()?;
    for path in &paths {
        let bytes = runtime.block_on(updating::fetch(config, &binding, path))?;
        source.verify(path, &bytes)?;
        read(&mut importer, path, bytes)?;
    }
    keep(importer, source, json)
}

fn keep(importer: Importer, source: &Source, json: bool) -> Result<u8, Problem> {
    let place = source.place;
    let Imported { database, unread } =
        importer.finish(source.date_ms()?).map_err(|error| invalid(error.to_string()))?;
    let name = place.file_name().and_then(|name| name.to_str());
    let (Some(folder), Some(name)) = (place.parent(), name) else {
        return Err(invalid(format!("`{}` is no place for a file", place.display())));
    };
    artifact::write(folder, &[(name, database.packed())])?;
    tell(database.meta(), place, json);
    for file in unread.iter().take(UNREAD_MAX).filter(|_| !json) {
        say!("  unread  {}: {}", crate::terminal::line(&file.name), crate::terminal::line(&file.reason));
    }
    Ok(0)
}

fn take(importer: &mut Importer, path: &Path, source: &Source) -> Result<(), Problem> {
    let name = path.to_string_lossy().into_owned();
    let fault = |error: dependencies::data::DataError| invalid(error.to_string());
    if path.is_dir() {
        if source.sha256.is_some() {
            return Err(invalid("`--sha256` is for an archive, not for a folder".to_owned()));
        }
        let mut files = Vec::new();
        input::each_of_folder(path, is_advisory, ADVISORY_BYTES_MAX, |name, bytes| {
            files.push((name, bytes))
        })?;
        files.sort();
        return importer.files(&name, files).map_err(fault);
    }
    let bytes = input::read(path, ARCHIVE_BYTES_MAX)?;
    source.verify(&name, &bytes)?;
    read(importer, &name, bytes)
}

/// One advisory, or an archive of many.
fn read(importer: &mut Importer, name: &str, bytes: Vec<u8>) -> Result<(), Problem> {
    let read = match is_advisory(name) {
        true => importer.files(name, [(name, bytes)]),
        false => importer.archive(name, &bytes),
    };
    read.map_err(|error| invalid(error.to_string()))
}

fn is_advisory(name: &str) -> bool {
    let hidden = name.split('/').any(|part| part.starts_with('.') && part.len() > 2);
    !hidden && [".json", ".md", ".yaml", ".yml"].iter().any(|end| name.ends_with(end))
}

/// Cargo keeps its lines in `.cache`, and files of its own beside them; no package has a name
/// with a dot.
fn is_of_index(name: &str) -> bool {
    let is_git = name.split('/').any(|folder| folder == ".git");
    let own = ["config.json", ".last-updated", ".cargo-ok", ".cargo-index-lock", "CACHEDIR.TAG"];
    !is_git && !name.rsplit('/').next().is_some_and(|file| own.contains(&file))
}

fn show(place: &Path, json: bool) -> Result<u8, Problem> {
    let bytes = input::read_if_there(place, ARCHIVE_BYTES_MAX)?.ok_or_else(|| {
        let hint = "hint: `code-assist advisories import` takes some in";
        invalid(format!("there are no advisories at `{}`\n{hint}", place.display()))
    })?;
    let database = Database::open(bytes).map_err(|error| invalid(error.to_string()))?;
    database.verify().map_err(|error| invalid(error.to_string()))?;
    tell(database.meta(), place, json);
    Ok(0)
}

fn tell(meta: &Meta, place: &Path, json: bool) {
    let day = Date::of_ms(meta.date_ms);
    if json {
        return say!(
            "{}",
            json!({ "advisories": { "place": place, "date": day.to_string(), "meta": meta } })
        );
    }
    say!("✔ {} advisories about {} packages, of {day}", meta.advisories, meta.packages);
    for (ecosystem, packages) in &meta.ecosystems {
        say!("  about   {} ({packages} packages)", crate::terminal::line(ecosystem));
    }
    for origin in &meta.origins {
        say!(
            "  from    {} ({} advisories, sha256 {})",
            crate::terminal::line(&origin.name),
            origin.advisories,
            origin.sha256
        );
    }
    let left =
        [(meta.withdrawn, "taken back"), (meta.nameless, "without versions"), (meta.unread, "unreadable")];
    for (count, what) in left.iter().filter(|(count, _)| *count > 0) {
        say!("  left    {count} {what}");
    }
    say!("  place   {}", place.display());
}
