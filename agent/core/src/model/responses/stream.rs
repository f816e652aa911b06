use serde_json::Value;

use super::super::{Ask, Fault, Turn, figures, sse::Event, trouble};
use super::whole;

/// The order of the events is checked; what was said is taken from the last of them, which
/// has the whole answer. Where a server leaves that out, the items are taken as they came.
#[derive(Default)]
struct Order {
    items: Vec<Item>,
}

struct Item {
    index: u64,
    /// The whole of it, once it is done.
    done: Option<Value>,
}

pub(super) fn turn(ask: &Ask, events: Vec<Event>) -> Result<Turn, Fault> {
    let mut order = Order::default();
    let mut last = None;
    for event in events {
        let Event::Said { name, value } = event else { continue };
        let kind = figures::text(&value, "/type");
        if last.is_some() && kind.starts_with("response.") {
            return Err(out_of_order(kind));
        }
        match kind {
            "response.completed" | "response.incomplete" => {
                last = Some(std::mem::take(&mut order).end(value)?)
            }
            "response.failed" => return trouble::within(&value["response"], ""),
            "error" => return trouble::within(&value, ""),
            _ if trouble::is_complaint(&value) => return trouble::within(&value, &name),
            _ => order.check(&value)?,
        }
    }
    let document = last.ok_or_else(|| Fault::cut_off("there is no `response.completed`"))?;
    whole::turn(ask, &document)
}

impl Order {
    fn check(&mut self, event: &Value) -> Result<(), Fault> {
        let kind = figures::text(event, "/type");
        let Some(index) = event["output_index"].as_u64() else { return Ok(()) };
        let known = self.items.iter_mut().find(|item| item.index == index);
        match (kind, known) {
            ("response.output_item.added", None) => self.items.push(Item { index, done: None }),
            ("response.output_item.added", _) | (_, None | Some(Item { done: Some(_), .. })) => {
                return Err(out_of_order(kind));
            }
            ("response.output_item.done", Some(item)) => item.done = Some(event["item"].clone()),
            _ => {}
        }
        Ok(())
    }

    /// The whole answer, which has as many items as were announced.
    fn end(self, mut event: Value) -> Result<Value, Fault> {
        let kind = figures::text(&event, "/type").to_owned();
        let count = figures::list(&event, "/response/output").len();
        let announced = self.items.len();
        let done: Vec<_> = self.items.into_iter().filter_map(|item| item.done).collect();
        let is_whole = done.len() == announced && (count == announced || count == 0);
        if kind == "response.completed" && announced > 0 && !is_whole {
            return Err(out_of_order(&kind));
        }
        let mut response = event["response"].take();
        if count == 0 && response.is_object() {
            response["output"] = done.into();
        }
        if response["status"].is_null() && response.is_object() {
            response["status"] = kind.trim_start_matches("response.").into();
        }
        Ok(response)
    }
}

fn out_of_order(kind: &str) -> Fault {
    let kind = agent_contract::fault::shown(kind);
    Fault::malformed(format!("the events of the model's answer are out of order at `{kind}`"))
}
