use super::*;
use crate::net::{Credential, SystemNames, notify::Notification};

fn mail(url: &str, user: Option<&str>, password: Option<&str>) -> Result<Mail, Code> {
    let config = BindingConfig {
        url: url.to_owned(),
        mail: Some(MailConfig {
            from: "agent@example.org".to_owned(),
            to: vec!["ada@example.org".to_owned(), "bob@example.org".to_owned()],
            user: user.map(str::to_owned),
        }),
        ..Default::default()
    };
    let credential = password.map(|password| Credential::Bearer(password.into()));
    let keys = Keys { credential, ..Keys::default() };
    Mail::new(&config, keys, Arc::new(SystemNames)).map_err(|fault| fault.code)
}

fn letter(run_id: &str, text: &str) -> String {
    let notification = Notification { run_id: run_id.to_owned(), text: text.to_owned() };
    let told = Told { id: "0123", notification: &notification };
    let letter = mail("smtps://mail.example.org", None, None).unwrap().letter(&told).unwrap();
    String::from_utf8(letter.1).unwrap()
}

/// The names of the headers, unfolded.
fn headers(letter: &str) -> Vec<&str> {
    let head = letter.split("\r\n\r\n").next().unwrap();
    head.split("\r\n")
        .filter(|line| !line.starts_with([' ', '\t']))
        .map(|line| line.split(':').next().unwrap())
        .collect()
}

#[test]
fn no_text_becomes_a_header() {
    let plain = letter("r-1", "done");
    for evil in [
        "x\r\nBcc: evil@example.org",
        "x\nBcc: evil@example.org\n\nbody",
        "x\rBcc: evil@example.org",
        "\u{2028}Bcc: evil@example.org",
        "x\u{85}Bcc: evil@example.org",
        "=?utf-8?q?=0D=0ABcc:_evil@example.org?=",
        "x\0\r\n.\r\nMAIL FROM:<evil@example.org>",
    ] {
        for letter in [letter("r-1", evil), letter(evil, "done")] {
            assert_eq!(headers(&letter), headers(&plain), "{evil:?}: {letter}");
        }
    }
}

#[test]
fn a_letter_says_where_it_is_from() {
    let letter = letter("r-1", "Größe: done\nmore");
    for expected in [
        "From: agent@example.org\r\n",
        "To: ada@example.org, bob@example.org\r\n",
        "Message-ID: <0123@code-assist.invalid>\r\n",
        "X-Code-Assist-Run: r-1\r\n",
        "Auto-Submitted: auto-generated\r\n",
    ] {
        assert!(letter.contains(expected), "{letter}");
    }
    assert!(letter.is_ascii(), "whatever is not ASCII is encoded: {letter}");
}

#[test]
fn how_a_server_is_reached_stands_in_its_address() {
    for (url, port, encryption) in [
        ("smtps://mail.example.org", 465, Encryption::FromTheStart),
        ("smtps://mail.example.org:4650/", 4650, Encryption::FromTheStart),
        ("smtp://mail.example.org", 587, Encryption::Upgraded),
        ("smtp://127.0.0.1:2525", 2525, Encryption::UpgradedIfOffered),
        ("smtps://[::1]", 465, Encryption::FromTheStart),
    ] {
        let mail = mail(url, None, None).unwrap();
        assert_eq!((mail.place.port, mail.encryption), (port, encryption), "{url}");
    }
    for (url, code) in [
        ("smtp://10.0.0.1", Code::NetPrivate),
        ("smtp://0x7f.1", Code::NetLoopback),
        ("smtp://169.254.169.254", Code::NetMetadata),
        ("https://mail.example.org", Code::NetAddress),
    ] {
        assert_eq!(mail(url, None, None).err(), Some(code), "{url}");
    }
}

#[test]
fn a_login_needs_both_its_parts() {
    assert!(mail("smtps://m.example.org", Some("ada"), Some("s3cret")).is_ok());
    assert_eq!(mail("smtps://m.example.org", Some("ada"), None).err(), Some(Code::NetKind));
    assert_eq!(mail("smtps://m.example.org", None, Some("s3cret")).err(), Some(Code::NetKind));
}
