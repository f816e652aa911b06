use std::{
    fmt,
    sync::{Arc, PoisonError, RwLock},
};

use secrecy::{ExposeSecret as _, SecretString};

use super::{
    Redactor,
    look::{Breadth, Finder, Hit, Value},
};

/// A secret of fewer bytes would be found everywhere, and taken out everywhere.
pub const BYTES_MIN: usize = 4;

/// Every secret that this process has read, by name. Clones share what they know.
#[derive(Clone, Default)]
pub struct Known {
    shared: Arc<RwLock<Shared>>,
}

#[derive(Default)]
struct Shared {
    secrets: Vec<(String, SecretString)>,
    looking: Option<Arc<Looking>>,
}

/// What looks for a set of secrets, and what it puts in their place.
pub(super) struct Looking {
    finder: Finder,
    names: Vec<String>,
    marks: Vec<String>,
}

impl fmt::Debug for Known {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.names()).finish()
    }
}

impl Known {
    /// Takes up a secret under a name that may be told. What is shorter than four bytes
    /// can't be told from chance and is not looked for.
    pub fn learn(&self, name: &str, secret: &SecretString) {
        let mut shared = self.shared.write().unwrap_or_else(PoisonError::into_inner);
        let text = secret.expose_secret();
        let known = shared.secrets.iter().any(|(_, known)| known.expose_secret() == text);
        if text.len() >= BYTES_MIN && !known {
            shared.secrets.push((tellable(name), secret.clone()));
            shared.looking = None;
        }
    }

    /// Whether there is any secret at all.
    pub fn is_empty(&self) -> bool {
        self.read(|shared| shared.secrets.is_empty())
    }

    /// The names under which secrets are known.
    pub fn names(&self) -> Vec<String> {
        self.read(|shared| shared.secrets.iter().map(|(name, _)| name.clone()).collect())
    }

    /// The name of a secret that a text holds, in any of the forms that are looked for.
    pub fn find(&self, text: &[u8]) -> Option<String> {
        self.looking()?.find(text).map(str::to_owned)
    }

    /// The name of a secret in whose place a mark of ours stands in a text.
    pub fn find_mark(&self, text: &[u8]) -> Option<String> {
        let looking = self.looking()?;
        let name = looking.names.iter().find(|name| {
            let mark = format!("[secret {name}]");
            memchr::memmem::find(text, mark.as_bytes()).is_some()
        });
        name.cloned()
    }

    /// The text with each secret, in any of these forms, replaced by its name.
    pub fn redact(&self, text: Vec<u8>) -> Vec<u8> {
        match self.looking() {
            Some(looking) => looking.redacted(&text).unwrap_or(text),
            None => text,
        }
    }

    /// The same of what is text, and stays it.
    pub fn redact_text(&self, text: String) -> String {
        let redacted = self.looking().and_then(|looking| looking.redacted(text.as_bytes()));
        redacted.map_or(text, |bytes| String::from_utf8_lossy(&bytes).into_owned())
    }

    /// Redacts what comes in pieces.
    pub fn redactor(&self) -> Redactor {
        Redactor::new(self.looking())
    }

    /// What looks for the secrets that are known now; it is made once for each set.
    pub(super) fn looking(&self) -> Option<Arc<Looking>> {
        let made = self.read(|shared| (shared.secrets.is_empty(), shared.looking.clone()));
        match made {
            (true, _) => None,
            (false, Some(looking)) => Some(looking),
            (false, None) => {
                let mut shared = self.shared.write().unwrap_or_else(PoisonError::into_inner);
                let looking = Arc::new(Looking::new(&shared.secrets));
                shared.looking = Some(looking.clone());
                Some(looking)
            }
        }
    }

    fn read<T>(&self, look: impl FnOnce(&Shared) -> T) -> T {
        look(&self.shared.read().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Looking {
    fn new(secrets: &[(String, SecretString)]) -> Self {
        let value = |secret: &SecretString| secret.expose_secret().as_bytes().to_vec();
        let bytes: Vec<_> = secrets.iter().map(|(_, secret)| value(secret)).collect();
        let finder = Finder::new(bytes.iter().map(|bytes| Value { bytes, breadth: Breadth::Wide }));
        let names: Vec<_> = secrets.iter().map(|(name, _)| name.clone()).collect();
        let marks = names.iter().map(|name| mark(name, &finder)).collect();
        Self { finder, names, marks }
    }

    pub(super) fn find(&self, text: &[u8]) -> Option<&str> {
        self.finder.first(text).map(|value| self.names[value].as_str())
    }

    /// What stands for the secret that a text holds.
    pub(super) fn mark_for(&self, text: &[u8]) -> Option<&str> {
        self.finder.first(text).map(|value| self.marks[value].as_str())
    }

    pub(super) fn reach(&self) -> usize {
        self.finder.reach()
    }

    pub(super) fn hits(&self, text: &[u8]) -> Vec<Hit> {
        self.finder.all(text)
    }

    /// The text without its secrets; nothing where it holds none.
    pub(super) fn redacted(&self, text: &[u8]) -> Option<Vec<u8>> {
        let hits = self.hits(text);
        (!hits.is_empty()).then(|| self.replaced(text, &hits))
    }

    /// The text with marks in place of these parts of it.
    pub(super) fn replaced(&self, text: &[u8], hits: &[Hit]) -> Vec<u8> {
        let mut kept = Vec::with_capacity(text.len());
        let mut at = 0;
        for hit in hits {
            kept.extend_from_slice(&text[at..hit.place.start]);
            kept.extend_from_slice(self.marks[hit.values[0]].as_bytes());
            at = hit.place.end;
        }
        kept.extend_from_slice(&text[at..]);
        kept
    }
}

/// What stands in a secret's place. A secret may be a part of its own name, and of every
/// word that could be used instead.
fn mark(name: &str, finder: &Finder) -> String {
    let marks = [format!("[secret {name}]"), "[redacted]".to_owned(), "[***]".to_owned()];
    marks.into_iter().find(|mark| finder.first(mark.as_bytes()).is_none()).unwrap_or_default()
}

/// A name that breaks nothing that it is put into.
fn tellable(name: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_-./#:@ ".contains(c);
    name.chars().take(100).map(|c| if plain(c) { c } else { '_' }).collect()
}
