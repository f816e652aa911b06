//! Twelve kinds of answers, and what the run makes of each.

use std::time::Duration;

use dialects::{
    Delivery, Provider,
    answers::{Counted, End, Script, Trouble, trouble},
};
use serde_json::json;

use crate::{
    scene::{CHAT, GREETER, Scene},
    script::{called, edit, edits},
    server::{Model, Pieces, Turn},
};

const ANTHROPIC: Provider = Provider { dialect: "anthropic-messages", flavour: "compatible" };

/// A variant: its name, what is answered, whether for ever, and how the run ends.
struct Variant {
    name: &'static str,
    turns: Vec<Turn>,
    ever: Option<Turn>,
    ends: (i32, &'static str),
    /// How often the provider is asked, where that is told.
    requests: Option<usize>,
}

fn once(name: &'static str, turn: Turn, ends: (i32, &'static str), requests: usize) -> Variant {
    Variant { name, turns: vec![turn], ever: None, ends, requests: Some(requests) }
}

/// The answer, and then the one that is right.
fn mended(name: &'static str, turn: Turn, requests: usize) -> Variant {
    let turns = vec![turn, edits("src/lib.rs", "wrold", "world")];
    Variant { name, turns, ever: None, ends: (0, ""), requests: Some(requests) }
}

fn ever(name: &'static str, turn: Turn, ends: (i32, &'static str)) -> Variant {
    Variant { name, turns: Vec::new(), ever: Some(turn), ends, requests: None }
}

fn right() -> Script {
    called(&[("edit", edit("src/lib.rs", "wrold", "world"))])
}

fn parallel() -> Script {
    let one = |path: &str, old: &str, new: &str| {
        ("edit", json!({ "edits": [{ "path": path, "old": old, "new": new }], "done": true }))
    };
    called(&[one("src/lib.rs", "wrold", "world"), one("README.md", "Greets", "Greets all of")])
}

fn broken_arguments() -> Script {
    let mut script = right();
    script.calls[0].arguments = "{\"edits\": [{\"path\": ".to_owned();
    script
}

fn variants(provider: Provider) -> Vec<Variant> {
    let trouble = |which| Turn::Answers(trouble(provider, which));
    let ending = |end| Turn::Says(Script::text("I").ending(end));
    let silent = Script { counted: Counted::Silent, ..right() };
    // The limit was reached in the midst of the call: nobody knows what more it was to hold.
    let cut_call = right().ending(End::Length);
    vec![
        once("tool calls in parallel", Turn::Says(parallel()), (0, ""), 1),
        once("refusal", ending(End::Refused("I can't do that.".to_owned())), (1, "model-refused"), 1),
        once("length", ending(End::Length), (1, "model-truncated"), 1),
        ever("length within a call", Turn::Says(cut_call), (1, "model-no-progress")),
        once("content filter", ending(End::Filtered), (1, "model-filtered"), 1),
        mended("429 once", trouble(Trouble::RateLimited), 2),
        ever("429 for ever", trouble(Trouble::RateLimited), (5, "model-rate-limited")),
        mended("overloaded once", trouble(Trouble::Overloaded), 2),
        ever("overloaded for ever", trouble(Trouble::Overloaded), (5, "model-overloaded")),
        mended("500 once", trouble(Trouble::Failed), 2),
        ever("500 for ever", trouble(Trouble::Failed), (5, "model-unavailable")),
        once("401", trouble(Trouble::Unauthorized), (5, "model-unauthorized"), 1),
        mended("cut connection once", Turn::Cut(right(), 150), 2),
        ever("cut connection for ever", Turn::Cut(right(), 150), (5, "model-cut-off")),
        mended("invalid JSON in arguments", Turn::Says(broken_arguments()), 2),
        ever("the same for ever", Turn::Says(broken_arguments()), (1, "model-no-progress")),
        mended("empty answer once", Turn::Says(Script::text("")), 2),
        ever("empty answer for ever", Turn::Says(Script::text("")), (5, "model-empty")),
        once("usage missing", Turn::Says(silent), (0, ""), 1),
    ]
}

/// Runs a variant, and says what is not as it should be.
fn tried(provider: Provider, variant: Variant, pieces: Pieces) -> Option<String> {
    let Variant { name, turns, ever, ends, requests } = variant;
    let model = Model::in_pieces(provider, Delivery::Streamed, pieces, turns, ever);
    let more = "patience_ms = 5000\nattempts = 3\n[roles]\nreview = []\n";
    let scene = Scene::new(GREETER).asking(provider, Delivery::Streamed, &model, more);
    let ran = scene.run(&[]);
    let (asked, code) = (model.asked().len(), ran.code().to_owned());
    println!(
        "{:20} {name:26} exit {:2} {:18} {asked:2} requests {:6.2} s",
        provider.to_string(),
        ran.exit.unwrap_or(-1),
        if code.is_empty() { "-" } else { &code },
        ran.took.as_secs_f64()
    );
    let held = match ends.0 {
        0 => scene.file("src/lib.rs").contains("world"),
        _ => scene.file("src/lib.rs") == GREETER[2].1,
    };
    let as_expected = (ran.exit, &*code) == (Some(ends.0), ends.1)
        && requests.is_none_or(|requests| requests == asked)
        && held
        && ran.took < Duration::from_secs(30)
        && model.faults().is_empty();
    (!as_expected).then(|| format!("{provider} {name}: {:?} {}", model.faults(), ran.why()))
}

fn all(provider: Provider) {
    let mut faults: Vec<_> = [Pieces::One, Pieces::Of(1), Pieces::Of(7), Pieces::Of(1000)]
        .into_iter()
        .map(|pieces| (once("a good answer in pieces", Turn::Says(right()), (0, ""), 1), pieces))
        .filter_map(|(variant, pieces)| tried(provider, variant, pieces))
        .collect();
    let others = variants(provider).into_iter();
    faults.extend(others.filter_map(|variant| tried(provider, variant, Pieces::Of(40))));
    assert!(faults.is_empty(), "{faults:#?}");
}

#[test]
fn a_chat_of_openai_is_told_in_each_of_its_ways() {
    all(CHAT);
}

#[test]
fn a_message_of_anthropic_is_told_in_each_of_its_ways() {
    all(ANTHROPIC);
}
