use std::path::{Path, PathBuf};

use dependencies::data::{Database, Imported, Importer, Meta};
use kernel::{artifact, input};
use policy::{blob::sha256, date::Date};
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
        AdvisoriesCommand::Import { sources, sha256, date, allow_unread, config } => {
            let place = place(config.as_deref(), state_dir)?;
            let mut importer = Importer::new();
            importer.tolerate_unread(allow_unread);
            import(importer, &sources, sha256.as_deref(), date.as_deref(), &place, json)
        }
        AdvisoriesCommand::Show { config } => show(&place(config.as_deref(), state_dir)?, json),
    }
}

fn place(config: Option<&Path>, state_dir: Option<PathBuf>) -> Result<PathBuf, Problem> {
    let config = set_up::config(config)?;
    match config.gates.dependencies.advisories {
        Some(named) => Ok(PathBuf::from(named)),
        None => Ok(set_up::store(state_dir)?.root().join(gates::ADVISORIES)),
    }
}

fn invalid(message: String) -> Problem {
    Problem::invalid("advisories-invalid", message)
}

fn import(
    mut importer: Importer,
    sources: &[PathBuf],
    expected: Option<&str>,
    date: Option<&str>,
    place: &Path,
    json: bool,
) -> Result<u8, Problem> {
    let date_ms = match date {
        None => None,
        Some(text) => Some(
            Date::parse(text)
                .map(Date::start_ms)
                .ok_or_else(|| invalid(format!("`{}` is no day such as 2026-01-31", text.escape_debug())))?,
        ),
    };
    if expected.is_some() && sources.len() > 1 {
        return Err(invalid("`--sha256` is for one archive, and there are more".to_owned()));
    }
    sources.iter().try_for_each(|source| take(&mut importer, source, expected))?;
    let Imported { database, unread } =
        importer.finish(date_ms).map_err(|error| invalid(error.to_string()))?;
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

fn take(importer: &mut Importer, source: &Path, expected: Option<&str>) -> Result<(), Problem> {
    let name = source.to_string_lossy().into_owned();
    let fault = |error: dependencies::data::DataError| invalid(error.to_string());
    if source.is_dir() {
        if expected.is_some() {
            return Err(invalid("`--sha256` is for an archive, not for a folder".to_owned()));
        }
        let mut files = Vec::new();
        input::each_of_folder(source, is_advisory, ADVISORY_BYTES_MAX, |name, bytes| {
            files.push((name, bytes))
        })?;
        files.sort();
        return importer.files(&name, files).map_err(fault);
    }
    let bytes = input::read(source, ARCHIVE_BYTES_MAX)?;
    let found = sha256(&bytes);
    if let Some(expected) = expected.filter(|expected| !expected.eq_ignore_ascii_case(&found)) {
        let message = format!("`{name}` has the SHA-256 {found}, and not {}", expected.escape_debug());
        return Err(invalid(message));
    }
    match is_advisory(&name) {
        true => importer.files(&name, [(name.as_str(), bytes)]).map_err(fault),
        false => importer.archive(&name, &bytes).map_err(fault),
    }
}

fn is_advisory(name: &str) -> bool {
    let hidden = name.split('/').any(|part| part.starts_with('.') && part.len() > 2);
    !hidden && [".json", ".md", ".yaml", ".yml"].iter().any(|end| name.ends_with(end))
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
