use serde_json::{Value, json};

use super::super::{Ask, Fault, Turn, draft::Draft, figures};

pub(super) fn turn(ask: &Ask, document: &Value) -> Result<Turn, Fault> {
    if figures::text(document, "/type") != "message" || !document["content"].is_array() {
        return Err(Fault::malformed("the model's answer is no `message` with a list of `content`"));
    }
    let mut draft = Draft::counted(super::usage(&document["usage"]));
    for block in figures::list(document, "/content") {
        read(&mut draft, block.clone());
    }
    draft.finish(ask, super::end(document)?)
}

/// Takes a whole block. Blocks of other kinds are only sent back.
pub(super) fn read(draft: &mut Draft, mut block: Value) {
    let of = |name: &str| block[name].as_str().unwrap_or_default().to_owned();
    match block["type"].as_str().unwrap_or_default() {
        "text" => {
            let text = of("text");
            draft.say(&text);
            // An empty block is refused when it is sent back.
            if !text.trim().is_empty() {
                draft.echo.push(json!({ "type": "text", "text": text }));
            }
        }
        "tool_use" => {
            let (id, name) = (of("id"), of("name"));
            draft.call(id, name, block["input"].take().into());
            draft.echo.push(json!({ "type": "tool_use" }));
        }
        _ => draft.echo.push(block),
    }
}
