//! Redacted JSON stays JSON.

use serde_json::{Value, json};

use crate::ways::{SECRETS, WAYS, knowing};

#[test]
fn texts_keys_and_numbers_of_json_are_redacted() {
    let known = knowing(&["hunter2hunter", "123456789"]);
    let mut value = json!({
        "a": ["x hunter2hunter y", 123456789, 1, null, true],
        "hunter2hunter": {"n": "aHVudGVyMmh1bnRlcg=="},
    });
    known.redact_json(&mut value);
    let expected = json!({
        "a": ["x [secret TOKEN_0] y", "[secret TOKEN_1]", 1, null, true],
        "[secret TOKEN_0]": {"n": "[secret TOKEN_0]"},
    });
    assert_eq!(value, expected);
}

#[test]
fn a_secret_that_is_spread_over_an_array_takes_the_array_with_it() {
    let known = knowing(&["hunter2hunter"]);
    let letters: Vec<_> = "hunter2hunter".chars().map(String::from).collect();
    let mut value = json!({ "kept": "this", "spread": {"over": letters, "kept": 1} });
    known.redact_json(&mut value);
    assert_eq!(value, json!({ "kept": "this", "spread": {"over": "[secret TOKEN_0]", "kept": 1} }));
}

#[test]
fn whatever_way_a_secret_is_printed_in_json_it_stays_json() {
    for secret in SECRETS {
        let known = knowing(&[secret]);
        for (name, way) in WAYS {
            let printed = String::from_utf8_lossy(&way(secret)).into_owned();
            let mut value = json!({ "printed": format!("\n{printed}\n"), "list": [printed] });
            let text = known.redact_text(value.to_string());
            let binary = name.ends_with("gzip") || name.ends_with("zlib") || name.contains("UTF-16,");
            assert!(serde_json::from_str::<Value>(&text).is_ok() || binary, "{name}: {text}");
            known.redact_json(&mut value);
            assert_eq!(known.find(value.to_string().as_bytes()), None, "{name}: {value}");
        }
    }
}
