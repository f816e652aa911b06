use agent_contract::RepoPath;

use crate::{
    Ecosystem, Manifest, Origin, Requirement,
    draft::{manifest, requirement},
    origin, registry,
};

/// Reads the plain lines of a `Gemfile`; it is a program, and what it computes is not known.
pub(super) fn gemfile(path: &RepoPath, text: &str) -> Manifest {
    let mut manifest = manifest(Ecosystem::RubyGems, path);
    let mut blocks: Vec<Block> = Vec::new();
    for (number, line) in (1_u32..).zip(text.lines()) {
        let line = line.trim();
        if let Some(arguments) = call(line, "gem") {
            let mut found = gem(path, number, arguments);
            if let Some(mut wish) = found.take() {
                wish.development |= blocks.iter().any(|block| block.development);
                wish.conditional |= blocks.iter().any(|block| block.conditional);
                if wish.origin == Origin::Registry {
                    wish.origin = blocks
                        .iter()
                        .rev()
                        .find_map(|block| block.origin.clone())
                        .unwrap_or(Origin::Registry);
                }
                manifest.requirements.push(wish);
            }
        } else if line.ends_with(" do") || line.contains(" do |") || opens(line) {
            blocks.push(Block::of(line));
        } else if line == "end" || line.starts_with("end ") {
            blocks.pop();
        }
    }
    manifest
}

/// Whether a line opens a block that `end` closes.
fn opens(line: &str) -> bool {
    ["if ", "unless ", "case ", "def ", "begin", "while "].iter().any(|word| line.starts_with(word))
}

struct Block {
    development: bool,
    conditional: bool,
    origin: Option<Origin>,
}

impl Block {
    fn of(line: &str) -> Self {
        let groups = call(line, "group");
        let symbols: Vec<&str> =
            groups.map(|groups| groups.split(',').map(str::trim).collect()).unwrap_or_default();
        let of_development = |symbol: &&str| symbol.contains("test") || symbol.contains("development");
        let only = !symbols.is_empty()
            && symbols.iter().filter(|symbol| symbol.starts_with(':')).all(of_development);
        let source = call(line, "source").and_then(|arguments| quoted(arguments).next());
        let git = call(line, "git").and_then(|arguments| quoted(arguments).next());
        let origin = match (source, git) {
            (Some(url), _) => Some(registry(url)),
            (_, Some(url)) => Some(Origin::Git { url: origin::plain(url), commit: None }),
            _ if call(line, "path").is_some() => Some(Origin::Local),
            _ => None,
        };
        let conditional = groups.is_none() && origin.is_none();
        Self { development: only, conditional, origin }
    }
}

/// The registry at an address.
pub(super) fn registry(url: &str) -> Origin {
    match origin::plain(url).trim_end_matches('/') {
        "http://rubygems.org" => Origin::Registry,
        other => registry::registry(Ecosystem::RubyGems, other),
    }
}

/// The arguments of a call of a method by its name.
fn call<'l>(line: &'l str, method: &str) -> Option<&'l str> {
    let rest = line.strip_prefix(method)?;
    rest.starts_with([' ', '(']).then(|| rest.trim_start_matches([' ', '(']))
}

/// The texts in quotes.
fn quoted(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let start = rest.find(['"', '\''])?;
        let quote = rest[start..].chars().next()?;
        let (inner, after) = rest[start + 1..].split_once(quote)?;
        rest = after;
        Some(inner)
    })
}

fn gem(path: &RepoPath, line: u32, arguments: &str) -> Option<Requirement> {
    let arguments = without_comment(arguments);
    // Of `"name" if …` the condition is not an argument.
    let (arguments, conditional) = match arguments.find(" if ").or_else(|| arguments.find(" unless ")) {
        Some(at) => (&arguments[..at], true),
        None => (arguments, false),
    };
    if !arguments.starts_with(['"', '\'']) {
        return None;
    }
    let options = first_option(arguments);
    let (plain, options) = arguments.split_at(options);
    let mut texts = quoted(plain);
    let name = texts.next().filter(|name| !name.contains("#{"))?;
    let wanted = texts.collect::<Vec<_>>().join(", ");
    let mut wish = requirement(Ecosystem::RubyGems, name, &wanted, path, line);
    wish.conditional = conditional
        || option(options, "platforms").is_some()
        || options.contains("platform")
        || options.contains("install_if");
    let groups = options.split("group").nth(1).unwrap_or_default();
    wish.development = groups.contains(":test") || groups.contains(":development");
    if let Some(url) = option(options, "git") {
        let commit = option(options, "ref").and_then(origin::commit);
        wish.origin = Origin::Git { url: origin::plain(url), commit };
    } else if let Some(name) = option(options, "github") {
        let url = format!("https://github.com/{name}");
        wish.origin = Origin::Git { url, commit: option(options, "ref").and_then(origin::commit) };
    } else if option(options, "path").is_some() {
        wish.origin = Origin::Local;
    } else if let Some(url) = option(options, "source") {
        wish.origin = registry(url);
    }
    Some(wish)
}

fn without_comment(text: &str) -> &str {
    text.split(" #").next().unwrap_or(text).trim_end_matches([')', ' '])
}

/// Where the first argument that has a name starts: `key: value` or `:key => value`.
fn first_option(text: &str) -> usize {
    let mut quote = None;
    let mut start = 0;
    for (at, c) in text.char_indices() {
        match (quote, c) {
            (None, '"' | '\'') => quote = Some(c),
            (Some(open), close) if open == close => quote = None,
            (None, ',') => start = at + 1,
            (None, ':') => return start,
            _ => {}
        }
    }
    text.len()
}

/// The text of an option in either form.
fn option<'t>(options: &'t str, name: &str) -> Option<&'t str> {
    let forms = [format!("{name}:"), format!(":{name} =>"), format!(":{name}=>")];
    let rest = forms.iter().find_map(|form| {
        let at = options.find(form.as_str())?;
        let before = options[..at].chars().next_back();
        before.is_none_or(|c| !c.is_alphanumeric() && c != '_').then(|| &options[at + form.len()..])
    })?;
    rest.trim_start().starts_with(['"', '\'']).then(|| quoted(rest).next()).flatten()
}

/// Reads the plain lines of a gem's specification.
pub(super) fn gemspec(path: &RepoPath, text: &str) -> Manifest {
    let mut manifest = manifest(Ecosystem::RubyGems, path);
    for (number, line) in (1_u32..).zip(text.lines()) {
        let line = line.trim();
        let Some((_, rest)) = line
            .split_once('.')
            .filter(|(object, _)| object.chars().all(|c| c.is_alphanumeric() || c == '_'))
        else {
            continue;
        };
        let value = |name: &str| {
            let value = rest.strip_prefix(name)?.trim_start().strip_prefix('=')?.trim_start();
            value.starts_with(['"', '\'', '[']).then(|| quoted(value).next()).flatten().map(str::to_owned)
        };
        manifest.name = manifest.name.take().or_else(|| value("name"));
        manifest.version = manifest.version.take().or_else(|| value("version"));
        manifest.licence = manifest.licence.take().or_else(|| value("license")).or_else(|| value("licenses"));
        let groups = [
            ("add_dependency", false),
            ("add_runtime_dependency", false),
            ("add_development_dependency", true),
        ];
        for (method, development) in groups {
            let Some(wish) = call(rest, method).and_then(|arguments| gem(path, number, arguments)) else {
                continue;
            };
            // Only a `Gemfile` that says so takes these into its lock file.
            manifest.requirements.push(Requirement { development, conditional: true, ..wish });
        }
    }
    manifest
}
