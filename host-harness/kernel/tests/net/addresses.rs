//! Where a binding goes.

use std::{
    net::{SocketAddr, TcpListener},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use kernel::net::{Binding, Keys};
use policy::{
    Code,
    config::{BindingConfig, Private},
};

use crate::{
    common::{Asked, Identity, Reply, serve, serve_tls},
    support::{Script, code, config, get, here, named, open},
};

/// Closed addresses of every kind.
const CLOSED: &[(&str, Code)] = &[
    ("10.0.0.5", Code::NetPrivate),
    ("172.20.0.5", Code::NetPrivate),
    ("192.168.1.5", Code::NetPrivate),
    ("fd12::5", Code::NetPrivate),
    ("127.0.0.1", Code::NetLoopback),
    ("::1", Code::NetLoopback),
    ("169.254.7.7", Code::NetLinkLocal),
    ("fe80::7", Code::NetLinkLocal),
    ("169.254.169.254", Code::NetMetadata),
    ("fd00:ec2::254", Code::NetMetadata),
    ("100.100.100.200", Code::NetMetadata),
    ("168.63.129.16", Code::NetMetadata),
    ("100.64.0.5", Code::NetShared),
    ("::ffff:10.0.0.5", Code::NetMapped),
    ("::ffff:169.254.169.254", Code::NetMapped),
    ("64:ff9b::a00:5", Code::NetMapped),
    ("2002:a00:5::", Code::NetMapped),
    ("2001:0:a00:5::", Code::NetMapped),
    ("224.0.0.5", Code::NetMulticast),
    ("255.255.255.255", Code::NetBroadcast),
    ("0.0.0.0", Code::NetUnspecified),
    ("::", Code::NetUnspecified),
    ("240.0.0.5", Code::NetReserved),
    ("203.0.113.5", Code::NetDocumentation),
];

fn by_name(names: &Arc<Script>) -> Binding {
    let url = "https://api.example.org".to_owned();
    let config = BindingConfig { url, ..config(SocketAddr::from(([127, 0, 0, 1], 1))) };
    Binding::open_among(&config, Keys::default(), names.clone()).unwrap()
}

#[tokio::test]
async fn a_name_that_leads_to_a_closed_address_is_refused() {
    for (address, expected) in CLOSED {
        for answer in [&[*address][..], &["8.8.8.8", address], &[address, "8.8.8.8"]] {
            let names = Script::new(&[answer]);
            let refused = by_name(&names).send(get("/")).await.unwrap_err();
            assert_eq!(refused.code, *expected, "{answer:?}: {refused}");
            assert!(refused.message.starts_with("binding `test`: it leads to "), "{refused}");
            assert!(!refused.message.contains(address), "the agent may hear it: {refused}");
            assert_eq!(names.asked(), 1, "a refusal is not tried again");
        }
    }
}

/// Literals go to no resolver, so they are refused before anything is opened.
#[test]
fn a_closed_address_is_refused_however_it_is_written() {
    let odd = [
        ("0x7f.1", Code::NetLoopback),
        ("0x7f000001", Code::NetLoopback),
        ("2130706433", Code::NetLoopback),
        ("017700000001", Code::NetLoopback),
        ("127.1", Code::NetLoopback),
        ("0177.0.0.1", Code::NetLoopback),
        ("[::ffff:7f00:1]", Code::NetMapped),
        ("[0:0:0:0:0:ffff:127.0.0.1]", Code::NetMapped),
        ("[0:0:0:0:0:0:0:1]", Code::NetLoopback),
        ("10.5", Code::NetPrivate),
        ("0xa000005", Code::NetPrivate),
        ("012.0.0.5", Code::NetPrivate),
        ("0xA9.0xFE.0xA9.0xFE", Code::NetMetadata),
        ("2852039166", Code::NetMetadata),
        ("0", Code::NetUnspecified),
        ("\u{ff11}\u{ff10}.0.0.5", Code::NetPrivate),
        ("%31%30.0.0.5", Code::NetPrivate),
        ("134744072", Code::NetAddress),
        ("API.example.org", Code::NetAddress),
        ("", Code::NetAddress),
    ];
    let bracketed = CLOSED.iter().filter(|(address, _)| !matches!(*address, "127.0.0.1" | "::1"));
    let plain = bracketed.map(|(address, code)| match address.contains(':') {
        true => (format!("[{address}]"), *code),
        false => ((*address).to_owned(), *code),
    });
    for (host, expected) in odd.map(|(host, code)| (host.to_owned(), code)).into_iter().chain(plain) {
        let url = format!("https://{host}/");
        let config = BindingConfig { url, name: "test".to_owned(), ..Default::default() };
        let refused = Binding::open(&config, Keys::default()).unwrap_err();
        assert_eq!(refused.code, expected, "{host}: {refused}");
    }
}

#[tokio::test]
async fn this_machine_is_open_where_it_is_written_down() {
    let address = serve(|asked, wire| Reply::json(asked, "{}").send(wire));
    for host in ["127.0.0.1", "localhost"] {
        let config = BindingConfig { url: format!("http://{host}:{}", address.port()), ..config(address) };
        assert_eq!(code(open(&config).send(get("/")).await), Ok(200), "{host}");
    }
}

#[tokio::test]
async fn private_opens_what_it_says() {
    let address = serve(|asked, wire| Reply::json(asked, "{}").send(wire));
    for (private, expected) in [
        (here(), Ok(200)),
        (Private::All, Ok(200)),
        (Private::These(vec!["10.0.0.0/8".parse().unwrap()]), Err(Code::NetLoopback)),
    ] {
        let config = BindingConfig { private, ..named("http", "near.example.org", address) };
        let binding = Binding::open_among(&config, Keys::default(), Script::new(&[&["127.0.0.1"]])).unwrap();
        assert_eq!(code(binding.send(get("/")).await), expected);
    }
}

#[tokio::test]
async fn without_encryption_only_what_is_near_is_reached() {
    let address = SocketAddr::from(([127, 0, 0, 1], 1));
    let far = BindingConfig { private: Private::None, ..named("http", "api.example.org", address) };
    assert_eq!(Binding::open(&far, Keys::default()).unwrap_err().code, Code::NetPlain);
    let near = named("http", "api.example.org", address);
    let binding = Binding::open_among(&near, Keys::default(), Script::new(&[&["8.8.8.8"]])).unwrap();
    assert_eq!(code(binding.send(get("/")).await), Err(Code::NetPlain));
}

fn counting(count: &Arc<AtomicUsize>) -> impl Fn(&Asked, &mut dyn crate::common::Wire) + use<> {
    let count = count.clone();
    move |asked, wire| {
        count.fetch_add(1, Ordering::SeqCst);
        Reply::json(asked, "{}").send(wire);
    }
}

/// The name leads to an open address when it is checked and to a closed one a moment later.
#[tokio::test]
async fn the_address_that_was_checked_is_the_one_connected_to() {
    let identity = Identity::of("rebind.example.org");
    let good = Arc::new(AtomicUsize::new(0));
    let address = serve_tls(&identity, counting(&good));
    // What the second answer leads to listens on the same port, and must never be called.
    let evil = TcpListener::bind(("127.0.0.2", address.port())).unwrap();
    evil.set_nonblocking(true).unwrap();
    let config = BindingConfig {
        private: Private::These(vec!["127.0.0.1/32".parse().unwrap()]),
        ..named("https", "rebind.example.org", address)
    };
    let names = Script::new(&[&["127.0.0.1"], &["127.0.0.2"]]);
    let keys = Keys { ca_pem: Some(identity.ca_pem.clone()), ..Keys::default() };
    let binding = Binding::open_among(&config, keys, names.clone()).unwrap();
    assert_eq!(code(binding.send(get("/")).await), Ok(200));
    assert_eq!(names.asked(), 1, "one connection, one question");
    assert_eq!(code(binding.send(get("/")).await), Err(Code::NetLoopback), "the next asks anew");
    assert_eq!((names.asked(), good.load(Ordering::SeqCst)), (2, 1));
    assert!(evil.accept().is_err(), "nobody called the other address");
}

#[tokio::test]
async fn a_connection_of_one_name_serves_no_other() {
    let count = Arc::new(AtomicUsize::new(0));
    let connections = count.clone();
    let address = crate::common::accept(move |mut stream| {
        use std::io::{Read, Write};
        connections.fetch_add(1, Ordering::SeqCst);
        let mut buffer = [0; 4096];
        while stream.read(&mut buffer).is_ok_and(|read| read > 0) {
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}");
        }
    });
    let names = Script::new(&[&["127.0.0.1"]]);
    let binding = |name: &str| {
        Binding::open_among(&named("http", name, address), Keys::default(), names.clone()).unwrap()
    };
    let (one, other) = (binding("one.example.org"), binding("other.example.org"));
    for binding in [&one, &one, &other, &other] {
        assert_eq!(code(binding.send(get("/")).await), Ok(200));
    }
    assert_eq!(count.load(Ordering::SeqCst), 2, "each name has a connection, and keeps it");
    assert_eq!(names.asked(), 2);
}
