//! One conversation, as each provider is asked; `BLESS=1` writes the files.

use std::{env, fs, path::PathBuf};

use agent_core::model::{Ask, Caching, Message, Outcome, ask};
use dialects::{Delivery, Provider, answers::Script, check::check};
use serde_json::Value;

use crate::{person, result, said, settings, tools};

fn conversation(provider: Provider) -> Vec<Message> {
    let calls = [
        ("call0000a", "read", r#"{"path":"src/lib.rs","from":3}"#),
        ("call0000b", "list", "{}"),
        ("call0000c", "read", "{\"path\""),
    ];
    let script = Script::text("I look first.").with_calls(&calls);
    let turn = said(provider, Delivery::Streamed, &script).unwrap();
    let [first, second, third] = ["3: fn größe()", "", "the input is no JSON"];
    let results = vec![
        result("call0000a", "read", first, Outcome::Done),
        result("call0000b", "list", second, Outcome::Done),
        result("call0000c", "read", third, Outcome::Failed),
    ];
    let ended = said(provider, Delivery::Whole, &Script::text("Done.")).unwrap();
    vec![
        person("Mend the test."),
        Message::Model(turn),
        Message::Results(results),
        Message::Model(ended),
        person("The check fails still."),
    ]
}

#[test]
fn requests_are_as_they_were() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/model/requests");
    for provider in Provider::ALL {
        let envelope = request(provider);
        assert_eq!(
            check(provider, Delivery::Streamed, &envelope["body"]),
            Ok(()),
            "{provider}: {envelope:#}"
        );
        let (path, text) = (folder.join(format!("{provider}.json")), format!("{envelope:#}\n"));
        if env::var_os("BLESS").is_some() {
            fs::create_dir_all(&folder).unwrap();
            fs::write(&path, &text).unwrap();
        }
        let was = fs::read_to_string(&path).unwrap_or_default();
        let command = "`BLESS=1 cargo test -p code-assist-agent-core --test model` writes it";
        assert_eq!(text, was, "{} differs; {command}", path.display());
    }
}

fn request(provider: Provider) -> Value {
    let (messages, settings, tools) =
        (conversation(provider), settings(provider, Delivery::Streamed), tools());
    let system = "You mend code.";
    let question = Ask { system, messages: &messages, tools: &tools, answer: None, settings: &settings };
    ask(&question).unwrap()
}

/// The checks see a field too many in any object that is not the tools' own affair.
#[test]
fn the_checks_refuse_what_is_not_documented() {
    for provider in Provider::ALL {
        let body = request(provider)["body"].take();
        let mut places = Vec::new();
        objects(&body, String::new(), &mut places);
        assert!(places.len() > 10, "{provider}");
        for place in places {
            let mut body = body.clone();
            body.pointer_mut(&place).unwrap()["more"] = true.into();
            assert!(check(provider, Delivery::Streamed, &body).is_err(), "{provider} at {place}");
        }
    }
}

fn objects(value: &Value, at: String, places: &mut Vec<String>) {
    const OWN: [&str; 6] = ["parameters", "input_schema", "json", "args", "input", "reasoning_details"];
    let is_own = OWN.iter().any(|own| at.ends_with(&format!("/{own}")));
    match value {
        Value::Object(fields) if !is_own => {
            places.push(at.clone());
            fields.iter().for_each(|(name, value)| objects(value, format!("{at}/{name}"), places));
        }
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(index, item)| objects(item, format!("{at}/{index}"), places));
        }
        _ => {}
    }
}

/// The checks see a call or a result that is not there.
#[test]
fn the_checks_refuse_a_call_without_its_result() {
    for provider in Provider::ALL {
        let body = request(provider)["body"].take();
        let lists = ["messages", "contents", "input"];
        let list = lists.into_iter().find(|name| body[*name].is_array()).unwrap();
        let items = body[list].as_array().unwrap();
        let paired: Vec<_> =
            (0..items.len()).filter(|at| items[*at].to_string().contains("call0000")).collect();
        assert!(paired.len() >= 2, "{provider}");
        for at in paired {
            let mut body = body.clone();
            body[list].as_array_mut().unwrap().remove(at);
            assert!(check(provider, Delivery::Streamed, &body).is_err(), "{provider} without {at}");
        }
    }
}

/// A first question costs little more than its texts and tools.
#[test]
fn what_surrounds_the_texts_is_small() {
    for provider in Provider::ALL {
        let mut settings = settings(provider, Delivery::Streamed);
        (settings.caching, settings.effort) = (Caching::Off, None);
        let messages = [person("Hello")];
        let question =
            Ask { system: "Mend.", messages: &messages, tools: &[], answer: None, settings: &settings };
        let length = ask(&question).unwrap()["body"].to_string().len();
        assert!(length <= 185, "{provider}: {length}");
    }
}
