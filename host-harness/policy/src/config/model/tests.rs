use proptest::prelude::*;

use super::Provider;
use crate::config::{BindingConfig, Config, Models, is_plain_path};

fn fault(text: &str) -> String {
    Config::parse(text).unwrap_err().to_string()
}

fn model(text: &str) -> String {
    format!("[[models]]\nname = \"a\"\n{text}\n")
}

fn parsed(text: &str) -> (BindingConfig, Models) {
    let mut config = Config::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"));
    (config.bindings.remove(0), config.models)
}

/// The path of each action, from the host on.
fn places(text: &str) -> Vec<String> {
    let (binding, _) = parsed(text);
    binding.actions.values().map(|action| format!("{}{}", binding.url, action.path)).collect()
}

#[test]
fn an_address_is_read_as_it_was_meant() {
    for (keys, expected) in [
        ("provider = \"openai\"", "https://api.openai.com/v1/responses"),
        ("provider = \"openai\"\nurl = \"https://gw/openai/v1/\"", "https://gw/openai/v1/responses"),
        ("provider = \"openai\"\nurl = \"https://v1\"", "https://v1/v1/responses"),
        ("provider = \"openai\"\nurl = \"https://gw/av1\"", "https://gw/av1/v1/responses"),
        ("provider = \"anthropic\"\nurl = \"https://gw/a\"", "https://gw/a/v1/messages"),
        ("provider = \"anthropic\"\nurl = \"https://gw/a/v1\"", "https://gw/a/v1/messages"),
        ("provider = \"openrouter\"\nurl = \"https://o/api\"", "https://o/api/v1/chat/completions"),
        ("provider = \"openrouter\"\nurl = \"https://o/api/v1\"", "https://o/api/v1/chat/completions"),
        ("provider = \"azure\"\nurl = \"https://n.example\"", "https://n.example/openai/v1/chat/completions"),
        (
            "provider = \"azure\"\nurl = \"https://n.example/openai/v1\"",
            "https://n.example/openai/v1/chat/completions",
        ),
        (
            "provider = \"azure\"\nurl = \"https://n.example\"\ndialect = \"openai-responses\"",
            "https://n.example/openai/v1/responses",
        ),
        (
            "provider = \"azure\"\nurl = \"https://n.example\"\napi_version = \"2024-10-21\"\ndeployment = \"d\"",
            "https://n.example/openai/deployments/d/chat/completions?api-version=2024-10-21",
        ),
        ("provider = \"ollama\"", "http://localhost:11434/v1/chat/completions"),
        (
            "provider = \"compatible\"\nurl = \"http://localhost:8000\"",
            "http://localhost:8000/v1/chat/completions",
        ),
        (
            "provider = \"compatible\"\nurl = \"http://localhost:8000/\"",
            "http://localhost:8000/v1/chat/completions",
        ),
        (
            "provider = \"compatible\"\nurl = \"https://a/api/paas/v4\"",
            "https://a/api/paas/v4/chat/completions",
        ),
        (
            "provider = \"compatible\"\nurl = \"https://a/x/v1\"\ndialect = \"anthropic-messages\"",
            "https://a/x/v1/messages",
        ),
        (
            "provider = \"bedrock\"\nregion = \"cn-north-1\"",
            "https://bedrock-runtime.cn-north-1.amazonaws.com.cn/model/m/converse",
        ),
    ] {
        assert_eq!(places(&model(&format!("model = \"m\"\n{keys}")))[0], expected, "{keys}");
    }
}

#[test]
fn a_name_is_one_segment_of_a_path() {
    for (name, expected) in [
        ("m-1.0_x", "m-1.0_x"),
        ("us.anthropic.claude-v1:0", "us.anthropic.claude-v1%3A0"),
        (
            "arn:aws:bedrock:eu-west-1:123456789012:inference-profile/eu.a.b-v1:0",
            "arn%3Aaws%3Abedrock%3Aeu-west-1%3A123456789012%3Ainference-profile%2Feu.a.b-v1%3A0",
        ),
    ] {
        let text = model(&format!("provider = \"bedrock\"\nregion = \"eu-west-1\"\nmodel = \"{name}\""));
        let host = "https://bedrock-runtime.eu-west-1.amazonaws.com/model";
        let expected = [format!("{host}/{expected}/converse"), format!("{host}/{expected}/converse-stream")];
        assert_eq!(places(&text), expected);
    }
}

#[test]
fn what_can_not_be_is_refused_with_its_reason() {
    let openai = "provider = \"openai\"\nmodel = \"m\"";
    let with = |more: &str| format!("{openai}\n{more}");
    for (text, expected) in [
        ("model = \"m\"".to_owned(), "missing field `provider`"),
        ("provider = \"x\"\nmodel = \"m\"".to_owned(), "unknown variant `x`"),
        ("provider = \"openai\"".to_owned(), "models[0]: `model` is missing"),
        ("provider = \"openai\"\nmodel = \"a b\"".to_owned(), "`model` is `a b`"),
        ("provider = \"openai\"\nmodel = \"a/../b\"".to_owned(), "`model` is `a/../b`"),
        ("provider = \"openai\"\nmodel = \"/a\"".to_owned(), "`model` is `/a`"),
        ("provider = \"openai\"\nmodel = \"a%2e\"".to_owned(), "`model` is `a%2e`"),
        ("provider = \"openai\"\nmodel = \"\"".to_owned(), "`model` is ``"),
        (with("urls = 1"), "unknown field `urls`"),
        (with("region = \"x\""), "`region` is no key of a model of `openai`"),
        (with("api_version = \"x\""), "`api_version` is no key"),
        (with("file = \"x\""), "`file` is no key"),
        (with("dialect = \"openai-chat\""), "`dialect` is none that a model of `openai` can have"),
        (with("dialect = \"x\""), "unknown variant `x`"),
        (with("url = \"http://a.example\""), "models[0]: `url` is not encrypted"),
        (with("url = \"https://u:p@a\""), "`url` is `https://...`"),
        (with("url = \"https://a?x=1\""), "without credentials, query or fragment"),
        (with("answer_tokens_max = 0"), "`answer_tokens_max` must be from 1"),
        (with("answer_tokens_max = 9000\ncontext_tokens = 9000"), "leaves nothing of the 9000"),
        (with("effort = \"much\""), "unknown variant `much`"),
        (with("input_per_million = 1"), "it has one price"),
        (with("cached_input_per_million = 1"), "a price for the cache alone"),
        (with("limits = { money_micros = 1 }"), "`limits.money_micros` needs prices"),
        (with("patience_ms = 0"), "`patience_ms` must be from 1"),
        (with("attempts = 11"), "`attempts` must be from 1 to 10"),
        (with("credential = {}"), "`credential` needs one of"),
        (with("credential = { env = \"A\", file = \"b\" }"), "`credential` needs one of"),
        (with("credential = { aws = true }"), "`credential.aws` is for models of `bedrock`"),
        ("provider = \"azure\"\nmodel = \"m\"".to_owned(), "`url` is missing"),
        ("provider = \"compatible\"\nmodel = \"m\"".to_owned(), "`url` is missing"),
        ("provider = \"bedrock\"\nmodel = \"m\"".to_owned(), "`region` is missing"),
        ("provider = \"bedrock\"\nmodel = \"m\"\nregion = \"a/b\"".to_owned(), "`region` is `a/b`"),
        (
            "provider = \"azure\"\nmodel = \"m\"\nurl = \"https://a\"\ndeployment = \"d\"".to_owned(),
            "`deployment` goes with an `api_version`",
        ),
        (
            "provider = \"azure\"\nmodel = \"m\"\nurl = \"https://a\"\napi_version = \"1&x\"".to_owned(),
            "`api_version` is `1&x`",
        ),
        (
            "provider = \"azure\"\nmodel = \"m\"\nurl = \"https://a\"\napi_version = \"1\"\ndialect = \"openai-responses\"".to_owned(),
            "`dialect` is none",
        ),
        ("provider = \"recorded\"\ndialect = \"gemini\"".to_owned(), "`file` is missing"),
        ("provider = \"recorded\"\nfile = \"x\"".to_owned(), "`dialect` is missing"),
        (
            "provider = \"recorded\"\nfile = \"x\"\ndialect = \"gemini\"\nurl = \"https://a\"".to_owned(),
            "`url` is no key of a model of `recorded`",
        ),
    ] {
        let fault = fault(&model(&text));
        assert!(fault.contains(expected), "{text}: {fault}");
    }
    for name in ["", "a b", "a/b", "ä"] {
        let text = format!("[[models]]\nname = \"{name}\"\n{openai}");
        assert!(fault(&text).contains("`name` is"), "{name}");
    }
}

#[test]
fn keys_of_aws_are_one_thing_or_another() {
    let bedrock = |credential: &str| {
        model(&format!("provider = \"bedrock\"\nmodel = \"m\"\nregion = \"r\"\ncredential = {credential}"))
    };
    for (credential, expected) in [
        ("{ aws = false }", "`aws` is `false`; leave it out"),
        ("{ aws = 1 }", "`aws` is `true` or"),
        ("{ aws = true, env = \"A\" }", "has `aws` and something else"),
        ("{ aws = { access_key = { env = \"A\" } } }", "`aws` is `true` or"),
        ("{ aws = { access_key = {}, secret_key = { env = \"B\" } } }", "`credential.aws.access_key`: "),
        (
            "{ aws = { access_key = { env = \"A\" }, secret_key = { env = \"B\", header = \"x\" } } }",
            "`credential.aws.secret_key`: it is signed with",
        ),
    ] {
        let fault = fault(&bedrock(credential));
        assert!(fault.contains(expected), "{credential}: {fault}");
    }
}

#[test]
fn names_do_not_clash_and_no_such_binding_is_written() {
    let one = model("provider = \"openai\"\nmodel = \"m\"");
    for (text, expected) in [
        (one.repeat(2), "models: two of them are called `a`"),
        (
            format!("{one}[[bindings]]\nname = \"model.a\"\nurl = \"https://a\""),
            "bindings: two of them are called `model.a`",
        ),
        (
            "[[bindings]]\nname = \"model.a\"\nkind = \"model\"\nurl = \"https://a\"".to_owned(),
            "bindings[0]: `kind` is `model`, which no binding is written with\nhint: write `[[models]]`",
        ),
        ("[[bindings]]\nname = \"a\"\nurl = \"https://a\"\nmodel = 1".to_owned(), "unknown field `model`"),
        (
            "[[bindings]]\nname = \"a\"\nurl = \"https://a\"\nheaders = { Authorization = \"x\" }".to_owned(),
            "not of small letters",
        ),
        (
            "[[bindings]]\nname = \"a\"\nurl = \"https://a\"\nheaders = { authorization = \"x\" }".to_owned(),
            "the header `authorization` is the Runner's to say",
        ),
        (
            "[[bindings]]\nname = \"a\"\nurl = \"https://a\"\nheaders = { x = \"a\\nb\" }".to_owned(),
            "the header `x` has a value",
        ),
    ] {
        let fault = fault(&text);
        assert!(fault.contains(expected), "{text}: {fault}");
    }
}

#[test]
fn models_are_asked_in_the_order_that_is_told() {
    let models = ["a", "b", "c"]
        .map(|name| format!("[[models]]\nname = \"{name}\"\nprovider = \"ollama\"\nmodel = \"m\"\n"))
        .concat();
    let all: &[&str] = &["a", "b", "c"];
    for (roles, plan, edit, review) in [
        ("", &[][..], all, all),
        ("[roles]\nedit = [\"b\", \"a\"]", &[], &["b", "a"], &["b", "a"]),
        ("[roles]\nplan = [\"c\"]\nreview = [\"a\"]", &["c"], all, &["a"]),
        ("[roles]\nreview = []", &[], all, &[]),
    ] {
        let roles = Config::parse(&format!("{models}{roles}")).unwrap().models.roles;
        let named = |names: &[&str]| names.iter().map(|name| format!("model.{name}")).collect::<Vec<_>>();
        assert_eq!((roles.plan, roles.edit, roles.review), (named(plan), named(edit), named(review)));
    }
    for (roles, expected) in [
        (
            "edit = [\"d\"]",
            "roles: `edit` names `d`, and no model is called that\nhint: the models are: `a`, `b`, `c`",
        ),
        ("plan = [\"a\", \"a\"]", "roles: `plan` names `a` twice"),
        ("edit = []", "roles: `edit` names no model"),
        ("ask = [\"a\"]", "unknown field `ask`"),
    ] {
        let fault = fault(&format!("{models}[roles]\n{roles}"));
        assert!(fault.contains(expected), "{fault}");
    }
    assert!(fault("[roles]\nreview = [\"a\"]").contains("the models are: none"));
}

#[test]
fn its_files_are_sought_beside_the_configuration() {
    let text = [
        model("provider = \"recorded\"\nfile = \"x.jsonl\"\ndialect = \"gemini\""),
        "[[models]]\nname = \"b\"\nprovider = \"bedrock\"\nmodel = \"m\"\nregion = \"r\"\nrecord = \"r.jsonl\"\nca_file = \"ca\"\ncredential = { aws = { access_key = { file = \"k\" }, secret_key = { file = \"s\" }, session_token = { file = \"t\" } } }\n".to_owned(),
    ];
    let mut config = Config::parse(&text.concat()).unwrap().beside(std::path::Path::new("/etc/x"));
    let mut files =
        |at: usize| config.bindings[at].files().into_iter().map(|file| file.clone()).collect::<Vec<_>>();
    assert_eq!(files(0), ["/etc/x/x.jsonl"]);
    assert_eq!(files(1), ["/etc/x/ca", "/etc/x/r.jsonl", "/etc/x/k", "/etc/x/s", "/etc/x/t"]);
}

/// What a reader makes of a segment.
fn decoded(segment: &str) -> String {
    let mut parts = segment.split('%');
    let first = parts.next().unwrap().to_owned();
    parts.fold(first, |text, part| {
        let byte = u8::from_str_radix(&part[..2], 16).unwrap();
        format!("{text}{}{}", char::from(byte), &part[2..])
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]
    /// Whatever a model is called, it is refused for that or is one segment of a path that
    /// everybody reads alike.
    #[test]
    fn every_name_is_refused_or_is_one_segment(name in "[-A-Za-z0-9._:/@+%]{0,20}") {
        for (keys, before, after) in [
            ("provider = \"bedrock\"\nregion = \"r\"", "/model/", "/converse"),
            ("provider = \"gemini\"", "/v1beta/models/", ":generateContent"),
        ] {
            match Config::parse(&model(&format!("model = \"{name}\"\n{keys}"))) {
                Err(fault) => prop_assert!(fault.to_string().contains("`model` is `"), "{}", fault),
                Ok(config) => {
                    let path = &config.bindings[0].actions["converse"].path;
                    let segment = path.strip_prefix(before).unwrap().strip_suffix(after).unwrap();
                    prop_assert!(is_plain_path(path) && !segment.contains('/'), "{}", path);
                    prop_assert_eq!(decoded(segment), name.clone());
                }
            }
        }
    }

    /// No address breaks what reads it, and none is made an address of another place.
    #[test]
    fn every_address_is_refused_or_stays_the_same_place(url in "(https?://)?[a-z0-9:/.@?#\u{e9} -]{0,20}(/v1|/openai|/api/v1|/)?", at in 0..Provider::ALL.len()) {
        let provider = Provider::ALL[at].as_str();
        let text = model(&format!("model = \"m\"\nprovider = \"{provider}\"\nregion = \"r\"\nurl = \"{url}\""));
        let text = if provider == "bedrock" { text } else { text.replace("region = \"r\"\n", "") };
        if let Ok(config) = Config::parse(&text) {
            let place = |url: &str| url.splitn(4, '/').take(3).collect::<Vec<_>>().join("/");
            prop_assert_eq!(place(&config.bindings[0].url), place(&url));
        }
    }
}
