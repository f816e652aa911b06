use std::{
    ffi::OsString,
    path::{Path, PathBuf},
};

/// A program on the search path, by its whole path. Places that depend on where we
/// stand don't count: a repository could put a program of its own there.
pub(super) fn find(name: &str) -> Option<PathBuf> {
    let file = format!("{name}{}", std::env::consts::EXE_SUFFIX);
    places().into_iter().map(|place| place.join(&file)).find(|path| is_program(path))
}

/// The search path that programs of ours see.
pub(super) fn search_path() -> OsString {
    std::env::join_paths(places()).unwrap_or_default()
}

fn places() -> Vec<PathBuf> {
    absolute(&std::env::var_os("PATH").unwrap_or_default())
}

fn absolute(path: &OsString) -> Vec<PathBuf> {
    std::env::split_paths(path).filter(|place| place.is_absolute()).collect()
}

fn is_program(path: &Path) -> bool {
    path.to_str().is_some_and(|name| crate::process::is_program(name, Path::new("/")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_that_depend_on_where_we_stand_are_not_searched() {
        let found = absolute(&OsString::from(".:/usr/bin::bin:../x:/bin"));
        assert_eq!(found, [Path::new("/usr/bin"), Path::new("/bin")]);
    }

    #[test]
    fn a_program_is_named_by_its_whole_path() {
        assert!(find("git").is_some_and(|path| path.is_absolute()));
        assert_eq!(find("no-such-program-of-anybody"), None);
    }
}
