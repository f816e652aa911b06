//! What the first line of a fence says of a path.

use super::{fault::ProposalFault, names};

/// What is read from a fence's info string.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Info<'a> {
    /// No path.
    Nothing,
    /// The name of a known file, which is the name of a language too: a path above it
    /// comes first.
    Perhaps(&'a str),
    /// A path.
    Path(&'a str),
    /// More than one path, or a path and something else.
    Unclear(&'a str),
}

const KEYS: &[&str] = &["path=", "file=", "filename=", "title="];

/// Languages by the names that stand on fences, with the endings of their files.
const LANGUAGES: &[(&str, &str)] = &[
    ("ada", "adb ads"),
    ("asm assembly nasm", "asm s"),
    ("astro", "astro"),
    ("awk", "awk"),
    ("bash console shell shell-session sh zsh ksh", "sh bash zsh ksh bats"),
    ("bat batch cmd dos", "bat cmd"),
    ("bazel starlark", "bazel bzl star"),
    ("c", "c h"),
    ("c# csharp cs", "cs csx"),
    ("c++ cpp cxx cc", "cc cpp cxx h hh hpp hxx ipp"),
    ("clojure clj", "clj cljs cljc edn"),
    ("cmake", "cmake txt"),
    ("coffee coffeescript", "coffee"),
    ("crystal", "cr"),
    ("css", "css"),
    ("csv", "csv"),
    ("cuda", "cu cuh"),
    ("d", "d"),
    ("dart", "dart"),
    ("diff patch", "diff patch"),
    ("docker dockerfile containerfile", "dockerfile"),
    ("dotenv env", "env"),
    ("elixir", "ex exs"),
    ("elm", "elm"),
    ("erlang", "erl hrl"),
    ("fish", "fish"),
    ("fortran", "f f90 f95"),
    ("f# fsharp", "fs fsx fsi"),
    ("git gitignore gitattributes ignore", "gitignore gitattributes dockerignore"),
    ("glsl hlsl wgsl", "glsl hlsl wgsl vert frag"),
    ("go golang", "go mod sum"),
    ("graphql", "graphql gql"),
    ("groovy gradle", "groovy gradle"),
    ("haskell", "hs lhs"),
    ("hcl terraform", "hcl tf tfvars"),
    ("html htm", "html htm"),
    ("http", "http"),
    ("ini conf config cfg properties editorconfig", "ini conf cfg properties editorconfig"),
    ("java", "java"),
    ("javascript js node", "js mjs cjs jsx"),
    ("jinja jinja2", "j2 jinja jinja2 html"),
    ("json json5 jsonc jsonl", "json json5 jsonc jsonl"),
    ("jsx", "jsx js"),
    ("julia", "jl"),
    ("jupyter", "ipynb"),
    ("just justfile", "just"),
    ("kotlin", "kt kts"),
    ("latex tex", "tex sty cls"),
    ("less", "less"),
    ("lisp elisp", "lisp el"),
    ("log output stdout text txt plain plaintext none", ""),
    ("lua", "lua"),
    ("make makefile", "mk"),
    ("markdown mdx", "md mdx markdown"),
    ("matlab octave", "m"),
    ("mermaid", "mmd mermaid"),
    ("nginx", "conf"),
    ("nim", "nim"),
    ("nix", "nix"),
    ("objc objective-c objectivec", "m h mm"),
    ("ocaml", "ml mli"),
    ("pascal delphi", "pas"),
    ("perl", "pl pm t"),
    ("php", "php"),
    ("powershell pwsh", "ps1 psm1 psd1"),
    ("prisma", "prisma"),
    ("prolog", "pl"),
    ("protobuf", "proto"),
    ("puppet", "pp"),
    ("python python2 python3 py", "py pyi pyw"),
    ("r", "r"),
    ("racket", "rkt"),
    ("razor", "razor cshtml"),
    ("restructuredtext", "rst"),
    ("ruby", "rb rake gemspec ru"),
    ("rust", "rs"),
    ("sass scss", "sass scss"),
    ("scala", "scala sbt sc"),
    ("scheme", "scm ss"),
    ("solidity", "sol"),
    ("sql mysql postgresql pgsql plpgsql sqlite", "sql"),
    ("svelte", "svelte"),
    ("svg", "svg"),
    ("swift", "swift"),
    ("systemd", "service timer socket"),
    ("tcl", "tcl"),
    ("toml", "toml lock"),
    ("tsx", "tsx ts"),
    ("typescript", "ts tsx mts cts"),
    ("typst", "typ"),
    ("v verilog systemverilog", "v sv svh"),
    ("vb vbnet", "vb"),
    ("vhdl", "vhd vhdl"),
    ("vim viml vimscript", "vim"),
    ("vue", "vue"),
    ("wasm wat", "wat wast"),
    ("wit", "wit"),
    ("xml xsd xslt", "xml xsd xsl xslt plist csproj"),
    ("yaml", "yaml yml"),
    ("zig", "zig zon"),
];

/// Reads `rust src/a.rs`, `path=src/a.rs`, `src/a.rs`, `rust:src/a.rs` or `a b.md`.
pub(super) fn read(info: &str) -> Info<'_> {
    let info = info.trim();
    let inner = info.trim_matches(['{', '}']).trim();
    if let Some(keyed) = keyed(inner) {
        return keyed;
    }
    if info.starts_with('{') {
        return Info::Nothing;
    }
    let text = without_attributes(inner);
    match text.split_once(char::is_whitespace) {
        None => one_word(text),
        Some((first, rest)) => words(text, first, rest.trim_start()),
    }
}

/// A fence whose path can be read in two ways.
pub(super) fn unclear(text: &str, line: usize) -> ProposalFault {
    let what =
        format!("`{text}` can be read as a path in two ways; say `path=\"...\"` in the fence's first line");
    ProposalFault::malformed(line, what)
}

/// `path=a.rs`, `title="a b.rs"`.
fn keyed(info: &str) -> Option<Info<'_>> {
    let starts = std::iter::once(0).chain(info.match_indices(char::is_whitespace).map(|(at, _)| at + 1));
    let (key, value) = starts.filter_map(|at| info.get(at..)).find_map(|rest| {
        let key = KEYS.iter().find(|key| rest.starts_with(**key))?;
        Some((*key, &rest[key.len()..]))
    })?;
    let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''));
    let (value, rest) = match quote {
        Some(quote) => value[1..].split_once(quote).unwrap_or((&value[1..], "")),
        None => value.split_once(char::is_whitespace).unwrap_or((value, "")),
    };
    // A title may be a sentence.
    let titled = key == "title=" && !(looks_like_path(value) && is_whole(value));
    Some(match (value.is_empty() || titled, looks_like_path(without_attributes(rest))) {
        (true, _) => Info::Nothing,
        (false, true) => Info::Unclear(info),
        (false, false) => Info::Path(value),
    })
}

/// The text without `linenos=1` and `{1,3}` behind it.
fn without_attributes(text: &str) -> &str {
    let mut text = text.trim();
    while let Some((rest, _)) =
        text.rsplit_once(char::is_whitespace).filter(|(_, word)| word.contains(['=', '{', '}']))
    {
        text = rest.trim_end();
    }
    text
}

fn one_word(word: &str) -> Info<'_> {
    match word.split_once(':') {
        Some((language, path)) if !language.is_empty() && looks_like_path(path) => {
            match is_language(language) && !path.contains(':') {
                true => Info::Path(path),
                false => Info::Unclear(word),
            }
        }
        _ if word.contains(':') && looks_like_path(word) => Info::Unclear(word),
        _ if names::is_known(word) => Info::Perhaps(word),
        _ if looks_like_path(word) => Info::Path(word),
        _ => Info::Nothing,
    }
}

/// A path with spaces in it, or a language and a path. Where a language has no files of
/// such a name, the first word may be a part of it.
fn words<'a>(text: &'a str, first: &str, rest: &'a str) -> Info<'a> {
    if names::is_known(rest) && is_language(first) {
        return Info::Perhaps(rest);
    }
    match (looks_like_path(text), is_language(first) || is_like_ending(first, rest)) {
        (false, _) => Info::Nothing,
        (true, true) if is_whole(rest) && fits(first, rest) => Info::Path(rest),
        (true, false) if is_whole(text) => Info::Path(text),
        (true, _) => Info::Unclear(text),
    }
}

fn looks_like_path(text: &str) -> bool {
    text.contains(['/', '.'])
}

/// Whether the words of a text make one path: the last one ends it, no other one could.
fn is_whole(text: &str) -> bool {
    let ends = |word: &str| {
        let ending = word.rsplit_once('.').map_or("", |(_, ending)| ending);
        ending.starts_with(|c: char| c.is_ascii_alphabetic()) && ending.chars().all(char::is_alphanumeric)
    };
    let mut words = text.split_whitespace();
    words.next_back().is_some_and(looks_like_path) && !words.any(ends)
}

fn is_language(word: &str) -> bool {
    LANGUAGES.iter().any(|language| is_of(word, language))
}

fn is_of(word: &str, (names, endings): &(&str, &str)) -> bool {
    let word = word.to_ascii_lowercase();
    names.split(' ').any(|name| name == word) || (word.len() > 1 && endings.split(' ').any(|end| end == word))
}

/// Whether files of a language have names like this one.
fn fits(language: &str, name: &str) -> bool {
    let ending = ending(name);
    let mut languages = LANGUAGES.iter().filter(|known| is_of(language, known));
    let known = languages.any(|(_, endings)| endings.split(' ').any(|end| end == ending));
    !ending.is_empty() && (known || (language.len() > 1 && language.eq_ignore_ascii_case(&ending)))
}

/// A language that is not known is often called like the ending of its files.
fn is_like_ending(word: &str, name: &str) -> bool {
    let ending = ending(name);
    ending.len() > 1 && word.to_ascii_lowercase().starts_with(&ending)
}

fn ending(name: &str) -> String {
    name.rsplit_once('.').map_or("", |(_, ending)| ending).to_ascii_lowercase()
}
