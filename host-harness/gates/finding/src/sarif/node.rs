use std::fmt;

use serde::de::{self, Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

/// Why a tool's output can't be read, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the output can't be read{}: {reason}", place(.pointer))]
pub struct Fault {
    /// The place, as a JSON pointer; `/` alone is not one, the empty text is the whole.
    pub pointer: String,
    /// What is wrong there.
    pub reason: String,
}

fn place(pointer: &str) -> String {
    if pointer.is_empty() { String::new() } else { format!(" at `{pointer}`") }
}

/// Bytes of an output at the most: a report is read whole.
const BYTES_MAX: usize = 256 << 20;

/// A JSON document whose objects name nothing twice.
#[derive(Debug, Clone, PartialEq)]
pub struct Document(Value);

impl Document {
    /// Parses a whole output. A byte order mark is passed over, as some tools write one.
    pub fn parse(bytes: &[u8]) -> Result<Self, Fault> {
        let whole = |reason: String| Fault { pointer: String::new(), reason };
        if bytes.len() > BYTES_MAX {
            return Err(whole(format!("it is larger than {BYTES_MAX} bytes")));
        }
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        if bytes.trim_ascii().is_empty() {
            return Err(whole("it is empty".to_owned()));
        }
        let Strict(value) =
            serde_json::from_slice(bytes).map_err(|error| whole(format!("it is not whole JSON: {error}")))?;
        Ok(Self(value))
    }

    /// The outermost value.
    pub fn root(&self) -> Node<'_> {
        Node { value: &self.0, pointer: String::new() }
    }
}

/// A value that two members of one name do not get past: of two `results`, serde_json
/// keeps the last, and the findings of the first would be gone.
struct Strict(Value);

impl<'de> Deserialize<'de> for Strict {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(StrictVisitor).map(Self)
    }
}

struct StrictVisitor;

impl<'de> Visitor<'de> for StrictVisitor {
    type Value = Value;

    fn expecting(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str("a JSON value")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Number::from_f64(value).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut from: A) -> Result<Value, A::Error> {
        let mut items = Vec::new();
        while let Some(Strict(item)) = from.next_element()? {
            items.push(item);
        }
        Ok(Value::Array(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut from: A) -> Result<Value, A::Error> {
        let mut members = Map::new();
        while let Some((name, Strict(value))) = from.next_entry::<String, Strict>()? {
            if members.contains_key(&name) {
                return Err(de::Error::custom(format_args!("`{name}` is there twice")));
            }
            members.insert(name, value);
        }
        Ok(Value::Object(members))
    }
}

/// A value in a document that knows where it is.
#[derive(Debug, Clone)]
pub struct Node<'a> {
    value: &'a Value,
    pointer: String,
}

impl<'a> Node<'a> {
    /// The value itself.
    pub fn value(&self) -> &'a Value {
        self.value
    }

    /// A fault at this place.
    pub fn fault(&self, reason: impl Into<String>) -> Fault {
        Fault { pointer: self.pointer.clone(), reason: reason.into() }
    }

    fn member(&self, name: &str, value: &'a Value) -> Self {
        let name = name.replace('~', "~0").replace('/', "~1");
        Node { value, pointer: format!("{}/{name}", self.pointer) }
    }

    /// A member of an object; none where it is absent or null.
    pub fn get(&self, name: &str) -> Result<Option<Node<'a>>, Fault> {
        let members = self.value.as_object().ok_or_else(|| self.fault("it is not an object"))?;
        Ok(members.get(name).filter(|value| !value.is_null()).map(|value| self.member(name, value)))
    }

    /// A member that has to be there.
    pub fn need(&self, name: &str) -> Result<Node<'a>, Fault> {
        self.get(name)?.ok_or_else(|| self.fault(format!("it has no `{name}`")))
    }

    /// The members of an object, in the order of their names.
    pub fn members(&self) -> Result<Vec<(&'a str, Node<'a>)>, Fault> {
        let members = self.value.as_object().ok_or_else(|| self.fault("it is not an object"))?;
        let mut members: Vec<_> =
            members.iter().map(|(name, value)| (name.as_str(), self.member(name, value))).collect();
        members.sort_by_key(|(name, _)| *name);
        Ok(members)
    }

    /// The items of an array.
    pub fn items(&self) -> Result<Vec<Node<'a>>, Fault> {
        let items = self.value.as_array().ok_or_else(|| self.fault("it is not an array"))?;
        let place = |at: usize| format!("{}/{at}", self.pointer);
        Ok(items.iter().enumerate().map(|(at, value)| Node { value, pointer: place(at) }).collect())
    }

    /// The items of a member; none where it is absent.
    pub fn list(&self, name: &str) -> Result<Vec<Node<'a>>, Fault> {
        self.get(name)?.map_or(Ok(Vec::new()), |node| node.items())
    }

    /// The text that this is.
    pub fn text(&self) -> Result<&'a str, Fault> {
        self.value.as_str().ok_or_else(|| self.fault("it is not a text"))
    }

    /// A member that is a text, where it is there.
    pub fn text_of(&self, name: &str) -> Result<Option<&'a str>, Fault> {
        self.get(name)?.map(|node| node.text()).transpose()
    }

    /// A member that has to be a text.
    pub fn need_text(&self, name: &str) -> Result<&'a str, Fault> {
        self.need(name)?.text()
    }

    /// The number that this is, from zero.
    pub fn number(&self) -> Result<u64, Fault> {
        self.value.as_u64().ok_or_else(|| self.fault("it is not a number from zero"))
    }

    /// A member that is a number from zero, where it is there.
    pub fn number_of(&self, name: &str) -> Result<Option<u64>, Fault> {
        self.get(name)?.map(|node| node.number()).transpose()
    }

    /// A member that is a place in a list; none where it is absent or `-1`, SARIF's 'no place'.
    pub fn index_of(&self, name: &str) -> Result<Option<usize>, Fault> {
        match self.get(name)? {
            Some(node) if node.value.as_i64() != Some(-1) => {
                usize::try_from(node.number()?).map(Some).map_err(|_| node.fault("it is out of reach"))
            }
            _ => Ok(None),
        }
    }

    /// A member that is true or false, where it is there.
    pub fn truth_of(&self, name: &str) -> Result<Option<bool>, Fault> {
        let truth = |node: Node| node.value.as_bool().ok_or_else(|| node.fault("it is not true or false"));
        self.get(name)?.map(truth).transpose()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_empty_doubled_and_deep_documents_are_faults() {
        let deep = "[".repeat(100_000);
        for text in ["", " \n", "\u{feff}", "{", r#"{"a":[1"#, "{} {}", r#"{"a":1,"a":2}"#, deep.as_str()] {
            assert!(Document::parse(text.as_bytes()).is_err(), "{:?}", &text[..text.len().min(20)]);
        }
        assert!(Document::parse(b"\xef\xbb\xbf{}").is_ok());
        assert!(Document::parse(b"\xff").is_err());
    }

    #[test]
    fn a_fault_of_the_whole_names_no_place() {
        let said = |text: &[u8]| Document::parse(text).unwrap_err().to_string();
        assert_eq!(said(b""), "the output can't be read: it is empty");
        let node = Document::parse(b"{}").unwrap();
        let fault = node.root().need("a").unwrap_err();
        assert!(!fault.to_string().contains("``"), "{fault}");
        let fault = Fault { pointer: "/a".to_owned(), reason: "r".to_owned() };
        assert_eq!(fault.to_string(), "the output can't be read at `/a`: r");
    }

    #[test]
    fn a_fault_names_its_place() {
        let document = Document::parse(br#"{"a/b":[{"c":1}]}"#).unwrap();
        let node = document.root().list("a/b").unwrap().remove(0).need("c").unwrap();
        assert_eq!(node.text().unwrap_err().pointer, "/a~1b/0/c");
        assert_eq!(node.need("d").unwrap_err().reason, "it is not an object");
    }
}
