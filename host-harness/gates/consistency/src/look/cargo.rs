//! What `cargo` is told to take.

use super::commands::One;
use crate::shell::is_plain;

const BUILDING: [&str; 12] =
    ["run", "r", "build", "b", "test", "t", "check", "c", "bench", "clippy", "doc", "install"];

pub(super) fn look(one: &mut One<'_>) {
    let command = one.command;
    let words: Vec<_> = command.words.iter().skip(1).filter(|word| !word.starts_with('+')).collect();
    let Some(action) = words.first().map(|word| word.as_str()).filter(|word| BUILDING.contains(word)) else {
        return;
    };
    for path in command.values(&["--path", "--manifest-path"]) {
        one.path(path);
    }
    let elsewhere = !command.values(&["--path", "--manifest-path", "--git", "-C"]).is_empty();
    if one.manifests().cargo.packages.is_empty() || elsewhere || action == "install" {
        return;
    }
    targets(one);
    features(one);
}

fn targets(one: &mut One<'_>) {
    let (command, mut missing) = (one.command, Vec::new());
    let cargo = &one.manifests().cargo;
    for name in command.values(&["-p", "--package"]) {
        let plain = name.split('@').next().unwrap_or(name);
        let own = cargo.packages.iter().any(|package| package.name == plain);
        if !own && !cargo.dependencies.contains(plain) && !plain.contains([':', '/']) {
            missing.push((plain.to_owned(), "package"));
        }
    }
    let kinds = [
        ("--bin", &cargo.bins, "binary"),
        ("--example", &cargo.examples, "example"),
        ("--test", &cargo.tests, "test"),
        ("--bench", &cargo.benches, "benchmark"),
    ];
    for (option, known, kind) in kinds {
        let unknown = command.values(&[option]).into_iter().filter(|name| !known.contains(*name));
        missing.extend(unknown.map(|name| (name.to_owned(), kind)));
    }
    for (name, kind) in missing {
        one.tell("consistency/command", &name, format!("no `Cargo.toml` has such a {kind}"));
    }
}

fn features(one: &mut One<'_>) {
    let cargo = &one.manifests().cargo;
    let values = one.command.values(&["--features", "-F"]);
    let named = values.iter().flat_map(|list| list.split([',', ' '])).filter(|name| is_plain(name));
    let known = |name: &str| cargo.features.contains(name) || cargo.dependencies.contains(name);
    let missing: Vec<_> =
        named.filter(|name| !name.contains('/') && !known(name)).map(str::to_owned).collect();
    for name in missing {
        one.tell("consistency/command", &name, "no `Cargo.toml` has such a feature".to_owned());
    }
}
