//! The source as one text that words are looked for in.

use std::collections::BTreeSet;

use aho_corasick::AhoCorasick;
use finding::RepoPath;

use crate::{document, gate::Options, place, repository::Repository};

/// Endings of what programs are made of, and of what sets them up.
const ENDINGS: [&str; 58] = [
    "rs", "py", "pyi", "js", "mjs", "cjs", "ts", "mts", "cts", "tsx", "jsx", "go", "java", "kt", "kts", "c",
    "h", "cc", "cpp", "cxx", "hpp", "hh", "rb", "php", "cs", "fs", "swift", "sh", "bash", "zsh", "fish",
    "ps1", "lua", "ex", "exs", "erl", "scala", "zig", "hs", "ml", "clj", "dart", "pl", "pm", "r", "jl",
    "nim", "vue", "svelte", "tf", "toml", "yaml", "yml", "json", "ini", "cfg", "env", "mk",
];

/// Names without an ending that are source as well.
const NAMES: [&str; 7] =
    ["Dockerfile", "Containerfile", "Makefile", "justfile", "Procfile", "Rakefile", "Vagrantfile"];

/// Lock files and the like are long and say nothing.
const GENERATED: [&str; 6] = [
    "package-lock.json",
    "pnpm-lock.yaml",
    "Cargo.lock",
    "poetry.lock",
    "composer.lock",
    "npm-shrinkwrap.json",
];

/// Whether a file is source, told from its name and from where it lies.
pub(crate) fn is_one(path: &RepoPath) -> bool {
    has_name(path) && !document::is_foreign(path)
}

/// Whether a file is called as source is.
pub(crate) fn has_name(path: &RepoPath) -> bool {
    let name = place::name(path.as_str());
    let is_source = match name.rsplit_once('.') {
        None => NAMES.contains(&name) || name.starts_with("Dockerfile") || is_script(path),
        Some((stem, ending)) => {
            let known = ENDINGS.iter().any(|known| known.eq_ignore_ascii_case(ending));
            (known && !stem.is_empty()) || name.starts_with(".env") || name.starts_with("Dockerfile")
        }
    };
    is_source && !GENERATED.contains(&name)
}

fn is_script(path: &RepoPath) -> bool {
    path.as_str().split('/').any(|folder| ["bin", "scripts"].contains(&folder))
}

/// Words that are looked for, and where one counts: given what stands around it.
pub(crate) struct Query {
    pub(crate) words: BTreeSet<String>,
    pub(crate) counts: fn(&[u8], usize, usize) -> bool,
}

/// The words that occur, for each of the queries.
pub(crate) type Known = [BTreeSet<String>; 2];

/// Looks words up in the source, whatever their case, until that is `enough`; none where the
/// source is larger than it may be, since half of it says nothing.
pub(crate) fn search(
    repository: &Repository<'_>,
    options: &Options,
    queries: &[Query; 2],
    enough: impl Fn(&Known) -> bool,
) -> Option<Known> {
    let mut known = Known::default();
    let words: Vec<_> =
        (0..).zip(queries).flat_map(|(at, query)| query.words.iter().map(move |word| (at, word))).collect();
    if enough(&known) {
        return Some(known);
    }
    let patterns = words.iter().map(|(_, word)| word);
    let automaton = AhoCorasick::builder().ascii_case_insensitive(true).build(patterns).ok()?;
    let source = repository.paths().iter().filter(|path| is_one(path));
    let files: Vec<_> = source.take(options.source_files_max.saturating_add(1)).collect();
    if files.len() > options.source_files_max {
        return None;
    }
    let mut bytes = 0usize;
    for path in files {
        let before = known[0].len() + known[1].len();
        let file = repository.bytes(path).ok()?;
        bytes = bytes.saturating_add(file.len());
        if bytes > options.source_bytes_max {
            return None;
        }
        for hit in automaton.find_overlapping_iter(&file) {
            let (query, word): (usize, _) = words[hit.pattern().as_usize()];
            if !known[query].contains(word) && (queries[query].counts)(&file, hit.start(), hit.end()) {
                known[query].insert(word.clone());
            }
        }
        if known[0].len() + known[1].len() > before && enough(&known) {
            break;
        }
    }
    Some(known)
}

/// Whether a hit is no part of a longer word.
pub(crate) fn is_word(text: &[u8], start: usize, end: usize) -> bool {
    let part = |byte: Option<&u8>| byte.is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'_');
    let before = start.checked_sub(1).and_then(|at| text.get(at));
    !part(before) && !part(text.get(end))
}
