//! OpenFGA, seen from outside: the requests against the official API description, the shipped
//! model and mapping against what each capability is to mean.

mod contexts;
mod dice;
#[path = "../common/fga.rs"]
mod fga;
mod meaning;
mod model;
mod requests;
mod worlds;

use std::{fs, path::Path};

use serde_json::Value;

const STORE: &str = "01HVMMBCMGZNT3SED4Z17ECXCA";
const MODEL: &str = "01HVMMBD123456789ABCDEFGHJ";

/// A file of `schemas/openfga`.
fn shipped(name: &str) -> Value {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../schemas/openfga").join(name);
    serde_json::from_str(&fs::read_to_string(file).unwrap()).unwrap()
}
