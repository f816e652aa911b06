//! From text to a value: nothing is lost and nothing is chosen on the way.

use std::{cell::RefCell, fmt};

use serde::Deserializer;
use serde::de::{DeserializeSeed, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

use crate::{Fault, fault, limit};

/// Documents nested deeper than this are refused before they are read.
const DEPTH_MAX: usize = 64;

/// Parses JSON text, refusing a duplicate key and a number that is not exact, anywhere.
pub fn parse_value(text: &str) -> Result<Value, Fault> {
    let doubled = RefCell::new(None);
    let mut reader = serde_json::Deserializer::from_str(text);
    let mut track = serde_path_to_error::Track::new();
    let tracked = serde_path_to_error::Deserializer::new(&mut reader, &mut track);
    let value = Strict { depth: 0, doubled: &doubled }
        .deserialize(tracked)
        .map_err(|error| explained(&error, pointer(&track.path()), doubled.take()))?;
    reader.end().map_err(|error| Fault::new("", format!("not a single JSON document: {error}")))?;
    Ok(value)
}

/// What is no JSON has no places; what is JSON and not taken has one.
fn explained(error: &serde_json::Error, at: String, doubled: Option<String>) -> Fault {
    if let Some(what) = beyond_json(&error.to_string()) {
        return Fault::new(at, format!("{what} at line {} column {}", error.line(), error.column()));
    }
    if !error.is_data() {
        return Fault::new("", format!("not JSON: {error}"));
    }
    let Some(key) = doubled else { return Fault::new(at, error.to_string()) };
    let (shown, line, column) = (fault::shown(&key), error.line(), error.column());
    Fault::new(
        format!("{at}/{}", fault::segment(&key)),
        format!("duplicate key `{shown}` at line {line} column {column}; keep one of the two"),
    )
}

/// What the grammar of JSON lets pass and no text or number can stand for.
fn beyond_json(error: &str) -> Option<&'static str> {
    if error.contains("surrogate") || error.contains("end of hex escape") {
        return Some(
            "holds half of a character (a lone `\\u` surrogate), which is no text; write the whole one",
        );
    }
    error.contains("number out of range").then_some("is a number that is too great; give a smaller one")
}

fn pointer(path: &serde_path_to_error::Path) -> String {
    use serde_path_to_error::Segment;
    path.iter()
        .filter_map(|segment| match segment {
            Segment::Seq { index } => Some(format!("/{index}")),
            Segment::Map { key } => Some(format!("/{}", fault::segment(key))),
            Segment::Enum { .. } | Segment::Unknown => None,
        })
        .collect()
}

/// Reads any value. The key that comes twice is handed out beside the error, whose
/// message can't hold it as it is.
#[derive(Clone, Copy)]
struct Strict<'a> {
    depth: usize,
    doubled: &'a RefCell<Option<String>>,
}

impl Strict<'_> {
    fn deeper<E: Error>(self) -> Result<Self, E> {
        match self.depth < DEPTH_MAX {
            true => Ok(Self { depth: self.depth + 1, ..self }),
            false => Err(E::custom(format!("nested deeper than {DEPTH_MAX} levels"))),
        }
    }
}

impl<'de> DeserializeSeed<'de> for Strict<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Value, D::Error> {
        from.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Value, E> {
        match value.unsigned_abs() <= limit::INTEGER_MAX {
            true => Ok(value.into()),
            false => Err(inexact()),
        }
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Value, E> {
        match value <= limit::INTEGER_MAX {
            true => Ok(value.into()),
            false => Err(inexact()),
        }
    }

    /// To JSON Schema `1.0` is an integer, and so it is here.
    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        if value.abs() > limit::INTEGER_MAX as f64 {
            return Err(inexact());
        }
        if value.fract() == 0.0 {
            return Ok((value as i64).into());
        }
        Number::from_f64(value).map(Value::Number).ok_or_else(|| E::custom("not a finite number"))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element_seed(self.deeper()?)? {
            list.push(item);
        }
        Ok(Value::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let mut map = Map::new();
        while let Some(key) = entries.next_key::<String>()? {
            if map.contains_key(&key) {
                self.doubled.replace(Some(key));
                return Err(A::Error::custom("duplicate key"));
            }
            let value = entries.next_value_seed(self.deeper()?)?;
            map.insert(key, value);
        }
        Ok(Value::Object(map))
    }
}

/// Beyond this not every reader of JSON sees the same number, and a hash over it means nothing.
fn inexact<E: Error>() -> E {
    let max = limit::INTEGER_MAX;
    E::custom(format!("is a number beyond {max}, which is not exact everywhere; give a smaller one"))
}
