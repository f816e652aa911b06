//! What is seen inside: a new root of which everything is read-only but a few places,
//! all of which lie in one small file system that is gone with the sandbox.

use std::{
    collections::BTreeSet,
    fs, io,
    os::{
        fd::AsRawFd as _,
        unix::fs::{MetadataExt as _, PermissionsExt as _, symlink},
    },
    path::{Path, PathBuf},
};

use rustix::{
    fs::{Mode, OFlags, ResolveFlags, openat2},
    io::Errno,
    mount::{
        MountFlags, MountPropagationFlags, UnmountFlags, mount, mount_bind, mount_bind_recursive,
        mount_change, mount_remount, unmount,
    },
    process::{chdir, pivot_root},
};

use super::{Held, bounds, etc, kept::Kept, lacking, mounts, overlay};
use crate::{
    process::sandbox::{Access, HOME, MISSING, SYSTEM, Sandbox, Shown, WORKSPACE},
    workspace::stage,
};

/// The devices that there are.
pub(super) const DEVICES: &[&str] = &["null", "zero", "full", "random", "urandom"];
/// Files of `/proc` that speak of the machine.
pub(super) const SECRET_FILES: &[&str] = &[
    "kcore",
    "keys",
    "key-users",
    "kmsg",
    "kallsyms",
    "kpagecount",
    "kpageflags",
    "kpagecgroup",
    "timer_list",
    "sched_debug",
    "sysrq-trigger",
    "config.gz",
    "iomem",
    "ioports",
    "vmallocinfo",
    "slabinfo",
    "modules",
    "mdstat",
    "partitions",
    "diskstats",
    "interrupts",
    "latency_stats",
    "schedstat",
    "cmdline",
    "pagetypeinfo",
];
/// Folders of it that do.
pub(super) const SECRET_FOLDERS: &[&str] =
    &["acpi", "bus", "driver", "fs", "irq", "scsi", "tty", "asound", "dynamic_debug"];
/// Settings of the kernel, which a root user could change although it has no powers.
const SETTINGS: &str = "sys";
/// What empty things are called, and where they lie.
const COVERS: &str = "covers";
const FOLDER: &str = "folder";
const FILE: &str = "file";
/// How everything is mounted that was not opened.
const CLOSED: MountFlags =
    MountFlags::BIND.union(MountFlags::RDONLY).union(MountFlags::NOSUID).union(MountFlags::NODEV);

/// A root that is being made.
pub(super) struct View<'a> {
    sandbox: &'a Sandbox,
    /// The file system of all that is written.
    own: PathBuf,
    root: PathBuf,
    /// Places that are not made read-only.
    open: BTreeSet<PathBuf>,
    kept: Option<Kept>,
    parts: Vec<String>,
}

/// What came of it.
pub(super) struct Seen {
    /// The places that can be written to, as they are called inside.
    pub writable: Vec<PathBuf>,
    /// What is needed to note what is written.
    pub kept: Option<Kept>,
    /// Parts that hold, or don't.
    pub parts: Vec<String>,
}

/// Builds what is seen and makes it the root.
pub(super) fn enter(sandbox: &Sandbox) -> Held<Seen> {
    let mut view = View::begin(sandbox)?;
    view.covers().map_err(lacking("own root", "make what covers things"))?;
    view.system().map_err(lacking("own root", "show the system's programs"))?;
    view.own_places().map_err(lacking("own root", "make the private folders"))?;
    view.devices().map_err(lacking("own root", "show the devices"))?;
    view.shown()?;
    view.workspace()?;
    view.processes();
    view.close().map_err(lacking("own root", "make it read-only"))?;
    view.become_root().map_err(lacking("own root", "enter it"))
}

impl<'a> View<'a> {
    fn begin(sandbox: &'a Sandbox) -> Held<Self> {
        let own = stage::mount_point(&sandbox.staged);
        mount_change("/", MountPropagationFlags::PRIVATE | MountPropagationFlags::REC)
            .map_err(lacking("mount namespace", "keep mounts private"))?;
        mounts::small_file_system(&own, sandbox.bounds.disk_bytes)
            .map_err(lacking("limit on what is written", "mount a file system"))?;
        let root = own.join("root");
        let made = fs::create_dir(&root).and_then(|()| Ok(mount_bind(&root, &root)?));
        made.map_err(lacking("own root", "begin it"))?;
        Ok(Self { sandbox, own, root, open: BTreeSet::new(), kept: None, parts: Vec::new() })
    }

    fn system(&mut self) -> io::Result<()> {
        for name in SYSTEM {
            let (outside, inside) = (Path::new("/").join(name), self.root.join(name));
            let Ok(metadata) = outside.symlink_metadata() else { continue };
            if metadata.is_symlink() {
                symlink(fs::read_link(&outside)?, &inside)?;
            } else {
                fs::create_dir(&inside)?;
                self.show_read_only(&outside, &inside)?;
            }
        }
        let etc = self.root.join("etc");
        for folder in etc::fill(&etc)? {
            mount_bind_recursive(Path::new("/etc").join(&folder).as_path(), etc.join(&folder).as_path())?;
        }
        Ok(())
    }

    fn own_places(&mut self) -> io::Result<()> {
        self.own_place("/tmp", 0o1777)?;
        self.own_place(HOME, 0o700)?;
        self.own_place("/dev/shm", 0o1777)
    }

    /// Something empty to cover things with. It is read-only, and so is each of its covers.
    fn covers(&self) -> io::Result<()> {
        let covers = self.own.join(COVERS);
        fs::create_dir(&covers)?;
        fs::create_dir(covers.join(FOLDER))?;
        fs::write(covers.join(FILE), "")?;
        mount_bind(&covers, &covers)?;
        Ok(mount_remount(&covers, CLOSED, c"")?)
    }

    /// A place of its own that can be written to.
    fn own_place(&mut self, path: &str, mode: u32) -> io::Result<()> {
        let place = self.beneath(Path::new(path));
        fs::create_dir_all(&place)?;
        fs::set_permissions(&place, fs::Permissions::from_mode(mode))?;
        mount_bind(&place, &place)?;
        self.open.insert(place);
        Ok(())
    }

    fn devices(&mut self) -> io::Result<()> {
        let dev = self.root.join("dev");
        for name in DEVICES {
            let place = dev.join(name);
            fs::write(&place, "")?;
            mount_bind(Path::new("/dev").join(name).as_path(), place.as_path())?;
            // What can be written to is the device; its mode and its times are the machine's,
            // which root could change. Without devices it could not be opened.
            let closed = CLOSED.difference(MountFlags::NODEV).union(MountFlags::NOEXEC);
            mount_remount(&place, closed, c"")?;
            self.open.insert(place);
        }
        for (name, target) in
            [("fd", "/proc/self/fd"), ("stdin", "fd/0"), ("stdout", "fd/1"), ("stderr", "fd/2")]
        {
            symlink(target, dev.join(name))?;
        }
        Ok(())
    }

    fn shown(&mut self) -> Held<()> {
        for (index, shown) in self.sandbox.shown.iter().enumerate() {
            let what = format!("show `{}`", shown.path.display());
            self.show(shown, index).map_err(lacking("own root", &what))?;
        }
        self.cover_checkout().map_err(lacking("own root", "cover the checkout"))
    }

    /// A checkout below something that is shown, as in `/usr/src/app`, is not shown with it:
    /// its `.git` and its hidden files would be.
    fn cover_checkout(&self) -> io::Result<()> {
        let named = self.sandbox.shown.iter().any(|shown| shown.path == self.sandbox.checkout);
        for place in [&self.sandbox.checkout, &self.sandbox.staged].map(|folder| self.beneath(folder)) {
            if !named && place.is_dir() {
                mount_bind(self.own.join(COVERS).join(FOLDER), place)?;
            }
        }
        Ok(())
    }

    fn show(&mut self, shown: &Shown, index: usize) -> io::Result<()> {
        let place = self.beneath(&shown.path);
        if shown.access != Access::Empty && shown.path.metadata()?.is_file() {
            fs::create_dir_all(place.parent().unwrap_or(&place))?;
            if !place.exists() {
                fs::write(&place, "")?;
            }
            return Ok(mount_bind(&shown.path, &place)?);
        }
        fs::create_dir_all(&place)?;
        match shown.access {
            Access::Read => return self.show_read_only(&shown.path, &place),
            Access::Overlaid => {
                overlay::mount_over(&shown.path, &self.own.join(format!("over-{index}")), &place)?;
            }
            // From our own file system: the place itself may be the machine's, as below `/usr`.
            Access::Empty => mount_bind(self.empty(index)?, &place)?,
        }
        self.open.insert(place);
        Ok(())
    }

    /// A folder of our own that can be written to.
    fn empty(&self, index: usize) -> io::Result<PathBuf> {
        let folder = self.own.join(format!("empty-{index}"));
        fs::create_dir(&folder)?;
        Ok(folder)
    }

    /// Shows a folder through an overlay, where it holds no mounts of others: so its sockets
    /// can't be spoken to, and its locks are not the machine's.
    fn show_read_only(&mut self, folder: &Path, place: &Path) -> io::Result<()> {
        let is_within = |one: &mounts::Mounted| one.place != folder && one.place.starts_with(folder);
        let nothing = self.own.join(COVERS).join(FOLDER);
        if !mounts::read()?.iter().any(is_within) && overlay::mount_closed(folder, &nothing, place).is_ok() {
            return Ok(());
        }
        self.parts.push(format!("`{}` as it is, with its sockets", folder.display()));
        Ok(mount_bind_recursive(folder, place)?)
    }

    fn workspace(&mut self) -> Held<()> {
        let (place, own) = (self.beneath(Path::new(WORKSPACE)), self.own.join("workspace"));
        let checkout = &self.sandbox.checkout;
        overlay::lay(&self.sandbox.staged, checkout, &own)
            .map_err(lacking("overlay", "lay the change over the checkout"))?;
        fs::create_dir_all(&place)
            .and_then(|()| overlay::mount_over(checkout, &own, &place))
            .map_err(lacking("overlay", "mount it"))?;
        let kept = Kept::of_overlay(self.sandbox, &own, &place);
        self.kept = kept.map_err(lacking("overlay", "note what is written"))?;
        for path in &self.sandbox.hidden {
            let what = format!("hide `{path}`");
            self.hide(&place, path).map_err(lacking("overlay", &what))?;
        }
        self.open.insert(place);
        self.parts.push("workspace overlay, checkout read-only".to_owned());
        Ok(())
    }

    /// Covers a path of the workspace with something empty, whatever links stand on the way.
    fn hide(&self, workspace: &Path, path: &str) -> io::Result<()> {
        let top = fs::File::open(workspace)?;
        let resolve = ResolveFlags::BENEATH | ResolveFlags::NO_SYMLINKS;
        let flags = OFlags::PATH | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let Ok(found) = openat2(&top, path, flags, Mode::empty(), resolve) else { return Ok(()) };
        let found = fs::File::from(found);
        if found.metadata()?.is_symlink() {
            return Err(io::Error::other("it is a link; `hidden` takes what it leads to"));
        }
        let cover = if found.metadata()?.is_dir() { FOLDER } else { FILE };
        Ok(mount_bind(self.own.join(COVERS).join(cover), format!("/proc/self/fd/{}", found.as_raw_fd()))?)
    }

    /// A `/proc` of the new processes alone. Where the system's own is partly covered, as
    /// in many containers, the kernel refuses a new one, and there is none.
    fn processes(&mut self) {
        let mounted = self.mount_processes();
        let place = if mounted.is_ok() { self.root.join("proc") } else { PathBuf::from("/proc") };
        self.parts.extend(bounds::settings(&place, &self.sandbox.bounds));
        let mounted = mounted.and_then(|()| self.cover_processes());
        let part = match mounted {
            Ok(()) => "own /proc".to_owned(),
            Err(error) => format!("{MISSING}own /proc: {error}"),
        };
        self.parts.push(part);
    }

    fn mount_processes(&mut self) -> io::Result<()> {
        let place = self.root.join("proc");
        fs::create_dir(&place)?;
        mount("proc", &place, "proc", MountFlags::NOSUID | MountFlags::NODEV | MountFlags::NOEXEC, None)?;
        self.open.insert(place);
        Ok(())
    }

    /// Hides what speaks of the machine, and makes its settings read-only.
    fn cover_processes(&self) -> io::Result<()> {
        let place = self.root.join("proc");
        for (cover, names) in [(FILE, SECRET_FILES), (FOLDER, SECRET_FOLDERS)] {
            let cover = self.own.join(COVERS).join(cover);
            for name in names.iter().map(|name| place.join(name)).filter(|name| name.exists()) {
                mount_bind(&cover, &name)?;
            }
        }
        let settings = place.join(SETTINGS);
        Ok(mount_bind_recursive(&settings, &settings)?)
    }

    /// Makes everything read-only that was not opened. What was opened is ours, or nothing
    /// is run: nothing of the machine's may be written to, by whatever mistake.
    fn close(&self) -> io::Result<()> {
        let own = self.own.metadata()?.dev();
        for mounted in mounts::read()? {
            let is_private = || mounted.place.metadata().map_or(true, |place| place.dev() == own);
            if self.open.contains(&mounted.place) && !is_made_here(&mounted) && !is_private() {
                let what = format!("`{}` would be the machine's", mounted.place.display());
                return Err(io::Error::other(what));
            }
            let is_ours = mounted.place.starts_with(&self.root) && !self.open.contains(&mounted.place);
            if is_ours && !mounted.is_closed {
                let keep = if mounted.is_noexec { MountFlags::NOEXEC } else { MountFlags::empty() };
                match mount_remount(&mounted.place, CLOSED | keep, c"") {
                    // It was covered: nothing reaches it any more.
                    Err(Errno::NOENT) => {}
                    closed => closed?,
                }
            }
        }
        Ok(())
    }

    fn become_root(self) -> io::Result<Seen> {
        let inside = |place: &PathBuf| Some(Path::new("/").join(place.strip_prefix(&self.root).ok()?));
        let places = self.open.iter().filter_map(inside);
        let writable = places.filter(|place| {
            !DEVICES.iter().any(|name| place == &Path::new("/dev").join(name)) && !place.starts_with("/proc")
        });
        let writable = writable.collect();
        chdir(&self.root)?;
        pivot_root(".", ".")?;
        unmount(".", UnmountFlags::DETACH)?;
        chdir(WORKSPACE)?;
        Ok(Seen { writable, kept: self.kept, parts: self.parts })
    }

    fn beneath(&self, path: &Path) -> PathBuf {
        self.root.join(path.strip_prefix("/").unwrap_or(path))
    }
}

/// What is no part of the machine's files although it lies in no file system of ours:
/// overlays, whose upper folder is ours, processes, and devices, which are closed already. In
/// a container the machine's own files may lie in an overlay, too; of that a part is bound,
/// and of ours all.
fn is_made_here(mounted: &mounts::Mounted) -> bool {
    let is_device =
        mounted.place.parent().is_some_and(|above| above.ends_with("dev")) && !mounted.place.is_dir();
    let is_whole = mounted.root == Path::new("/");
    is_whole && matches!(mounted.kind.as_str(), "overlay" | "proc") || is_device
}

#[cfg(test)]
mod tests {
    use super::*;

    /// In a container the machine's own files lie in an overlay.
    #[test]
    fn a_bound_part_of_an_overlay_is_not_taken_for_ours() {
        for (kind, root, expected) in [
            ("overlay", "/", true),
            ("proc", "/", true),
            ("overlay", "/usr/local/etc", false),
            ("ext4", "/", false),
        ] {
            let mounted = mounts::Mounted {
                place: PathBuf::from("/own/root/usr/local/etc"),
                root: PathBuf::from(root),
                is_noexec: false,
                is_closed: false,
                kind: kind.to_owned(),
                options: String::new(),
            };
            assert_eq!(is_made_here(&mounted), expected, "{kind} {root}");
        }
    }
}
