//! go.mod and go.sum.

use std::cmp::Ordering;

use agent_contract::{RepoPath, fault::shown};

use super::{
    Bump, Downgrade,
    edits::Edits,
    requirement::{Wanted, downgrade},
    version::Version,
};
use crate::recipe::{RecipeFault, answer::Span, splice::line_end};

/// Goes through a manifest.
pub(super) fn manifest(
    bump: &Bump,
    path: &RepoPath,
    text: &str,
    edits: &mut Edits,
) -> Result<(), RecipeFault> {
    let (mut at, mut block) = (0, None);
    for raw in text.split_inclusive('\n') {
        let line = raw.split("//").next().unwrap_or_default();
        let words: Vec<&str> = line.split_whitespace().collect();
        match (words.as_slice(), block) {
            ([")"], Some(_)) => block = None,
            ([verb, "("], None) => block = Some(*verb),
            (["require", name, version], None) | ([name, version], Some("require"))
                if is_ours(bump, name) =>
            {
                let from = at + line.trim_end().len() - version.len();
                require(bump, path, version, Span { from, to: from + version.len() }, edits)?;
            }
            (["replace", name, ..], None) | ([name, ..], Some("replace")) if is_ours(bump, name) => {
                edits.warn(format!("`{path}` replaces `{}`; that is left as it is", bump.package));
            }
            _ => {}
        }
        at += raw.len();
    }
    Ok(())
}

fn is_ours(bump: &Bump, name: &str) -> bool {
    name.trim_matches('"') == bump.package
}

fn require(
    bump: &Bump,
    path: &RepoPath,
    there: &str,
    span: Span,
    edits: &mut Edits,
) -> Result<(), RecipeFault> {
    named_for(bump)?;
    let unclear = || {
        let (package, there) = (&bump.package, shown(there));
        let message = format!("`{path}` asks for `{package}` `{there}`, which is no version known here");
        RecipeFault::new("recipe-requirement-unclear", message)
    };
    let old = there.strip_prefix('v').and_then(Version::parse).ok_or_else(unclear)?;
    let wanted = match old.order(&bump.version) {
        Ordering::Equal => Wanted::Same,
        Ordering::Greater if bump.downgrade == Downgrade::Refused => {
            return Err(downgrade(bump, &old, &format!("`{path}`")));
        }
        _ => Wanted::Other(format!("v{}", bump.version.as_str())),
    };
    edits.require(path, there, span, wanted);
    Ok(())
}

/// From version 2 on the module's path says which it is.
fn named_for(bump: &Bump) -> Result<(), RecipeFault> {
    let last = bump.package.rsplit(['/', '.']).next().unwrap_or_default();
    let named = last.strip_prefix('v').and_then(|number| number.parse::<u64>().ok());
    let major = bump.version.major();
    let agrees = match named {
        Some(named) => named == major || named == 1 && major == 0,
        None => major < 2 || bump.version.as_str().ends_with("+incompatible"),
    };
    match agrees {
        true => Ok(()),
        false => Err(RecipeFault::parameter(
            "version",
            format!(
                "is {}, and `{}` is the path of another major version",
                bump.version.as_str(),
                bump.package
            ),
        )
        .hint("another major version is another module: rename its path where it is imported")),
    }
}

/// Adds the hashes of the new version. Those of others may still be needed and stay.
pub(super) fn sums(bump: &Bump, path: &RepoPath, text: &str, edits: &mut Edits) -> Result<(), RecipeFault> {
    let version = format!("v{}", bump.version.as_str());
    let module = format!("{} {version} ", bump.package);
    let manifest = format!("{} {version}/go.mod ", bump.package);
    let has = |start: &str| text.lines().any(|line| line.starts_with(start));
    if has(&module) && has(&manifest) {
        edits.tell(format!("`{path}`: has {version} already"));
        return Ok(());
    }
    let (Some(sum), Some(mod_sum)) = (&bump.hashes.go_sum, &bump.hashes.go_mod_sum) else {
        let message = format!("`{path}` lacks the hashes of `{}` {version}", bump.package);
        return Err(RecipeFault::new("recipe-lock", message)
            .hint(format!(
                "give parameters `go_sum` and `go_mod_sum`: `go mod download -json {}@{version}` tells both",
                bump.package
            ))
            .hint("or set `lock` to `leave` and run `go mod tidy` afterwards"));
    };
    let end = line_end(text);
    let place = place(bump, text);
    let before = if place == 0 || text[..place].ends_with('\n') { "" } else { end };
    let lines = [(&module, sum), (&manifest, mod_sum)].into_iter().filter(|(start, _)| !has(start));
    let lines: String = lines.map(|(start, sum)| format!("{start}{sum}{end}")).collect();
    edits.tell(format!("`{path}`: has {version} too"));
    edits.splice(path, Span { from: place, to: place }, format!("{before}{lines}"));
    edits.warn(format!(
        "`{path}`: what `{}` itself depends on is as it was; `go mod verify` and `go mod tidy` tell whether that is right",
        bump.package
    ));
    Ok(())
}

/// Before the first line of a later module or version.
fn place(bump: &Bump, text: &str) -> usize {
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let mut words = line.split_whitespace();
        let (name, version) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
        let version = version.trim_end_matches("/go.mod").strip_prefix('v').and_then(Version::parse);
        let is_later = match name.cmp(bump.package.as_str()) {
            Ordering::Equal => {
                version.is_some_and(|version| version.order(&bump.version) == Ordering::Greater)
            }
            order => order == Ordering::Greater,
        };
        if is_later {
            break;
        }
        at += line.len();
    }
    at
}
