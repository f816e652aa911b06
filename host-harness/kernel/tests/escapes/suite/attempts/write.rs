//! Writing where nothing may change.

use std::{
    fs::{self, OpenOptions},
    io::{self, Write as _},
    os::unix::fs::symlink,
    path::{Path, PathBuf},
};

use crate::suite::attempt::{Attempt, Marks, Sign, Told, Whose};

/// The attempts.
pub const ATTEMPTS: &[Attempt] = &[
    Attempt::new("write-absolute", absolute, Sign::Touched).text(
        "writes a file outside by its absolute path, making the folders on the way",
        "the path is not there; what is made instead is gone with the check",
    ),
    Attempt::new("write-dotdot", dotdot, Sign::Touched).text(
        "climbs up from the workspace with `..` and down again outside",
        "`..` ends at the sandbox's own root",
    ),
    Attempt::new("write-own-link", own_link, Sign::Touched)
        .text("makes a link to the outside and writes through it", "the link leads nowhere"),
    Attempt::new("write-repository-link", repository_link, Sign::Touched)
        .text("writes through a link that the repository brought along", "the link leads nowhere"),
    Attempt::new("write-own-root", own_root, Sign::Touched)
        .text("writes by way of `/proc/self/root`", "that is the sandbox's own root"),
    Attempt::new("write-others-roots", others_roots, Sign::Touched).text(
        "writes by way of `root` and `cwd` of every process in `/proc`, the first one's too",
        "no process of the outside is there; the first one's are refused",
    ),
    Attempt::new("write-inherited-descriptor", inherited, Sign::Touched).text(
        "writes by way of a folder that the Runner left open",
        "no descriptor but the three usual ones is inherited",
    ),
    Attempt::new("rename-over", rename_over, Sign::Touched)
        .text("renames a file of the workspace over one outside", "the target is not there"),
    Attempt::new("hard-link-outside", hard_link, Sign::Touched)
        .text("makes a hard link to a file outside and writes to it", "the file is not there"),
    Attempt::new("write-shown-folder", shown_folder, Sign::Touched).text(
        "writes into, changes modes in and removes from a folder that is shown read-only",
        "read-only file system",
    ),
    Attempt::new(
        "write-system",
        |marks| beside("/usr/lib", marks),
        Sign::Seen(|scene, _| left_in("/usr/lib", scene)),
    )
    .of(Whose::Root)
    .text("writes a file into `/usr/lib`", "read-only file system"),
    Attempt::new(
        "write-machine-configuration",
        |marks| beside("/usr/local/etc", marks),
        Sign::Seen(|scene, _| left_in("/usr/local/etc", scene)),
    )
    .of(Whose::Root)
    .text(
        "writes a file into `/usr/local/etc`, which is the machine's own configuration",
        "an empty folder of the sandbox's own stands there",
    ),
    Attempt::new("write-etc", |marks| beside("/etc", marks), Sign::Seen(|scene, _| left_in("/etc", scene)))
        .of(Whose::Root)
        .text("writes a file into `/etc`", "read-only, or gone with the check"),
    Attempt::new(
        "write-common-temporary",
        |marks| beside("/tmp", marks),
        Sign::Seen(|scene, _| left_in("/tmp", scene)),
    )
    .text("writes a file into the common `/tmp`", "its `/tmp` is its own, and gone with the check"),
    Attempt::new(
        "write-common-memory",
        |marks| beside("/dev/shm", marks),
        Sign::Seen(|scene, _| left_in("/dev/shm", scene)),
    )
    .text("writes a file into the common `/dev/shm`", "its `/dev/shm` is its own, and gone with the check"),
];

fn absolute(marks: &Marks) -> Told {
    put(&marks.outside)
}

fn dotdot(marks: &Marks) -> Told {
    let climb = "../".repeat(24);
    put(&Path::new(&climb).join(marks.outside.strip_prefix("/").unwrap_or(&marks.outside)))
}

fn own_link(marks: &Marks) -> Told {
    let linked = symlink(&marks.outside, "to-the-outside");
    linked.and_then(|()| write(&PathBuf::from("to-the-outside"))).into()
}

fn repository_link(_: &Marks) -> Told {
    write(Path::new("repository-link")).into()
}

fn own_root(marks: &Marks) -> Told {
    put(&beneath(Path::new("/proc/self/root"), &marks.outside))
}

fn others_roots(marks: &Marks) -> Told {
    let mut last = Told::refused("no process in /proc");
    for process in crate::suite::proc::pids() {
        for folder in ["root", "cwd/../../../../../../.."] {
            let target = beneath(&PathBuf::from(format!("/proc/{process}")).join(folder), &marks.outside);
            match write(&target) {
                Ok(()) => return Told::Reached,
                Err(error) => last = Told::refused(error),
            }
        }
    }
    last
}

fn inherited(_: &Marks) -> Told {
    let mut last = Told::refused("no descriptor but the usual ones");
    let open = fs::read_dir("/proc/self/fd").into_iter().flatten().flatten();
    for descriptor in open.map(|entry| entry.path()).filter(|path| path.is_dir()) {
        match write(&descriptor) {
            Ok(()) => return Told::Reached,
            Err(error) => last = Told::refused(error),
        }
    }
    last
}

fn rename_over(marks: &Marks) -> Told {
    let made = fs::write("mine", "changed");
    made.and_then(|()| fs::rename("mine", marks.outside.join("file"))).into()
}

fn hard_link(marks: &Marks) -> Told {
    let linked = fs::hard_link(marks.outside.join("file"), "alias");
    linked.and_then(|()| fs::write("alias", "changed")).into()
}

fn shown_folder(marks: &Marks) -> Told {
    use fs::Permissions;
    use std::os::unix::fs::PermissionsExt as _;
    let file = marks.cache.join("file");
    let tries = [
        write(&marks.cache),
        fs::write(&file, "changed"),
        fs::set_permissions(&file, Permissions::from_mode(0o777)),
        fs::remove_file(&file),
    ];
    tries.into_iter().reduce(io::Result::or).unwrap_or(Ok(())).into()
}

/// Writes a file of that name into a folder, making the folder where it is not there.
fn put(folder: &Path) -> Told {
    let _ = fs::create_dir_all(folder);
    write(folder).into()
}

fn write(folder: &Path) -> io::Result<()> {
    let mut file = OpenOptions::new().create(true).append(true).open(folder.join("written"))?;
    file.write_all(b"from inside")
}

fn beside(folder: &str, marks: &Marks) -> Told {
    fs::write(Path::new(folder).join(&marks.token), "from inside").into()
}

/// Whether that file is there; it is removed.
fn left_in(folder: &str, scene: &crate::suite::scene::Scene) -> bool {
    fs::remove_file(Path::new(folder).join(&scene.marks.token)).is_ok()
}

fn beneath(root: &Path, path: &Path) -> PathBuf {
    root.join(path.strip_prefix("/").unwrap_or(path))
}
