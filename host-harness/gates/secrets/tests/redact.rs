//! What leaves the machine, without its secrets. No file of this test holds a whole secret.

use std::sync::{Arc, LazyLock};

use proptest::prelude::*;
use secrets::{Options, Rules, Scanner};

static SCANNER: LazyLock<Scanner> =
    LazyLock::new(|| Scanner::new(Arc::new(Rules::built_in().unwrap()), Options::default()));

fn github() -> String {
    ["gh", "p_zQ8tV3nW71LkX0pd55hVk4", "f9wzq8t7Rq9vLx"].concat()
}

fn slack() -> String {
    ["xo", "xb-263594206564-2343594206574-", "FGqddMF8t08v8N7Oq4i57vs1"].concat()
}

fn password() -> String {
    ["k4f9", "-wzq8!Tv"].concat()
}

fn base64(text: &str) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.encode(text)
}

fn redacted(text: &str) -> String {
    String::from_utf8(SCANNER.redact(text.as_bytes()).unwrap().into_owned()).unwrap()
}

#[test]
fn a_secret_is_masked_wherever_it_stands() {
    let (github, slack, password) = (github(), slack(), password());
    for (text, expected) in [
        (format!("a = \"{github}\"\n"), "a = \"ghp_…\"\n".to_owned()),
        (format!("@@ -1 +1,2 @@\n-x\n+{github}\n+y\n"), "@@ -1 +1,2 @@\n-x\n+ghp_…\n+y\n".to_owned()),
        (format!("+DB_PASSWORD={password}\n"), "+DB_PASSWORD=k4f…\n".to_owned()),
        (format!("+    password = '{password}'\n"), "+    password = 'k4f…'\n".to_owned()),
        (
            format!("{{\"diff\":\"+a\\n+{slack}\\n+{github}\\n\"}}"),
            "{\"diff\":\"+a\\n+xoxb…\\n+ghp_…\\n\"}".to_owned(),
        ),
        (
            format!("{{\"t\":\"say \\\"{github}\\\" \\n{slack}\"}}"),
            "{\"t\":\"say \\\"ghp_…\\\" \\nxoxb…\"}".to_owned(),
        ),
        (format!("x: {}\n", base64(&github)), format!("x: {}…\n", &base64(&github)[..4])),
        ("nothing to hide\n".to_owned(), "nothing to hide\n".to_owned()),
    ] {
        assert_eq!(redacted(&text), expected);
    }
    let plain = SCANNER.redact(b"nothing to hide").unwrap();
    assert!(matches!(plain, std::borrow::Cow::Borrowed(_)));
}

fn pieces() -> impl Strategy<Value = String> {
    let pieces = prop_oneof![
        Just(github()),
        Just(slack()),
        Just(password()),
        Just(base64(&format!("token={}", github()))),
        Just(base64(&slack())),
        prop::sample::select(vec![
            "\n",
            "\n+",
            "\n-",
            " ",
            "\"",
            "'",
            "\\n",
            "\\\"",
            "\\",
            "…",
            "é",
            "ghp_…",
            "k…",
            "=",
            ": ",
            ";",
            "@",
            "/",
            "password = \"",
            "\"password\": \"",
            "DB_PASSWORD=",
            "Pwd=",
            "Server=db;User Id=a;Password=",
            "curl -u svc:",
            "sshpass -p ",
            "Authorization: Bearer ",
            "Basic ",
            "https://svc:",
            "@git.internal/a",
            "TOKEN_",
            "-p",
            "api_key: ",
            "secret => '",
            "%41%42",
            "%3D",
            "-----BEGIN RSA PRIVATE KEY-----",
            "-----END RSA PRIVATE KEY-----",
            "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7",
            "0x",
            "\u{1b}[31m",
        ])
        .prop_map(str::to_owned),
        "[a-zA-Z0-9!#/+_-]{1,24}",
    ];
    prop::collection::vec(pieces, 0..24).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 1000, ..ProptestConfig::default() })]

    #[test]
    fn what_is_redacted_once_is_redacted(text in pieces()) {
        let once = redacted(&text);
        prop_assert!(once.len() <= 2 * text.len(), "{} {}", text.len(), once.len());
        prop_assert!(SCANNER.spans(once.as_bytes()).unwrap().is_empty());
        prop_assert_eq!(redacted(&once), once);
    }

    #[test]
    fn text_in_json_stays_json(text in pieces()) {
        let json = serde_json::to_string(&[&text]).unwrap();
        let once = redacted(&json);
        prop_assert!(serde_json::from_str::<Vec<String>>(&once).is_ok(), "{} {}", json, once);
    }

    #[test]
    fn whatever_the_bytes_are_they_can_be_redacted(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let once = SCANNER.redact(&bytes).unwrap().into_owned();
        prop_assert!(once.len() <= 2 * bytes.len());
    }
}

#[test]
fn a_key_without_an_end_leaves_the_json_around_it_whole() {
    let key = format!("-----BEGIN {} KEY-----\n{}", "PRIVATE", base64(&[github(), slack()].concat()));
    let json = serde_json::to_string(&[&key]).unwrap();
    let once = redacted(&json);
    assert!(once.ends_with("…\"]"), "{once}");
    assert!(serde_json::from_str::<Vec<String>>(&once).is_ok());
}

#[test]
fn a_blob_is_judged_by_its_bytes_and_its_name_alone() {
    let blob = format!("a = '{}'\nDB_PASSWORD={}\n", github(), password());
    let mut worker = SCANNER.worker();
    let mut leaks = |path: Option<&str>| SCANNER.leaks(&mut worker, path, blob.as_bytes()).unwrap();
    let names =
        [None, Some("deploy/.env"), Some("gone/since/long/.env"), Some("src/a.rs"), Some(".env"), None];
    let found: Vec<_> = names.into_iter().map(&mut leaks).collect();
    let again: Vec<_> = names.into_iter().rev().map(&mut leaks).collect();
    assert!(found.iter().eq(again.iter().rev()));
    let secrets = |at: usize| found[at].iter().map(|leak| leak.secret.clone()).collect::<Vec<_>>();
    assert_eq!(secrets(1), secrets(2));
    assert_eq!((secrets(0).len(), secrets(1).len(), secrets(3).len()), (2, 2, 1));
}
