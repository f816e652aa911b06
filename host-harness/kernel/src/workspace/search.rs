use agent_contract::RepoPath;
use policy::{Code, Permit, call::SearchCall};

use super::{Tracked, Workspace};
use crate::KernelError;

/// A line that holds what was looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hit {
    /// The file.
    pub path: RepoPath,
    /// The line's number, from one.
    pub line: u32,
    /// The line, cut.
    pub text: String,
}

/// What a search found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Hits {
    /// The lines, by path and number.
    pub hits: Vec<Hit>,
    /// Whether there were more.
    pub more: bool,
}

/// What a search may show.
pub struct Shows<'a> {
    /// Of the files, by their paths.
    pub path: &'a dyn Fn(&RepoPath) -> bool,
    /// Of the files, by what they hold: a part of it would be a hint to the rest.
    pub content: &'a dyn Fn(&[u8]) -> bool,
}

const LINE_BYTES_MAX: usize = 400;

impl Workspace {
    /// Finds lines that hold a text. Files that are too large, hold a NUL or are ignored by git
    /// are passed over, and so is what may not be shown.
    pub fn search(&mut self, permit: Permit<SearchCall>, shows: &Shows) -> Result<Hits, KernelError> {
        let call = permit.into_call();
        let mut found = Hits::default();
        let paths = self.own_files(call.folder.as_ref(), Tracked::Asked)?.into_keys();
        for path in paths.filter(|path| (shows.path)(path)) {
            self.search_file(&path, &call, shows, &mut found)?;
            if found.more {
                break;
            }
        }
        Ok(found)
    }

    fn search_file(
        &mut self,
        path: &RepoPath,
        call: &SearchCall,
        shows: &Shows,
        found: &mut Hits,
    ) -> Result<(), KernelError> {
        let file = match self.exact(path) {
            Ok(Some(file)) => file,
            Ok(None) => return Ok(()),
            Err(error) if matches!(error.code, Code::FileTooLarge | Code::FileKind) => return Ok(()),
            Err(error) => return Err(error),
        };
        if file.blob.bytes().contains(&0) || !(shows.content)(file.blob.bytes()) {
            return Ok(());
        }
        let text = String::from_utf8_lossy(file.blob.bytes());
        for (index, line) in text.lines().enumerate().filter(|(_, line)| line.contains(&call.text)) {
            if found.hits.len() == call.limit as usize {
                found.more = true;
                break;
            }
            let line_number = u32::try_from(index + 1).unwrap_or(u32::MAX);
            found.hits.push(Hit { path: path.clone(), line: line_number, text: cut(line) });
        }
        Ok(())
    }
}

fn cut(line: &str) -> String {
    let end = line.floor_char_boundary(LINE_BYTES_MAX.min(line.len()));
    line[..end].to_owned()
}
