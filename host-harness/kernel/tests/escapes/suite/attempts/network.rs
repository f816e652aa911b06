//! The network, and sockets of every kind.

use std::{
    io,
    net::{Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener, TcpStream, ToSocketAddrs as _, UdpSocket},
    os::{
        linux::net::SocketAddrExt as _,
        unix::net::{SocketAddr as UnixAddress, UnixDatagram, UnixStream},
    },
    path::Path,
    time::Duration,
};

use rustix::io::Errno;
use rustix::net::{AddressFamily, Protocol, SocketType, netlink, socket};

use crate::suite::{
    attempt::{Attempt, Marks, Sign, Told, Whose},
    attempts::BELOW_SYSTEM,
    proc, raw,
};

/// `AF_ALG`.
const CRYPTO: AddressFamily = AddressFamily::from_raw(38);
const PATIENCE: Duration = Duration::from_millis(500);

/// The attempts.
pub const ATTEMPTS: &[Attempt] = &[
    Attempt::new(
        "tcp-loopback",
        |marks| tcp((Ipv4Addr::LOCALHOST, marks.listeners.tcp).into(), marks),
        Sign::Heard,
    )
    .text("connects to a server on the machine's loopback", "refused: its loopback is its own"),
    Attempt::new(
        "tcp-loopback-6",
        |marks| tcp((Ipv6Addr::LOCALHOST, marks.listeners.tcp6).into(), marks),
        Sign::Heard,
    )
    .text("the same with version 6", "refused: its loopback is its own"),
    Attempt::new(
        "tcp-mapped",
        |marks| tcp((Ipv4Addr::LOCALHOST.to_ipv6_mapped(), marks.listeners.tcp).into(), marks),
        Sign::Heard,
    )
    .text("the same with a version 4 address written as version 6", "refused"),
    Attempt::new("tcp-outside", outside, Sign::Heard)
        .text("connects to an address of this machine that others reach", "network unreachable"),
    Attempt::new("udp-loopback", udp, Sign::Heard)
        .text("sends a datagram to the machine's loopback", "nobody hears it"),
    Attempt::new(
        "tcp-internet",
        |_| first(&["1.1.1.1:443", "8.8.8.8:53", "[2606:4700::1111]:443"]),
        Sign::Answer,
    )
    .text("connects to public addresses", "network unreachable")
    .not_outside("a machine that tests may have no network"),
    Attempt::new("tcp-metadata", |_| first(&["169.254.169.254:80", "[fd00:ec2::254]:80"]), Sign::Answer)
        .text("asks a cloud's metadata service", "network unreachable")
        .not_outside("a machine that tests may be in no cloud"),
    Attempt::new("multicast", multicast, Sign::Answer)
        .text("sends to everybody on the link (multicast and broadcast)", "network unreachable")
        .not_outside("it would reach the neighbours"),
    Attempt::new("name-lookup", lookup, Sign::Answer)
        .text(
            "asks name servers: those configured, the usual local one, and by the system's own resolver",
            "no answer, no name server is named",
        )
        .not_outside("a machine that tests may have no name server"),
    Attempt::new("listen-for-outside", listen, Sign::Heard).text(
        "listens on every address and waits for somebody outside to connect",
        "nobody outside reaches it",
    ),
    Attempt::new("unix-state", |marks| unix(&marks.listeners.state, marks), Sign::Heard)
        .text("connects to a socket in the Runner's state directory", "the socket is not there"),
    Attempt::new("unix-common", |marks| unix(&marks.listeners.common, marks), Sign::Heard)
        .text("connects to a socket in the common `/tmp`", "the socket is not there"),
    Attempt::new("unix-checkout", |marks| unix(Path::new("socket"), marks), Sign::Heard)
        .text("connects to a socket in the checkout", "refused: the overlay's socket is not the real one"),
    Attempt::new("unix-shown", |marks| unix(&marks.listeners.cache, marks), Sign::Heard)
        .lacking("`bwrap` binds what is shown, and a bound socket is the real one")
        .text("connects to a socket in a folder that is shown read-only", "refused"),
    Attempt::new(BELOW_SYSTEM[1], |marks| unix(&marks.listeners.common, marks), Sign::Heard)
        .of(Whose::Root)
        .lacking("`bwrap` binds `/usr`, and a bound socket is the real one")
        .text("connects to a socket that lies below `/usr`", "refused"),
    Attempt::new("unix-abstract", abstracted, Sign::Heard)
        .text("connects to an abstract socket", "refused: they belong to the network namespace"),
    Attempt::new("unix-services", services, Sign::Answer)
        .text(
            "connects to the sockets of D-Bus, Docker, containerd, systemd, the ssh agent and X",
            "none of them is there",
        )
        .not_outside("a machine that tests may run none of them, and those that run are not ours"),
    Attempt::new(
        "socket-raw",
        |marks| made(AddressFamily::INET, SocketType::RAW, Some(rustix::net::ipproto::ICMP), marks),
        Sign::Answer,
    )
    .of(Whose::Root)
    .text("makes a raw socket", "not permitted"),
    Attempt::new(
        "socket-packet",
        |marks| made(AddressFamily::PACKET, SocketType::RAW, None, marks),
        Sign::Answer,
    )
    .of(Whose::Root)
    .text("makes a packet socket", "not permitted"),
    Attempt::new(
        "socket-vsock",
        |marks| made(AddressFamily::VSOCK, SocketType::STREAM, None, marks),
        Sign::Answer,
    )
    .text("makes a socket to the machine that this one runs in", "not permitted"),
    Attempt::new("socket-crypto", |marks| made(CRYPTO, SocketType::SEQPACKET, None, marks), Sign::Answer)
        .text("makes a socket to the kernel's cryptography", "not permitted"),
    Attempt::new(
        "socket-netlink-events",
        |marks| made(AddressFamily::NETLINK, SocketType::RAW, Some(netlink::KOBJECT_UEVENT), marks),
        Sign::Answer,
    )
    .text("listens to the kernel's device events", "not permitted"),
    Attempt::new(
        "socket-netlink-audit",
        |marks| made(AddressFamily::NETLINK, SocketType::RAW, Some(netlink::AUDIT), marks),
        Sign::Answer,
    )
    .text("makes a socket to the kernel's audit", "not permitted"),
    Attempt::new(
        "socket-netfilter",
        |marks| made(AddressFamily::NETLINK, SocketType::RAW, Some(netlink::NETFILTER), marks),
        Sign::Answer,
    )
    .text("makes a socket to the kernel's packet filter, where many faults were found", "not permitted"),
    Attempt::new("change-network", change, Sign::Answer)
        .of(Whose::Root)
        .text("changes an interface (netlink)", "not permitted"),
];

fn tcp(address: SocketAddr, marks: &Marks) -> Told {
    let sent = TcpStream::connect_timeout(&address, PATIENCE).and_then(|mut stream| say(&mut stream, marks));
    sent.into()
}

fn outside(marks: &Marks) -> Told {
    match marks.listeners.public {
        Some(address) => tcp(address, marks),
        None => Told::absent("an address but the loopback's"),
    }
}

fn say(stream: &mut impl io::Write, marks: &Marks) -> io::Result<()> {
    stream.write_all(marks.token.as_bytes())
}

fn udp(marks: &Marks) -> Told {
    let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0));
    let sent = socket.and_then(|socket| {
        socket.send_to(marks.token.as_bytes(), (Ipv4Addr::LOCALHOST, marks.listeners.udp))
    });
    sent.into()
}

fn first(addresses: &[&str]) -> Told {
    let connect = |address: &&str| match address.parse() {
        Ok(address) => TcpStream::connect_timeout(&address, PATIENCE).map(drop),
        Err(_) => Err(io::ErrorKind::InvalidInput.into()),
    };
    addresses.iter().map(connect).reduce(Result::or).unwrap_or(Ok(())).into()
}

fn multicast(_: &Marks) -> Told {
    let send = |address: &str| {
        let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0))?;
        socket.set_broadcast(true)?;
        socket.send_to(b"anybody", address).map(drop)
    };
    send("224.0.0.251:5353").or_else(|_| send("255.255.255.255:9")).into()
}

fn lookup(_: &Marks) -> Told {
    if "example.com:80".to_socket_addrs().is_ok_and(|mut found| found.next().is_some()) {
        return Told::Reached;
    }
    let text = std::fs::read_to_string("/etc/resolv.conf").unwrap_or_default();
    let named = text.lines().filter_map(|line| line.strip_prefix("nameserver ")).map(str::trim);
    let ask = |server: &str| {
        let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0))?;
        socket.set_read_timeout(Some(PATIENCE))?;
        let query = b"\x12\x34\x01\0\0\x01\0\0\0\0\0\0\x07example\x03com\0\0\x01\0\x01";
        socket.send_to(query, (server, 53))?;
        socket.recv(&mut [0; 512]).map(drop)
    };
    let tries = named.chain(["127.0.0.53", "127.0.0.1", "10.0.2.3"]).map(ask);
    tries.reduce(Result::or).unwrap_or(Ok(())).into()
}

fn listen(marks: &Marks) -> Told {
    let listener = match TcpListener::bind((Ipv4Addr::UNSPECIFIED, marks.listeners.inbound)) {
        Ok(listener) => listener,
        Err(error) => return Told::refused(error),
    };
    let _ = listener.set_nonblocking(true);
    for _ in 0..20 {
        if let Ok((mut stream, _)) = listener.accept() {
            return say(&mut stream, marks).into();
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    Told::refused("nobody came")
}

fn unix(path: &Path, marks: &Marks) -> Told {
    UnixStream::connect(path).and_then(|mut stream| say(&mut stream, marks)).into()
}

fn abstracted(marks: &Marks) -> Told {
    let address = UnixAddress::from_abstract_name(&marks.listeners.abstracted);
    address
        .and_then(|address| UnixStream::connect_addr(&address))
        .and_then(|mut stream| say(&mut stream, marks))
        .into()
}

fn services(_: &Marks) -> Told {
    let paths = [
        "/run/dbus/system_bus_socket",
        "/var/run/docker.sock",
        "/run/docker.sock",
        "/run/podman/podman.sock",
        "/run/containerd/containerd.sock",
        "/run/systemd/private",
        "/run/systemd/notify",
        "/run/systemd/journal/socket",
        "/dev/log",
        "/tmp/.X11-unix/X0",
    ];
    let named = ["SSH_AUTH_SOCK", "DBUS_SESSION_BUS_ADDRESS", "XDG_RUNTIME_DIR"];
    if let Some(name) = named.iter().find(|name| std::env::var_os(name).is_some()) {
        println!("{name} is set");
        return Told::Reached;
    }
    let reach =
        |path: &&str| UnixStream::connect(path).map(drop).or_else(|_| UnixDatagram::unbound()?.connect(path));
    paths.iter().map(reach).reduce(Result::or).unwrap_or(Ok(())).into()
}

fn made(family: AddressFamily, kind: SocketType, protocol: Option<Protocol>, marks: &Marks) -> Told {
    match socket(family, kind, protocol) {
        // The kernel was built without it.
        Err(Errno::AFNOSUPPORT | Errno::PROTONOSUPPORT) if proc::is_outside(marks) => {
            Told::absent("such a socket")
        }
        made => made.into(),
    }
}

/// `RTM_NEWLINK` that changes nothing of the loopback: what is asked is whether it is permitted.
fn change(_: &Marks) -> Told {
    raw::script(
        "socket(my $s, 16, 3, 0) or die(\"errno $!\\n\"); \
         my $m = pack('LSSLL CxSlLL', 32, 16, 5, 1, 0, 0, 0, 1, 0, 0); \
         send($s, $m, 0) or die(\"errno $!\\n\"); recv($s, my $b, 4096, 0); \
         my $e = -unpack('x16l', $b); $! = $e; die(\"errno $!\\n\") if $e == 1 || $e == 13;",
    )
}
