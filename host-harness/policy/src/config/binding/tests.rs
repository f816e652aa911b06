use super::*;
use crate::config::Config;

fn fault(text: &str) -> String {
    let text = format!("[[bindings]]\nname = \"a\"\n{text}");
    Config::parse(&text).unwrap_err().to_string()
}

fn binding(text: &str) -> BindingConfig {
    let text = format!("[[bindings]]\nname = \"a\"\n{text}");
    Config::parse(&text).unwrap().bindings.remove(0)
}

#[test]
fn a_binding_needs_no_more_than_a_name_and_an_address() {
    let binding = binding("url = \"https://api.example.org\"");
    assert_eq!(
        (binding.kind, binding.proxy, binding.private),
        (BindingKind::Http, ProxyConfig::None, Private::None)
    );
    assert!(binding.allow.is_empty() && binding.actions.is_empty(), "nothing may be said by default");
}

#[test]
fn everything_can_be_configured() {
    let binding = binding(
        r#"
url = "https://api.example.org/base"
allow = [{ methods = ["GET", "POST"], path = "/v1/**" }]
actions = { complete = { method = "POST", path = "/v1/chat/completions", harmless = true } }
credential = { env = "KEY", header = "x-api-key", prefix = "token " }
ca_file = "ca.pem"
proxy = "http://proxy.example:3128"
private = ["10.1.0.0/16", "fd00::/8"]
redirects = "same_origin"
timeout_ms = 1
attempts = 2
breaker = { failures = 2, open_ms = 10 }
limits = { requests = 1, bytes = 2, tokens = 3, money_micros = 4 }
usage = { input_tokens = "/i", output_tokens = "/o", price_input_per_million = 1, price_output_per_million = 2 }
stream = true
"#,
    );
    assert_eq!(binding.allow[0].path.to_string(), "/v1/**");
    assert_eq!(binding.limits.money_micros, Some(4));
    assert_eq!(
        binding.usage.unwrap().price(),
        Some(Price { input_micros: 1, output_micros: 2, cached_micros: 1, written_micros: 1 })
    );
}

#[test]
fn what_can_not_be_is_refused_with_its_reason() {
    for (text, expected) in [
        ("", "`url` is ``"),
        ("url = \"ftp://a\"", "`url` is `ftp://a`"),
        ("url = \"https://u:p@a\"", "`url` is `https://...`"),
        ("url = \"https://a?key=1\"", "without credentials, query or fragment"),
        ("url = \"https://a:0\"", "`url` is"),
        ("url = \"http://api.example.org\"", "`url` is not encrypted"),
        ("url = \"https://a\"\nurls = 1", "unknown field `urls`"),
        ("url = \"https://a\"\nkind = \"ftp\"", "unknown variant `ftp`"),
        ("url = \"https://a\"\nproxy = \"socks5://a:1\"", "`proxy` is `socks5://a:1`"),
        ("url = \"https://a\"\nproxy = \"http://u:p@a:1\"", "without credentials"),
        ("url = \"https://a\"\nprivate = [\"10\"]", "no network such as"),
        ("url = \"https://a\"\nprivate = 1", "`private` is `true`, `false` or a list"),
        ("url = \"https://a\"\nallow = [{ methods = [], path = \"/\" }]", "names no method"),
        ("url = \"https://a\"\nallow = [{ methods = [\"get\"], path = \"/\" }]", "unknown variant `get`"),
        ("url = \"https://a\"\nallow = [{ methods = [\"GET\"], path = \"/a/*/b\" }]", "is no path from `/`"),
        ("url = \"https://a\"\nallow = [{ methods = [\"GET\"], path = \"/a/../b\" }]", "is no path from `/`"),
        (
            "url = \"https://a\"\nactions = { x = { method = \"GET\", path = \"b\" } }",
            "the action `x` has `b`",
        ),
        ("url = \"https://a\"\ntimeout_ms = 0", "`timeout_ms` must be from 1"),
        ("url = \"https://a\"\nattempts = 11", "`attempts` must be from 1 to 10"),
        ("url = \"https://a\"\nlimits = { tokens = 1 }", "`limits.tokens` needs `usage`"),
        (
            "url = \"https://a\"\nlimits = { money_micros = 1 }\nusage = { input_tokens = \"/a\", output_tokens = \"/b\" }",
            "needs `usage` with prices",
        ),
        (
            "url = \"https://a\"\nusage = { input_tokens = \"a\", output_tokens = \"/b\" }",
            "`usage.input_tokens` is no JSON pointer",
        ),
        ("url = \"https://a\"\nkind = \"slack\"", "`credential` is missing"),
        (
            "url = \"https://a/services/T\"\nkind = \"slack\"\ncredential = { env = \"A\" }",
            "`url` has a path",
        ),
        ("url = \"smtp://a\"\nkind = \"smtp\"", "`mail` is missing"),
        (
            "url = \"https://a\"\nkind = \"smtp\"\nmail = { from = \"a@b\", to = [\"c@d\"] }",
            "from `smtps://`",
        ),
        ("url = \"smtp://a\"\nkind = \"smtp\"\nmail = { from = \"a@b\", to = [] }", "`mail.to` must hold 1"),
        (
            "url = \"smtp://a\"\nkind = \"smtp\"\nmail = { from = \"a@b\\r\\nBcc: x@y\", to = [\"c@d\"] }",
            "is no address such as",
        ),
        ("url = \"https://a\"\nsign = true", "`sign` is for webhooks"),
        ("url = \"https://a\"\nkind = \"webhook\"\nsign = true", "`sign` needs a `credential`"),
        ("url = \"https://a\"\ncredential = {}", "`credential` needs one of"),
    ] {
        let fault = fault(text);
        assert!(fault.contains(expected), "{text:?}: {fault}");
    }
}

#[test]
fn two_bindings_never_share_a_name() {
    let one = "[[bindings]]\nname = \"a\"\nurl = \"https://a\"\n";
    let fault = Config::parse(&one.repeat(2)).unwrap_err().to_string();
    assert!(fault.contains("two of them are called `a`"), "{fault}");
}

#[test]
fn the_files_are_sought_beside_the_configuration() {
    let text = "[[bindings]]\nname = \"a\"\nurl = \"https://a\"\nca_file = \"ca.pem\"\ncredential = { file = \"key\" }";
    let config = Config::parse(text).unwrap().beside(std::path::Path::new("/etc/x"));
    let binding = &config.bindings[0];
    assert_eq!(binding.ca_file.as_deref(), Some("/etc/x/ca.pem"));
    assert_eq!(binding.credential.as_ref().unwrap().file.as_deref(), Some("/etc/x/key"));
}

#[test]
fn a_pattern_covers_itself_or_what_lies_below() {
    for (pattern, path, covered) in [
        ("/a", "/a", true),
        ("/a", "/a/", false),
        ("/a", "/ab", false),
        ("/a/**", "/a/b/c", true),
        ("/a/**", "/a/", true),
        ("/a/**", "/a", false),
        ("/a/**", "/ab", false),
        ("/a/**", "/a/../b", false),
        ("/a/**", "/a/%2e%2E/b", false),
        ("/a/**", "/a/x%2f..%2fb", false),
        ("/a/**", "/a/x%5c..%5cb", false),
        ("/a/**", "/a/.%2e", false),
        ("/a/**", "/a/%252e%252e/b", false),
        ("/a/**", "/a/50%25", true),
        ("/a/**", "/a/b%2Fc", true),
        ("/a/**", "/a/%0a", false),
        ("/a/**", "/a/%", false),
        ("/a/**", "/a/b c", false),
        ("/a/**", "/a/ä", false),
        ("/**", "/", true),
        ("/**", "a", false),
    ] {
        assert_eq!(PathPattern::parse(pattern).unwrap().covers(path), covered, "{pattern} {path}");
    }
}
