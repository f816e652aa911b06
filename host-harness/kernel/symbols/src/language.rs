//! Which language a file is written in.

/// A language whose symbols are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Language {
    /// C. Headers are read as C++, which reads nearly all of C.
    C,
    /// C++, and every header `.h`.
    Cpp,
    /// C#.
    CSharp,
    /// Go.
    Go,
    /// Java.
    Java,
    /// JavaScript, with JSX.
    JavaScript,
    /// PHP.
    Php,
    /// Python.
    Python,
    /// Ruby.
    Ruby,
    /// Rust.
    Rust,
    /// TypeScript with JSX, whose type assertions are written otherwise.
    Tsx,
    /// TypeScript.
    TypeScript,
}

/// Ends of file names.
const EXTENSIONS: &[(Language, &[&str])] = &[
    (Language::C, &["c"]),
    (Language::Cpp, &["cc", "cpp", "cxx", "c++", "h", "hh", "hpp", "hxx", "h++", "inl", "ipp", "tpp"]),
    (Language::CSharp, &["cs", "csx"]),
    (Language::Go, &["go"]),
    (Language::Java, &["java"]),
    (Language::JavaScript, &["js", "jsx", "mjs", "cjs"]),
    (Language::Php, &["php", "phtml", "php5", "php7", "php8"]),
    (Language::Python, &["py", "pyi", "pyw"]),
    (Language::Ruby, &["rb", "rake", "gemspec", "ru"]),
    (Language::Rust, &["rs"]),
    (Language::Tsx, &["tsx"]),
    (Language::TypeScript, &["ts", "mts", "cts"]),
];

/// File names that say it by themselves.
const NAMES: &[(&str, Language)] = &[
    ("Gemfile", Language::Ruby),
    ("Guardfile", Language::Ruby),
    ("Rakefile", Language::Ruby),
    ("Vagrantfile", Language::Ruby),
];

/// Programs that a first line `#!` names, without a version at the end.
const INTERPRETERS: &[(&str, Language)] = &[
    ("bun", Language::TypeScript),
    ("deno", Language::TypeScript),
    ("node", Language::JavaScript),
    ("nodejs", Language::JavaScript),
    ("php", Language::Php),
    ("pypy", Language::Python),
    ("python", Language::Python),
    ("ruby", Language::Ruby),
    ("ts-node", Language::TypeScript),
    ("tsx", Language::TypeScript),
];

/// The longest first line that is looked at.
const FIRST_LINE_BYTES_MAX: usize = 256;

impl Language {
    /// All languages, in the order of their numbers.
    pub const ALL: [Self; 12] = [
        Self::C,
        Self::Cpp,
        Self::CSharp,
        Self::Go,
        Self::Java,
        Self::JavaScript,
        Self::Php,
        Self::Python,
        Self::Ruby,
        Self::Rust,
        Self::Tsx,
        Self::TypeScript,
    ];

    /// The name as it stands in reports and on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::C => "c",
            Self::Cpp => "cpp",
            Self::CSharp => "c-sharp",
            Self::Go => "go",
            Self::Java => "java",
            Self::JavaScript => "javascript",
            Self::Php => "php",
            Self::Python => "python",
            Self::Ruby => "ruby",
            Self::Rust => "rust",
            Self::Tsx => "tsx",
            Self::TypeScript => "typescript",
        }
    }

    /// The language that a file's name tells.
    pub fn of_path(path: &str) -> Option<Self> {
        let name = path.rsplit('/').next().unwrap_or(path);
        let named = NAMES.iter().find(|(known, _)| *known == name).map(|(_, language)| *language);
        named.or_else(|| {
            let (_, end) = name.rsplit_once('.')?;
            let end = end.to_ascii_lowercase();
            let known = EXTENSIONS.iter().find(|(_, ends)| ends.contains(&end.as_str()));
            known.map(|(language, _)| *language)
        })
    }

    /// Whether only the first line of a file with this name could tell its language: a
    /// script's name has no end.
    pub fn is_told_inside(path: &str) -> bool {
        let name = path.rsplit('/').next().unwrap_or(path);
        !name.contains('.') && Self::of_path(path).is_none()
    }

    /// The language that the program named in a first line `#!` speaks.
    pub fn of_first_line(bytes: &[u8]) -> Option<Self> {
        let line = bytes.strip_prefix(b"#!")?.split(|byte| *byte == b'\n').next()?;
        let line = str::from_utf8(line.get(..FIRST_LINE_BYTES_MAX.min(line.len()))?).ok()?;
        let mut words = line.split_whitespace();
        let program = words.next()?.rsplit('/').next()?;
        let program = match program {
            "env" => words.find(|word| !word.starts_with('-') && !word.contains('='))?,
            program => program,
        };
        let program = program.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.');
        INTERPRETERS.iter().find(|(name, _)| *name == program).map(|(_, language)| *language)
    }

    /// Its number, as it goes through a pipe.
    pub fn number(self) -> u8 {
        self as u8
    }

    /// The language with a number.
    pub fn numbered(number: u8) -> Option<Self> {
        Self::ALL.get(usize::from(number)).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_languages() {
        for (path, language) in [
            ("src/lib.rs", Some(Language::Rust)),
            ("a/b.PY", Some(Language::Python)),
            ("x.d.ts", Some(Language::TypeScript)),
            ("App.tsx", Some(Language::Tsx)),
            ("App.jsx", Some(Language::JavaScript)),
            ("include/x.h", Some(Language::Cpp)),
            ("x.c", Some(Language::C)),
            ("Program.cs", Some(Language::CSharp)),
            ("Gemfile", Some(Language::Ruby)),
            ("src.rs/README", None),
            ("README.md", None),
            (".rs", Some(Language::Rust)),
            ("rs", None),
            ("", None),
        ] {
            assert_eq!(Language::of_path(path), language, "{path}");
        }
        assert!(Language::is_told_inside("bin/serve") && !Language::is_told_inside("Rakefile"));
        assert!(!Language::is_told_inside("a.b/c.txt") && Language::is_told_inside("a.b/c"));
    }

    #[test]
    fn first_lines_tell_languages() {
        for (line, language) in [
            ("#!/usr/bin/env python3\nimport os", Some(Language::Python)),
            ("#!/usr/bin/python3.12", Some(Language::Python)),
            ("#!/usr/bin/env -S A=b node --x\r\n", Some(Language::JavaScript)),
            ("#! /usr/bin/ruby -w", Some(Language::Ruby)),
            ("#!/bin/sh", None),
            ("#!", None),
            ("#!/usr/bin/env", None),
            ("python", None),
        ] {
            assert_eq!(Language::of_first_line(line.as_bytes()), language, "{line}");
        }
        assert_eq!(Language::of_first_line(b"#!\xff\xfe"), None);
        assert_eq!(Language::of_first_line(&[b"#!".as_slice(), &[b'a'; 4096]].concat()), None);
    }

    #[test]
    fn numbers_go_there_and_back() {
        for language in Language::ALL {
            assert_eq!(Language::numbered(language.number()), Some(language), "{}", language.name());
        }
        assert_eq!(Language::numbered(12), None);
    }
}
