//! Judges what the engine did by means of its own, slow and plain.

use agent_core::{
    edit::{Applied, Layer, Matched, Mismatch},
    host::Change,
};

use crate::generate::{Case, FRESH, Notation, Slip, plain};

/// What is wrong, if anything is.
pub fn judge(case: &Case, result: &Result<Applied, Mismatch>) -> Result<(), String> {
    match result {
        Ok(applied) => taken(case, applied),
        Err(mismatch) => refused(case, mismatch),
    }
}

fn refused(case: &Case, mismatch: &Mismatch) -> Result<(), String> {
    let known = ["edit-not-found", "edit-ambiguous"].contains(&mismatch.code());
    let told = mismatch.told();
    let once = case.notation == Notation::Tool && count(&case.file, case.old_text().as_bytes()) == 1;
    all(&[
        (known, "a code of its own"),
        (told.len() <= 600, "told in few bytes"),
        (!once, "what stands there once, letter by letter, is taken"),
        (!stands_once(case) || mismatch.message.contains("indent"), "what stands there once is taken"),
    ])
}

/// Whether the lines are remembered but for trailing blanks, and nothing is like them.
fn stands_once(case: &Case) -> bool {
    let exact = matches!(case.slip, Slip::Nothing | Slip::Blanks);
    let wanted = normal(&case.olds.iter().map(|line| line.as_bytes()).collect::<Vec<_>>());
    let filled = wanted.iter().any(|line| !line.is_empty());
    let text = case.notation != Notation::Tool || letters(case) == 0;
    let loose = |window: &[&[u8]]| bare(&normal(window)) == bare(&wanted);
    let lines = lines(&case.file);
    let places = lines.windows(wanted.len()).filter(|window| loose(window)).count();
    exact && filled && text && places == 1
}

fn taken(case: &Case, applied: &Applied) -> Result<(), String> {
    let [matched] = applied.matched.as_slice() else {
        return Err("one edit is found in one place".to_owned());
    };
    let after = match applied.changes.as_slice() {
        [] => &case.file,
        [Change::Write { bytes, .. }] => bytes,
        _ => return Err("one file is written".to_owned()),
    };
    let (start, end) = bounds(&case.file, matched);
    let (before, behind) = (&case.file[..start], &case.file[end..]);
    all(&[
        (after.len() >= before.len() + behind.len(), "the lines around it are all there"),
        (after.starts_with(before), "what is above stays"),
        (after.ends_with(behind), "what is below stays"),
        (matched.last < matched.first + case.olds.len(), "no more lines go than are named"),
    ])?;
    let inside = &after[start..after.len() - behind.len()];
    if by_letters(case, matched) {
        literal(case, inside, start, end)
    } else {
        by_lines(case, matched, inside)
    }
}

/// How often the old text of a tool call is there, with its line ends or the file's.
fn letters(case: &Case) -> usize {
    let old = case.old_text();
    let carriages = old.contains('\n').then(|| old.replace('\n', "\r\n"));
    count(&case.file, old.as_bytes()) + carriages.map_or(0, |old| count(&case.file, old.as_bytes()))
}

fn by_letters(case: &Case, matched: &Matched) -> bool {
    case.notation == Notation::Tool && matched.layer <= Layer::LineEnds && letters(case) > 0
}

fn literal(case: &Case, inside: &[u8], start: usize, end: usize) -> Result<(), String> {
    let held = &case.file[start..end];
    let (old, new) = (case.old_text(), case.new_text());
    let exact = count(&case.file, old.as_bytes());
    if exact == 0 {
        let carriages = count(&case.file, old.replace('\n', "\r\n").as_bytes());
        return all(&[(carriages == 1, "with the file's line ends it is there once")]);
    }
    let kept = if old.ends_with('\n') && !new.is_empty() && !new.ends_with('\n') { "\n" } else { "" };
    let place = held.windows(old.len()).position(|part| part == old.as_bytes());
    let place = place.ok_or("the old text is where it is said to be")?;
    let expected = [&held[..place], new.as_bytes(), kept.as_bytes(), &held[place + old.len()..]].concat();
    // A new text of several lines gets the line ends of the file.
    let same = normal_ends(&expected) == normal_ends(inside);
    all(&[
        (exact == 1, "letter by letter it is there once"),
        (new.is_empty() || same, "the text is replaced and nothing else"),
    ])
}

fn by_lines(case: &Case, matched: &Matched, inside: &[u8]) -> Result<(), String> {
    let all_lines = lines(&case.file);
    let found = &all_lines[matched.first - 1..matched.last];
    // Only the ends of the lines may have been others.
    let exact = found.iter().zip(&case.olds).all(|(line, old)| *line == old.as_bytes());
    let layer = if exact { Layer::Exact } else { matched.layer };
    let twins = all_lines.windows(found.len()).filter(|window| twins(window, found, layer)).count();
    let news = lines(inside);
    let kept: Vec<_> = news.iter().filter(|line| !contains(line, FRESH)).collect();
    let mut held = found.iter();
    let verbatim = kept.iter().all(|line| held.any(|other| other == *line));
    all(&[
        (twins == 1, "what could be meant twice is refused"),
        (verbatim, "lines that the edit keeps are the file's, in their order"),
        (
            fresh(&news) == case.news.iter().filter(|line| line.contains(FRESH)).count(),
            "every new line is there",
        ),
        (is_indented(case, &news, found), "new lines are indented as the lines that they stand beside were"),
        (is_named(case, matched, found), "every line that goes is like one that is named"),
        (is_derived(case, matched, &all_lines), "the lines are those that the edit was derived from"),
    ])
}

/// A new line carries the number of the old one that it was indented like.
fn is_indented(case: &Case, news: &[&[u8]], found: &[&[u8]]) -> bool {
    let blanks = |line: &[u8]| line[..line.len() - line.trim_ascii_start().len()].to_vec();
    let filled = |index: usize| !case.olds[index].trim().is_empty();
    news.iter().filter(|line| contains(line, FRESH)).all(|line| {
        let text = String::from_utf8_lossy(line);
        let number = text.rsplit(' ').next().and_then(|number| number.parse::<usize>().ok());
        let beside = number.filter(|index| filled(*index)).and_then(|index| found.get(index));
        beside.is_none_or(|beside| blanks(beside) == blanks(line))
    })
}

fn fresh(lines: &[&[u8]]) -> usize {
    lines.iter().filter(|line| contains(line, FRESH)).count()
}

/// Whether a window says the same as the one that was found, as far as its layer looks.
fn twins(window: &[&[u8]], found: &[&[u8]], layer: Layer) -> bool {
    match layer {
        Layer::Exact => window == found,
        Layer::LineEnds | Layer::Indentation => ended(window) == ended(found),
        Layer::LookAlikes | Layer::Similar => normal(window) == normal(found),
    }
}

/// Whether each line found is like the one that is named in its place.
fn is_named(case: &Case, matched: &Matched, found: &[&[u8]]) -> bool {
    let wanted: Vec<_> = case.olds.iter().map(|line| line.as_bytes()).collect();
    let (wanted, found) = (normal(&wanted), normal(found));
    wanted.iter().zip(&found).all(|(wanted, found)| {
        let (wanted, found) = (wanted.trim(), found.trim());
        let (common, both) = (common(wanted.as_bytes(), found.as_bytes()), wanted.len() + found.len());
        match matched.layer {
            Layer::Similar => 2000 * common >= 800 * both,
            _ => wanted == found,
        }
    })
}

/// Whether the edit went where it came from, or where what it says is more exactly.
fn is_derived(case: &Case, matched: &Matched, all_lines: &[&[u8]]) -> bool {
    let skipped = usize::from(case.file.starts_with(b"\xff\xfe\n"));
    let (place, count) = (case.region.0 + skipped, case.region.1);
    let end = (place + count).min(all_lines.len());
    let region = all_lines.get(place..end).unwrap_or_default();
    let found = &all_lines[matched.first - 1..matched.last];
    // The blank line at the end of an edit may be one too many.
    matched.first == place + 1 || found.len() < count || closeness(case, found) >= closeness(case, region)
}

/// How many letters of the edit are in some lines, in thousandths of both.
fn closeness(case: &Case, window: &[&[u8]]) -> usize {
    let text = |lines: Vec<String>| lines.iter().map(|line| line.trim().to_owned()).collect::<Vec<_>>();
    let wanted: Vec<_> = case.olds.iter().map(|line| line.as_bytes()).collect();
    let (wanted, held) = (text(normal(&wanted)), text(normal(window)));
    let pairs = || wanted.iter().zip(&held);
    let in_common: usize = pairs().map(|(one, other)| common(one.as_bytes(), other.as_bytes())).sum();
    let both: usize = pairs().map(|(one, other)| one.len() + other.len()).sum();
    (2000 * in_common).checked_div(both).unwrap_or(1000)
}

/// The lines of a file, without their ends and its mark.
fn lines(bytes: &[u8]) -> Vec<&[u8]> {
    let bytes = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes);
    let line = |line: &'_ [u8]| {
        line.len() - usize::from(line.ends_with(b"\n")) - usize::from(line.ends_with(b"\r\n"))
    };
    bytes.split_inclusive(|byte| *byte == b'\n').map(|text| &text[..line(text)]).collect()
}

/// Where the lines of a place begin and end in the file.
fn bounds(file: &[u8], matched: &Matched) -> (usize, usize) {
    let mark = if file.starts_with("\u{feff}".as_bytes()) { 3 } else { 0 };
    let length = |line: &[u8]| line.len();
    let all: Vec<_> = file[mark..].split_inclusive(|byte| *byte == b'\n').map(length).collect();
    let start = mark + all[..matched.first - 1].iter().sum::<usize>();
    (start, start + all[matched.first - 1..matched.last].iter().sum::<usize>())
}

fn ended<'a>(lines: &[&'a [u8]]) -> Vec<&'a [u8]> {
    lines.iter().map(|line| line.trim_ascii_end()).collect()
}

fn normal(lines: &[&[u8]]) -> Vec<String> {
    lines.iter().map(|line| plain(&String::from_utf8_lossy(line)).trim_end().to_owned()).collect()
}

fn bare(lines: &[String]) -> Vec<String> {
    lines.iter().map(|line| line.trim().to_owned()).collect()
}

fn normal_ends(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).replace("\r\n", "\n")
}

fn contains(line: &[u8], text: &str) -> bool {
    count(line, text.as_bytes()) > 0
}

/// How often a text is there; those that overlap are two.
fn count(bytes: &[u8], text: &[u8]) -> usize {
    bytes.windows(text.len().max(1)).filter(|part| *part == text).count()
}

/// The length of the longest common subsequence.
fn common(one: &[u8], other: &[u8]) -> usize {
    let mut row = vec![0; other.len() + 1];
    for a in one {
        let mut corner = 0;
        for (at, b) in other.iter().enumerate() {
            let above = row[at + 1];
            row[at + 1] = if a == b { corner + 1 } else { above.max(row[at]) };
            corner = above;
        }
    }
    row[other.len()]
}

fn all(claims: &[(bool, &str)]) -> Result<(), String> {
    match claims.iter().find(|(holds, _)| !holds) {
        Some((_, claim)) => Err(format!("not so: {claim}")),
        None => Ok(()),
    }
}
