//! Every provider, whole and streamed: what it is sent is what it documents, and a run
//! comes to its end.

use code_assist_tests::played::Asked;
use dialects::{Delivery, Provider};

use crate::{
    scene::{GREETER, KEY, Scene},
    script::{accepts, edits},
    server::{Model, Pieces},
};

/// Paths, whole and streamed, and the header that says who asks, with what it begins with.
fn documented(provider: Provider) -> ([&'static str; 2], Option<(&'static str, String)>) {
    let same = |path| [path, path];
    let bearer = Some(("authorization", format!("Bearer {KEY}")));
    match (provider.dialect, provider.flavour) {
        ("openai-responses", _) => (same("/v1/responses"), bearer),
        ("openai-chat", "azure") => (same("/openai/v1/chat/completions"), Some(("api-key", KEY.to_owned()))),
        ("openai-chat", "openrouter") => (same("/api/v1/chat/completions"), bearer),
        ("openai-chat", "ollama" | "compatible") => (same("/v1/chat/completions"), None),
        ("openai-chat", _) => (same("/v1/chat/completions"), bearer),
        ("anthropic-messages", _) => (same("/v1/messages"), Some(("x-api-key", KEY.to_owned()))),
        ("gemini", _) => (
            ["/v1beta/models/m:generateContent", "/v1beta/models/m:streamGenerateContent?alt=sse"],
            Some(("x-goog-api-key", KEY.to_owned())),
        ),
        _ => (
            ["/model/m/converse", "/model/m/converse-stream"],
            Some(("authorization", format!("AWS4-HMAC-SHA256 Credential={KEY}/"))),
        ),
    }
}

/// What is odd about a request beyond its body.
fn odd(provider: Provider, delivery: Delivery, asked: &Asked) -> Option<String> {
    let ([whole, streamed], known_by) = documented(provider);
    let path = if delivery == Delivery::Whole { whole } else { streamed };
    if (&*asked.method, &*asked.path) != ("POST", path) {
        return Some(format!("{} {} instead of {path}", asked.method, asked.path));
    }
    let wrong = match known_by {
        None => asked.header("authorization").is_some(),
        Some((name, value)) => !asked.header(name).is_some_and(|header| header.starts_with(&value)),
    };
    let version = asked.header("anthropic-version");
    let versioned = version == (provider.dialect == "anthropic-messages").then_some("2023-06-01");
    (wrong || !versioned).then(|| format!("{:?}", asked.headers))
}

#[test]
fn every_provider_takes_what_it_is_sent_and_every_run_ends_well() {
    let mut faults = Vec::new();
    println!("{:28} {:9} {:>5} {:>9} {:>7}", "provider", "delivery", "exit", "requests", "bytes");
    for provider in Provider::ALL {
        for delivery in Delivery::ALL {
            let turns = vec![edits("src/lib.rs", "wrold", "world"), accepts()];
            let model = Model::in_pieces(provider, delivery, Pieces::Of(61), turns, None);
            let scene = Scene::new(GREETER).asking(provider, delivery, &model, "");
            let ran = scene.run(&["--check", "grep -q world src/lib.rs"]);
            let (asked, name) = (model.asked(), format!("{provider} {delivery:?}"));
            println!(
                "{:28} {:9} {:>5} {:>9} {:>7}",
                provider.to_string(),
                format!("{delivery:?}"),
                ran.exit.unwrap_or(-1),
                asked.len(),
                model.bytes()
            );
            let good = ran.exit == Some(0) && asked.len() == 2 && scene.file("src/lib.rs").contains("world");
            faults.extend((!good).then(|| format!("{name}: {}", ran.why())));
            faults.extend(model.faults().into_iter().map(|fault| format!("{name}: {fault}")));
            faults.extend(asked.iter().filter_map(|asked| odd(provider, delivery, asked)));
            let tokens = ran.result["models"][0]["tokens"].as_u64();
            faults.extend((tokens != Some(300)).then(|| format!("{name}: {tokens:?} tokens")));
        }
    }
    assert!(faults.is_empty(), "{faults:#?}");
}
