//! Files with lines that repeat, and edits of them as a model remembers them.

/// Numbers that look random and are the same every time (SplitMix64).
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, count: usize) -> usize {
        (self.next() % count as u64) as usize
    }

    fn one_of<T: Copy>(&mut self, many: &[T]) -> T {
        many[self.below(many.len())]
    }

    fn happens(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }
}

/// How the edit is written down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Notation {
    Tool,
    Blocks,
    Envelope,
}

/// What is remembered wrongly.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Slip {
    Nothing,
    Blanks,
    Deeper,
    Shallower,
    Tabs,
    Looks,
    Letters,
    Several,
    AnotherLine,
}

const SLIPS: [Slip; 9] = [
    Slip::Nothing,
    Slip::Blanks,
    Slip::Deeper,
    Slip::Shallower,
    Slip::Tabs,
    Slip::Looks,
    Slip::Letters,
    Slip::Several,
    Slip::AnotherLine,
];

/// A file, and an edit that was derived from some lines of it.
#[derive(Debug)]
pub struct Case {
    pub notation: Notation,
    pub slip: Slip,
    pub file: Vec<u8>,
    /// The first of the lines that the edit was derived from, and how many there are.
    pub region: (usize, usize),
    /// Its lines, as they are remembered.
    pub olds: Vec<String>,
    pub news: Vec<String>,
    /// Whether the last lines have an end, in the notation that can say it.
    pub ended: (bool, bool),
}

/// A line that an edit brings holds this, and no line of a file does.
pub const FRESH: &str = "FRESH";

const WORDS: [&str; 16] = [
    "let total = sum(items);",
    "return total",
    "if ready {",
    "}",
    "",
    "call_with_many_arguments(first, second, third);",
    "say(\u{201c}hello\u{201d})",
    "caf\u{e9}(\u{2018}a\u{2019})",
    "naive\u{a0}text \u{2013} here",
    "x",
    "} else {",
    "for each in everything.iter() {",
    "log(\"hello\")",
    "assert_eq!(left, right, \"{message}\");",
    "wait\u{2026}",
    "let count = items.len() + 1;",
];

impl Case {
    pub fn generate(number: u64) -> Self {
        let mut dice = Dice(number.wrapping_mul(0x5851_f42d_4c95_7f2d));
        let lines = lines(&mut dice);
        let count = (1 + dice.below(6)).min(lines.len());
        let region = (dice.below(lines.len() - count + 1), count);
        let held: Vec<_> = lines[region.0..region.0 + count].to_vec();
        let slip = dice.one_of(&SLIPS);
        let olds = slipped(&held, slip, &mut dice);
        let news = changed(&olds, &mut dice);
        let file = file(&lines, &mut dice);
        let notation = dice.one_of(&[Notation::Tool, Notation::Tool, Notation::Blocks, Notation::Envelope]);
        // Without an end an empty last line is none.
        let empty = olds.last().is_none_or(String::is_empty);
        let ended = (dice.happens(70) || empty, dice.happens(80));
        Self { notation, slip, file, region, olds, news, ended }
    }

    /// The old text of a tool call.
    pub fn old_text(&self) -> String {
        format!("{}{}", self.olds.join("\n"), if self.ended.0 { "\n" } else { "" })
    }

    /// The new text of a tool call: nothing at all where no line is left.
    pub fn new_text(&self) -> String {
        let end = if self.ended.0 && self.ended.1 && !self.news.is_empty() { "\n" } else { "" };
        format!("{}{end}", self.news.join("\n"))
    }

    pub fn proposal(&self) -> String {
        let lines = |sign: &str, lines: &[String]| -> String {
            lines.iter().map(|line| format!("{sign}{line}\n")).collect()
        };
        match self.notation {
            Notation::Envelope => format!(
                "*** Begin Patch\n*** Update File: f\n@@\n{}{}*** End Patch\n",
                lines("-", &self.olds),
                lines("+", &self.news)
            ),
            _ => format!(
                "f\n<<<<<<< SEARCH\n{}=======\n{}>>>>>>> REPLACE\n",
                lines("", &self.olds),
                lines("", &self.news)
            ),
        }
    }
}

/// The lines of a file: blocks of them stand there twice.
fn lines(dice: &mut Dice) -> Vec<String> {
    let count = 1 + dice.below(24);
    let unit = dice.one_of(&["    ", "  ", "\t"]);
    let mut lines: Vec<String> = (0..count)
        .map(|_| {
            let (depth, word) = (dice.below(4), dice.one_of(&WORDS));
            let blanks = if dice.happens(5) { "  " } else { "" };
            if word.is_empty() { blanks.to_owned() } else { format!("{}{word}{blanks}", unit.repeat(depth)) }
        })
        .collect();
    if dice.happens(40) {
        let from = dice.below(lines.len());
        let part: Vec<_> = lines[from..].iter().take(1 + dice.below(8)).cloned().collect();
        let slip = if dice.happens(50) { Slip::Nothing } else { dice.one_of(&SLIPS) };
        let at = dice.below(lines.len() + 1);
        lines.splice(at..at, slipped(&part, slip, dice));
    }
    lines
}

fn file(lines: &[String], dice: &mut Dice) -> Vec<u8> {
    let carriages = dice.one_of(&[0, 0, 100, 50]);
    let mut text = String::from(if dice.happens(5) { "\u{feff}" } else { "" });
    for line in lines {
        text.push_str(line);
        text.push_str(if dice.happens(carriages) { "\r\n" } else { "\n" });
    }
    if dice.happens(20) {
        text.truncate(text.trim_end_matches(['\r', '\n']).len());
    }
    let mut bytes = text.into_bytes();
    if dice.happens(3) && !bytes.starts_with("\u{feff}".as_bytes()) {
        bytes.splice(0..0, *b"\xff\xfe\n");
    }
    bytes
}

/// Lines as they are remembered.
fn slipped(held: &[String], slip: Slip, dice: &mut Dice) -> Vec<String> {
    let mut lines = held.to_vec();
    match slip {
        Slip::Nothing => {}
        Slip::Blanks => lines.iter_mut().for_each(|line| match dice.below(3) {
            0 => line.push(' '),
            1 => line.truncate(line.trim_end().len()),
            _ => {}
        }),
        Slip::Deeper => {
            let more = dice.one_of(&["  ", "    ", "\t"]);
            lines.iter_mut().filter(|line| !line.trim().is_empty()).for_each(|line| line.insert_str(0, more));
        }
        Slip::Shallower => lines = shallower(&lines),
        Slip::Tabs => {
            lines.iter_mut().for_each(|line| *line = line.replace("    ", "\t").replace("  ", "\t"))
        }
        Slip::Looks => lines.iter_mut().for_each(|line| *line = plain(line)),
        Slip::Letters => (0..1 + dice.below(4)).for_each(|_| misspell(&mut lines, dice)),
        Slip::Several => {
            lines = slipped(&slipped(&lines, Slip::Looks, dice), Slip::Blanks, dice);
            lines = slipped(&slipped(&lines, Slip::Deeper, dice), Slip::Letters, dice);
        }
        Slip::AnotherLine => {
            let at = dice.below(lines.len());
            lines[at] = dice.one_of(&WORDS).to_owned();
        }
    }
    lines
}

/// Lines without what all of them are indented by.
fn shallower(lines: &[String]) -> Vec<String> {
    let filled = || lines.iter().filter(|line| !line.trim().is_empty());
    let least =
        filled().map(|line| line.len() - line.trim_start_matches([' ', '\t']).len()).min().unwrap_or(0);
    lines.iter().map(|line| line.get(least..).unwrap_or_default().to_owned()).collect()
}

pub fn plain(line: &str) -> String {
    let line = line.replace(['\u{201c}', '\u{201d}'], "\"").replace(['\u{2018}', '\u{2019}'], "'");
    line.replace('\u{a0}', " ")
        .replace('\u{2013}', "-")
        .replace('\u{2026}', "...")
        .replace('\u{e9}', "e\u{301}")
}

/// A letter too many, another one, or one too few.
fn misspell(lines: &mut [String], dice: &mut Dice) {
    let at = dice.below(lines.len());
    let letters: Vec<_> = lines[at].char_indices().filter(|(_, c)| c.is_ascii_alphabetic()).collect();
    if letters.is_empty() {
        return;
    }
    let (place, _) = dice.one_of(&letters);
    match dice.below(3) {
        0 => lines[at].insert(place, 'q'),
        1 => lines[at].replace_range(place..=place, "q"),
        _ => drop(lines[at].remove(place)),
    }
}

/// What the edit makes of the lines: most are kept, as they are remembered.
fn changed(olds: &[String], dice: &mut Dice) -> Vec<String> {
    let mut news = Vec::new();
    for (index, old) in olds.iter().enumerate() {
        let blanks = &old[..old.len() - old.trim_start().len()];
        match dice.below(6) {
            0 => news.push(format!("{blanks}{FRESH} {index}")),
            1 => news.extend([format!("{blanks}{FRESH} {index}"), old.clone()]),
            2 => {}
            _ => news.push(old.clone()),
        }
    }
    news
}
