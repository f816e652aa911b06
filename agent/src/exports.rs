use std::sync::Once;

use agent_contract::Request;

use crate::{bindings, bindings::exports::agennext::code_assist::agent::Guest, host::Imports};

/// The exported agent.
pub struct Component;

impl Guest for Component {
    fn describe() -> String {
        document(&agent_core::describe::describe())
    }

    fn validate(request: String) -> Result<(), String> {
        agent_core::validate(&request).map_err(|fault| document(&fault))
    }

    fn run(request: String) -> String {
        report_panics();
        let report = match Request::parse(&request) {
            Ok(request) => agent_core::run(request, &mut Imports),
            Err(fault) => agent_core::pass::Stop::failed(agent_contract::Failure::new(
                "request-invalid",
                fault.to_string(),
            ))
            .into_report(),
        };
        document(&report)
    }
}

fn document(value: &impl serde::Serialize) -> String {
    serde_json::to_string(value).expect("contract types are always JSON")
}

/// A panic becomes a trap without a word, unless its message is left behind first.
fn report_panics() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        std::panic::set_hook(Box::new(|panic| {
            bindings::agennext::code_assist::audit::panicked(&panic.to_string())
        }));
    });
}
