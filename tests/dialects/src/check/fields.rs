//! Objects that are read field by field, until none is left.

use serde_json::{Map, Value};

/// An object, and the fields of it that nobody asked for yet.
pub(super) struct Fields<'a> {
    at: String,
    map: &'a Map<String, Value>,
    left: Vec<&'a str>,
}

impl<'a> Fields<'a> {
    pub(super) fn open(value: &'a Value, at: &str) -> Result<Self, String> {
        let map = value.as_object().ok_or_else(|| format!("{at}: not an object"))?;
        Ok(Self { at: at.to_owned(), map, left: map.keys().map(String::as_str).collect() })
    }

    pub(super) fn take(&mut self, name: &str) -> Option<&'a Value> {
        self.left.retain(|left| *left != name);
        self.map.get(name)
    }

    pub(super) fn need(&mut self, name: &str) -> Result<&'a Value, String> {
        self.take(name).ok_or_else(|| format!("{}: `{name}` is missing", self.at))
    }

    pub(super) fn text(&mut self, name: &str) -> Result<&'a str, String> {
        let at = self.at.clone();
        self.need(name)?.as_str().ok_or_else(|| format!("{at}/{name}: not a text"))
    }

    /// A text that says something.
    pub(super) fn words(&mut self, name: &str) -> Result<&'a str, String> {
        let text = self.text(name)?;
        match text.trim().is_empty() {
            true => Err(format!("{}/{name}: blank", self.at)),
            false => Ok(text),
        }
    }

    pub(super) fn list(&mut self, name: &str) -> Result<&'a [Value], String> {
        let at = self.at.clone();
        let list = self.need(name)?.as_array().ok_or_else(|| format!("{at}/{name}: not a list"))?;
        if list.is_empty() { Err(format!("{at}/{name}: empty")) } else { Ok(list) }
    }

    pub(super) fn number(&mut self, name: &str, min: u64) -> Result<u64, String> {
        let at = self.at.clone();
        let number = self.need(name)?.as_u64().filter(|number| *number >= min);
        number.ok_or_else(|| format!("{at}/{name}: not a whole number from {min}"))
    }

    pub(super) fn choice(&mut self, name: &str, of: &[&str]) -> Result<&'a str, String> {
        let text = self.text(name)?;
        match of.contains(&text) {
            true => Ok(text),
            false => Err(format!("{}/{name}: `{text}` is none of {of:?}", self.at)),
        }
    }

    /// A field that stands there only when it is this.
    pub(super) fn only(&mut self, name: &str, is: &Value) -> Result<bool, String> {
        match self.take(name) {
            Some(value) if value == is => Ok(true),
            Some(value) => Err(format!("{}/{name}: `{value}` and not `{is}`", self.at)),
            None => Ok(false),
        }
    }

    pub(super) fn close(self) -> Result<(), String> {
        match self.left.first() {
            Some(name) => Err(format!("{}: `{name}` is no field of it", self.at)),
            None => Ok(()),
        }
    }
}

/// A name of a tool.
pub(super) fn name(text: &str, at: &str) -> Result<(), String> {
    let plain = text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-');
    match plain && (1..=64).contains(&text.len()) {
        true => Ok(()),
        false => Err(format!("{at}: `{text}` is no name")),
    }
}
