//! Conversations of every kind, with turns of any provider in them: each provider takes the
//! request that is made of them.

use agent_core::model::{Ask, Caching, Effort, Message, Outcome, ToolResult, Turn, ask};
use dialects::{
    Provider,
    answers::{End, Script},
    check::check,
};
use proptest::prelude::*;

use crate::{all, person, result, said, settings, tools};

fn any_text() -> impl Strategy<Value = String> {
    prop_oneof![Just(String::new()), Just(" \n".to_owned()), "\\PC{1,12}", any::<String>()]
}

fn any_words() -> impl Strategy<Value = String> {
    "[a-zß\u{1F980}\n]{0,4}[a-z]"
}

/// What a model says: words, calls with good and bad input, cut off or not.
fn any_script() -> impl Strategy<Value = Script> {
    let arguments = prop_oneof![Just("{}"), Just(r#"{"path":"ü","edits":[]}"#), Just("{\"path\""), Just("")];
    let name = proptest::sample::select(vec!["edit", "read", "list"]);
    let id = prop_oneof![
        "[a-zA-Z0-9]{9}",
        "call_[0-3]",
        "toolu_[0-9]{2}",
        "[a-zA-Z0-9]{10,44}",
        "functions\\.read:[0-2]",
        Just(String::new())
    ];
    let calls = prop::collection::vec((id, name, arguments), 0..4);
    let end = prop_oneof![4 => Just(End::Finished), 1 => Just(End::Length)];
    (any_words(), calls, end).prop_map(|(text, calls, end)| {
        let calls: Vec<_> = calls.iter().map(|(id, name, input)| (id.as_str(), *name, *input)).collect();
        Script::text(&text).with_calls(&calls).ending(end)
    })
}

/// A turn as some provider tells it.
fn any_turn() -> impl Strategy<Value = Turn> {
    (any_script(), proptest::sample::select(all().collect::<Vec<_>>()))
        .prop_filter_map("has an answer", |(script, (provider, delivery))| {
            said(provider, delivery, &script).ok()
        })
}

fn any_round() -> impl Strategy<Value = Vec<Message>> {
    let told = prop::collection::vec((any_text(), any::<bool>()), 4);
    (any_turn(), told, prop::option::of(any_words()), any::<bool>()).prop_map(
        |(turn, told, more, reverse)| {
            let mut results: Vec<ToolResult> = turn
                .calls
                .iter()
                .zip(told)
                .map(|(call, (text, done))| {
                    let outcome = if done { Outcome::Done } else { Outcome::Failed };
                    result(&call.id, &call.name, &text, outcome)
                })
                .collect();
            if reverse {
                results.reverse();
            }
            let has_results = !results.is_empty();
            let mut round = vec![Message::Model(turn)];
            round.extend(has_results.then_some(Message::Results(results)));
            let more = more.or((!has_results).then(|| "Go on.".to_owned()));
            round.extend(more.map(Message::Person));
            round
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn every_provider_takes_every_conversation(
        system in any_text(),
        first in any_words(),
        rounds in prop::collection::vec(any_round(), 0..4),
        caches in any::<bool>(),
        effort in proptest::sample::select(vec![None, Some(Effort::Low), Some(Effort::High)]),
    ) {
        let messages: Vec<_> = std::iter::once(person(&first)).chain(rounds.into_iter().flatten()).collect();
        let tools = tools();
        for (provider, delivery) in all() {
            let mut settings = settings(provider, delivery);
            settings.caching = if caches { Caching::On } else { Caching::Off };
            settings.effort = effort;
            let question =
                Ask { system: &system, messages: &messages, tools: &tools, answer: None, settings: &settings };
            let envelope = ask(&question).unwrap();
            let checked = check(provider, delivery, &envelope["body"]);
            prop_assert_eq!(checked, Ok(()), "{} {:?}: {:#}", provider, delivery, envelope);
        }
    }
}

/// Ids that the next provider does not take, or that come again, are replaced on both sides.
#[test]
fn ids_are_replaced_in_pairs() {
    let script = Script::text("").with_calls(&[("toolu_01", "list", "{}"), ("toolu_02", "list", "{}")]);
    let turn = said(Provider::ALL[7], dialects::Delivery::Whole, &script).unwrap();
    let results = |turn: &Turn| {
        let each = turn.calls.iter().rev().map(|call| result(&call.id, "list", &call.id, Outcome::Done));
        Message::Results(each.collect())
    };
    let twice = [
        person("a"),
        Message::Model(turn.clone()),
        results(&turn),
        Message::Model(turn.clone()),
        results(&turn),
    ];
    let tools = tools();
    for (provider, delivery) in all() {
        let settings = settings(provider, delivery);
        let question = Ask { system: "", messages: &twice, tools: &tools, answer: None, settings: &settings };
        let body = ask(&question).unwrap()["body"].take();
        assert_eq!(check(provider, delivery, &body), Ok(()), "{provider}");
        // Results stand in the order of the calls, whatever order they came in.
        let text = body.to_string();
        let first = text.find("\"toolu_01\"").unwrap();
        assert!(first < text.rfind("\"toolu_02\"").unwrap(), "{provider}");
    }
}

#[test]
fn a_conversation_that_no_provider_takes_is_refused() {
    let script = Script::text("").with_calls(&[("a1", "list", "{}"), ("a2", "read", "{}")]);
    let turn = said(Provider::ALL[7], dialects::Delivery::Whole, &script).unwrap();
    let spoken = said(Provider::ALL[7], dialects::Delivery::Whole, &Script::text("Well")).unwrap();
    let one = || result("a1", "list", "", Outcome::Done);
    let two = || result("a2", "read", "", Outcome::Done);
    let model = || Message::Model(turn.clone());
    let cases: Vec<(&str, Vec<Message>)> = vec![
        ("is empty", vec![]),
        ("is empty", vec![person(" \n")]),
        ("starts with the model", vec![model()]),
        ("ends with the model", vec![person("a"), Message::Model(spoken.clone())]),
        ("follow each other", vec![person("a"), Message::Model(spoken.clone()), Message::Model(spoken)]),
        ("a person speaks", vec![person("a"), model(), person("b")]),
        ("have 1 results", vec![person("a"), model(), Message::Results(vec![one()])]),
        ("has two results", vec![person("a"), model(), Message::Results(vec![one(), one()])]),
        (
            "has no result",
            vec![
                person("a"),
                model(),
                Message::Results(vec![one(), result("a2", "list", "", Outcome::Done)]),
            ],
        ),
        ("without calls", vec![person("a"), Message::Results(vec![two()])]),
    ];
    let tools = tools();
    for (provider, delivery) in all() {
        let settings = settings(provider, delivery);
        for (what, messages) in &cases {
            let question = Ask { system: "", messages, tools: &tools, answer: None, settings: &settings };
            let fault = ask(&question).unwrap_err();
            assert_eq!(fault.code(), "model-invalid-request");
            assert!(fault.message.contains(what), "{what}: {fault}");
        }
        let messages = [person("a"), model(), Message::Results(vec![two(), one()])];
        let question = Ask { system: "", messages: &messages, tools: &[], answer: None, settings: &settings };
        assert!(ask(&question).unwrap_err().message.contains("names no tools"));
    }
}
