//! With somebody in between.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpStream},
    sync::{Arc, Mutex},
    thread,
};

use kernel::net::{Binding, Keys};
use policy::{
    Code,
    config::{BindingConfig, Private, ProxyConfig},
};

use crate::{
    common::{Identity, Reply, accept, serve, serve_tls},
    support::{Script, code, get, here, named},
};

type Lines = Arc<Mutex<Vec<String>>>;

/// A proxy that tunnels to this machine whatever the name is, and writes down what it is
/// asked.
fn tunnelling() -> (SocketAddr, Lines) {
    let lines = Lines::default();
    let written = lines.clone();
    let address = accept(move |stream| {
        let mut reader = BufReader::new(stream.try_clone().unwrap());
        let mut first = String::new();
        let _ = reader.read_line(&mut first);
        while reader.read_line(&mut String::new()).is_ok_and(|read| read > 2) {}
        written.lock().unwrap().push(first.trim_end().to_owned());
        let port = first.split([':', ' ']).nth(2).and_then(|port| port.parse::<u16>().ok()).unwrap();
        let Ok(there) = TcpStream::connect(("127.0.0.1", port)) else { return };
        let mut back = stream.try_clone().unwrap();
        let _ = (&stream).write_all(b"HTTP/1.1 200 Connection established\r\n\r\n");
        let mut from = there.try_clone().unwrap();
        thread::spawn(move || std::io::copy(&mut from, &mut back));
        let _ = std::io::copy(&mut reader, &mut &there);
    });
    (address, lines)
}

fn refusing(line: &'static str) -> SocketAddr {
    accept(move |mut stream| {
        let _ = stream.read(&mut [0; 4096]);
        let _ = stream.write_all(format!("HTTP/1.1 {line}\r\ncontent-length: 0\r\n\r\n").as_bytes());
    })
}

fn through(proxy: SocketAddr, config: BindingConfig) -> BindingConfig {
    BindingConfig { proxy: ProxyConfig::Url(format!("http://{proxy}")), ..config }
}

#[tokio::test]
async fn an_encrypted_request_goes_through_a_tunnel() {
    let identity = Identity::of("api.example.org");
    let address = serve_tls(&identity, |asked, wire| Reply::json(asked, "{}").send(wire));
    let (proxy, lines) = tunnelling();
    let keys = Keys { ca_pem: Some(identity.ca_pem.clone()), ..Keys::default() };
    let config = through(proxy, named("https", "api.example.org", address));
    let binding = Binding::open_among(&config, keys, Script::new(&[&["127.0.0.1"]])).unwrap();
    assert_eq!(code(binding.send(get("/")).await), Ok(200));
    let port = address.port();
    assert_eq!(*lines.lock().unwrap(), [format!("CONNECT api.example.org:{port} HTTP/1.1")]);
}

/// The proxy looks the name up again, which nobody here can prevent; but what this machine
/// finds is refused before the proxy hears of it.
#[tokio::test]
async fn what_is_behind_a_proxy_is_checked_all_the_same() {
    let (proxy, lines) = tunnelling();
    for (address, expected) in [
        ("10.0.0.5", Code::NetPrivate),
        ("169.254.169.254", Code::NetMetadata),
        ("::ffff:10.0.0.5", Code::NetMapped),
    ] {
        let config = BindingConfig {
            url: "https://api.example.org".to_owned(),
            private: Private::None,
            ..named("https", "x", proxy)
        };
        let names = Script::new(&[&["8.8.8.8", address]]);
        let binding = Binding::open_among(&through(proxy, config), Keys::default(), names).unwrap();
        assert_eq!(code(binding.send(get("/")).await), Err(expected), "{address}");
    }
    let unknown = BindingConfig { private: here(), ..named("https", "api.example.org", proxy) };
    let binding = Binding::open_among(&through(proxy, unknown), Keys::default(), Script::new(&[])).unwrap();
    assert_eq!(code(binding.send(get("/")).await), Err(Code::NetName));
    assert!(lines.lock().unwrap().is_empty());
}

#[tokio::test]
async fn a_proxy_that_lets_nobody_through_is_told() {
    let (near, name) = (refusing("200 OK"), "api.example.org");
    for line in ["407 Proxy Authentication Required", "403 Forbidden", "502 Bad Gateway"] {
        let config = through(refusing(line), named("https", name, near));
        let binding = Binding::open_among(&config, Keys::default(), Script::new(&[&["127.0.0.1"]])).unwrap();
        assert_eq!(code(binding.send(get("/")).await), Err(Code::NetProxy), "{line}");
    }
    let gone = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let config = through(gone, named("https", name, near));
    let binding = Binding::open_among(&config, Keys::default(), Script::new(&[&["127.0.0.1"]])).unwrap();
    assert_eq!(code(binding.send(get("/")).await), Err(Code::NetProxy));
    let config = through(refusing("407 Proxy Authentication Required"), named("http", name, near));
    let binding = Binding::open_among(&config, Keys::default(), Script::new(&[&["127.0.0.1"]])).unwrap();
    assert_eq!(code(binding.send(get("/")).await), Err(Code::NetProxy), "without a tunnel it is a status");
}

#[tokio::test]
async fn a_plain_request_names_its_whole_address_to_a_proxy() {
    let lines = Lines::default();
    let written = lines.clone();
    let proxy = serve(move |asked, wire| {
        written.lock().unwrap().push(asked.line.clone());
        Reply::json(asked, "{}").send(wire);
    });
    let target = SocketAddr::from(([127, 0, 0, 1], 8080));
    let config = through(proxy, named("http", "near.example.org", target));
    let binding = Binding::open_among(&config, Keys::default(), Script::new(&[&["127.0.0.1"]])).unwrap();
    assert_eq!(code(binding.send(get("/x")).await), Ok(200));
    assert_eq!(*lines.lock().unwrap(), ["GET http://near.example.org:8080/x HTTP/1.1"]);
}
