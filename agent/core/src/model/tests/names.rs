use super::super::{Dialect, FaultKind, Flavour, Voice};

#[test]
fn names_are_read_as_they_are_written() {
    for dialect in Dialect::ALL {
        assert_eq!(dialect.as_str().parse(), Ok(*dialect));
    }
    for kind in FaultKind::ALL {
        assert!(kind.as_str().starts_with("model-"), "{kind}");
    }
    let unknown = "OpenAI".parse::<Flavour>().unwrap_err().to_string();
    assert!(unknown.contains("unknown name `OpenAI`") && unknown.contains("`openrouter`"), "{unknown}");
}

#[test]
fn a_provider_takes_ids_of_its_own_form() {
    let voice = |dialect, flavour| Voice { dialect, flavour };
    let mistral = voice(Dialect::OpenaiChat, Flavour::Mistral);
    let openai = voice(Dialect::OpenaiChat, Flavour::Openai);
    let anthropic = voice(Dialect::AnthropicMessages, Flavour::Compatible);
    let bedrock = voice(Dialect::BedrockConverse, Flavour::Compatible);
    let long = "a".repeat(65);
    let table = [
        (mistral, "abc123DEF", true),
        (mistral, "abc123DE", false),
        (mistral, "abc123DEFG", false),
        (mistral, "abc_23DEF", false),
        (openai, "call_abc", true),
        (openai, "functions.read:0", true),
        (openai, &long[..41], false),
        (anthropic, "toolu_01-A", true),
        (anthropic, "functions.read:0", false),
        (bedrock, "tooluse.a:b_c-d", true),
        (bedrock, "a/b", false),
        (bedrock, &long, false),
        (anthropic, "ü", false),
        (openai, "", false),
    ];
    for (voice, id, expected) in table {
        assert_eq!(voice.takes_id(id), expected, "{voice:?} {id}");
    }
}
