//! What a container answers to somebody outside of it, on this machine.

use std::{
    io::{Read as _, Write as _},
    net::{IpAddr, Ipv4Addr, SocketAddr, TcpStream},
    time::{Duration, Instant},
};

use agent_contract::fault::shown;
use policy::config::ProbeConfig;

use super::{Probed, composition::Service, start::Bench};
use crate::KernelError;

/// How long one try may take.
const TRY: Duration = Duration::from_secs(2);
/// How long a connection must hold before it counts: what forwards ports takes it at once
/// and drops it when nobody listens behind.
const HOLDS: Duration = Duration::from_millis(300);
const HEAD_BYTES: u64 = 4096;

impl Bench<'_> {
    /// Asks until the answer is the right one, or the time is over.
    pub fn probe(&self, probe: &ProbeConfig, service: &Service) -> Result<Probed, KernelError> {
        let start = Instant::now();
        let addresses = self.addresses(service, probe.port, probe.path.is_some())?;
        let (passed, seen) = loop {
            let seen: Vec<_> = addresses.iter().map(|address| ask(*address, probe)).collect();
            if let Some(Ok(seen)) = seen.iter().find(|seen| seen.is_ok()) {
                break (true, seen.clone());
            }
            if start.elapsed() > self.patience() {
                break (false, self.refusal(&seen));
            }
            self.pause()?;
        };
        let asked = match &probe.path {
            Some(path) => format!("GET {path} on port {}: status {}", probe.port, probe.status),
            None => format!("a connection to port {}", probe.port),
        };
        let waited_ms = start.elapsed().as_millis() as u64;
        Ok(Probed { service: service.name.clone(), asked, passed, seen, waited_ms })
    }

    /// The most telling answer, for one of the two ways may lead nowhere.
    fn refusal(&self, seen: &[Result<String, String>]) -> String {
        let mut said = seen.iter().filter_map(|seen| seen.as_ref().err());
        let best = said.clone().find(|said| said.starts_with("status")).or_else(|| said.next_back());
        best.cloned().unwrap_or_else(|| {
            "no way leads to the container\nhint: give its image a HEALTHCHECK, or set `network = true` in `[container]`".to_owned()
        })
    }

    /// Where the port can be reached: published on this machine, and, where the engine runs
    /// on it, at the container itself. A network that leads nowhere may know the second alone.
    fn addresses(
        &self,
        service: &Service,
        port: u16,
        with_page: bool,
    ) -> Result<Vec<SocketAddr>, KernelError> {
        let name = self.name(&service.name);
        let published = self.engine.call(&["port", &name, &format!("{port}/tcp")], self.cancel)?;
        let mut addresses: Vec<SocketAddr> =
            published.out.lines().filter_map(|line| line.trim().parse().ok()).collect();
        addresses.retain(|address| address.ip() == IpAddr::V4(Ipv4Addr::LOCALHOST));
        if cfg!(target_os = "linux") {
            // What holds a published port open takes connections without anybody behind it.
            addresses.retain(|_| with_page);
            let found = self.engine.inspect("container", &name, self.cancel)?;
            let networks = found["NetworkSettings"]["Networks"].as_object().into_iter().flatten();
            let own =
                networks.filter_map(|(_, network)| network["IPAddress"].as_str()?.parse::<Ipv4Addr>().ok());
            addresses.extend(own.filter(Ipv4Addr::is_private).map(|ip| SocketAddr::from((ip, port))));
        }
        Ok(addresses)
    }
}

fn ask(address: SocketAddr, probe: &ProbeConfig) -> Result<String, String> {
    let failed = |error: std::io::Error| error.kind().to_string();
    let mut stream = TcpStream::connect_timeout(&address, TRY).map_err(failed)?;
    match &probe.path {
        None => holds(&mut stream),
        Some(path) => {
            let status = status(&mut stream, path).map_err(failed)?;
            match status.strip_prefix("status ") == Some(probe.status.to_string().as_str()) {
                true => Ok(status),
                false => Err(status),
            }
        }
    }
}

fn holds(stream: &mut TcpStream) -> Result<String, String> {
    use std::io::ErrorKind::{TimedOut, WouldBlock};
    let _ = stream.set_read_timeout(Some(HOLDS));
    match stream.read(&mut [0; 1]) {
        Ok(1..) => Ok("a connection that speaks".to_owned()),
        Err(error) if matches!(error.kind(), WouldBlock | TimedOut) => {
            Ok("a connection that holds".to_owned())
        }
        _ => Err("a connection that is closed at once".to_owned()),
    }
}

/// The status of a page. Nothing of the page itself is taken.
fn status(stream: &mut TcpStream, path: &str) -> std::io::Result<String> {
    stream.set_read_timeout(Some(TRY))?;
    stream.set_write_timeout(Some(TRY))?;
    write!(stream, "GET {path} HTTP/1.1\r\nHost: localhost\r\nAccept: */*\r\nConnection: close\r\n\r\n")?;
    let mut head = Vec::new();
    let mut buffer = [0; 512];
    let mut limited = stream.take(HEAD_BYTES);
    while !head.contains(&b'\n') {
        match limited.read(&mut buffer)? {
            0 => break,
            count => head.extend_from_slice(&buffer[..count]),
        }
    }
    let line = String::from_utf8_lossy(&head).lines().next().unwrap_or_default().to_owned();
    let status =
        line.strip_prefix("HTTP/1.").and_then(|rest| rest.split_whitespace().nth(1)?.parse::<u16>().ok());
    Ok(status
        .map_or_else(|| format!("`{}`, which is no HTTP", shown(&line)), |status| format!("status {status}")))
}
