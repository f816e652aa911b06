use serde_json::Value;

use super::super::{Ask, Fault, Turn, draft::Draft, figures, trouble};

pub(super) fn turn(ask: &Ask, document: &Value) -> Result<Turn, Fault> {
    if !document["output"].is_object() && (trouble::is_complaint(document) || document["message"].is_string())
    {
        return trouble::within(document, "");
    }
    if !document["output"]["message"]["content"].is_array() {
        return Err(Fault::malformed("the model's answer has no list at `/output/message/content`"));
    }
    let mut draft = Draft::counted(super::usage(&document["usage"]));
    for block in figures::list(document, "/output/message/content") {
        super::read(ask, &mut draft, block.clone());
    }
    draft.finish(ask, super::end(figures::text(document, "/stopReason"))?)
}
