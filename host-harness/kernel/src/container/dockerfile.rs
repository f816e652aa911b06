//! What a Dockerfile asks for that no simulation gives. It is read more strictly than an
//! engine does: each line counts both for itself and as a part of its instruction, so that
//! nothing is overlooked by taking a line for something else.

use std::collections::BTreeSet;

use agent_contract::fault::shown;
use policy::Code;

use crate::KernelError;

/// What a Dockerfile needs from elsewhere.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Needs {
    /// The images that it starts from or copies from.
    pub images: BTreeSet<String>,
}

/// Reads a Dockerfile; refuses what reaches beyond the build.
pub(super) fn read(path: &str, text: &str, network: bool) -> Result<Needs, KernelError> {
    let refused = |line: usize, why: &str| {
        let message = format!("`{path}`, line {line}: {why}");
        KernelError::new(Code::ContainerRefused, message)
    };
    directives(text, network).map_err(|(line, why)| refused(line, why))?;
    for (line, instruction) in instructions(text) {
        fault(&instruction, network).map_or(Ok(()), |why| Err(refused(line, why)))?;
    }
    Ok(Needs { images: images(text) })
}

/// The same file, in which each stage begins with a mark. Docker's older builder keeps every
/// step as an image of its own, and leaves those of a build that failed.
pub(super) fn marked(text: &str, name: &str, value: &str) -> String {
    let (mut marked, mut in_from) = (String::new(), false);
    for line in text.lines() {
        marked.push_str(line);
        marked.push('\n');
        let plain = line.trim();
        if plain.starts_with('#') || plain.is_empty() {
            continue;
        }
        let first = plain.split_whitespace().next().unwrap_or_default();
        in_from |= first.eq_ignore_ascii_case("FROM");
        if in_from && !plain.ends_with('\\') {
            marked.push_str(&format!("LABEL {name}=\"{value}\"\n"));
            in_from = false;
        }
    }
    marked
}

/// The comments on top that change how the rest is read.
fn directives(text: &str, network: bool) -> Result<(), (usize, &'static str)> {
    for (index, line) in text.lines().enumerate() {
        let Some(comment) = line.trim().trim_start_matches('\u{feff}').strip_prefix('#') else {
            return Ok(());
        };
        let Some((name, value)) = comment.split_once('=') else { continue };
        let (name, value) = (name.trim().to_ascii_lowercase(), value.trim());
        let known = value.starts_with("docker/dockerfile:1") && network;
        match name.as_str() {
            "syntax" if !known => {
                return Err((
                    index + 1,
                    "it names a reader of its own, which would be fetched and run\nhint: remove the `# syntax=` line, or allow `network` and name `docker/dockerfile:1`",
                ));
            }
            "escape" if value != "\\" => {
                return Err((index + 1, "it is written with another escape character"));
            }
            _ => {}
        }
    }
    Ok(())
}

/// Each line by itself and each instruction as a whole, with the line that it begins at.
fn instructions(text: &str) -> Vec<(usize, String)> {
    let (mut found, mut whole, mut begun) = (Vec::new(), String::new(), 1);
    for (index, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.starts_with('#') || line.is_empty() {
            continue;
        }
        if whole.is_empty() {
            begun = index + 1;
        }
        let part = line.strip_suffix('\\');
        found.push((index + 1, part.unwrap_or(line).to_owned()));
        whole.push_str(part.unwrap_or(line));
        whole.push(' ');
        if part.is_none() {
            found.push((begun, std::mem::take(&mut whole)));
        }
    }
    found.push((begun, whole));
    found
}

fn fault(instruction: &str, network: bool) -> Option<&'static str> {
    let (name, rest) = instruction.split_once(char::is_whitespace)?;
    let mut words = rest.split_whitespace();
    match name.to_ascii_uppercase().as_str() {
        "ONBUILD" => fault(rest.trim(), network),
        "ADD" if !network && words.any(is_remote) => {
            Some("it adds what lies on the network\nhint: `network = true` in `[container]` allows it")
        }
        "RUN" if words.clone().any(|word| word.starts_with("--security")) => {
            Some("it runs without confinement")
        }
        "RUN" if words.clone().any(|word| word.starts_with("--device")) => Some("it asks for a device"),
        "RUN" if words.clone().any(|word| word == "--network=host") => Some("it runs in the host's network"),
        "RUN" if words.any(|word| word.starts_with("--mount=") && is_secret_mount(word)) => {
            Some("it asks for a secret or a key, and there is none in a simulation")
        }
        _ => None,
    }
}

/// A source that is no file of the repository, or that can't be told.
fn is_remote(word: &str) -> bool {
    let word = word.trim_matches(['[', ']', '"', ',', '\'']);
    let lower = word.to_ascii_lowercase();
    let scheme = lower.contains("://") || lower.starts_with("git@");
    scheme || (word.starts_with('$') && !word.contains('/')) || word.starts_with("${")
}

fn is_secret_mount(word: &str) -> bool {
    word.contains("type=secret") || word.contains("type=ssh")
}

/// The images that are named, but for stages of the file itself and what a variable stands for.
fn images(text: &str) -> BTreeSet<String> {
    let (mut images, mut stages) = (BTreeSet::new(), BTreeSet::from(["scratch".to_owned()]));
    for (_, instruction) in instructions(text) {
        let mut words = instruction.split_whitespace();
        let name = words.next().unwrap_or_default().to_ascii_uppercase();
        let mut named: Vec<String> = Vec::new();
        let rest: Vec<_> = words.collect();
        if name == "FROM" {
            named.extend(rest.iter().find(|word| !word.starts_with("--")).map(ToString::to_string));
        }
        if matches!(name.as_str(), "COPY" | "ADD" | "RUN") {
            named.extend(rest.iter().filter_map(|word| from_of(word)));
        }
        let is_stage = |image: &String| {
            stages.contains(&image.to_ascii_lowercase())
                || image.parse::<usize>().is_ok()
                || image.contains('$')
        };
        images.extend(named.into_iter().filter(|image| !is_stage(image)).map(|image| shown(&image)));
        if let (true, [.., word, stage]) = (name == "FROM", rest.as_slice())
            && word.eq_ignore_ascii_case("as")
        {
            stages.insert(stage.to_ascii_lowercase());
        }
    }
    images
}

fn from_of(word: &str) -> Option<String> {
    let mount = word
        .strip_prefix("--mount=")
        .and_then(|mount| mount.split(',').find_map(|part| part.strip_prefix("from=")));
    word.strip_prefix("--from=").or(mount).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_reaches_beyond_the_build_is_refused_with_its_line() {
        for (text, line) in [
            ("# syntax=evil/reader:1\nFROM a", 1),
            ("# escape=`\nFROM a", 1),
            ("FROM a\nADD https://example.com/x /x", 2),
            ("FROM a\nADD git@example.com:x/y.git /x", 2),
            ("FROM a\nADD [\"https://example.com/x\", \"/x\"]", 2),
            ("FROM a\nARG U\nADD $U /x", 3),
            ("FROM a\nADD \\\n  https://example.com/x /x", 2),
            ("FROM a\nADD \\\n# comment\n\n  https://example.com/x /x", 2),
            ("FROM a\nONBUILD ADD https://example.com/x /x", 2),
            ("FROM a\nRUN --security=insecure id", 2),
            ("FROM a\nrun --network=host id", 2),
            ("FROM a\nRUN --mount=type=secret,id=x cat /run/secrets/x", 2),
            ("FROM a\nRUN --mount=type=ssh ssh-add -l", 2),
            ("FROM a\nRUN --device=vendor.com/gpu=all id", 2),
        ] {
            let error = read("Dockerfile", text, false).unwrap_err();
            assert_eq!(error.code, Code::ContainerRefused, "{text}");
            assert!(error.message.starts_with(&format!("`Dockerfile`, line {line}: ")), "{text}: {error}");
        }
    }

    #[test]
    fn an_ordinary_file_is_read_with_the_images_that_it_needs() {
        let text = "# a comment = of no meaning\nARG V=1\nFROM --platform=linux/amd64 rust:1 AS build\nRUN cargo build \\\n  --release\nADD vendor.tar /v\nFROM scratch\nCOPY --from=build /a /a\nCOPY --from=busybox:1 /b /b\nFROM build\nFROM x:$V\n";
        let needs = read("Dockerfile", text, false).unwrap();
        assert_eq!(needs.images, BTreeSet::from(["rust:1".to_owned(), "busybox:1".to_owned()]));
    }

    #[test]
    fn each_stage_is_marked_at_its_beginning() {
        let text = "# a\nFROM a \\\n  AS b\nRUN c\nfrom b";
        assert_eq!(
            marked(text, "x", "1"),
            "# a\nFROM a \\\n  AS b\nLABEL x=\"1\"\nRUN c\nfrom b\nLABEL x=\"1\"\n"
        );
    }

    #[test]
    fn the_network_is_reached_where_it_is_allowed() {
        assert!(
            read("Dockerfile", "# syntax=docker/dockerfile:1\nFROM a\nADD https://e.com/x /x", true).is_ok()
        );
        assert!(read("Dockerfile", "# syntax=evil/dockerfile:1\nFROM a", true).is_err());
    }
}
