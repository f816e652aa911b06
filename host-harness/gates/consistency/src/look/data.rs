//! Code blocks of JSON and TOML: they can be read, or nobody can use them.

use serde::de::IgnoredAny;

use super::Told;
use crate::document::Document;

pub(super) fn look(document: &Document, told: &mut Vec<Told>) {
    for block in document.parts.blocks.iter().filter(|block| is_whole(&block.text)) {
        let language = block.language();
        let fault = match language.as_str() {
            "json" => json(&block.text),
            "toml" => toml(&block.text),
            _ => None,
        };
        if let Some((line, fault)) = fault {
            let object = block.text.lines().find(|line| !line.trim().is_empty()).unwrap_or("").trim();
            let mut one = Told::new("consistency/block", block.line + line, object, fault);
            one.said.push(("language", language));
            told.push(one);
        }
    }
}

/// Not an outline, a template or something with remarks.
fn is_whole(text: &str) -> bool {
    let signs = ["...", "…", "{{", "{%", "${", "//", "/*", "<", "# ...", "[...]"];
    !text.trim().is_empty() && !signs.iter().any(|sign| text.contains(sign))
}

fn json(text: &str) -> Option<(u32, String)> {
    let start = text.trim_start();
    // What begins elsewhere is a piece of a document.
    if !start.starts_with(['{', '[']) || text.contains('#') {
        return None;
    }
    let values = serde_json::Deserializer::from_str(text).into_iter::<IgnoredAny>();
    let error = values.filter_map(Result::err).next()?;
    let line = u32::try_from(error.line()).unwrap_or(1).saturating_sub(1);
    Some((line, error.to_string()))
}

fn toml(text: &str) -> Option<(u32, String)> {
    let error = toml::from_str::<toml::Table>(text).err()?;
    // Two ways to write the same key are shown below one another.
    if error.message().contains("duplicate") {
        return None;
    }
    let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or("");
    let line = u32::try_from(before.matches('\n').count()).unwrap_or(0);
    Some((line, error.message().to_owned()))
}
