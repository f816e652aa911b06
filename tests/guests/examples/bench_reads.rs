//! It reads a file as often as its instruction says: for the benchmark.
#![cfg(target_arch = "wasm32")]

use guests::{Guest, LIE, bindings, capability, repo};

struct Reader;

impl Guest for Reader {
    fn describe() -> String {
        "{}".to_owned()
    }

    fn validate(_: String) -> Result<(), String> {
        Ok(())
    }

    fn run(request: String) -> String {
        let digits = request.split("\"instruction\":\"").nth(1).unwrap_or_default();
        let digits: String = digits.chars().take_while(char::is_ascii_digit).collect();
        let read = capability("repo.read");
        for _ in 0..digits.parse().unwrap_or(0) {
            let _ = repo::read(&read, "f0.txt");
        }
        LIE.to_owned()
    }
}

bindings::export!(Reader with_types_in bindings);
