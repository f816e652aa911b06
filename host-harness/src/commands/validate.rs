use std::path::Path;

use agent_contract::schema;
use kernel::input;
use serde_json::json;

use crate::terminal::out::say;
use crate::{Problem, cli::ValidateArgs};

const DOCUMENT_BYTES_MAX: u64 = 64 * 1024 * 1024;

/// Checks documents; says of each whether it is one, and if not, where it fails.
pub(super) fn run(args: &ValidateArgs, json: bool) -> Result<u8, Problem> {
    let mut refused = 0;
    for file in &args.files {
        refused += u32::from(!is_valid(file, args.document.as_deref(), json)?);
    }
    Ok(if refused == 0 { 0 } else { 2 })
}

fn is_valid(file: &Path, named: Option<&str>, json: bool) -> Result<bool, Problem> {
    let text = input::read_text(file, DOCUMENT_BYTES_MAX)?;
    let document = named.unwrap_or_else(|| by_name(file));
    let checked = schema::check_document(document, &text)
        .map_err(|unknown| Problem::invalid("document-unknown", unknown.to_string()))?;
    let place = file.display().to_string();
    match (&checked, json) {
        (_, true) => {
            let fault =
                checked.as_ref().err().map(|fault| json!({ "at": fault.at, "message": fault.message }));
            say!(
                "{}",
                json!({ "file": place, "document": document, "valid": checked.is_ok(), "fault": fault })
            );
        }
        (Ok(()), false) => say!("{place}: valid {document}"),
        (Err(fault), false) => anstream::eprintln!("error: {place}: {fault}"),
    }
    Ok(checked.is_ok())
}

/// `request.minimal.json` is a request.
fn by_name(file: &Path) -> &'static str {
    let name = file.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let first = name.split('.').next().unwrap_or_default();
    schema::DOCUMENTS
        .iter()
        .map(|document| document.name)
        .find(|document| *document == first)
        .unwrap_or("request")
}
