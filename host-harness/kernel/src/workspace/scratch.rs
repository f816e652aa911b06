//! Folders for copies of a workspace. Each is locked while its run lives; what a killed
//! run left behind is known by that, and the next copy clears it away.

use std::{
    fs::{self, File},
    io,
    path::{Path, PathBuf},
};

use crate::KernelError;

const LOCK: &str = "lock";
const FILES: &str = "files";
/// How often a new folder may be cleared away between its making and its locking.
const ATTEMPTS: u32 = 5;

/// A folder of our own, removed when it is dropped.
#[derive(Debug)]
pub struct Scratch {
    folder: PathBuf,
    _lock: File,
}

impl Scratch {
    /// A new folder within `within`, once the leavings there are gone.
    pub fn new(within: &Path) -> io::Result<Self> {
        fs::create_dir_all(within)?;
        clear(within)?;
        let mut made = Self::create(within);
        for _ in 1..ATTEMPTS {
            match made {
                Err(error) if error.kind() == io::ErrorKind::NotFound => made = Self::create(within),
                made => return made,
            }
        }
        made
    }

    fn create(within: &Path) -> io::Result<Self> {
        let folder = within.join(uuid::Uuid::now_v7().simple().to_string());
        fs::create_dir(&folder)?;
        let lock = File::create_new(folder.join(LOCK))?;
        lock.lock()?;
        fs::create_dir(folder.join(FILES))?;
        Ok(Self { folder, _lock: lock })
    }

    /// A new folder within `within`, for whoever works with the Kernel.
    pub fn within(within: &Path) -> Result<Self, KernelError> {
        Self::new(within).map_err(KernelError::io("make a folder in", within.display()))
    }

    /// Where the files go.
    pub fn files(&self) -> PathBuf {
        self.folder.join(FILES)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // What can't be removed now is unlocked in a moment, and cleared away by the next run.
        let _ = remove(&self.folder);
    }
}

/// Removes the folders whose run is over.
fn clear(within: &Path) -> io::Result<()> {
    for entry in fs::read_dir(within)? {
        let folder = entry?.path();
        match File::open(folder.join(LOCK)) {
            Ok(lock) if lock.try_lock().is_ok() => {
                let _ = remove(&folder);
            }
            Ok(_) => {}
            // Made and not yet locked, or killed just there: gone only where it is empty.
            Err(_) => {
                let _ = fs::remove_dir(&folder);
            }
        }
    }
    Ok(())
}

fn remove(folder: &Path) -> io::Result<()> {
    match fs::remove_dir_all(folder) {
        Ok(()) => Ok(()),
        // A check may have taken the permission away from its own folders.
        Err(_) => open_up(folder).and_then(|()| fs::remove_dir_all(folder)),
    }
}

#[cfg(unix)]
fn open_up(folder: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    fs::set_permissions(folder, fs::Permissions::from_mode(0o700))?;
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            open_up(&entry.path())?;
        }
    }
    Ok(())
}

#[cfg(not(unix))]
fn open_up(_: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(folder: &Path) -> usize {
        fs::read_dir(folder).unwrap().count()
    }

    #[test]
    fn what_is_dropped_is_gone_and_what_lives_stays() {
        let within = tempfile::tempdir().unwrap();
        let one = Scratch::new(within.path()).unwrap();
        let two = Scratch::new(within.path()).unwrap();
        assert!(one.files().is_dir() && two.files().is_dir());
        drop(one);
        assert_eq!(count(within.path()), 1);
    }

    #[test]
    fn what_a_killed_run_left_is_cleared_away() {
        let within = tempfile::tempdir().unwrap();
        let left = within.path().join("left");
        fs::create_dir_all(left.join(FILES).join("deep")).unwrap();
        fs::write(left.join(LOCK), "").unwrap();
        fs::create_dir(within.path().join("hardly-begun")).unwrap();
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            fs::write(left.join(FILES).join("deep/file"), "").unwrap();
            fs::set_permissions(left.join(FILES).join("deep"), fs::Permissions::from_mode(0o500)).unwrap();
        }
        let scratch = Scratch::new(within.path()).unwrap();
        assert_eq!(count(within.path()), 1);
        assert!(scratch.files().is_dir());
    }

    #[test]
    fn many_at_once_each_get_one() {
        let within = tempfile::tempdir().unwrap();
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    for _ in 0..50 {
                        assert!(Scratch::new(within.path()).unwrap().files().is_dir());
                    }
                });
            }
        });
        assert_eq!(count(within.path()), 0);
    }
}
