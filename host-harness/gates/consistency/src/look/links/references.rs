//! What is meant as a link and is none: nothing defines its reference, or a space ends its address.

use super::super::Told;
use crate::{
    document::Document,
    markdown::{Passage, Undefined},
    place,
};

pub(super) fn look(document: &Document, told: &mut Vec<Told>) {
    for undefined in document.parts.undefined.iter().filter(|undefined| is_meant(undefined)) {
        let name = name(&undefined.text);
        let why = format!("nothing in the document defines `[{name}]`");
        told.push(Told::new("consistency/link", undefined.line, &undefined.text, why));
    }
    for passage in &document.parts.passages {
        for target in spaced(passage) {
            let why = format!("a space ends the address, which can be written `<{target}>`");
            told.push(Told::new("consistency/link", passage.line, target, why));
        }
    }
}

/// What a reference names: the second pair of brackets, or the first where that is empty.
fn name(text: &str) -> &str {
    let (first, second) = text.split_once("][").unwrap_or((text, ""));
    let second = second.trim_end_matches(']');
    if second.is_empty() { first.trim_start_matches(['!', '[']) } else { second }
}

/// Not an index, a pattern, a usage line, or an item that a generator of references knows.
fn is_meant(undefined: &Undefined) -> bool {
    let name = name(&undefined.text);
    let glued = undefined.before.is_some_and(|c| c.is_alphanumeric() || "])}_$\\".contains(c))
        || undefined.after.is_some_and(|c| c.is_alphanumeric() || "[(:{+*?".contains(c));
    let plain = |c: char| c.is_alphanumeric() || " -_./#".contains(c);
    let words = name.chars().filter(|c| c.is_alphabetic()).count() > 1;
    let range = name.len() == 3 && name.contains('-');
    let shouted = !undefined.text.chars().any(char::is_lowercase);
    let item = undefined.text.contains(['`', ':', '<', '|']) || name.chars().any(char::is_uppercase);
    !glued && words && !range && !shouted && !item && name.chars().all(plain)
}

/// Addresses of files in what is written like a link.
fn spaced(passage: &Passage) -> impl Iterator<Item = &str> {
    let starts = passage.text.match_indices("](").map(|(at, _)| at + 2);
    let targets = starts.filter_map(|at| Some(passage.text[at..].split_once(')')?.0));
    targets.filter(|target| {
        let file = place::ending(target).is_some_and(|ending| ENDINGS.contains(&ending.as_str()));
        let code = passage.codes.iter().any(|code| code.text.contains(*target));
        let plain = !target.contains(['"', '\'', '(', '<', '>', '[', '{', '$', ',']);
        file && plain && !code && target.trim() == *target && target.contains(' ') && !target.contains("://")
    })
}

const ENDINGS: [&str; 12] =
    ["md", "markdown", "png", "jpg", "jpeg", "gif", "svg", "txt", "pdf", "html", "rst", "webp"];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::markdown;

    #[test]
    fn a_reference_is_told_from_other_brackets() {
        let meant = |text: &str| markdown::parse(text).undefined.iter().filter(|one| is_meant(one)).count();
        assert_eq!(meant("see [the guide][guide] and [guide two][]"), 2);
        for text in [
            "[a][b]\n\n[b]: c.md",
            "list[at][to]",
            "[a-z][0-9]",
            "cmd [OPTIONS][FILE]",
            "[`Vec`][Vec] [x][std::vec] [x][Vec]",
            "`[a][guide]`",
            "[x](y)[guide]",
            "[ab][cd]+",
        ] {
            assert_eq!(meant(text), 0, "{text}");
        }
    }

    #[test]
    fn a_link_with_a_space_is_told() {
        let count = |text: &str| markdown::parse(text).passages.iter().flat_map(spaced).count();
        assert_eq!(count("see [it](my file.md)"), 1);
        assert_eq!(count("see [it](<my file.md>), `[it](my file.md)`, [it](a.md \"b c.md\")"), 0);
    }
}
