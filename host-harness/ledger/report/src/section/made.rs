//! What the run left behind.

use maud::{Markup, html};

use super::nothing;
use crate::{account::Account, count::size, look::Look, mark::code, shown, table::Table};

pub(crate) fn artifacts(account: &Account) -> Markup {
    let artifacts = account.result.list("artifacts");
    if artifacts.is_empty() {
        return nothing("No artifact is on record.");
    }
    let heads = ["Artifact", "Media type", "Size", "SHA-256"];
    Table::new("artifacts-made", "Artifacts", &heads).rows(artifacts, |artifact| {
        html! {
            tr {
                th scope="row" { (code(artifact.text("name"))) }
                td { (shown::line(artifact.text("media_type"), 80)) }
                td.number { (artifact.number("bytes").map(size).unwrap_or_else(|| "–".to_owned())) }
                td { code.whole { (shown::line(artifact.text("sha256"), 128)) } }
            }
        }
    })
}
