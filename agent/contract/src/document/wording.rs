//! What serde has to say about a document, in the words of JSON instead of Rust's.

use std::fmt::Display;

use serde::de::{Error, Expected, Unexpected};

use crate::Fault;
use crate::fault::{segment, shown};

impl Error for Fault {
    fn custom<T: Display>(message: T) -> Self {
        Self::new("", message.to_string())
    }

    fn invalid_type(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::new("", format!("is {}; {} is expected", said(found), asked(&expected.to_string())))
    }

    fn invalid_value(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::invalid_type(found, expected)
    }

    fn unknown_variant(name: &str, known: &'static [&'static str]) -> Self {
        Self::new("", format!("unknown name `{}`; known here: {}", shown(name), known.join(", ")))
    }

    fn unknown_field(name: &str, known: &'static [&'static str]) -> Self {
        Self::new("", format!("unknown field `{}`; known here: {}", shown(name), known.join(", ")))
    }

    fn missing_field(name: &'static str) -> Self {
        Self::new(format!("/{}", segment(name)), format!("missing field `{name}`; add it"))
    }
}

fn said(found: Unexpected<'_>) -> String {
    match found {
        Unexpected::Bool(value) => format!("`{value}`"),
        Unexpected::Unsigned(number) => format!("the number `{number}`"),
        Unexpected::Signed(number) => format!("the number `{number}`"),
        Unexpected::Float(number) => format!("the number `{number}`"),
        Unexpected::Str(text) => format!("the string `{}`", shown(text)),
        Unexpected::Unit => "`null`".to_owned(),
        Unexpected::Seq => "a list".to_owned(),
        Unexpected::Map => "an object".to_owned(),
        _ => "a name alone".to_owned(),
    }
}

fn asked(expected: &str) -> &str {
    match expected {
        "u64" => "a whole number from zero",
        "u8" => "a whole number from 0 to 255",
        "i32" => "a whole number of 32 bits",
        "a boolean" => "`true` or `false`",
        "a sequence" => "a list",
        "a map" | "newtype variant" => "an object",
        other => other,
    }
}
