use agent_contract::schema::{self, DOCUMENTS};
use kernel::artifact;

use crate::terminal::out::{self, say};
use crate::{Problem, cli::SchemaArgs};

/// Prints or writes schemas.
pub(super) fn run(args: &SchemaArgs) -> Result<u8, Problem> {
    if let Some(folder) = &args.write {
        let rendered: Vec<_> = DOCUMENTS
            .iter()
            .map(|document| (format!("{}.json", document.name), schema::render(document)))
            .collect();
        let files: Vec<_> = rendered.iter().map(|(name, text)| (name.as_str(), text.as_bytes())).collect();
        artifact::write(folder, &files)?;
        return Ok(0);
    }
    match &args.document {
        None => DOCUMENTS.iter().for_each(|document| say!("{:16} {}", document.name, document.title)),
        Some(name) => {
            let document = schema::find(name)
                .map_err(|unknown| Problem::invalid("document-unknown", unknown.to_string()))?;
            out::print(format_args!("{}", schema::render(document)));
        }
    }
    Ok(0)
}
