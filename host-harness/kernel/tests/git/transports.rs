//! Pushes over HTTPS, to git's own server behind TLS, and over SSH, to OpenSSH's.

use std::{
    fs,
    io::Write as _,
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{Arc, Mutex},
    time::Duration,
};

use base64::{Engine as _, prelude::BASE64_STANDARD};
use policy::config::GitUpdate;
use secrecy::SecretString;

use crate::{
    common::{Asked, Identity, Reply, Wire, serve_tls},
    world::{World, code},
};

const CHANGE: &[(&str, Option<&str>)] = &[("a.txt", Some("ONE\n"))];
const NAME: &str = "code-assist/x";
const SECRET: &str = "s3cret-t0ken";

/// What stands in front of git's server.
type Gate = fn(&Asked, &mut dyn Wire) -> bool;

/// Git's own server, behind TLS; the configuration that reaches it.
fn over_https(world: &World, gate: Gate) -> (GitUpdate, Arc<Mutex<Vec<String>>>) {
    let identity = Identity::of("localhost");
    let (folder, scratch) = (world.folder().to_owned(), world.scratch());
    let told = Arc::new(Mutex::new(Vec::new()));
    let seen = told.clone();
    let address = serve_tls(&identity, move |asked, wire| {
        seen.lock().unwrap().extend(leaks(&scratch));
        if gate(asked, wire) {
            answer(&folder, asked).send(wire);
        }
    });
    fs::write(world.path("ca.pem"), &identity.ca_pem).unwrap();
    let (port, ca) = (address.port(), world.path("ca.pem"));
    let text = format!(
        "branches = [\"code-assist/*\"]\n[[remotes]]\nname = \"origin\"\nurl = \"https://localhost:{port}/remote.git\"\nca_file = \"{}\"",
        ca.display()
    );
    (world.configured(&text), told)
}

fn known(asked: &Asked, wire: &mut dyn Wire) -> bool {
    let basic = format!("Basic {}", BASE64_STANDARD.encode(format!("x-access-token:{SECRET}")));
    if asked.header("authorization") == [basic.as_str()] {
        return true;
    }
    refuse(asked, wire, "401 Unauthorized", "who?")
}

fn refuse(asked: &Asked, wire: &mut dyn Wire, status: &'static str, body: &str) -> bool {
    let reply = Reply::json(asked, body).status(status).header("content-type", "text/plain");
    reply.and("www-authenticate", "Basic realm=\"x\"").send(wire);
    false
}

fn answer(folder: &Path, asked: &Asked) -> Reply {
    let mut words = asked.line.split(' ');
    let (method, target) = (words.next().unwrap(), words.next().unwrap());
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let header = |name: &str| asked.header(name).first().copied().unwrap_or_default().to_owned();
    let mut child = Command::new("git")
        .arg("http-backend")
        .env("GIT_PROJECT_ROOT", folder)
        .env("GIT_HTTP_EXPORT_ALL", "1")
        .env("REMOTE_USER", "x")
        .env("PATH_INFO", path)
        .env("QUERY_STRING", query)
        .env("REQUEST_METHOD", method)
        .env("CONTENT_TYPE", header("content-type"))
        .env("CONTENT_LENGTH", asked.body.len().to_string())
        .env("HTTP_CONTENT_ENCODING", header("content-encoding"))
        .env("HTTP_GIT_PROTOCOL", header("git-protocol"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let body = asked.body.clone();
    std::thread::spawn(move || stdin.write_all(&body));
    let output = child.wait_with_output().unwrap().stdout;
    let end = output.windows(4).position(|bytes| bytes == b"\r\n\r\n").unwrap();
    let headers = String::from_utf8_lossy(&output[..end]).into_owned();
    let kind = headers.lines().find_map(|line| line.strip_prefix("Content-Type: ")).unwrap_or("text/plain");
    Reply::json(asked, "").header("content-type", kind).body(&output[end + 4..])
}

/// Where the secret stands that should stand nowhere: in process lists and in files.
fn leaks(folder: &Path) -> Vec<String> {
    let basic = BASE64_STANDARD.encode(format!("x-access-token:{SECRET}"));
    let holds = |path: &PathBuf| {
        let text =
            fs::read(path).map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default();
        text.contains(SECRET) || text.contains(&basic)
    };
    let processes = fs::read_dir("/proc").unwrap().flatten().map(|process| process.path().join("cmdline"));
    let lines = processes.filter(holds);
    let files = below(folder).into_iter().filter(|path| holds(path));
    lines.chain(files).map(|path| path.display().to_string()).collect()
}

fn below(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries
        .flat_map(|entry| match entry.path().is_dir() {
            true => below(&entry.path()),
            false => vec![entry.path()],
        })
        .collect()
}

#[test]
fn a_branch_goes_over_https_with_a_credential_that_nobody_sees() {
    let world = World::new();
    let (update, told) = over_https(&world, known);
    let made = world.commit(CHANGE).unwrap();
    let secret = SecretString::from(SECRET);
    let pushed = world.push_with(&update, NAME, &made.id, Some(&secret)).unwrap();
    assert!(!pushed.repeated && !format!("{pushed:?}").contains(SECRET));
    assert_eq!(world.remote(&["rev-parse", NAME]), made.id);
    assert!(world.push_with(&update, NAME, &made.id, Some(&secret)).unwrap().repeated);
    assert_eq!(*told.lock().unwrap(), Vec::<String>::new());
    // The search finds what is there.
    fs::write(world.scratch().join("x"), SECRET).unwrap();
    assert_eq!(leaks(&world.scratch()).len(), 1);
}

#[test]
fn a_wrong_credential_is_told_and_not_shown() {
    let world = World::new();
    let (update, _) = over_https(&world, known);
    let made = world.commit(CHANGE).unwrap();
    for credential in [None, Some(SecretString::from("wr0ng-t0ken"))] {
        let refused = world.push_with(&update, NAME, &made.id, credential.as_ref()).unwrap_err();
        assert_eq!(refused.code.as_str(), "remote-unauthorized", "{refused}");
        assert!(!refused.message.contains("wr0ng") && refused.message.contains("hint: "), "{refused}");
    }
}

#[test]
fn a_remote_that_repeats_the_credential_is_not_repeated() {
    let world = World::new();
    let (update, _) = over_https(&world, |asked, wire| {
        let shown = asked.header("authorization").concat();
        refuse(asked, wire, "403 Forbidden", &format!("you said {shown}, that is {SECRET}"))
    });
    let made = world.commit(CHANGE).unwrap();
    let refused = world.push_with(&update, NAME, &made.id, Some(&SecretString::from(SECRET))).unwrap_err();
    let basic = BASE64_STANDARD.encode(format!("x-access-token:{SECRET}"));
    assert!(!refused.message.contains(SECRET) && !refused.message.contains(&basic), "{refused}");
    assert!(refused.message.contains("remote: you said Basic [redacted], that is [redacted]"), "{refused}");
    assert_eq!(refused.code.as_str(), "remote-unauthorized");
}

#[test]
fn a_remote_that_sends_us_elsewhere_or_shows_a_strangers_certificate_is_left() {
    let world = World::new();
    let made = world.commit(CHANGE).unwrap();
    let (update, _) = over_https(&world, |asked, wire| {
        let path = asked.line.split(' ').nth(1).unwrap();
        Reply::json(asked, "")
            .status("301 Moved")
            .header("location", &format!("https://127.0.0.1:1{path}"))
            .send(wire);
        false
    });
    let refused = world.push_with(&update, NAME, &made.id, Some(&SecretString::from(SECRET)));
    assert_eq!(code(refused), "remote-unreachable");
    fs::write(world.path("ca.pem"), Identity::of("localhost").ca_pem).unwrap();
    let refused = world.push_with(&update, NAME, &made.id, Some(&SecretString::from(SECRET)));
    assert_eq!(code(refused), "remote-unauthorized");
}

/// OpenSSH's server, ended when it is dropped.
struct Sshd {
    child: Child,
    port: u16,
}

impl Drop for Sshd {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn key(world: &World, name: &str) -> PathBuf {
    let path = world.path(name);
    let made = Command::new("ssh-keygen")
        .args(["-q", "-t", "ed25519", "-N", "", "-C", "x", "-f"])
        .arg(&path)
        .status();
    assert!(made.unwrap().success());
    path
}

/// `None` where there is no such server to be had.
fn sshd(world: &World) -> Option<Sshd> {
    let program = ["/usr/sbin/sshd", "/usr/bin/sshd"].into_iter().find(|path| Path::new(path).exists())?;
    let _ = fs::create_dir_all("/run/sshd");
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let (host, client) = (key(world, "host"), key(world, "client"));
    fs::copy(client.with_extension("pub"), world.path("authorized")).unwrap();
    let public = fs::read_to_string(host.with_extension("pub")).unwrap();
    fs::write(world.path("hosts"), format!("[127.0.0.1]:{port} {public}")).unwrap();
    let settings = format!(
        "Port {port}\nListenAddress 127.0.0.1\nHostKey {}\nAuthorizedKeysFile {}\nStrictModes no\nUsePAM no\nPidFile none\nPermitRootLogin yes\nPasswordAuthentication no\n",
        host.display(),
        world.path("authorized").display()
    );
    fs::write(world.path("sshd"), settings).unwrap();
    let child = Command::new(program).arg("-D").arg("-f").arg(world.path("sshd")).spawn().unwrap();
    let up = || std::net::TcpStream::connect(("127.0.0.1", port)).is_ok();
    (0..100).any(|_| {
        up() || {
            std::thread::sleep(Duration::from_millis(50));
            false
        }
    });
    Some(Sshd { child, port })
}

fn over_ssh(world: &World, port: u16, key: &str, hosts: &str) -> GitUpdate {
    let user = kernel::place::user();
    world.configured(&format!(
        "branches = [\"code-assist/*\"]\n[[remotes]]\nname = \"origin\"\nurl = \"ssh://{user}@127.0.0.1:{port}{}\"\nkey = \"{}\"\nknown_hosts = \"{}\"",
        world.path("remote.git").display(),
        world.path(key).display(),
        world.path(hosts).display()
    ))
}

#[test]
fn a_branch_goes_over_ssh_to_a_host_that_is_known() {
    let world = World::new();
    let Some(server) = sshd(&world) else {
        eprintln!("not shown: there is no OpenSSH server here");
        return;
    };
    let made = world.commit(CHANGE).unwrap();
    key(&world, "stranger");
    let public = fs::read_to_string(world.path("stranger.pub")).unwrap();
    fs::write(world.path("others"), format!("[127.0.0.1]:{} {public}", server.port)).unwrap();
    fs::write(world.path("none"), "").unwrap();
    for (key, hosts) in [("stranger", "hosts"), ("client", "others"), ("client", "none")] {
        let update = over_ssh(&world, server.port, key, hosts);
        assert_eq!(
            code(world.push_with(&update, NAME, &made.id, None)),
            "remote-unauthorized",
            "{key} {hosts}"
        );
    }
    let update = over_ssh(&world, server.port, "client", "hosts");
    let pushed = world.push_with(&update, NAME, &made.id, None).unwrap();
    assert_eq!(world.remote(&["rev-parse", NAME]), pushed.after);
    assert!(world.push_with(&update, NAME, &made.id, None).unwrap().repeated);
    assert!(world.is_clean());
}
