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
