use std::{io, io::Read as _, path::PathBuf};

use cap_std::fs::{Dir, File, Metadata, OpenOptions};
use ring::digest::{Context, SHA256};

use crate::secret::ignored::rules::Rules;

/// A tree that a check writes to.
#[derive(Debug)]
pub(crate) struct Tree {
    /// Where it is looked for.
    pub dir: Dir,
    /// What it is.
    pub kind: Kind,
    /// Git's own list of what it ignores in this clone.
    pub exclude: Option<String>,
    /// What is no part of it.
    pub left_out: Vec<PathBuf>,
}

/// What a tree is.
#[derive(Debug)]
pub(crate) enum Kind {
    /// All files of the workspace.
    Whole,
    /// What an overlay keeps of them.
    #[cfg(target_os = "linux")]
    Upper(Upper),
}

/// What belongs to the upper folder of an overlay.
#[cfg(target_os = "linux")]
#[derive(Debug)]
pub(crate) struct Upper {
    /// What lies under it.
    pub lower: Dir,
    /// Both together.
    pub merged: Dir,
}

impl Tree {
    /// The rules of the top folder.
    pub(super) fn rules(&self) -> Rules {
        self.rules_within(&Rules::of_clone(self.exclude.as_deref()), "")
    }

    /// The rules of a folder beneath one with these.
    pub(super) fn rules_within(&self, above: &Rules, folder: &str) -> Rules {
        match &self.kind {
            Kind::Whole => above.within(&self.dir, folder),
            // The rules may be older than what was written.
            #[cfg(target_os = "linux")]
            Kind::Upper(upper) => above.within(&upper.merged, folder),
        }
    }

    /// Whether this is what an overlay keeps for a file that is gone.
    #[cfg(target_os = "linux")]
    pub(super) fn is_whiteout(&self, metadata: &Metadata) -> bool {
        use cap_std::fs::{FileTypeExt as _, MetadataExt as _};
        matches!(self.kind, Kind::Upper(_)) && metadata.file_type().is_char_device() && metadata.rdev() == 0
    }

    #[cfg(not(target_os = "linux"))]
    pub(super) fn is_whiteout(&self, _: &Metadata) -> bool {
        false
    }

    /// Whether a folder lets nothing shine through of what lies under it. A check can't
    /// make that up: inside, an overlay gives such attributes another name.
    #[cfg(target_os = "linux")]
    pub(super) fn is_opaque(&self, folder: &str) -> bool {
        use rustix::fs::{Mode, OFlags, fgetxattr, openat};
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let mut value = [0; 8];
        let read = |value: &mut [u8]| {
            let folder = openat(&self.dir, folder, flags, Mode::empty())?;
            fgetxattr(&folder, OPAQUE, value)
        };
        matches!(self.kind, Kind::Upper(_)) && read(&mut value).is_ok_and(|count| &value[..count] == b"y")
    }

    #[cfg(not(target_os = "linux"))]
    pub(super) fn is_opaque(&self, _: &str) -> bool {
        false
    }

    /// What lies under a path.
    #[cfg(target_os = "linux")]
    pub(super) fn lower(&self) -> Option<&Dir> {
        match &self.kind {
            Kind::Whole => None,
            Kind::Upper(upper) => Some(&upper.lower),
        }
    }

    #[cfg(not(target_os = "linux"))]
    pub(super) fn lower(&self) -> Option<&Dir> {
        None
    }
}

#[cfg(target_os = "linux")]
const OPAQUE: &str = "user.overlay.opaque";
/// A file is hashed in pieces.
const PIECE_BYTES: usize = 64 * 1024;

/// The hash of a file.
pub(super) type Digest = [u8; 32];

/// The hash of a file's content, however large it is; nothing where it can't be read.
pub(super) fn digest(dir: &Dir, path: &str) -> Option<Digest> {
    let mut file = open(dir, path).ok()?;
    let (mut context, mut piece) = (Context::new(&SHA256), vec![0; PIECE_BYTES]);
    loop {
        match file.read(&mut piece) {
            Ok(0) => return context.finish().as_ref().try_into().ok(),
            Ok(count) => context.update(&piece[..count]),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(_) => return None,
        }
    }
}

/// The content of a file that has at most so many bytes.
pub(super) fn content(dir: &Dir, path: &str, bytes_max: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    open(dir, path)?.take(bytes_max.saturating_add(1)).read_to_end(&mut bytes)?;
    match bytes.len() as u64 > bytes_max {
        true => Err(io::ErrorKind::FileTooLarge.into()),
        false => Ok(bytes),
    }
}

/// Opens a file and nothing else: neither what a link leads to, nor a pipe.
fn open(dir: &Dir, path: &str) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true);
    #[cfg(unix)]
    {
        use cap_std::fs::OpenOptionsExt as _;
        use rustix::fs::OFlags;
        let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::NOCTTY;
        options.custom_flags(flags.bits().cast_signed());
    }
    let file = dir.open_with(path, &options)?;
    match file.metadata()?.is_file() {
        true => Ok(file),
        false => Err(io::Error::other("it is no file")),
    }
}
