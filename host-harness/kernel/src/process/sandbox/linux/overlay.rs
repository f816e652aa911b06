//! The workspace: the checkout, under what the run changed, under what the check writes.

use std::{
    ffi::CString,
    fs, io,
    os::{fd::AsRawFd as _, unix::fs::PermissionsExt as _},
    path::Path,
};

use rustix::{
    fs::{CWD, FileType, Mode, OFlags, mknodat, open},
    mount::{MountFlags, mount},
};

use crate::workspace::stage::{self, StagedFile};

pub(super) const UPPER: &str = "upper";
const WORK: &str = "work";
/// The device that stands for nothing, where an overlay looks.
const NOTHING: u64 = 0;

/// Mounts a folder at `target` so that it seems writable; what is written goes to `own`.
pub(super) fn mount_over(lower: &Path, own: &Path, target: &Path) -> io::Result<()> {
    let (upper, work) = (own.join(UPPER), own.join(WORK));
    fs::create_dir_all(&upper)?;
    fs::create_dir_all(&work)?;
    fs::set_permissions(&upper, lower.metadata()?.permissions())?;
    // By descriptors: their paths need no escaping, and what is mounted tells none inside.
    let (lower, upper, work) = (folder(lower)?, folder(&upper)?, folder(&work)?);
    let options = format!(
        "lowerdir=/proc/self/fd/{},upperdir=/proc/self/fd/{},workdir=/proc/self/fd/{},userxattr",
        lower.as_raw_fd(),
        upper.as_raw_fd(),
        work.as_raw_fd()
    );
    let options = CString::new(options).map_err(io::Error::other)?;
    Ok(mount("overlay", target, "overlay", MountFlags::NOSUID | MountFlags::NODEV, Some(options.as_c_str()))?)
}

/// Mounts a folder at `target`, read-only. An overlay without an upper one has two.
pub(super) fn mount_closed(lower: &Path, nothing: &Path, target: &Path) -> io::Result<()> {
    let (lower, nothing) = (folder(lower)?, folder(nothing)?);
    let options = format!(
        "lowerdir=/proc/self/fd/{}:/proc/self/fd/{},userxattr",
        nothing.as_raw_fd(),
        lower.as_raw_fd()
    );
    let options = CString::new(options).map_err(io::Error::other)?;
    let flags = MountFlags::RDONLY | MountFlags::NOSUID | MountFlags::NODEV;
    Ok(mount("overlay", target, "overlay", flags, Some(options.as_c_str()))?)
}

fn folder(path: &Path) -> io::Result<rustix::fd::OwnedFd> {
    Ok(open(path, OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty())?)
}

/// Lays the change into what will lie over the checkout. Nothing is followed and nothing
/// of the checkout is touched: this folder is new, and a link or a file of the checkout
/// that stands in the way is covered by the folder of the same name.
pub(super) fn lay(staged: &Path, checkout: &Path, own: &Path) -> io::Result<()> {
    let upper = own.join(UPPER);
    fs::create_dir_all(&upper)?;
    for file in stage::read(staged)? {
        lay_one(&file, staged, checkout, &upper)?;
    }
    // A check sees files and no repository, as it does in a copy.
    match checkout.join(".git").symlink_metadata() {
        Ok(_) => gone(&upper.join(".git")),
        Err(_) => Ok(()),
    }
}

fn lay_one(file: &StagedFile, staged: &Path, checkout: &Path, upper: &Path) -> io::Result<()> {
    let place = upper.join(&file.path);
    let Some(content) = &file.content else {
        // Nothing needs to be covered where there is nothing.
        let is_there = checkout.join(&file.path).symlink_metadata().is_ok();
        return if is_there && is_free(&place, upper) { cover(&place, upper, checkout) } else { Ok(()) };
    };
    folders_above(&place, upper, checkout)?;
    fs::copy(staged.join(content), &place)?;
    let bits = if file.executable { 0o755 } else { 0o644 };
    fs::set_permissions(&place, fs::Permissions::from_mode(bits))
}

fn cover(place: &Path, upper: &Path, checkout: &Path) -> io::Result<()> {
    folders_above(place, upper, checkout)?;
    gone(place)
}

/// Whether no file of the change and no gap stands on the way, which covers all below it.
fn is_free(place: &Path, upper: &Path) -> bool {
    let mut above = place.ancestors().skip(1).take_while(|folder| folder.starts_with(upper));
    above.all(|folder| folder.symlink_metadata().map_or(true, |metadata| metadata.is_dir()))
}

/// The folders down to a place, with the permissions that the checkout's have. A gap on the
/// way, where the checkout had a file, becomes a folder.
fn folders_above(place: &Path, upper: &Path, checkout: &Path) -> io::Result<()> {
    let above = place.ancestors().skip(1).take_while(|folder| folder.starts_with(upper));
    let missing: Vec<_> = above.take_while(|folder| !folder.is_dir()).collect();
    for folder in missing.into_iter().rev() {
        if folder.symlink_metadata().is_ok() {
            fs::remove_file(folder)?;
        }
        fs::create_dir(folder)?;
        let like = folder.strip_prefix(upper).ok();
        let like = like.and_then(|path| checkout.join(path).symlink_metadata().ok());
        if let Some(like) = like.filter(fs::Metadata::is_dir) {
            fs::set_permissions(folder, like.permissions())?;
        }
    }
    Ok(())
}

fn gone(place: &Path) -> io::Result<()> {
    Ok(mknodat(CWD, place, FileType::CharacterDevice, Mode::empty(), NOTHING)?)
}
