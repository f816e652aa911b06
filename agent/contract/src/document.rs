//! Strict JSON: a key given twice, an unknown field or a wrong type is a fault
//! with its place, never a silent choice.

mod reader;
mod strict;
mod wording;

use serde::de::{DeserializeOwned, Error as _, Unexpected};
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use crate::{Fault, limit};

pub use strict::parse_value;

/// Parses JSON text into `T`; the fault carries the JSON pointer of its place.
pub fn parse<T: DeserializeOwned>(text: &str) -> Result<T, Fault> {
    from_value(parse_value(text)?)
}

/// Reads `T` out of a value, with the place of the first fault.
pub fn from_value<T: DeserializeOwned>(value: Value) -> Result<T, Fault> {
    T::deserialize(reader::Reader(value))
}

/// Reads an optional field that is there: `null` is no way to leave it out.
pub(crate) fn present<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
    from: D,
) -> Result<Option<T>, D::Error> {
    T::deserialize(from).map(Some)
}

/// Reads an optional number that is there and that counts something: not zero.
pub(crate) fn at_least_one<'de, D: Deserializer<'de>>(from: D) -> Result<Option<u64>, D::Error> {
    match u64::deserialize(from)? {
        number @ 1..=limit::INTEGER_MAX => Ok(Some(number)),
        number => {
            let expected = format!("a whole number from 1 to {}", limit::INTEGER_MAX);
            Err(D::Error::invalid_value(Unexpected::Unsigned(number), &expected.as_str()))
        }
    }
}
