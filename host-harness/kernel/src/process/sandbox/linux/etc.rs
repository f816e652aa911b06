//! What of `/etc` programs need, and nothing else: no shadow, no keys, no resolver.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use rustix::process::{getgid, getuid};

use crate::process::sandbox::{HOME, USER};

const FILES: &[&str] = &[
    "ld.so.cache",
    "ld.so.conf",
    "localtime",
    "timezone",
    "mime.types",
    "protocols",
    "services",
    "os-release",
    "debian_version",
    "locale.alias",
    "locale.conf",
    "magic",
    "inputrc",
    "ca-certificates.conf",
    "ssl/openssl.cnf",
    "mke2fs.conf",
];
const FOLDERS: &[&str] = &[
    "ld.so.conf.d",
    "alternatives",
    "ssl/certs",
    "ca-certificates",
    "pki/tls/certs",
    "pki/ca-trust/extracted",
    "crypto-policies",
    "fonts",
    "perl",
    "gradle",
    "terminfo",
    "xml",
    "sgml",
];
/// Whose versions are part of their names.
const FOLDERS_BY_PREFIX: &[&str] = &["java", "python3"];
const FILE_BYTES_MAX: u64 = 4 * 1024 * 1024;

/// Fills a new `/etc`, and gives the folders that are to be mounted there.
pub(super) fn fill(etc: &Path) -> io::Result<Vec<PathBuf>> {
    for (name, text) in made() {
        write(&etc.join(name), text.as_bytes())?;
    }
    for name in FILES {
        copy(&Path::new("/etc").join(name), &etc.join(name))?;
    }
    folders(etc)
}

fn made() -> [(&'static str, String); 6] {
    let (user, group) = (getuid().as_raw(), getgid().as_raw());
    [
        ("passwd", format!("{USER}:x:{user}:{group}::{HOME}:/bin/sh\nnobody:x:65534:65534::/:/bin/false\n")),
        ("group", format!("{USER}:x:{group}:\nnogroup:x:65534:\n")),
        ("hosts", "127.0.0.1 localhost sandbox\n::1 localhost sandbox\n".to_owned()),
        ("hostname", "sandbox\n".to_owned()),
        ("nsswitch.conf", "passwd: files\ngroup: files\nhosts: files\n".to_owned()),
        ("host.conf", "multi on\n".to_owned()),
    ]
}

fn write(place: &Path, bytes: &[u8]) -> io::Result<()> {
    fs::create_dir_all(place.parent().unwrap_or(place))?;
    fs::write(place, bytes)
}

/// Copies what a file holds, through links: it is small, and a copy is seen by no other.
fn copy(from: &Path, to: &Path) -> io::Result<()> {
    let Ok(metadata) = from.metadata() else { return Ok(()) };
    if !metadata.is_file() || metadata.len() > FILE_BYTES_MAX {
        return Ok(());
    }
    // What the user may not read is not needed.
    fs::read(from).map_or(Ok(()), |bytes| write(to, &bytes))
}

fn folders(etc: &Path) -> io::Result<Vec<PathBuf>> {
    let listed = fs::read_dir("/etc").into_iter().flatten().filter_map(Result::ok);
    let names = listed.filter_map(|entry| entry.file_name().into_string().ok());
    let versioned = names.filter(|name| FOLDERS_BY_PREFIX.iter().any(|prefix| name.starts_with(prefix)));
    let names = FOLDERS.iter().map(|name| (*name).to_owned()).chain(versioned);
    let mut found = Vec::new();
    for name in names.filter(|name| Path::new("/etc").join(name).is_dir()) {
        fs::create_dir_all(etc.join(&name))?;
        found.push(PathBuf::from(name));
    }
    Ok(found)
}
