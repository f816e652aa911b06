use agent_contract::fault::shown;
use serde_json::{Map, Value, json};

use super::super::{
    Ask, Fault, Turn,
    draft::{Draft, End, Input},
    figures, trouble,
};

pub(super) fn turn(ask: &Ask, document: &Value) -> Result<Turn, Fault> {
    if trouble::is_complaint(document) {
        return trouble::within(document, "");
    }
    if !document["output"].is_array() {
        return Err(Fault::malformed("the model's answer has no list of `output`"));
    }
    let mut draft = Draft::counted(super::usage(&document["usage"]));
    figures::list(document, "/output").iter().for_each(|item| read(&mut draft, item));
    draft.finish(ask, end(document)?)
}

fn end(document: &Value) -> Result<End, Fault> {
    let status = figures::text(document, "/status");
    Ok(match (status, figures::text(document, "/incomplete_details/reason")) {
        ("completed", _) => End::Natural,
        ("incomplete", "max_output_tokens") => End::Length,
        ("incomplete", "content_filter") => End::Filtered(String::new()),
        (status, reason) => {
            let (status, reason) = (shown(status), shown(reason));
            return Err(Fault::malformed(format!(
                "the model's answer has the unknown end `{status}` with the reason `{reason}`"
            )));
        }
    })
}

fn read(draft: &mut Draft, item: &Value) {
    match figures::text(item, "/type") {
        "message" => message(draft, item),
        "function_call" => {
            let of = |pointer: &str| figures::text(item, pointer);
            draft.call(of("/call_id"), of("/name"), Input::from(item["arguments"].clone()));
            draft.echo.push(json!({ "type": "function_call" }));
        }
        // Without its sealed content the provider could not know it again.
        "reasoning" if item["encrypted_content"].is_string() => {
            let kept = ["type", "id", "summary", "encrypted_content"];
            let fields = kept.iter().map(|name| ((*name).to_owned(), item[*name].clone()));
            draft.echo.push(Value::Object(fields.collect()));
        }
        _ => {}
    }
}

fn message(draft: &mut Draft, item: &Value) {
    let before = draft.text.len();
    for content in figures::list(item, "/content") {
        match figures::text(content, "/type") {
            "output_text" => draft.say(figures::text(content, "/text")),
            "refusal" => draft.refusal.push_str(figures::text(content, "/refusal")),
            _ => {}
        }
    }
    let said = draft.text.get(before..).unwrap_or_default().to_owned();
    if said.trim().is_empty() {
        return;
    }
    let mut echo =
        Map::from_iter([("role".to_owned(), "assistant".into()), ("content".to_owned(), said.into())]);
    // Newer models tell what they say on the way from the answer itself.
    echo.extend(item["phase"].as_str().map(|phase| ("phase".to_owned(), phase.into())));
    draft.echo.push(Value::Object(echo));
}
