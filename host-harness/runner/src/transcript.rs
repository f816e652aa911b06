//! What crosses between agent and Runner, as the trace keeps it: enough to run the agent again.

use policy::Blob;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::bindings::agennext::code_assist::{
    repo::{Change, Content, Entry, Hit, Hits, Listing},
    types::Error,
};

/// What the agent said in a call, by its hash: each part with its length before it.
#[derive(Default)]
pub(crate) struct Said(Sha256);

impl Said {
    /// Everything that was said.
    pub fn all(parts: &[&dyn Part]) -> String {
        let mut said = Self::default();
        parts.iter().for_each(|part| part.say(&mut said));
        let digest = said.0.finalize();
        digest.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    fn bytes(&mut self, bytes: &[u8]) {
        self.0.update((bytes.len() as u64).to_be_bytes());
        self.0.update(bytes);
    }

    fn number(&mut self, number: u64) {
        self.0.update(number.to_be_bytes());
    }
}

/// A part of what is said.
pub(crate) trait Part: Sync {
    fn say(&self, said: &mut Said);
}

impl Part for String {
    fn say(&self, said: &mut Said) {
        said.bytes(self.as_bytes());
    }
}

impl Part for u32 {
    fn say(&self, said: &mut Said) {
        said.number(u64::from(*self));
    }
}

impl<T: Part> Part for Option<T> {
    fn say(&self, said: &mut Said) {
        said.number(u64::from(self.is_some()));
        self.iter().for_each(|part| part.say(said));
    }
}

impl<T: Part> Part for Vec<T> {
    fn say(&self, said: &mut Said) {
        said.number(self.len() as u64);
        self.iter().for_each(|part| part.say(said));
    }
}

impl Part for Change {
    fn say(&self, said: &mut Said) {
        match self {
            Self::Write(file) => {
                said.number(1);
                file.path.say(said);
                said.bytes(&file.bytes);
                file.mode.say(said);
            }
            Self::Delete(path) => {
                said.number(2);
                path.say(said);
            }
            Self::Rename(rename) => {
                said.number(3);
                rename.from.say(said);
                rename.to.say(said);
            }
        }
    }
}

/// What the agent is given, as bytes to be kept by their hash, and a word beside them.
pub(crate) trait Given: Sized {
    fn keep(&self) -> (Vec<u8>, Option<String>);

    fn restore(bytes: Vec<u8>, beside: Option<&str>) -> Option<Self>;
}

impl Given for () {
    fn keep(&self) -> (Vec<u8>, Option<String>) {
        (Vec::new(), None)
    }

    fn restore(_: Vec<u8>, _: Option<&str>) -> Option<Self> {
        Some(())
    }
}

impl Given for String {
    fn keep(&self) -> (Vec<u8>, Option<String>) {
        (self.as_bytes().to_vec(), None)
    }

    fn restore(bytes: Vec<u8>, _: Option<&str>) -> Option<Self> {
        Self::from_utf8(bytes).ok()
    }
}

impl Given for Content {
    fn keep(&self) -> (Vec<u8>, Option<String>) {
        (self.bytes.clone(), Some(self.mode.clone()))
    }

    fn restore(bytes: Vec<u8>, beside: Option<&str>) -> Option<Self> {
        Some(Self { bytes, mode: beside?.to_owned() })
    }
}

impl Given for Vec<String> {
    fn keep(&self) -> (Vec<u8>, Option<String>) {
        written(self)
    }

    fn restore(bytes: Vec<u8>, _: Option<&str>) -> Option<Self> {
        read(&bytes)
    }
}

impl Given for Listing {
    fn keep(&self) -> (Vec<u8>, Option<String>) {
        let entries: Vec<_> =
            self.entries.iter().map(|entry| (&entry.path, &entry.kind, entry.bytes)).collect();
        written(&(entries, &self.next, self.unreadable))
    }

    fn restore(bytes: Vec<u8>, _: Option<&str>) -> Option<Self> {
        let (entries, next, unreadable): (Vec<(String, String, u64)>, _, _) = read(&bytes)?;
        let entry = |(path, kind, bytes)| Entry { path, kind, bytes };
        Some(Self { entries: entries.into_iter().map(entry).collect(), next, unreadable })
    }
}

impl Given for Hits {
    fn keep(&self) -> (Vec<u8>, Option<String>) {
        let hits: Vec<_> = self.hits.iter().map(|hit| (&hit.path, hit.line, &hit.text)).collect();
        written(&(hits, self.more))
    }

    fn restore(bytes: Vec<u8>, _: Option<&str>) -> Option<Self> {
        let (hits, more): (Vec<(String, u32, String)>, _) = read(&bytes)?;
        Some(Self {
            hits: hits.into_iter().map(|(path, line, text)| Hit { path, line, text }).collect(),
            more,
        })
    }
}

fn written(value: &impl Serialize) -> (Vec<u8>, Option<String>) {
    (serde_json::to_vec(value).unwrap_or_default(), None)
}

fn read<T: DeserializeOwned>(bytes: &[u8]) -> Option<T> {
    serde_json::from_slice(bytes).ok()
}

/// An answer as the record tells it, and what is kept of it beside the record.
pub(crate) fn kept<T: Given>(answer: &Result<T, Error>) -> (Value, Blob) {
    let (word, (bytes, beside)) = match answer {
        Ok(given) => ("given", given.keep()),
        Err(Error::Refused(text)) => ("refused", (text.as_bytes().to_vec(), None)),
        Err(Error::Failed(text)) => ("failed", (text.as_bytes().to_vec(), None)),
    };
    let blob = Blob::new(bytes);
    let told = match beside {
        None => json!({ word: blob.sha256() }),
        Some(beside) => json!({ word: blob.sha256(), "beside": beside }),
    };
    (told, blob)
}

/// The hash of what is kept of an answer.
pub(crate) fn kept_under(told: &Value) -> Option<&str> {
    ["given", "refused", "failed"].iter().find_map(|word| told.get(word)?.as_str())
}

/// The answer that a record tells of.
pub(crate) fn restored<T: Given>(told: &Value, bytes: Vec<u8>) -> Option<Result<T, Error>> {
    let text = |bytes| String::from_utf8(bytes).ok();
    match () {
        () if told.get("refused").is_some() => text(bytes).map(|text| Err(Error::Refused(text))),
        () if told.get("failed").is_some() => text(bytes).map(|text| Err(Error::Failed(text))),
        () => T::restore(bytes, told.get("beside").and_then(Value::as_str)).map(Ok),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_differs_wherever_its_parts_do() {
        let text = |text: &str| text.to_owned();
        let said = [
            Said::all(&[&text("ab"), &text("c")]),
            Said::all(&[&text("a"), &text("bc")]),
            Said::all(&[&text("abc")]),
            Said::all(&[&Some(text("abc"))]),
            Said::all(&[&None::<String>, &text("abc")]),
            Said::all(&[&vec![text("ab"), text("c")]]),
            Said::all(&[&1_u32]),
        ];
        let distinct: std::collections::BTreeSet<_> = said.iter().collect();
        assert_eq!(distinct.len(), said.len());
        assert!(said.iter().all(|digest| digest.len() == 64));
    }

    #[test]
    fn an_answer_comes_back_as_it_was() {
        let listing = Listing {
            entries: vec![Entry { path: "a".to_owned(), kind: "file".to_owned(), bytes: 3 }],
            next: Some("a".to_owned()),
            unreadable: 1,
        };
        let (told, blob) = kept(&Ok(listing));
        let back = restored::<Listing>(&told, blob.bytes().to_vec()).unwrap().unwrap();
        assert_eq!((back.entries.len(), back.next.as_deref(), back.unreadable), (1, Some("a"), 1));
        let (told, blob) = kept::<Hits>(&Err(Error::Refused("{}".to_owned())));
        assert_eq!(kept_under(&told), Some(blob.sha256()));
        assert!(
            matches!(restored::<Hits>(&told, b"{}".to_vec()), Some(Err(Error::Refused(text))) if text == "{}")
        );
        let (told, blob) = kept(&Ok(Content { bytes: vec![0xff], mode: "100644".to_owned() }));
        let back = restored::<Content>(&told, blob.bytes().to_vec()).unwrap().unwrap();
        assert_eq!((back.bytes, back.mode), (vec![0xff], "100644".to_owned()));
    }
}
