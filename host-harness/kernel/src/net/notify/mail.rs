//! Notifications as mail. From whom and to whom is the operator's to say; the agent's text
//! is a body and a subject, encoded, and can't become a header.

use std::{
    net::{IpAddr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use lettre::{
    Address, Message,
    address::Envelope,
    message::{
        Mailbox,
        header::{ContentType, HeaderName, HeaderValue},
    },
    transport::smtp::{
        authentication::{Credentials, Mechanism},
        client::{AsyncSmtpConnection, Certificate, CertificateStore, TlsParameters, TlsVersion},
        extension::ClientId,
    },
};
use policy::{
    Code,
    config::{BindingConfig, MailConfig},
};
use secrecy::{ExposeSecret, SecretString};
use tokio::time::{Instant, sleep, timeout_at};

use super::Told;
use crate::{
    KernelError,
    net::{
        Attempt, Keys, Names, Outcome, Used,
        breaker::{Breaker, Health},
        failure::{self, Fault, Sent},
        fault,
        meter::Meter,
        names::GuardedNames,
        place::Place,
        retry,
    },
    secret::Leaving,
};

const SUBJECT_CHARS_MAX: usize = 100;

/// How a connection is encrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Encryption {
    /// From the first byte.
    FromTheStart,
    /// After a word in the clear, without which nothing more is said.
    Upgraded,
    /// On this very machine it may be missing.
    UpgradedIfOffered,
}

pub(super) struct Mail {
    name: String,
    place: Place,
    encryption: Encryption,
    names: GuardedNames,
    tls: TlsParameters,
    config: MailConfig,
    login: Option<(String, SecretString)>,
    leaving: Leaving,
    whole: Duration,
    connect: Duration,
    attempts_max: usize,
    breaker: Breaker,
    meter: Meter,
}

impl std::fmt::Debug for Mail {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Mail").field("name", &self.name).finish_non_exhaustive()
    }
}

impl Mail {
    pub(super) fn open(
        config: &BindingConfig,
        keys: Keys,
        names: Arc<dyn Names>,
    ) -> Result<Self, KernelError> {
        Self::new(config, keys, names).map_err(|fault| fault.told(&config.name, 1))
    }

    fn new(config: &BindingConfig, keys: Keys, names: Arc<dyn Names>) -> Result<Self, Fault> {
        let missing = |what: &str| Fault::own(Code::NetKind, format!("`{what}` is missing"));
        let mail = config.mail.clone().ok_or_else(|| missing("mail"))?;
        let (place, from_the_start) = place(config)?;
        let encryption = match place.guard.here {
            _ if from_the_start => Encryption::FromTheStart,
            true => Encryption::UpgradedIfOffered,
            false => Encryption::Upgraded,
        };
        let password = keys.credential.as_ref().map(|credential| credential.exposed().clone());
        let login = match (&mail.user, password) {
            (None, None) => None,
            (Some(user), Some(password)) => Some((user.clone(), password)),
            (Some(_), None) => return Err(missing("credential")),
            (None, Some(_)) => return Err(missing("mail.user")),
        };
        Ok(Self {
            name: config.name.clone(),
            names: GuardedNames { names, guard: place.guard.clone(), proxy: None },
            tls: tls(&place.host, keys.ca_pem.as_deref())?,
            leaving: keys.leaving,
            whole: Duration::from_millis(config.timeout_ms),
            connect: Duration::from_millis(config.connect_timeout_ms.min(config.timeout_ms)),
            attempts_max: config.attempts.max(1) as usize,
            breaker: Breaker::new(config.breaker),
            meter: Meter::new(config.limits, None),
            config: mail,
            place,
            encryption,
            login,
        })
    }

    pub(super) fn used(&self) -> Used {
        self.meter.used()
    }

    pub(super) async fn tell(&self, told: &Told<'_>) -> Result<Vec<Attempt>, KernelError> {
        self.leaving.check(told.notification.text.as_bytes())?;
        self.leaving.check(told.notification.run_id.as_bytes())?;
        let end = Instant::now() + self.whole;
        let letter = self.letter(told).map_err(|fault| fault.told(&self.name, 1))?;
        let mut attempts: Vec<Attempt> = Vec::new();
        let mut waited = Duration::ZERO;
        loop {
            let tried = self.attempt(&letter, end).await;
            let waited_ms = waited.as_millis() as u64;
            let Err(fault) = tried else {
                attempts.push(Attempt { outcome: Outcome::Status(250), waited_ms });
                return Ok(attempts);
            };
            attempts.push(Attempt { outcome: Outcome::Failed(fault.code), waited_ms });
            waited = retry::pause(retry::PAUSE_FIRST, attempts.len(), None, retry::dice());
            let again = fault.sent == Sent::Nothing && (fault.is_passing() || fault.code == Code::NotifyBusy);
            if !again || attempts.len() >= self.attempts_max || Instant::now() + waited >= end {
                return Err(fault.told(&self.name, attempts.len()));
            }
            sleep(waited).await;
        }
    }

    async fn attempt(&self, letter: &(Envelope, Vec<u8>), end: Instant) -> Result<(), Fault> {
        let pass = self.breaker.admit().map_err(|rest| {
            let what = format!("it failed too often and is left alone for {} ms", rest.as_millis());
            Fault::own(Code::NetBreaker, what)
        })?;
        self.meter.admit(letter.1.len() as u64)?;
        let tried = self.delivered(letter, end).await;
        pass.tell(match &tried {
            Ok(()) => Health::Good,
            Err(fault) if fault.is_passing() || fault.code == Code::NetTls => Health::Bad,
            Err(_) => Health::Untold,
        });
        tried
    }

    /// Before the letter is handed over nothing is sent; from then on nobody knows, unless
    /// the server says so.
    async fn delivered(&self, (envelope, text): &(Envelope, Vec<u8>), end: Instant) -> Result<(), Fault> {
        let late = |sent: Sent| {
            move |_| Fault::own(Code::NetTimeout, "there was no answer in time".to_owned()).sent(sent)
        };
        let connected = timeout_at(end, self.connected()).await.map_err(late(Sent::Nothing))?;
        let mut connection = connected.map_err(|fault| fault.sent(Sent::Nothing))?;
        timeout_at(end, connection.send(envelope, text)).await.map_err(late(Sent::Perhaps))?.map_err(
            |error| {
                let refused = error.status().is_some();
                unmailed(&error).sent(if refused { Sent::Nothing } else { Sent::Perhaps })
            },
        )?;
        // What was taken stays taken, however the farewell goes.
        let _ = timeout_at(end, connection.quit()).await;
        Ok(())
    }

    async fn connected(&self) -> Result<AsyncSmtpConnection, Fault> {
        let addresses = self.addresses().await?;
        let hello = ClientId::default();
        let tls = (self.encryption == Encryption::FromTheStart).then(|| self.tls.clone());
        let connecting =
            AsyncSmtpConnection::connect_tokio1(&addresses[..], Some(self.connect), &hello, tls, None);
        let mut connection = connecting.await.map_err(|error| unmailed(&error))?;
        let upgrades = match self.encryption {
            Encryption::FromTheStart => false,
            Encryption::Upgraded => true,
            Encryption::UpgradedIfOffered => connection.can_starttls(),
        };
        if upgrades && !connection.can_starttls() {
            let what = "the mail server offers no encryption (STARTTLS), and nothing goes there without it";
            return Err(Fault::own(Code::NetTls, what.to_owned()));
        }
        if upgrades {
            connection.starttls(self.tls.clone(), &hello).await.map_err(|error| unmailed(&error))?;
        }
        if let Some((user, password)) = &self.login {
            let login = Credentials::new(user.clone(), password.expose_secret().to_owned());
            let ways = [Mechanism::Plain, Mechanism::Login];
            connection.auth(&ways, &login).await.map_err(|error| unmailed(&error))?;
        }
        Ok(connection)
    }

    /// Where the server is: what is checked is what is connected to.
    async fn addresses(&self) -> Result<Vec<SocketAddr>, Fault> {
        let host = self.place.host.trim_matches(['[', ']']);
        let found = match host.parse::<IpAddr>() {
            Ok(address) => vec![address],
            Err(_) => self.names.open(host).await.map_err(|error| match error.downcast_ref() {
                Some(closed) => Fault::closed(*closed),
                None => Fault::own(Code::NetName, "its name leads nowhere".to_owned()),
            })?,
        };
        Ok(found.into_iter().map(|ip| SocketAddr::new(ip, self.place.port)).collect())
    }

    /// The letter as it travels.
    fn letter(&self, told: &Told<'_>) -> Result<(Envelope, Vec<u8>), Fault> {
        let odd =
            |why: String| Fault::own(Code::ArgumentMalformed, format!("the mail can't be written: {why}"));
        let address = |text: &String| text.parse::<Address>().map_err(|error| odd(error.to_string()));
        let from = address(&self.config.from)?;
        let to = self.config.to.iter().map(address).collect::<Result<Vec<_>, _>>()?;
        let raw = |name, value: &str| {
            HeaderValue::new(HeaderName::new_from_ascii_str(name), visible(value, SUBJECT_CHARS_MAX))
        };
        let builder = Message::builder()
            .from(Mailbox::new(None, from.clone()))
            .subject(subject(told))
            .message_id(Some(format!("<{}@code-assist.invalid>", told.id)))
            .raw_header(raw("X-Code-Assist-Run", &told.notification.run_id))
            .raw_header(raw("X-Code-Assist-Message", told.id))
            .raw_header(raw("Auto-Submitted", "auto-generated"))
            .header(ContentType::TEXT_PLAIN);
        let builder = to.iter().fold(builder, |builder, to| builder.to(Mailbox::new(None, to.clone())));
        let body = format!("{}\n\n-- \nrun {}\n", told.notification.text, told.notification.run_id);
        let message = builder.body(body).map_err(|error| odd(error.to_string()))?;
        let envelope = Envelope::new(Some(from), to).map_err(|error| odd(error.to_string()))?;
        Ok((envelope, message.formatted()))
    }
}

/// The first line, as far as it goes.
fn subject(told: &Told<'_>) -> String {
    let line = told.notification.text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    visible(&format!("[code-assist] {}", line.trim()), SUBJECT_CHARS_MAX)
}

/// A text on one line, without what could end or hide it.
fn visible(text: &str, chars_max: usize) -> String {
    let plain = |c: char| if c.is_control() || agent_contract::fault::is_unseen(c) { ' ' } else { c };
    text.chars().map(plain).take(chars_max).collect()
}

/// The server's place, and whether it speaks TLS from the start.
fn place(config: &BindingConfig) -> Result<(Place, bool), Fault> {
    let (rest, port, from_the_start) =
        match (config.url.strip_prefix("smtps://"), config.url.strip_prefix("smtp://")) {
            (Some(rest), _) => (rest, 465, true),
            (_, Some(rest)) => (rest, 587, false),
            _ => {
                return Err(Fault::own(
                    Code::NetAddress,
                    "its address begins with neither `smtps://` nor `smtp://`".to_owned(),
                ));
            }
        };
    let rest = rest.trim_end_matches('/');
    let ported =
        rest.rsplit_once(':').is_some_and(|(_, port)| port.parse::<u16>().is_ok()) && !rest.ends_with(']');
    let whole = if ported { format!("https://{rest}") } else { format!("https://{rest}:{port}") };
    Ok((Place::of(config, &whole)?, from_the_start))
}

fn tls(host: &str, ca_pem: Option<&[u8]>) -> Result<TlsParameters, Fault> {
    let odd = |_| Fault::own(Code::ArgumentMalformed, "the trusted authorities can't be read".to_owned());
    let host = host.trim_matches(['[', ']']).to_owned();
    let mut builder = TlsParameters::builder(host).set_min_tls_version(TlsVersion::Tlsv12);
    if let Some(pem) = ca_pem {
        builder = builder
            .certificate_store(CertificateStore::None)
            .add_root_certificate(Certificate::from_pem(pem).map_err(odd)?);
    }
    builder.build_rustls().map_err(odd)
}

/// What the library of mail says, in the words of this house.
fn unmailed(error: &lettre::transport::smtp::Error) -> Fault {
    use std::io::ErrorKind;
    if let Some(tls) = fault::chain(error).find_map(|cause| cause.downcast_ref::<rustls::Error>()) {
        return failure::distrusted(tls);
    }
    if let Some(code) = error.status() {
        let (kind, what) = match error.is_transient() {
            true => (Code::NotifyBusy, "has no time for it"),
            false => (Code::NotifyRefused, "does not take it"),
        };
        return Fault::own(kind, format!("the mail server {what}: {code}"));
    }
    let system = fault::chain(error).filter_map(|cause| cause.downcast_ref::<std::io::Error>()).last();
    let (code, what) = match system.map(std::io::Error::kind) {
        _ if error.is_tls() => (Code::NetTls, "the encryption failed"),
        Some(ErrorKind::ConnectionRefused) => (Code::NetRefused, "nothing listens at its address"),
        Some(ErrorKind::TimedOut) => (Code::NetConnectTimeout, "there was no connection in time"),
        Some(kind) if fault::is_end(kind) => (Code::NetClosed, "the connection was closed too early"),
        Some(_) => (Code::NetUnreachable, "it can't be reached"),
        None => {
            (Code::NetProtocol, "what answers does not speak SMTP as it should, or offers no way to log in")
        }
    };
    Fault::own(code, what.to_owned())
}

#[cfg(test)]
mod tests;
