use std::{
    ffi::{CString, OsString},
    io,
    os::unix::ffi::OsStringExt as _,
    path::{Path, PathBuf},
};

use rustix::mount::{MountFlags, mount};

const BYTES_PER_FILE: u64 = 4096;
const FILES_MIN: u64 = 65_536;

/// A mount of this process.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Mounted {
    /// Where it is mounted.
    pub place: PathBuf,
    /// What of its file system is.
    pub root: PathBuf,
    /// Whether nothing there may be executed.
    pub is_noexec: bool,
    /// Whether it is read-only, without devices and without changes of user.
    pub is_closed: bool,
    /// The kind of file system.
    pub kind: String,
    /// Its own options.
    pub options: String,
}

/// Mounts a file system in memory that holds so much.
pub(super) fn small_file_system(place: &Path, bytes: u64) -> io::Result<()> {
    let files = (bytes / BYTES_PER_FILE).max(FILES_MIN);
    let options =
        CString::new(format!("size={bytes},nr_inodes={files},mode=0755")).map_err(io::Error::other)?;
    Ok(mount("sandbox", place, "tmpfs", MountFlags::NOSUID | MountFlags::NODEV, Some(options.as_c_str()))?)
}

/// The mounts of this process.
pub(super) fn read() -> io::Result<Vec<Mounted>> {
    Ok(parse(&std::fs::read("/proc/self/mountinfo")?))
}

fn parse(text: &[u8]) -> Vec<Mounted> {
    text.split(|byte| *byte == b'\n').filter_map(line).collect()
}

/// `id parent device root place options [fields] - kind source options`
fn line(line: &[u8]) -> Option<Mounted> {
    let words: Vec<_> = line.split(|byte| *byte == b' ').collect();
    let dash = words.iter().position(|word| *word == b"-")?;
    let text = |word: Option<&&[u8]>| word.map(|word| String::from_utf8_lossy(word).into_owned());
    let options = text(words.get(5))?;
    let has = |name: &str| options.split(',').any(|option| option == name);
    Some(Mounted {
        place: unescaped(words.get(4)?),
        root: unescaped(words.get(3)?),
        is_noexec: has("noexec"),
        is_closed: has("ro") && has("nosuid") && has("nodev"),
        kind: text(words.get(dash + 1))?,
        options: text(words.get(dash + 3))?,
    })
}

/// Blanks and the like are written as a backslash and three octal digits.
fn unescaped(word: &[u8]) -> PathBuf {
    let (mut bytes, mut rest) = (Vec::with_capacity(word.len()), word);
    while let [first, after @ ..] = rest {
        match (first, after) {
            (b'\\', [a @ b'0'..=b'3', b @ b'0'..=b'7', c @ b'0'..=b'7', after @ ..]) => {
                bytes.push((a - b'0') * 64 + (b - b'0') * 8 + (c - b'0'));
                rest = after;
            }
            _ => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    PathBuf::from(OsString::from_vec(bytes))
}

impl Mounted {
    /// Where a path of the file system lies, if it is part of what is mounted.
    pub fn locate(&self, path: &Path) -> Option<PathBuf> {
        path.strip_prefix(&self.root).ok().map(|rest| self.place.join(rest))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_read_with_its_optional_fields_and_its_escapes() {
        let text =
            b"36 35 98:0 /mnt1 /a\\040b rw,noexec shared:1 master:2 - ext3 /dev/root rw,errors=x\nbad\n";
        let expected = Mounted {
            place: PathBuf::from("/a b"),
            root: PathBuf::from("/mnt1"),
            is_noexec: true,
            is_closed: false,
            kind: "ext3".to_owned(),
            options: "rw,errors=x".to_owned(),
        };
        assert_eq!(parse(text), [expected]);
    }
}
