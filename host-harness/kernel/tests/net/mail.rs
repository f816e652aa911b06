//! Mail, to a server that speaks SMTP as RFC 5321, 3207 and 4954 have it. It is a stand-in
//! of some lines; `a_real_server_takes_the_same` plays the same with one that others wrote.

use std::{
    env,
    net::{SocketAddr, TcpStream},
    sync::{Arc, Mutex},
};

use base64::{Engine, engine::general_purpose::STANDARD};
use kernel::{
    KernelError,
    net::{
        Credential, Keys,
        notify::{Channel, Delivered, Notification},
    },
};
use policy::{
    Code,
    config::{BindingConfig, BindingKind, MailConfig},
};
use rustls::{ServerConnection, StreamOwned};

use crate::{
    common::{Identity, Wire, accept},
    support::{Script, config, here},
};

/// A letter as the server took it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Letter {
    from: String,
    to: Vec<String>,
    text: String,
    login: Option<String>,
    encrypted: bool,
}

/// What a server offers, and where it stops.
#[derive(Debug, Clone, Copy, Default)]
struct Manner {
    starttls: bool,
    from_the_start: bool,
    /// What it says instead of 250 or 354 to the commands that begin like this, as often.
    objection: Option<(&'static str, &'static str, usize)>,
}

type Record = Arc<Mutex<Vec<Letter>>>;

fn server(identity: &Identity, manner: Manner) -> (SocketAddr, Record) {
    let record = Record::default();
    let (written, tls) = (record.clone(), identity.config());
    let objections = Arc::new(Mutex::new(manner.objection.map_or(0, |(_, _, times)| times)));
    let address = accept(move |mut stream| {
        let encrypted =
            |stream: TcpStream| StreamOwned::new(ServerConnection::new(tls.clone()).unwrap(), stream);
        let mut talk = Talk {
            manner,
            letter: Letter::default(),
            record: written.clone(),
            objections: objections.clone(),
        };
        if manner.from_the_start {
            talk.letter.encrypted = true;
            talk.greet(&mut encrypted(stream));
        } else if talk.greet(&mut stream) == After::Encrypt {
            talk.letter.encrypted = true;
            talk.hear(&mut encrypted(stream));
        }
    });
    (address, record)
}

#[derive(Debug, PartialEq, Eq)]
enum After {
    End,
    Encrypt,
}

struct Talk {
    manner: Manner,
    letter: Letter,
    record: Record,
    objections: Arc<Mutex<usize>>,
}

impl Talk {
    fn greet(&mut self, wire: &mut dyn Wire) -> After {
        say(wire, "220 stand-in ESMTP");
        self.hear(wire)
    }

    fn hear(&mut self, wire: &mut dyn Wire) -> After {
        while let Some(line) = line(wire) {
            let word = line.split([' ', ':']).next().unwrap_or_default().to_ascii_uppercase();
            if self.objects(wire, &line) {
                continue;
            }
            match word.as_str() {
                "EHLO" => self.offer(wire),
                "STARTTLS" => {
                    say(wire, "220 go ahead");
                    return After::Encrypt;
                }
                "AUTH" => self.log_in(wire, &line),
                "MAIL" => self.letter.from = address(&line),
                "RCPT" => self.letter.to.push(address(&line)),
                "DATA" => self.take(wire),
                "QUIT" => {
                    say(wire, "221 bye");
                    return After::End;
                }
                _ => say(wire, "500 what"),
            }
            if matches!(word.as_str(), "MAIL" | "RCPT") {
                say(wire, "250 fine");
            }
        }
        After::End
    }

    fn objects(&self, wire: &mut dyn Wire, line: &str) -> bool {
        let mut left = self.objections.lock().unwrap();
        match self.manner.objection {
            Some((to, answer, _)) if *left > 0 && line.starts_with(to) => {
                *left -= 1;
                say(wire, answer);
                true
            }
            _ => false,
        }
    }

    fn offer(&self, wire: &mut dyn Wire) {
        let upgrade = self.manner.starttls && !self.letter.encrypted;
        say(wire, "250-stand-in");
        if upgrade {
            say(wire, "250-STARTTLS");
        }
        say(wire, "250-AUTH PLAIN LOGIN");
        say(wire, "250 8BITMIME");
    }

    fn log_in(&mut self, wire: &mut dyn Wire, line: &str) {
        let encoded = line.split(' ').nth(2).unwrap_or_default();
        let login = String::from_utf8(STANDARD.decode(encoded).unwrap()).unwrap();
        let known = login == "\0ada\0s3cret";
        self.letter.login = Some(login);
        say(wire, if known { "235 welcome" } else { "535 who are you" });
    }

    fn take(&mut self, wire: &mut dyn Wire) {
        say(wire, "354 go on");
        while let Some(line) = line(wire).filter(|line| line != ".") {
            let line = line.strip_prefix('.').unwrap_or(&line);
            self.letter.text.push_str(&format!("{line}\r\n"));
        }
        self.record.lock().unwrap().push(self.letter.clone());
        say(wire, "250 taken");
    }
}

/// A line, read byte by byte: what comes after `STARTTLS` is not text.
fn line(wire: &mut dyn Wire) -> Option<String> {
    let mut bytes = Vec::new();
    let mut byte = [0];
    while wire.read(&mut byte).ok()? == 1 {
        bytes.push(byte[0]);
        if bytes.ends_with(b"\r\n") {
            return Some(String::from_utf8_lossy(&bytes[..bytes.len() - 2]).into_owned());
        }
    }
    None
}

fn say(wire: &mut dyn Wire, text: &str) {
    let _ = wire.write_all(format!("{text}\r\n").as_bytes()).and_then(|()| wire.flush());
}

fn address(line: &str) -> String {
    line.split(['<', '>']).nth(1).unwrap_or_default().to_owned()
}

/// A binding to a server by a name that is not this machine's own.
fn mailing(scheme: &str, address: SocketAddr) -> BindingConfig {
    BindingConfig {
        kind: BindingKind::Smtp,
        url: format!("{scheme}://mail.example.org:{}", address.port()),
        private: here(),
        allow: Vec::new(),
        attempts: 3,
        timeout_ms: 20_000,
        mail: Some(MailConfig {
            from: "agent@example.org".to_owned(),
            to: vec!["ada@example.org".to_owned(), "bob@example.org".to_owned()],
            user: None,
        }),
        ..config(address)
    }
}

fn logging_in(mut config: BindingConfig) -> BindingConfig {
    config.mail.as_mut().unwrap().user = Some("ada".to_owned());
    config
}

async fn told(
    config: &BindingConfig,
    identity: &Identity,
    password: Option<&str>,
) -> Result<Delivered, KernelError> {
    let credential = password.map(|password| Credential::Bearer(password.into()));
    let keys = Keys { credential, ca_pem: Some(identity.ca_pem.clone()), ..Keys::default() };
    let channel = Channel::open_among(config, keys, Script::new(&[&["127.0.0.1"]]))?;
    channel.notify(&Notification { run_id: "0199aa3c".to_owned(), text: TEXT.to_owned() }).await
}

const TEXT: &str = "Größe: done\n.\n..\nBcc: evil@example.org\n";

fn check(letter: &Letter, delivered: &Delivered) {
    assert_eq!(letter.from, "agent@example.org");
    assert_eq!(letter.to, ["ada@example.org", "bob@example.org"]);
    let (head, body) = letter.text.split_once("\r\n\r\n").unwrap();
    assert!(head.contains(&format!("Message-ID: <{}@code-assist.invalid>", delivered.id)), "{head}");
    assert!(head.contains("X-Code-Assist-Run: 0199aa3c"), "{head}");
    assert!(!head.contains("Bcc"), "{head}");
    assert!(head.is_ascii() && body.contains("Bcc: evil@example.org"), "{body}");
}

#[tokio::test]
async fn mail_goes_encrypted_either_way() {
    let identity = Identity::of("mail.example.org");
    for (scheme, manner) in [
        ("smtp", Manner { starttls: true, ..Manner::default() }),
        ("smtps", Manner { from_the_start: true, ..Manner::default() }),
    ] {
        let (address, record) = server(&identity, manner);
        let delivered = told(&logging_in(mailing(scheme, address)), &identity, Some("s3cret")).await.unwrap();
        let letter = record.lock().unwrap().remove(0);
        assert!(letter.encrypted, "{scheme}");
        assert_eq!(letter.login.as_deref(), Some("\0ada\0s3cret"));
        check(&letter, &delivered);
    }
}

#[tokio::test]
async fn without_encryption_mail_stays_on_this_machine() {
    let identity = Identity::of("mail.example.org");
    let (address, record) = server(&identity, Manner::default());
    let error = told(&mailing("smtp", address), &identity, None).await.unwrap_err();
    assert_eq!(error.code, Code::NetTls, "{error}");
    assert!(record.lock().unwrap().is_empty());
    let near =
        BindingConfig { url: format!("smtp://127.0.0.1:{}", address.port()), ..mailing("smtp", address) };
    let delivered = told(&near, &identity, None).await.unwrap();
    let letter = record.lock().unwrap().remove(0);
    check(&letter, &delivered);
    assert!(!letter.encrypted);
}

#[tokio::test]
async fn a_server_that_nobody_knows_gets_no_mail() {
    let (identity, other) = (Identity::of("mail.example.org"), Identity::of("mail.example.org"));
    let manner = Manner { starttls: true, ..Manner::default() };
    let (address, record) = server(&identity, manner);
    let error = told(&logging_in(mailing("smtp", address)), &other, Some("s3cret")).await.unwrap_err();
    assert_eq!(error.code, Code::NetTls, "{error}");
    assert!(record.lock().unwrap().is_empty());
}

#[tokio::test]
async fn what_a_server_objects_to_is_told_and_tried_again_where_that_may_help() {
    let identity = Identity::of("mail.example.org");
    for (objection, login, expected) in [
        (("RCPT", "550 no such person", 9), "s3cret", Err(Code::NotifyRefused)),
        (("MAIL", "451 later", 9), "s3cret", Err(Code::NotifyBusy)),
        (("MAIL", "451 later", 1), "s3cret", Ok(2)),
        (("DATA", "554 no", 9), "s3cret", Err(Code::NotifyRefused)),
        (("NONE", "", 0), "wrong", Err(Code::NotifyRefused)),
        (("EHLO", "banana", 9), "s3cret", Err(Code::NetProtocol)),
    ] {
        let manner = Manner { from_the_start: true, objection: Some(objection), ..Manner::default() };
        let (address, record) = server(&identity, manner);
        let sent = told(&logging_in(mailing("smtps", address)), &identity, Some(login)).await;
        if let Err(error) = &sent {
            assert!(
                !error.message.contains("s3cret") && !error.message.contains("no such person"),
                "{error}"
            );
        }
        let letters = record.lock().unwrap().len();
        let sent = sent.map(|delivered| delivered.attempts.len()).map_err(|error| error.code);
        assert_eq!(sent, expected, "{objection:?}");
        assert_eq!(letters, usize::from(expected.is_ok()), "{objection:?}");
    }
}

#[tokio::test]
async fn a_mail_servers_address_is_checked_like_any_other() {
    let identity = Identity::of("mail.example.org");
    let (address, record) = server(&identity, Manner { from_the_start: true, ..Manner::default() });
    for (answer, expected) in [
        (&["10.0.0.5"][..], Code::NetPrivate),
        (&["127.0.0.1", "169.254.169.254"], Code::NetMetadata),
        (&[], Code::NetName),
    ] {
        let keys = Keys { ca_pem: Some(identity.ca_pem.clone()), ..Keys::default() };
        let channel = Channel::open_among(&mailing("smtps", address), keys, Script::new(&[answer])).unwrap();
        let said = Notification { run_id: "r".to_owned(), text: "t".to_owned() };
        assert_eq!(channel.notify(&said).await.unwrap_err().code, expected, "{answer:?}");
    }
    assert!(record.lock().unwrap().is_empty());
}

/// `tests/net/smtp.py` starts aiosmtpd and runs this with its port and its certificate.
#[tokio::test]
async fn a_real_server_takes_the_same() {
    let (Ok(port), Ok(ca)) = (env::var("CODE_ASSIST_SMTP_PORT"), env::var("CODE_ASSIST_SMTP_CA")) else {
        println!("skipped: CODE_ASSIST_SMTP_PORT and CODE_ASSIST_SMTP_CA are not set");
        return;
    };
    let address = SocketAddr::from(([127, 0, 0, 1], port.parse().unwrap()));
    let ca_pem = Some(std::fs::read(ca).unwrap());
    let credential = Some(Credential::Bearer("s3cret".into()));
    let keys = Keys { ca_pem, credential, ..Keys::default() };
    let config = logging_in(mailing("smtp", address));
    let channel = Channel::open_among(&config, keys, Script::new(&[&["127.0.0.1"]])).unwrap();
    let said = Notification { run_id: "0199aa3c".to_owned(), text: TEXT.to_owned() };
    assert_eq!(channel.notify(&said).await.unwrap().attempts.len(), 1);
}
