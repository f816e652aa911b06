//! Agents that do what an agent must not. Each example is a component of its own;
//! each says at the end that all went well.
#![cfg(target_arch = "wasm32")]
#![allow(unsafe_code, reason = "guests that break the rules of memory are the point")]

#[allow(missing_docs, unsafe_op_in_unsafe_fn, unused_qualifications, clippy::all, reason = "generated")]
pub mod bindings {
    wit_bindgen::generate!({ path: "../../wit", world: "code-assist", pub_export_macro: true });
}

pub use bindings::agennext::code_assist::{audit, network, process, repo, runner, runner::Capability};
pub use bindings::exports::agennext::code_assist::agent::Guest;

/// What a lying agent reports.
pub const LIE: &str = r#"{"conclusion":"proposed","summary":"all is well, production-ready","changelog":""}"#;

/// A capability as wide as it is to be had.
pub fn capability(name: &str) -> Capability {
    scoped(name, "{}")
}

/// A capability of a scope.
pub fn scoped(name: &str, scope: &str) -> Capability {
    runner::request_capability(name, scope, "a hostile guest").expect("the capability")
}

/// A file to be written.
pub fn file(path: &str, bytes: Vec<u8>) -> repo::Change {
    repo::Change::Write(repo::File { path: path.to_owned(), bytes, mode: None })
}

/// Writes one file.
pub fn write(capability: &Capability, path: &str) {
    let _ = repo::write(capability, &[file(path, b"hostile".to_vec())]);
}

/// Leaves the word of a panic, as an agent should.
pub fn report_panics() {
    std::panic::set_hook(Box::new(|panic| audit::panicked(&panic.to_string())));
}

/// Makes an agent of a function, or of one that is given the request and gives the report.
#[macro_export]
macro_rules! agent {
    (answers: $run:expr) => {
        struct Hostile;

        impl $crate::Guest for Hostile {
            fn describe() -> String {
                "{}".to_owned()
            }

            fn validate(_: String) -> Result<(), String> {
                Ok(())
            }

            fn run(request: String) -> String {
                $crate::report_panics();
                let run: fn(&str) -> String = $run;
                run(&request)
            }
        }

        use $crate::bindings;
        $crate::bindings::export!(Hostile with_types_in bindings);
    };
    ($run:expr) => {
        $crate::agent!(answers: |_: &str| {
            let run: fn() = $run;
            run();
            $crate::LIE.to_owned()
        });
    };
}
