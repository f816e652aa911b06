//! How files say what is no code.

use agent_contract::RepoPath;

/// How comments are written in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Style {
    /// Each line after a sign.
    Lines(&'static str),
    /// Between two signs.
    Block { open: &'static str, before: &'static str, close: &'static str },
}

impl Style {
    /// What XML and HTML have.
    pub const MARKUP: Self = Self::Block { open: "<!--", before: " ", close: "-->" };
}

const STARRED: Style = Style::Block { open: "/*", before: " *", close: " */" };

/// Files whose comments are known: source code. Documents and configuration are not meant
/// by a licence header and are left alone.
const BY_EXTENSION: &[(Style, &[&str])] = &[
    (
        Style::Lines("//"),
        &[
            "rs", "go", "java", "kt", "kts", "scala", "swift", "dart", "c", "h", "cc", "cpp", "cxx", "hh",
            "hpp", "hxx", "cs", "js", "jsx", "mjs", "cjs", "ts", "tsx", "mts", "cts", "php", "proto", "zig",
            "groovy", "m", "mm", "fs", "wit", "rego", "scss", "less",
        ],
    ),
    (
        Style::Lines("#"),
        &[
            "py", "pyi", "rb", "sh", "bash", "zsh", "pl", "pm", "r", "jl", "ex", "exs", "tf", "nix", "cmake",
            "awk", "ps1",
        ],
    ),
    (Style::Lines("--"), &["sql", "lua", "hs", "elm", "ada", "adb", "ads"]),
    (Style::Lines(";;"), &["clj", "cljs", "el", "lisp", "scm"]),
    (Style::Lines("%"), &["erl", "hrl", "tex"]),
    (STARRED, &["css"]),
    (Style::MARKUP, &["html", "htm", "vue", "svelte", "xml", "xsl", "xsd"]),
];

const BY_NAME: &[(Style, &[&str])] = &[(
    Style::Lines("#"),
    &["Makefile", "GNUmakefile", "Dockerfile", "Containerfile", "Rakefile", "Gemfile"],
)];

/// Folders that hold what others wrote.
const FOREIGN: &[&str] = &[
    "vendor",
    "vendored",
    "third_party",
    "third-party",
    "thirdparty",
    "node_modules",
    "bower_components",
    "Pods",
    "Godeps",
    "site-packages",
    ".venv",
    "venv",
];

/// Folders that mostly hold what others wrote or what a program made; one that is named by
/// `paths` is meant.
const FOREIGN_MOSTLY: &[&str] = &["dist", "build", "external", "extern", "deps"];

/// How comments are written in a file; `None` when that is not known.
pub(super) fn of(path: &RepoPath) -> Option<Style> {
    let name = name(path);
    if let Some(style) = of_one(BY_NAME, name) {
        return Some(style);
    }
    let extension = name.rsplit_once('.').map(|(_, extension)| extension.to_ascii_lowercase())?;
    // `R` and `r` are one language, and so are `.C` and `.c` nearly.
    of_one(BY_EXTENSION, &extension)
}

fn of_one(table: &[(Style, &[&str])], name: &str) -> Option<Style> {
    table.iter().find(|(_, names)| names.contains(&name)).map(|(style, _)| *style)
}

/// Why a file is not ours, as far as its path tells.
pub(in crate::recipe) fn foreign(path: &RepoPath) -> Option<String> {
    if let Some(folder) = path.components().rev().skip(1).find(|folder| FOREIGN.contains(folder)) {
        return Some(format!("it lies in `{folder}`, which holds what others wrote"));
    }
    let name = name(path);
    let is_packed = [".min.", ".bundle.js", "_pb2."].iter().any(|part| name.contains(part));
    (is_packed || name.ends_with(".pb.go")).then(|| "a program made it".to_owned())
}

/// Why a file gets no header, as far as its path tells.
pub(super) fn without_header(path: &RepoPath, named: &[RepoPath]) -> Option<String> {
    let is_meant = |folder: &str| {
        let mut named = named.iter().filter(|named| path.is_within(named));
        named.any(|named| named.components().any(|part| part == folder))
    };
    let mostly = |folder: &&str| FOREIGN_MOSTLY.contains(folder) && !is_meant(folder);
    foreign(path).or_else(|| {
        let folder = path.components().rev().skip(1).find(mostly)?;
        Some(format!("it lies in `{folder}`, which holds what others wrote or what a program made"))
    })
}

fn name(path: &RepoPath) -> &str {
    path.as_str().rsplit('/').next().unwrap_or_default()
}
