//! Code blocks that say which file they are from.

use super::Told;
use crate::{
    document::{Document, Kind},
    place,
    repository::Repository,
    shell::is_plain,
};

/// So many blocks of one document are compared with their files.
const EXCERPTS_MAX: usize = 200;

pub(super) fn look(repository: &Repository<'_>, document: &Document, told: &mut Vec<Told>) {
    let named = document.parts.blocks.iter().filter_map(|block| Some((block, named(&block.info)?)));
    for (block, (key, path)) in named.take(EXCERPTS_MAX) {
        // The titles of a guide name files of its reader.
        if (document.kind == Kind::Guide && key == "title") || !is_plain(&path) {
            continue;
        }
        let line = block.line.saturating_sub(1);
        let seen = place::upward(document.folder()).filter_map(|folder| place::resolve(folder, &path));
        match seen.into_iter().find(|path| repository.has_file(path)) {
            Some(file) if !is_part(repository, &file, &block.text) => {
                let why = format!("`{file}` does not hold these lines");
                told.push(Told::new("consistency/excerpt", line, &path, why));
            }
            None if key == "file" => {
                told.push(Told::new("consistency/path", line, &path, format!("there is no `{path}`")));
            }
            _ => {}
        }
    }
}

/// The file that a block is from, as its first line has it: `rust title="src/a.rs"`.
fn named(info: &str) -> Option<(&'static str, String)> {
    ["file", "filename", "title", "path"].iter().find_map(|key| {
        let at = info.find(&format!("{key}="))?;
        let before = info[..at].chars().next_back().is_none_or(|c| !c.is_alphanumeric());
        let value = info[at + key.len() + 1..].trim_start();
        let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''));
        let value = match quote {
            Some(quote) => value[1..].split(quote).next()?,
            None => value.split([' ', ',', '}']).next()?,
        };
        let looks = value.contains('/') || place::ending(value).is_some();
        (before && looks).then(|| (*key, value.trim_start_matches("./").to_owned()))
    })
}

/// Whether these lines stand in the file, one after another. Lines that say that something is left
/// out part the block into pieces.
fn is_part(repository: &Repository<'_>, file: &str, block: &str) -> bool {
    let path = repository.paths().binary_search_by(|known| known.as_str().cmp(file));
    let Some(text) = path.ok().and_then(|at| repository.text(&repository.paths()[at])) else { return true };
    let even = |text: &str| {
        let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
        lines.flat_map(|line| [line, "\n"]).collect::<String>()
    };
    let whole = format!("\n{}", even(&text));
    let left_out = |line: &str| line.contains("...") || line.contains('…');
    let mut pieces = vec![String::from("\n")];
    for line in block.lines() {
        match (left_out(line), pieces.last_mut()) {
            (false, Some(piece)) => piece.push_str(&even(line)),
            _ => pieces.push(String::from("\n")),
        }
    }
    pieces.iter().all(|piece| whole.contains(piece.as_str()))
}

#[cfg(test)]
mod tests {
    use super::named;

    #[test]
    fn a_block_names_its_file() {
        assert_eq!(named("rust title=\"src/a.rs\""), Some(("title", "src/a.rs".to_owned())));
        assert_eq!(named("toml,file=a.toml"), Some(("file", "a.toml".to_owned())));
        assert_eq!(named("js title=\"How it works\""), None);
    }
}
