use serde_json::Value;

use super::super::{
    Ask, Fault, Turn,
    draft::{Draft, End, Input},
    figures, trouble,
};
use super::reasoning::Thoughts;

pub(super) fn turn(ask: &Ask, document: &Value) -> Result<Turn, Fault> {
    let choice = &document["choices"][0];
    let message = &choice["message"];
    if trouble::is_complaint(choice) {
        return trouble::within(choice, "");
    }
    if document["choices"].as_array().is_some_and(Vec::is_empty) {
        return Err(Fault::empty("the model's answer has no choice"));
    }
    if !message.is_object() {
        return Err(Fault::malformed("the model's answer has no object at `/choices/0/message`"));
    }
    let mut draft = Draft::counted(super::usage(&document["usage"]));
    draft.say(&super::said(&message["content"]));
    draft.refusal = figures::text(message, "/refusal").to_owned();
    for call in figures::list(message, "/tool_calls") {
        let input = Input::from(call["function"]["arguments"].clone());
        draft.call(super::id(call), figures::text(call, "/function/name"), input);
    }
    let mut thoughts = Thoughts::default();
    thoughts.take(ask, message);
    draft.echo.extend(thoughts.into_echo());
    match super::end(figures::text(choice, "/finish_reason"))? {
        End::Filtered(_) => draft.finish(ask, End::Filtered(super::filtered_for(choice))),
        end => draft.finish(ask, end),
    }
}
