//! Strict JSON: a key given twice, an unknown field or a wrong type is a fault
//! with its place, never a silent choice.

use std::fmt;

use serde::de::{DeserializeOwned, DeserializeSeed, Error as _, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Number, Value};

use crate::Fault;

/// Documents nested deeper than this are refused before they are read.
const DEPTH_MAX: usize = 64;

/// The greatest integer below which every integer is a number of JSON.
const SAFE_INTEGER_MAX: f64 = 9_007_199_254_740_991.0;

/// Parses JSON text into `T`; the fault carries the JSON pointer of its place.
pub fn parse<T: DeserializeOwned>(text: &str) -> Result<T, Fault> {
    from_value(parse_value(text)?)
}

/// Parses JSON text, refusing a duplicate key anywhere.
pub fn parse_value(text: &str) -> Result<Value, Fault> {
    let mut reader = serde_json::Deserializer::from_str(text);
    let mut track = serde_path_to_error::Track::new();
    let tracked = serde_path_to_error::Deserializer::new(&mut reader, &mut track);
    let value = match (Strict { depth: 0 }).deserialize(tracked) {
        Ok(value) => value,
        Err(error) => return Err(fault(pointer(&track.path()), error.to_string())),
    };
    reader.end().map_err(|error| Fault::new("", format!("not a single JSON document: {error}")))?;
    Ok(value)
}

/// Reads `T` out of a value, with the place of the first fault.
pub fn from_value<T: DeserializeOwned>(value: Value) -> Result<T, Fault> {
    serde_path_to_error::deserialize(value)
        .map_err(|error| fault(pointer(error.path()), error.inner().to_string()))
}

/// Reads an optional field that is there: `null` is no way to leave it out.
pub(crate) fn present<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
    from: D,
) -> Result<Option<T>, D::Error> {
    T::deserialize(from).map(Some)
}

/// A field that is missing, unknown or doubled is at fault itself, not what holds it.
fn fault(at: String, message: String) -> Fault {
    let named = ["missing field `", "unknown field `", "duplicate key `"].iter().find_map(|start| {
        let rest = message.strip_prefix(start)?;
        Some(rest.split('`').next().unwrap_or_default().replace('~', "~0").replace('/', "~1"))
    });
    match named {
        Some(name) if !at.ends_with(&format!("/{name}")) => Fault::new(format!("{at}/{name}"), message),
        _ => Fault::new(at, message),
    }
}

fn pointer(path: &serde_path_to_error::Path) -> String {
    use serde_path_to_error::Segment;
    path.iter()
        .filter_map(|segment| match segment {
            Segment::Seq { index } => Some(format!("/{index}")),
            Segment::Map { key } => Some(format!("/{}", key.replace('~', "~0").replace('/', "~1"))),
            Segment::Enum { variant } => Some(format!("/{variant}")),
            Segment::Unknown => None,
        })
        .collect()
}

/// Reads any value and refuses duplicate keys on the way.
struct Strict {
    depth: usize,
}

impl Strict {
    fn deeper<E: serde::de::Error>(&self) -> Result<Self, E> {
        match self.depth < DEPTH_MAX {
            true => Ok(Self { depth: self.depth + 1 }),
            false => Err(E::custom(format!("nested deeper than {DEPTH_MAX} levels"))),
        }
    }
}

impl<'de> DeserializeSeed<'de> for Strict {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Value, D::Error> {
        from.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict {
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

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    /// To JSON Schema `1.0` is an integer, and so it is here.
    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<Value, E> {
        if value.fract() == 0.0 && value.abs() <= SAFE_INTEGER_MAX {
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
                return Err(A::Error::custom(format!("duplicate key `{}`", key.escape_debug())));
            }
            let value = entries.next_value_seed(self.deeper()?)?;
            map.insert(key, value);
        }
        Ok(Value::Object(map))
    }
}
