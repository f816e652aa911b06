//! Paths as documents write them.

/// The path that `text` means, seen from `folder`; none where it leads out of the repository.
pub(crate) fn resolve(folder: &str, text: &str) -> Option<String> {
    let mut parts: Vec<&str> = match text.strip_prefix('/') {
        Some(_) => Vec::new(),
        None => folder.split('/').filter(|part| !part.is_empty()).collect(),
    };
    for part in text.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()?),
            _ => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

/// A folder and those that hold it, the root last.
pub(crate) fn upward(folder: &str) -> impl Iterator<Item = &str> {
    let inner = (!folder.is_empty()).then_some(folder);
    std::iter::successors(inner, |folder| folder.rsplit_once('/').map(|(outer, _)| outer))
        .chain(std::iter::once(""))
}

/// The last part of a path.
pub(crate) fn name(path: &str) -> &str {
    // Names are short: a plain loop is done before a search of whole words has begun.
    let slash = path.bytes().rposition(|byte| byte == b'/');
    slash.map_or(path, |slash| &path[slash + 1..])
}

/// The ending of a file's name, in lower case.
pub(crate) fn ending(path: &str) -> Option<String> {
    let (stem, ending) = name(path).rsplit_once('.')?;
    (!stem.is_empty() && !ending.is_empty()).then(|| ending.to_ascii_lowercase())
}

/// A text with its `%41` put as they are meant; none where that is no text.
pub(crate) fn unescaped(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let pair = (*first == b'%').then(|| after.get(..2)).flatten();
        let number = pair.and_then(|pair| std::str::from_utf8(pair).ok());
        match number.and_then(|pair| u8::from_str_radix(pair, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                rest = &after[2..];
            }
            None => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_seen_from_its_folder_and_never_leaves() {
        assert_eq!(resolve("a/b", "../c.md").as_deref(), Some("a/c.md"));
        assert_eq!(resolve("a/b", "/c.md").as_deref(), Some("c.md"));
        assert_eq!(resolve("a", "./").as_deref(), Some("a"));
        assert_eq!(resolve("a", "../../issues"), None);
        assert_eq!(upward("a/b").collect::<Vec<_>>(), ["a/b", "a", ""]);
        assert_eq!(unescaped("a%20b%2").as_deref(), Some("a b%2"));
    }
}
