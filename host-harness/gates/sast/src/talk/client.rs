use std::{
    io::{self, Read, Write},
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU32, Ordering},
    },
};

use agent_contract::{RepoPath, gate::Source};
use finding::{Canary, FileScanner, Look};
use symbols::Language;

use super::wire::{ANSWER_BYTES_MAX, pack_question, pack_rules, read_frame, unpack_answer, write_frame};
use crate::{
    engine::{FILE_BYTES_MAX, Said, Unread},
    files, report,
    rules::Rules,
    scanner::{canary, reason, sources},
};

/// The pipes of a child: where questions go and where answers come from. Letting go of them
/// must end the child. A read that gives up, as one with a time limit does, counts as its end.
pub type Ends = (Box<dyn Write + Send>, Box<dyn Read + Send>);

/// Children that may go away. Files that kill their reader are no accident after so many.
const DEATHS_MAX: u32 = 32;

/// Asks children about sources: each thread that asks has one of its own.
pub struct Client<S> {
    rules: Rules,
    /// The rules as they go to each child.
    opening: Vec<u8>,
    spawn: S,
    free: Mutex<Vec<Child>>,
    deaths: AtomicU32,
}

struct Child {
    ends: Ends,
    next_id: u32,
}

impl<S: Fn() -> io::Result<Ends> + Send + Sync> Client<S> {
    /// A client with these rules, whose children are started by a function when they are
    /// needed. A child serves by [`serve`](crate::serve).
    pub fn open(rules: Rules, spawn: S) -> Self {
        let opening = pack_rules(&rules.files);
        Self { rules, opening, spawn, free: Mutex::default(), deaths: AtomicU32::new(0) }
    }

    /// What a child says of a file. One that went away over it says nothing more; the file
    /// is broken then, and the next one gets another child.
    fn ask(&self, language: Language, bytes: &[u8]) -> Result<Result<Said, Unread>, String> {
        // A child may have gone away since the last file: that is not this one's fault.
        let used = self.free.lock().unwrap_or_else(PoisonError::into_inner).pop();
        if let Some(answer) = used.and_then(|child| self.exchange(child, language, bytes)) {
            return Ok(answer);
        }
        let answer = self.exchange(self.child()?, language, bytes);
        answer.ok_or_else(|| self.died())
    }

    fn exchange(&self, mut child: Child, language: Language, bytes: &[u8]) -> Option<Result<Said, Unread>> {
        child.next_id = child.next_id.wrapping_add(1);
        let (input, output) = &mut child.ends;
        write_frame(input, &pack_question(child.next_id, language, bytes)).ok()?;
        let frame = read_frame(output, ANSWER_BYTES_MAX).ok()??;
        let answer = unpack_answer(&frame, child.next_id)?;
        self.free.lock().unwrap_or_else(PoisonError::into_inner).push(child);
        Some(answer)
    }

    fn child(&self) -> Result<Child, String> {
        if self.deaths.load(Ordering::Relaxed) >= DEATHS_MAX {
            return Err("too many files ended the process that reads sources".to_owned());
        }
        let (mut input, output) = (self.spawn)().map_err(|fault| {
            // What could not be started once is not tried for each file.
            self.deaths.store(DEATHS_MAX, Ordering::Relaxed);
            format!("the process that reads sources can't be started: {fault}")
        })?;
        write_frame(&mut input, &self.opening).map_err(|_| self.died())?;
        Ok(Child { ends: (input, output), next_id: 0 })
    }

    fn died(&self) -> String {
        self.deaths.fetch_add(1, Ordering::Relaxed);
        "the process that reads sources ended over it".to_owned()
    }
}

impl<S: Fn() -> io::Result<Ends> + Send + Sync> FileScanner for Client<S> {
    fn passes_over(&self, path: &RepoPath) -> Option<&'static str> {
        files::passes_over(path)
    }

    fn look(&self, path: &RepoPath, bytes: &[u8]) -> Look {
        let language = match files::language(path, bytes) {
            Ok(language) => language,
            Err(reason) => return Look::Skipped(reason),
        };
        let bytes = files::readable(bytes);
        if bytes.len() > FILE_BYTES_MAX {
            return Look::Broken(reason(&Unread::Source(symbols::Skipped::TooLarge)));
        }
        match self.ask(language, &bytes) {
            Ok(Ok(said)) => report::found(&self.rules, path, &bytes, &said)
                .map_or_else(|| Look::Broken("what was said of it can't be".to_owned()), Look::Scanned),
            Ok(Err(unread)) => Look::Broken(reason(&unread)),
            Err(fault) => Look::Broken(fault),
        }
    }

    fn canary(&self) -> Canary {
        canary()
    }

    fn sources(&self) -> Vec<Source> {
        sources(&self.rules)
    }
}
