/// How many words one place of a wording is.
const WORDS: usize = 4;

/// The hashes of every place of a wording: runs of words without case, signs and layout. Lines
/// that say whose work it is are left out.
pub(super) fn shingles(text: &str) -> impl Iterator<Item = u32> + use<> {
    let words = words(text);
    (0..words.len().saturating_sub(WORDS - 1)).map(move |at| hash(&words[at..at + WORDS]))
}

/// Whether two files have the same words, whatever their layout and whoever holds the rights.
pub fn same_wording(one: &[u8], other: &[u8]) -> bool {
    words(&String::from_utf8_lossy(one)) == words(&String::from_utf8_lossy(other))
}

fn words(text: &str) -> Vec<String> {
    let lines = text.lines().filter(|line| !names_a_holder(line));
    let words = lines.flat_map(|line| line.split(|char: char| !char.is_alphanumeric()));
    words.filter(|word| !word.is_empty()).map(str::to_lowercase).collect()
}

fn names_a_holder(line: &str) -> bool {
    let line = line.trim_start_matches(|char: char| !char.is_alphanumeric() && char != '(' && char != '©');
    let starts = |start: &str| line.get(..start.len()).is_some_and(|head| head.eq_ignore_ascii_case(start));
    starts("copyright (c)")
        || starts("copyright ©")
        || starts("(c)")
        || line.starts_with('©')
        || is_dated(line)
}

/// `Copyright 2024 Somebody`, as against a sentence about copyright.
fn is_dated(line: &str) -> bool {
    let mut words = line.split([' ', '\t', ',']).filter(|word| !word.is_empty());
    let copyright = words.next().is_some_and(|word| word.eq_ignore_ascii_case("copyright"));
    let year = |word: &str| {
        word.starts_with(['<', '[', '{']) || word.starts_with(|char: char| char.is_ascii_digit())
    };
    copyright && words.next().is_some_and(year)
}

/// FNV-1a over the words. The sketches on disk depend on it.
fn hash(words: &[String]) -> u32 {
    let bytes = words.iter().flat_map(|word| word.bytes().chain([b' ']));
    let long = bytes.fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    });
    (long ^ (long >> 32)) as u32
}

#[cfg(test)]
pub(super) mod making {
    use std::collections::BTreeSet;

    /// No more hashes than this are kept of a licence, or few more.
    const KEPT_MAX: usize = 96;

    /// Words that stand for whoever gives the licence.
    const HOLDERS: [&str; 7] = [
        "the copyright holder nor",
        "the copyright holder",
        "the copyright holders",
        "the copyright owner",
        "copyright holders and contributors",
        "copyright holder or contributors",
        "authors or copyright holders",
    ];

    /// The line of a licence in the data file.
    pub(in crate::text) fn sketch(id: &str, text: &str) -> String {
        let end = text.find("END OF TERMS AND CONDITIONS").unwrap_or(text.len());
        let lower =
            HOLDERS.iter().fold(text[..end].to_lowercase(), |text, holder| text.replace(holder, "\0"));
        let parts = lower.split(['\0', '<', '>', '[', ']', '{', '}']);
        let all: BTreeSet<u32> = parts.flat_map(super::shingles).collect();
        let mut one_in = 1;
        let kept = |one_in: u32| all.iter().filter(move |hash| **hash % one_in == 0);
        while kept(one_in).count() > KEPT_MAX * 3 / 2 {
            one_in *= 2;
        }
        let hashes: Vec<String> = kept(one_in).map(|hash| format!("{hash:x}")).collect();
        format!("{id} {} {}\n", all.len(), hashes.join(" "))
    }
}
