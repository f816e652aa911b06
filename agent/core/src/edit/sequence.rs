//! Where sequences of lines stand in a file.

use std::{borrow::Cow, cell::OnceCell, collections::BTreeMap};

use super::{fold, lines::Line};

/// What of a line is compared.
type Layer = fn(&[u8]) -> Cow<'_, [u8]>;

/// How exactly lines must agree. Of a proposal the first ones are tried in this order,
/// each on its own; the others are named by `By`.
const LAYERS: [Layer; 6] = [exact, ends_ignored, look_alike, indentation_ignored, bare, fold::bare];

/// A way to compare lines, where it is named and not one of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum By {
    /// Letter by letter.
    Letters = 0,
    /// Whatever blanks are at the end.
    Starts = 1,
    /// Whatever blanks are at either end.
    Bare = 4,
    /// So too, and characters that look alike are the same.
    Looks = 5,
}

/// How many lines are compared at once when a rare one is looked for.
const CHUNK: usize = 128;

/// What is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sought {
    /// Lines that are changed or kept.
    Lines,
    /// A line that names a place and takes none itself: its indentation says nothing.
    Anchor,
}

impl Sought {
    fn layers(self) -> usize {
        match self {
            Self::Lines => 3,
            Self::Anchor => 4,
        }
    }
}

fn exact(line: &[u8]) -> Cow<'_, [u8]> {
    Cow::Borrowed(line)
}

fn ends_ignored(line: &[u8]) -> Cow<'_, [u8]> {
    Cow::Borrowed(line.trim_ascii_end())
}

/// Bytes that are no text look like nothing else.
fn look_alike(line: &[u8]) -> Cow<'_, [u8]> {
    match (line.is_ascii(), std::str::from_utf8(line)) {
        (false, Ok(text)) => Cow::Owned(folded(text).into_bytes()),
        _ => ends_ignored(line),
    }
}

fn indentation_ignored(line: &[u8]) -> Cow<'_, [u8]> {
    match look_alike(line) {
        Cow::Borrowed(line) => Cow::Borrowed(line.trim_ascii_start()),
        Cow::Owned(line) => Cow::Owned(line.trim_ascii_start().to_vec()),
    }
}

fn bare(line: &[u8]) -> Cow<'_, [u8]> {
    Cow::Borrowed(line.trim_ascii())
}

/// Dashes, quotes and spaces that people can't tell apart become one.
fn folded(text: &str) -> String {
    let plain = text.trim_end().chars().map(|c| match c {
        '\u{2010}'..='\u{2015}' | '\u{2212}' => '-',
        '\u{2018}'..='\u{201b}' => '\'',
        '\u{201c}'..='\u{201f}' => '"',
        '\u{a0}' | '\u{2002}'..='\u{200a}' | '\u{202f}' | '\u{205f}' | '\u{3000}' => ' ',
        other => other,
    });
    plain.collect()
}

/// A file's lines as numbers, a column for each layer that was needed so far. The lines
/// of a proposal are read once, and compared as numbers however often they are sought.
pub(super) struct Columns<'a> {
    wanted: Vec<&'a str>,
    made: [OnceCell<Column<'a>>; LAYERS.len()],
}

impl<'a> Columns<'a> {
    /// Columns in which each of the wanted lines can be looked for.
    pub fn new(wanted: Vec<&'a str>) -> Self {
        Self { wanted, made: Default::default() }
    }

    fn column(&self, index: usize, lines: &[Line]) -> &Column<'a> {
        self.made[index].get_or_init(|| Column::new(LAYERS[index], &self.wanted, lines))
    }

    /// Every place from `from` on at which the first layer that finds any finds the lines.
    pub fn places(&self, wanted: &[&str], lines: &[Line], from: usize, sought: Sought) -> Vec<usize> {
        let found = (0..sought.layers()).map(|index| self.column(index, lines).places(wanted, from));
        found.into_iter().find(|found| !found.is_empty()).unwrap_or_default()
    }

    /// Every place from `from` on at which the lines stand, compared in one way.
    pub fn places_by(&self, by: By, wanted: &[&str], lines: &[Line], from: usize) -> Vec<usize> {
        self.column(by as usize, lines).places(wanted, from)
    }

    /// Whether the lines stand at a place exactly as they are wanted.
    pub fn stand_at(&self, place: usize, wanted: &[&str], lines: &[Line]) -> bool {
        let held = lines.get(place..).unwrap_or_default();
        let same = |(line, wanted): (&Line, &&str)| line.text == wanted.as_bytes();
        held.len() >= wanted.len() && held.iter().zip(wanted).all(same)
    }

    /// Notes that other lines have taken the place of some.
    pub fn replace(&mut self, place: usize, covered: usize, lines: &[Line]) {
        self.made
            .iter_mut()
            .filter_map(OnceCell::get_mut)
            .for_each(|made| made.replace(place, covered, lines));
    }

    /// Forgets the file.
    pub fn forget(&mut self) {
        self.made = Default::default();
    }
}

/// The lines of a file as numbers; those that nobody looks for are 0.
struct Column<'a> {
    layer: Layer,
    numbers: BTreeMap<Cow<'a, [u8]>, u32>,
    /// How often each number is there.
    counts: Vec<usize>,
    held: Vec<u32>,
}

impl<'a> Column<'a> {
    fn new(layer: Layer, wanted: &[&'a str], lines: &[Line]) -> Self {
        let mut numbers = BTreeMap::new();
        let mut next = 1;
        for line in wanted {
            let number = *numbers.entry(layer(line.as_bytes())).or_insert(next);
            next += u32::from(number == next);
        }
        let counts = vec![0; numbers.len() + 1];
        let mut column = Self { layer, numbers, counts, held: Vec::new() };
        column.replace(0, 0, lines);
        column
    }

    fn number(&self, line: &[u8]) -> u32 {
        self.numbers.get((self.layer)(line).as_ref()).copied().unwrap_or(0)
    }

    fn replace(&mut self, place: usize, covered: usize, lines: &[Line]) {
        let fresh: Vec<_> = lines.iter().map(|line| self.number(line.text)).collect();
        fresh.iter().for_each(|number| self.counts[*number as usize] += 1);
        for gone in self.held.splice(place..place + covered, fresh) {
            self.counts[gone as usize] -= 1;
        }
    }

    /// Every place of the wanted lines from `from` on.
    fn places(&self, wanted: &[&str], from: usize) -> Vec<usize> {
        let wanted: Vec<_> = wanted.iter().map(|line| self.number(line.as_bytes())).collect();
        let count = |number: u32| if number == 0 { 0 } else { self.counts[number as usize] };
        let rarest = wanted.iter().enumerate().min_by_key(|(_, number)| count(**number));
        match rarest.map(|(offset, number)| (offset, *number, count(*number))) {
            None | Some((_, _, 0)) => Vec::new(),
            Some((offset, number, count)) if count.saturating_mul(wanted.len()) <= self.held.len() => {
                let near = self.places_of(number, from + offset).into_iter().map(|place| place - offset);
                near.filter(|place| self.held[*place..].starts_with(&wanted)).collect()
            }
            Some(_) => search(&wanted, &self.held, from),
        }
    }

    fn places_of(&self, wanted: u32, from: usize) -> Vec<usize> {
        let mut found = Vec::new();
        let held = self.held.get(from..).unwrap_or_default();
        for (index, chunk) in held.chunks(CHUNK).enumerate() {
            if chunk.iter().fold(false, |any, number| any | (*number == wanted)) {
                let here = chunk.iter().enumerate().filter(|(_, number)| **number == wanted);
                found.extend(here.map(|(at, _)| from + index * CHUNK + at));
            }
        }
        found
    }
}

/// Knuth, Morris and Pratt's search: every line is looked at once, however often the
/// wanted ones repeat.
fn search(wanted: &[u32], held: &[u32], from: usize) -> Vec<usize> {
    let borders = borders(wanted);
    let mut found = Vec::new();
    let mut agreed = 0;
    for (index, line) in held.iter().enumerate().skip(from) {
        while agreed > 0 && wanted.get(agreed) != Some(line) {
            agreed = borders[agreed - 1];
        }
        agreed += usize::from(wanted.get(agreed) == Some(line));
        if agreed == wanted.len() && agreed > 0 {
            found.push(index + 1 - agreed);
        }
    }
    found
}

/// For every start of the wanted lines, how much of its own start it ends with.
fn borders(wanted: &[u32]) -> Vec<usize> {
    let mut borders = vec![0; wanted.len()];
    let mut agreed = 0;
    for index in 1..wanted.len() {
        while agreed > 0 && wanted[agreed] != wanted[index] {
            agreed = borders[agreed - 1];
        }
        agreed += usize::from(wanted[agreed] == wanted[index]);
        borders[index] = agreed;
    }
    borders
}
