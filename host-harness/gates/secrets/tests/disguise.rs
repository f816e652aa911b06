//! Secrets that stand right behind something, or in another form. No file of this test holds a
//! whole secret.

use std::sync::{Arc, LazyLock};

use secrets::{Options, Rules, Scanner};

static SCANNER: LazyLock<Scanner> =
    LazyLock::new(|| Scanner::new(Arc::new(Rules::built_in().unwrap()), Options::default()));

fn github() -> String {
    ["gh", "p_zQ8tV3nW71LkX0pd55hVk4", "f9wzq8t7Rq9vLx"].concat()
}

fn slack() -> String {
    ["xo", "xb-263594206564-2343594206574-", "FGqddMF8t08v8N7Oq4i57vs1"].concat()
}

fn telegram() -> String {
    ["71823", "45690:AA", "Hk3f9Lq7Zt2RwVx8Yp4NmKd6Jc1SbTgEu"].concat()
}

fn aws() -> String {
    ["AK", "IAZ7Q4LMN2XWVB", "T5YD"].concat()
}

fn tokens() -> [String; 4] {
    [github(), slack(), telegram(), aws()]
}

fn finds(text: &[u8], secret: &str) -> bool {
    SCANNER.text(text).unwrap().iter().any(|leak| leak.secret == secret.as_bytes())
}

#[test]
fn the_tokens_are_found_as_they_are() {
    for token in tokens() {
        assert!(finds(format!("t = \"{token}\"\n").as_bytes(), &token), "{token}");
    }
}

#[test]
fn what_stands_right_before_a_secret_does_not_hide_it() {
    for before in [
        "\"a\\n",
        "\"a\\t",
        "\"\\r\\n",
        "\"\\\\n",
        "\u{1b}[31m",
        "\\x1b[31m",
        "\\u001b[1;31m",
        "\\033[0;31m",
        "\\e[31m",
        "TOKEN_",
        "my_token_",
        "mysql -uroot -p",
        "--token=",
        "x%3D",
        "\\u0022",
        "\\u003d",
        "\u{1b}[m",
        "\\x0a",
    ] {
        for token in tokens() {
            for after in ["", "\"", "\\n\"", "\u{1b}[0m", "\\u001b[0m", "%0A", "\\\""] {
                let text = format!("echo {before}{token}{after} # x\n");
                assert!(finds(text.as_bytes(), &token), "{text:?}");
                let leaks = SCANNER.text(text.as_bytes()).unwrap();
                let leak = leaks.iter().find(|leak| leak.secret == token.as_bytes()).unwrap();
                assert_eq!(&text[leak.bytes.clone()], token);
            }
        }
    }
}

#[test]
fn a_word_that_merely_ends_like_a_secret_begins_is_none() {
    for before in ["a", "x9", "main", "itemm"] {
        for token in tokens() {
            let text = format!("{before}{token}\n");
            let leaks = SCANNER.text(text.as_bytes()).unwrap();
            assert!(leaks.iter().all(|leak| leak.secret != token.as_bytes()), "{text}: {leaks:?}");
        }
    }
}

#[test]
fn a_secret_is_told_once_by_the_rule_that_says_the_most() {
    let rules = |text: &str| -> Vec<String> {
        let leaks = SCANNER.text(text.as_bytes()).unwrap();
        leaks.iter().map(|leak| SCANNER.rule(leak).id.clone()).collect()
    };
    for (text, rule) in [
        (format!("t: {}", slack()), "slack-bot-token"),
        (format!("Authorization: Bearer {}", slack()), "slack-bot-token"),
        (format!("password = \"{}\"", github()), "github-personal-token"),
        (format!("https://svc:{}@git.internal/a.git", github()), "github-personal-token"),
        (format!("x%3D{}%0A", github()), "github-personal-token"),
    ] {
        assert_eq!(rules(&text), [rule], "{text}");
    }
    assert_eq!(rules(&format!("{} {}", slack(), github())).len(), 2);
    assert_eq!(rules(&format!("{0} {0}", slack())).len(), 2);
}

fn base64(bytes: &[u8]) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.encode(bytes)
}

fn wide(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

fn percent(text: &str, all: bool) -> String {
    let plain = |byte: u8| !all && byte.is_ascii_alphanumeric();
    text.bytes()
        .map(|byte| if plain(byte) { char::from(byte).into() } else { format!("%{byte:02X}") })
        .collect()
}

fn wrapped(text: &str, width: usize, end: &str) -> String {
    let lines: Vec<_> = text.as_bytes().chunks(width).map(|line| str::from_utf8(line).unwrap()).collect();
    lines.join(end)
}

fn hex(text: &str) -> String {
    text.bytes().map(|byte| format!("{byte:02x}")).collect()
}

/// A hundred bytes or so, with the token in the middle, that no line of base64 holds alone.
fn script(token: &str) -> String {
    format!("$client = connect; $client.open('svc', '{token}'); $client.say('done — über') | out-file x.log")
}

#[test]
fn another_form_does_not_hide_a_secret() {
    for token in tokens() {
        let (script, hook) = (script(&token), format!("a=1&token={token}&b=2"));
        for text in [
            format!("powershell -EncodedCommand {}\n", base64(&wide(&script))),
            format!("x = 0x{};\n", hex(&token)),
            format!("x = \"0X{}\";\n", hex(&hook).to_uppercase()),
            format!("\"a\\n{}\"", base64(hook.as_bytes())),
            format!("t={}\n", percent(&token, true)),
            format!("t={}\n", percent(&token, false)),
            format!("t={}\n", percent(&percent(&token, true), true)),
            format!("t={}\n", percent(&percent(&hook, false), false)),
            format!("t={}\n", percent(&percent(&percent(&hook, false), false), false)),
        ] {
            assert!(finds(text.as_bytes(), &token), "{text:?}");
        }
    }
}

#[test]
fn base64_that_is_broken_into_lines_is_read_as_one() {
    for token in tokens() {
        let script = script(&token).replace('—', "-").replace('ü', "u");
        for end in ["\\n", "\n", "\r\n", "\\r\\n", "\n    ", "\\n  "] {
            for (width, text) in [(64, script.clone()), (76, script.repeat(3)), (40, script.clone())] {
                let text = format!("key: \"{}\"\nnext: 1\n", wrapped(&base64(text.as_bytes()), width, end));
                assert!(finds(text.as_bytes(), &token), "{text:?}");
                let two = wrapped(&base64(&wide(&script)), width, end);
                assert!(finds(format!("\"{two}\"").as_bytes(), &token), "{two:?}");
            }
        }
    }
}

#[test]
fn a_webhook_in_percent_form_is_found() {
    let key = ["T04QZ8RWX/B05", "LK7MPN2/vR8sKq2LzX9mWt4NcY7bHd3G"].concat();
    let hook = format!("https://hooks.slack.com/services/{key}");
    for text in [percent(&hook, true), percent(&hook, false), percent(&percent(&hook, false), false)] {
        assert!(finds(format!("u={text}&x=1\n").as_bytes(), &key), "{text}");
    }
}

#[test]
fn a_single_line_of_base64_is_read_however_long_it_is() {
    let plain =
        |number: usize| format!("line {number} of a script that goes on and on, with nothing in it\n");
    let token = github();
    for form in [
        |text: &str| base64(text.as_bytes()),
        |text: &str| base64(&wide(text)),
        |text: &str| wrapped(&base64(text.as_bytes()), 76, "\n"),
    ] {
        let body: String = (0..60_000)
            .map(
                |number| {
                    if number % 6000 == 77 { format!("token {token} {number}\n") } else { plain(number) }
                },
            )
            .collect();
        let file = format!("blob = \"{}\"\n", form(&body));
        assert!(file.len() > 4 << 20);
        let leaks = SCANNER.text(file.as_bytes()).unwrap();
        let found = leaks.iter().filter(|leak| leak.secret == token.as_bytes()).count();
        assert_eq!(found, 10);
        assert!(leaks.iter().all(|leak| leak.bytes.len() < 200), "{:?}", leaks[0].bytes);
    }
}
