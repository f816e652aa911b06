//! Mounts and namespaces.

use std::{fs, io, path::Path};

use nix::sched::{CloneFlags, unshare};
use rustix::{
    fs::CWD,
    mount::{
        FsMountFlags, FsOpenFlags, MountAttrFlags, MountFlags, MountPropagationFlags, MoveMountFlags,
        OpenTreeFlags, UnmountFlags, fsconfig_create, fsmount, fsopen, mount, mount_bind, mount_change,
        mount_remount, move_mount, open_tree, unmount,
    },
    thread::{LinkNameSpaceType, move_into_link_name_space},
};

use crate::suite::{
    attempt::{Attempt, Marks, Sign, Told, Whose},
    proc, raw,
};

const NEW_USER: i64 = 0x1000_0000;
const SIGCHLD: i64 = 17;

/// The attempts. Each first tries to get a user and a mount namespace of its own, where
/// it would have every power: outside, that is what a plain user would do.
pub const ATTEMPTS: &[Attempt] = &[
    Attempt::new("mount-tmpfs", |_| own_space(|| mount("none", "/tmp", "tmpfs", MountFlags::empty(), None)), Sign::Answer)
        .text("mounts a new file system", "not permitted"),
    Attempt::new("mount-bind", |marks| own_space(|| mount_bind(&marks.cache, "/tmp")), Sign::Answer)
        .text("binds a folder to another place", "not permitted"),
    Attempt::new("mount-proc", |_| own_space(|| mount("proc", "/proc", "proc", MountFlags::empty(), None)), Sign::Answer)
        .of(Whose::Root)
        .text("mounts a new, unmasked `/proc` over the one there is", "not permitted"),
    Attempt::new("remount-system", |_| remount("/usr"), Sign::Answer)
        .of(Whose::Root)
        .text("makes `/usr` writable by mounting it anew", "not permitted"),
    Attempt::new("remount-shown", |marks| remount(&marks.cache), Sign::Touched)
        .text("makes a folder that is shown read-only writable, and writes", "not permitted")
        .not_outside("there is no mount to be changed outside"),
    Attempt::new("mount-by-new-calls", |_| own_space(new_calls), Sign::Answer)
        .text("mounts by `fsopen`, `fsmount` and `move_mount`", "not permitted"),
    Attempt::new("clone-tree", |marks| own_space(|| clone_tree(&marks.cache)), Sign::Answer)
        .text("clones a mounted tree (`open_tree`)", "not permitted"),
    Attempt::new("change-mount-attributes", |marks| own_space(|| set_attributes(marks)), Sign::Answer)
        .of(Whose::Root)
        .text("takes read-only from every mount (`mount_setattr`)", "not permitted"),
    Attempt::new("unmount", unmount_all, Sign::Answer)
        .text("takes away the mounts of the workspace, `/proc` and `/usr`, to see what lies below", "not permitted")
        .not_outside("it would take the machine's mounts away"),
    Attempt::new("share-mounts", |_| own_space(|| mount_change("/", MountPropagationFlags::SHARED | MountPropagationFlags::REC)), Sign::Answer)
        .text("makes its mounts shared, so that they reach the outside", "not permitted"),
    Attempt::new("change-root", |_| raw::script(&format!("unshare_user(); chroot('/tmp') or die(\"errno $!\\n\"); sub unshare_user {{ syscall({}, {NEW_USER}) if $> }}", libc::SYS_unshare)), Sign::Answer)
        .text("changes its root (`chroot`), the first half of a known way out", "not permitted"),
    Attempt::new("pivot-root", |_| own_space(pivot), Sign::Answer)
        .text("puts another root in place of its own (`pivot_root`)", "not permitted"),
    Attempt::new("new-user-namespace", new_user, Sign::Answer)
        .text("makes a user namespace, in which it has every power", "not permitted, although it raises the number that may be made first"),
    Attempt::new("new-namespaces", every_namespace, Sign::Answer)
        .text("makes any other namespace, one by one", "not permitted"),
    Attempt::new("clone-namespace", |_| raw::call(libc::SYS_clone, &format!("{NEW_USER} | {SIGCHLD}, 0, 0, 0, 0")), Sign::Answer)
        .text("makes a user namespace by `clone`", "not permitted"),
    Attempt::new("clone3-namespace", clone3, Sign::Answer)
        .text("makes a user namespace by `clone3`, whose arguments no filter sees", "there is no such call"),
    Attempt::new("enter-others-namespaces", enter, Sign::Answer)
        .of(Whose::Root)
        .text("enters the namespaces of the first process and of one outside (`setns`)", "not permitted"),
];

/// Tries something in namespaces of its own where they can be had, else where it is.
/// Mounts of the machine stay as they are: root, too, leaves its mount namespace first.
fn own_space<T>(act: impl FnOnce() -> rustix::io::Result<T>) -> Told {
    let flags = CloneFlags::CLONE_NEWNS;
    let _ = raise_maximum();
    let apart = unshare(flags).or_else(|_| unshare(flags | CloneFlags::CLONE_NEWUSER));
    let apart = apart
        .map_err(io::Error::from)
        .and_then(|()| Ok(mount_change("/", MountPropagationFlags::PRIVATE | MountPropagationFlags::REC)?));
    match (apart, act()) {
        (_, Ok(_)) => Told::Reached,
        (Err(apart), Err(error)) => Told::refused(format!("{error}; a namespace: {apart}")),
        (Ok(()), Err(error)) => Told::refused(format!("{error}, although in a namespace of its own")),
    }
}

fn remount(place: impl AsRef<Path>) -> Told {
    let place = place.as_ref();
    own_space(|| {
        let remounted = mount_remount(place, MountFlags::BIND, "");
        // Outside `/usr` may be no mount; it is made one first.
        let remounted = remounted
            .or_else(|_| mount_bind(place, place).and_then(|()| mount_remount(place, MountFlags::BIND, "")));
        let _ = fs::write(place.join("written"), "from inside")
            .and_then(|()| fs::remove_file(place.join("written")));
        remounted
    })
}

fn new_calls() -> rustix::io::Result<()> {
    let system = fsopen("tmpfs", FsOpenFlags::FSOPEN_CLOEXEC)?;
    fsconfig_create(&system)?;
    let made = fsmount(&system, FsMountFlags::FSMOUNT_CLOEXEC, MountAttrFlags::empty())?;
    move_mount(&made, "", CWD, "/tmp", MoveMountFlags::MOVE_MOUNT_F_EMPTY_PATH)
}

fn clone_tree(place: &Path) -> rustix::io::Result<()> {
    let flags = OpenTreeFlags::OPEN_TREE_CLONE | OpenTreeFlags::OPEN_TREE_CLOEXEC;
    open_tree(CWD, place, flags).map(drop)
}

/// `struct mount_attr`: what is set, what is taken, propagation, namespace.
fn set_attributes(marks: &Marks) -> rustix::io::Result<()> {
    let _ = mount_bind(&marks.cache, &marks.cache);
    let script = format!(
        "my ($p, $a) = ('{}', pack('QQQQ', 0, 1, 0, 0)); call({}, -100, $p, 0, $a, 32);",
        marks.cache.display(),
        libc::SYS_mount_setattr
    );
    match raw::script(&script) {
        Told::Reached => Ok(()),
        Told::Refused(_) | Told::Absent(_) => Err(rustix::io::Errno::PERM),
    }
}

fn unmount_all(marks: &Marks) -> Told {
    if proc::is_outside(marks) {
        return Told::absent("a mount namespace of its own");
    }
    let places = [Path::new("/work"), Path::new("/proc"), Path::new("/usr"), Path::new("/"), &marks.cache];
    let flags = UnmountFlags::DETACH;
    places.into_iter().map(|place| unmount(place, flags)).reduce(Result::or).unwrap_or(Ok(())).into()
}

fn pivot() -> rustix::io::Result<()> {
    let _ = mount("none", "/tmp", "tmpfs", MountFlags::empty(), None);
    let _ = std::env::set_current_dir("/tmp");
    rustix::process::pivot_root(".", ".")
}

fn raise_maximum() -> io::Result<()> {
    fs::write("/proc/sys/user/max_user_namespaces", "1000")
        .and_then(|()| fs::write("/proc/sys/user/max_mnt_namespaces", "1000"))
}

fn new_user(_: &Marks) -> Told {
    let _ = raise_maximum();
    unshare(CloneFlags::CLONE_NEWUSER).into()
}

fn every_namespace(_: &Marks) -> Told {
    use CloneFlags as F;
    // Outside a plain user gets them with a user namespace.
    let _ = unshare(F::CLONE_NEWUSER);
    let kinds = [
        F::CLONE_NEWNS,
        F::CLONE_NEWUTS,
        F::CLONE_NEWIPC,
        F::CLONE_NEWNET,
        F::CLONE_NEWPID,
        F::CLONE_NEWCGROUP,
    ];
    kinds.into_iter().map(unshare).reduce(Result::or).unwrap_or(Ok(())).into()
}

/// `struct clone_args`: eleven numbers, the first the flags and the fifth the signal.
fn clone3(_: &Marks) -> Told {
    raw::script(&format!(
        "my $a = pack('Q11', {NEW_USER}, 0, 0, 0, {SIGCHLD}, 0, 0, 0, 0, 0, 0); my $r = call({}, $a, 88); exit 0;",
        libc::SYS_clone3
    ))
}

fn enter(marks: &Marks) -> Told {
    let mut last = Told::refused("no namespace");
    for process in [1, marks.victim] {
        for kind in ["mnt", "net", "pid", "user", "ipc", "uts", "cgroup"] {
            let entered = fs::File::open(format!("/proc/{process}/ns/{kind}")).and_then(|space| {
                use std::os::fd::AsFd as _;
                let any: Option<LinkNameSpaceType> = None;
                move_into_link_name_space(space.as_fd(), any).map_err(io::Error::from)
            });
            match entered {
                Ok(()) => return Told::Reached,
                Err(error) => last = Told::refused(error),
            }
        }
    }
    last
}
