//! Metavariables, and the names that stand in for them while a grammar reads a pattern.

/// A metavariable of a pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Metavariable {
    /// `$NAME`, and `$_` without a name.
    One(Option<String>),
    /// `$$$NAME`, and `$$$` without a name.
    Many(Option<String>),
}

/// Whether a name may be a metavariable's.
pub(super) fn is_name(name: &str) -> bool {
    let known = |byte: u8| byte == b'_' || byte.is_ascii_uppercase() || byte.is_ascii_digit();
    !name.is_empty() && !name.starts_with(|c: char| c.is_ascii_digit()) && name.bytes().all(known)
}

/// How a metavariable is written so that a grammar reads it as a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Writing {
    /// Before the number: some languages tell constants by their first letter.
    pub letter: char,
    /// After a metavariable that ends a line or a block.
    pub end: &'static str,
}

/// A pattern's text with names in the place of its metavariables.
#[derive(Debug)]
pub(super) struct Written {
    pub text: String,
    prefix: String,
    metavariables: Vec<Metavariable>,
}

impl Written {
    pub fn new(pattern: &str, writing: Writing) -> Self {
        let mut prefix = format!("{}vq", writing.letter);
        while pattern.contains(&prefix) {
            prefix.push('q');
        }
        let mut written = Self { text: String::new(), prefix, metavariables: Vec::new() };
        let mut rest = pattern;
        while let Some(at) = rest.find('$') {
            written.text.push_str(&rest[..at]);
            rest = match metavariable(&rest[at..]) {
                Some((metavariable, after)) => written.stand_in(metavariable, after, writing),
                None => {
                    written.text.push('$');
                    &rest[at + 1..]
                }
            };
        }
        written.text.push_str(rest);
        written
    }

    fn stand_in<'a>(&mut self, metavariable: Metavariable, after: &'a str, writing: Writing) -> &'a str {
        self.text.push_str(&self.name(self.metavariables.len()));
        self.metavariables.push(metavariable);
        let next = after.trim_start_matches([' ', '\t']);
        if next.is_empty() || next.starts_with(['\n', '\r', '}']) {
            self.text.push_str(writing.end);
        }
        after
    }

    fn name(&self, number: usize) -> String {
        format!("{}{number}z", self.prefix)
    }

    /// The metavariable that a piece of the text is nothing but.
    pub fn metavariable(&self, text: &str) -> Option<&Metavariable> {
        let bare = text.trim_end_matches([';', ' ']);
        let number = bare.strip_prefix(&self.prefix)?.strip_suffix('z')?;
        self.metavariables.get(number.parse::<usize>().ok()?)
    }

    /// Whether a piece of the text has a metavariable in it.
    pub fn has_any(&self, text: &str) -> bool {
        text.contains(&self.prefix)
    }
}

/// The metavariable that a text starts with, and the rest.
fn metavariable(text: &str) -> Option<(Metavariable, &str)> {
    let many = text.strip_prefix("$$$");
    let rest = many.or_else(|| text.strip_prefix('$'))?;
    let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
    let (name, after) = rest.split_at(end);
    match many {
        Some(_) if name.is_empty() => Some((Metavariable::Many(None), after)),
        _ if !is_name(name) => None,
        Some(_) => Some((Metavariable::Many(Some(name.to_owned())), after)),
        None if name == "_" => Some((Metavariable::One(None), after)),
        None => Some((Metavariable::One(Some(name.to_owned())), after)),
    }
}
