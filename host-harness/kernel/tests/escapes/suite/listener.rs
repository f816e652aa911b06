//! Who listens outside, and who calls from there.

use std::{
    io::{self, Read},
    net::{Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener, TcpStream, UdpSocket},
    os::{
        linux::net::SocketAddrExt as _,
        unix::net::{SocketAddr as UnixAddress, UnixListener},
    },
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use super::attempt::Listeners;

const BETWEEN_CALLS: Duration = Duration::from_millis(10);

/// All that listens for one attempt, and one who calls.
pub struct Ears {
    tcp: Vec<(&'static str, TcpListener)>,
    unix: Vec<(&'static str, UnixListener)>,
    udp: UdpSocket,
    caller: Caller,
}

/// Somebody who tries to reach a port again and again.
struct Caller {
    over: Arc<AtomicBool>,
    reached: Arc<AtomicBool>,
}

impl Ears {
    /// Opens all, and says where they are.
    pub fn open(folder: &Path, token: &str) -> io::Result<(Self, Listeners)> {
        let mut tcp = vec![("TCP", TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?)];
        tcp.extend(TcpListener::bind((Ipv6Addr::LOCALHOST, 0)).ok().map(|six| ("TCP 6", six)));
        let public = own_address().and_then(|address| TcpListener::bind((address, 0)).ok());
        let udp = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0))?;
        let listeners = Listeners {
            tcp: tcp[0].1.local_addr()?.port(),
            tcp6: tcp.get(1).and_then(|(_, six)| six.local_addr().ok()).map_or(0, |address| address.port()),
            udp: udp.local_addr()?.port(),
            public: public.as_ref().and_then(|listener| listener.local_addr().ok()),
            inbound: TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port(),
            state: folder.join("state/socket"),
            common: std::env::temp_dir().join(format!("{token}.socket")),
            cache: folder.join("cache/socket"),
            checkout: folder.join("checkout/socket"),
            abstracted: token.to_owned(),
        };
        tcp.extend(public.map(|listener| ("TCP on a public address", listener)));
        let unix = unix(&listeners)?;
        tcp.iter().try_for_each(|(_, listener)| listener.set_nonblocking(true))?;
        unix.iter().try_for_each(|(_, listener)| listener.set_nonblocking(true))?;
        udp.set_nonblocking(true)?;
        let caller = Caller::start(listeners.inbound, token.to_owned());
        Ok((Self { tcp, unix, udp, caller }, listeners))
    }

    /// Who heard a token; what was sent lies in the sockets until it is asked for.
    pub fn heard(&self, token: &str) -> Vec<&'static str> {
        let tcp =
            self.tcp.iter().filter(|(_, ear)| is_told(|| ear.accept().map(|(stream, _)| stream), token));
        let unix =
            self.unix.iter().filter(|(_, ear)| is_told(|| ear.accept().map(|(stream, _)| stream), token));
        let mut heard: Vec<_> = tcp.map(|(name, _)| *name).chain(unix.map(|(name, _)| *name)).collect();
        let mut bytes = [0; 256];
        let datagram = self.udp.recv(&mut bytes).is_ok_and(|count| &bytes[..count] == token.as_bytes());
        heard.extend(datagram.then_some("UDP"));
        heard.extend(self.caller.reached.load(Ordering::SeqCst).then_some("a caller from outside"));
        heard
    }
}

fn unix(listeners: &Listeners) -> io::Result<Vec<(&'static str, UnixListener)>> {
    let address = UnixAddress::from_abstract_name(&listeners.abstracted)?;
    Ok(vec![
        ("a socket in the state directory", UnixListener::bind(&listeners.state)?),
        ("a socket in the common folder", UnixListener::bind(&listeners.common)?),
        ("a socket in a shown folder", UnixListener::bind(&listeners.cache)?),
        ("a socket in the checkout", UnixListener::bind(&listeners.checkout)?),
        ("an abstract socket", UnixListener::bind_addr(&address)?),
    ])
}

/// Whether one of those who connected said this. Callers of other scenes may try a port
/// that came to be ours; they say nothing.
fn is_told<S: Read>(accept: impl Fn() -> io::Result<S>, token: &str) -> bool {
    let mut heard = false;
    while let Ok(mut stream) = accept() {
        let mut bytes = [0; 256];
        heard |= stream.read(&mut bytes).is_ok_and(|count| bytes[..count].starts_with(token.as_bytes()));
    }
    heard
}

/// An address of this machine that is not the loopback's. Nothing is sent to find it.
fn own_address() -> Option<std::net::IpAddr> {
    let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0)).ok()?;
    socket.connect(SocketAddr::from(([198, 51, 100, 1], 9))).ok()?;
    Some(socket.local_addr().ok()?.ip()).filter(|address| !address.is_loopback())
}

impl Caller {
    fn start(port: u16, token: String) -> Self {
        let (over, reached) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicBool::new(false)));
        let caller = Self { over: over.clone(), reached: reached.clone() };
        std::thread::spawn(move || {
            while !over.load(Ordering::SeqCst) {
                if called(port).is_ok_and(|said| said == token) {
                    reached.store(true, Ordering::SeqCst);
                }
                std::thread::sleep(BETWEEN_CALLS);
            }
        });
        caller
    }
}

/// What somebody says who takes a call. Somebody else of this machine may have the port.
fn called(port: u16) -> io::Result<String> {
    let stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
    stream.set_read_timeout(Some(Duration::from_millis(200)))?;
    let mut said = String::new();
    stream.take(256).read_to_string(&mut said).map(|_| said)
}

impl Drop for Caller {
    fn drop(&mut self) {
        self.over.store(true, Ordering::SeqCst);
    }
}

impl Drop for Ears {
    fn drop(&mut self) {
        for (_, listener) in &self.unix {
            let path =
                listener.local_addr().ok().and_then(|address| address.as_pathname().map(Path::to_owned));
            let _ = path.map(std::fs::remove_file);
        }
    }
}
