//! Decision points to test against: each connection is handed to a function that may do
//! with it what it likes.

// Each test uses a part of it.
#![allow(dead_code)]

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{Shutdown, SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::Duration,
};

use kernel::net::{Client, Connection};
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};
use rustls::{
    ServerConfig, ServerConnection, StreamOwned,
    crypto::ring,
    pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer},
};

/// A connection, encrypted or not.
pub trait Wire: Read + Write {}
impl<T: Read + Write> Wire for T {}

/// What a decision point is asked.
#[derive(Debug, Clone)]
pub struct Asked {
    pub line: String,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Asked {
    /// All values of a header.
    pub fn header(&self, name: &str) -> Vec<&str> {
        self.headers.iter().filter(|(key, _)| key == name).map(|(_, value)| value.as_str()).collect()
    }

    fn read(wire: &mut impl Read) -> Option<Self> {
        let mut reader = BufReader::new(wire);
        let mut line = || {
            let mut text = String::new();
            reader.read_line(&mut text).ok().filter(|read| *read > 0).map(|_| text.trim_end().to_owned())
        };
        let first = line()?;
        let mut headers = Vec::new();
        while let Some((name, value)) = line()?.split_once(": ") {
            headers.push((name.to_ascii_lowercase(), value.to_owned()));
        }
        let mut asked = Self { line: first, headers, body: Vec::new() };
        let length = asked.header("content-length").first().map_or(0, |length| length.parse().unwrap());
        asked.body = vec![0; length];
        reader.read_exact(&mut asked.body).ok()?;
        Some(asked)
    }
}

/// Starts a decision point; it ends with the process.
pub fn serve(answer: impl Fn(&Asked, &mut dyn Wire) + Send + Sync + 'static) -> SocketAddr {
    let answer = Arc::new(answer);
    accept(move |mut stream| {
        let Some(asked) = Asked::read(&mut stream) else { return };
        answer(&asked, &mut stream);
        let _ = stream.shutdown(Shutdown::Write);
        // What is still to be read would turn the end into a reset.
        let _ = stream.read_to_end(&mut Vec::new());
    })
}

/// Starts a decision point that speaks TLS.
pub fn serve_tls(
    identity: &Identity,
    answer: impl Fn(&Asked, &mut dyn Wire) + Send + Sync + 'static,
) -> SocketAddr {
    let (config, answer) = (identity.config(), Arc::new(answer));
    accept(move |stream| {
        let connection = ServerConnection::new(config.clone()).unwrap();
        let mut stream = StreamOwned::new(connection, stream);
        let Some(asked) = Asked::read(&mut stream) else { return };
        answer(&asked, &mut stream);
        stream.conn.send_close_notify();
        let _ = stream.flush();
    })
}

/// Hands every connection over as it comes.
pub fn accept(handle: impl Fn(TcpStream) + Send + Sync + 'static) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let handle = Arc::new(handle);
    thread::spawn(move || {
        for stream in listener.incoming() {
            let (stream, handle) = (stream.unwrap(), handle.clone());
            stream.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
            thread::spawn(move || handle(stream));
        }
    });
    address
}

/// No two authorities have the same name.
static NEXT: AtomicUsize = AtomicUsize::new(1);

/// A certificate with the authority that issued it.
pub struct Identity {
    pub ca_pem: Vec<u8>,
    certificate: CertificateDer<'static>,
    key: KeyPair,
}

impl Identity {
    /// A certificate for a name, from an authority that nobody knows.
    pub fn of(name: &str) -> Self {
        let mut authority = CertificateParams::new(Vec::<String>::new()).unwrap();
        authority
            .distinguished_name
            .push(DnType::CommonName, format!("authority {}", NEXT.fetch_add(1, Ordering::SeqCst)));
        authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let (ca_key, key) = (KeyPair::generate().unwrap(), KeyPair::generate().unwrap());
        let ca_pem = authority.self_signed(&ca_key).unwrap().pem().into_bytes();
        let issuer = Issuer::new(authority, ca_key);
        let certificate =
            CertificateParams::new(vec![name.to_owned()]).unwrap().signed_by(&key, &issuer).unwrap();
        Self { ca_pem, certificate: certificate.der().clone(), key }
    }

    /// What a server of it is configured with.
    pub fn config(&self) -> Arc<ServerConfig> {
        let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(self.key.serialize_der()));
        let builder = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()));
        let builder = builder.with_safe_default_protocol_versions().unwrap().with_no_client_auth();
        Arc::new(builder.with_single_cert(vec![self.certificate.clone()], key).unwrap())
    }
}

/// An answer over HTTP.
#[derive(Debug, Clone)]
pub struct Reply {
    pub status: &'static str,
    pub headers: Vec<(&'static str, String)>,
    pub body: Vec<u8>,
}

impl Reply {
    /// A good answer: JSON, now, with the id that was sent.
    pub fn json(asked: &Asked, body: &str) -> Self {
        let mut headers = vec![
            ("content-type", "application/json".to_owned()),
            ("date", httpdate::fmt_http_date(std::time::SystemTime::now())),
            ("content-length", body.len().to_string()),
            ("connection", "close".to_owned()),
        ];
        headers.extend(asked.header("x-request-id").into_iter().map(|id| ("x-request-id", id.to_owned())));
        Self { status: "200 OK", headers, body: body.into() }
    }

    /// The same with another status.
    pub fn status(mut self, status: &'static str) -> Self {
        self.status = status;
        self
    }

    /// The same with other bytes, announced as they are.
    pub fn body(self, body: &[u8]) -> Self {
        let replaced = self.header("content-length", &body.len().to_string());
        Self { body: body.to_vec(), ..replaced }
    }

    /// The same with a header that has this value and no other.
    pub fn header(self, name: &'static str, value: &str) -> Self {
        self.without(name).and(name, value)
    }

    /// The same with a header more.
    pub fn and(mut self, name: &'static str, value: &str) -> Self {
        self.headers.push((name, value.to_owned()));
        self
    }

    /// The same without a header.
    pub fn without(mut self, name: &str) -> Self {
        self.headers.retain(|(key, _)| *key != name);
        self
    }

    /// Sends it; the other side may have gone.
    pub fn send(&self, wire: &mut dyn Wire) {
        let mut bytes = format!("HTTP/1.1 {}\r\n", self.status).into_bytes();
        for (name, value) in &self.headers {
            bytes.extend_from_slice(format!("{name}: {value}\r\n").as_bytes());
        }
        bytes.extend_from_slice(b"\r\n");
        bytes.extend_from_slice(&self.body);
        let _ = wire.write_all(&bytes).and_then(|()| wire.flush());
    }
}

pub const TIMEOUT_MS: u64 = 300;
pub const BYTES_MAX: u64 = 64 * 1024;

/// A connection without a credential.
pub fn connection(url: String) -> Connection {
    Connection { url, timeout_ms: TIMEOUT_MS, bytes_max: BYTES_MAX, credential: None, ca_pem: None }
}

/// A client of a decision point that does not speak TLS.
pub fn plain(address: SocketAddr) -> Client {
    Client::new(connection(format!("http://{address}"))).unwrap()
}
