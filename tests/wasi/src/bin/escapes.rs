//! Tries to get out, and fails when any way leads out.

use std::{
    env, fs, io,
    net::{TcpListener, TcpStream, ToSocketAddrs, UdpSocket},
    process::{Command, ExitCode},
};

fn main() -> ExitCode {
    let ways: [(&str, bool); 16] = [
        ("write a file", fs::write("new.txt", "x").is_ok()),
        ("change a file", fs::write("a.txt", "x").is_ok()),
        ("append to a file", fs::OpenOptions::new().append(true).open("a.txt").is_ok()),
        ("remove a file", fs::remove_file("a.txt").is_ok()),
        ("rename a file", fs::rename("a.txt", "b.txt").is_ok()),
        ("make a folder", fs::create_dir("folder").is_ok()),
        ("make a link", fs::hard_link("a.txt", "link.txt").is_ok()),
        ("read a file of the machine", fs::read("/etc/passwd").is_ok()),
        ("read above the workspace", fs::read("../good.patch").is_ok()),
        ("read through a link", fs::read("outside").is_ok()),
        ("see a variable", env::vars().next().is_some()),
        ("connect", TcpStream::connect("127.0.0.1:22").is_ok_and(|stream| stream.peer_addr().is_ok())),
        ("listen", TcpListener::bind("127.0.0.1:0").is_ok()),
        ("send a datagram", UdpSocket::bind("127.0.0.1:0").is_ok()),
        ("resolve a name", ("localhost", 80).to_socket_addrs().is_ok_and(|mut found| found.next().is_some())),
        ("start a program", Command::new("/bin/sh").status().is_ok()),
    ];
    let input = io::read_to_string(io::stdin()).unwrap_or_default();
    let out: Vec<_> = ways.iter().filter(|(_, done)| *done).map(|(way, _)| *way).collect();
    println!("{} ways, {} led out: {out:?}; input of {} bytes", ways.len(), out.len(), input.len());
    if out.is_empty() && input.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
