//! Where code of some form is.

use std::collections::BTreeMap;

use agent_contract::{
    RepoPath,
    lookup::{FindKind, FindQuery, Found, Match, SkippedFile, Span},
};
use policy::{Code, Permit, call::FindCall};
use symbols::{FILE_BYTES_MAX, Language, Skipped, Source};

use super::{Looks, Lookup, files, map::read};
use crate::{KernelError, Workspace, workspace::Tracked};

/// Files that are held at a time.
const HELD_MAX: usize = 256;
const TEXT_BYTES_MAX: usize = 400;

impl Lookup {
    /// Finds code in what is in the workspace now.
    pub fn find(
        &self,
        permit: Permit<FindCall>,
        workspace: &Workspace,
        looks: &Looks,
    ) -> Result<Found, KernelError> {
        let query = permit.into_call().query;
        let language = query.language.as_deref().map(language).transpose()?;
        let entries = files::of(workspace, query.folder.as_ref(), Tracked::Asked, looks)?;
        if query.kind == FindKind::File {
            return named(&query, &entries);
        }
        let mut finding =
            Finding { query: &query, found: Found::default(), reader: self.reader(), held: Vec::new() };
        for entry in entries {
            let spoken = Language::of_path(&entry.path);
            let Some(spoken) = spoken.filter(|spoken| language.is_none_or(|language| *spoken == language))
            else {
                continue;
            };
            let Ok(bytes) = read(workspace, &entry.path, looks) else { continue };
            if finding.may_hold(&bytes) {
                finding.add(&entry.path, Source { language: spoken, bytes })?;
            }
        }
        finding.ask()?;
        Ok(finding.found)
    }
}

fn language(name: &str) -> Result<Language, KernelError> {
    Language::ALL.iter().copied().find(|language| language.name() == name).ok_or_else(|| {
        let names: Vec<_> = Language::ALL.iter().map(|language| format!("`{}`", language.name())).collect();
        let message = format!(
            "no language is called `{}`\nhint: the languages are: {}",
            agent_contract::fault::shown(name),
            names.join(", ")
        );
        KernelError::new(Code::ArgumentMalformed, message)
    })
}

/// The files whose paths hold a text.
fn named(query: &FindQuery, entries: &[symbols::Entry]) -> Result<Found, KernelError> {
    let holds = |entry: &&symbols::Entry| query.text == "*" || entry.path.contains(&query.text);
    let mut places = entries.iter().filter(holds);
    let told = places.by_ref().take(query.limit as usize).map(|entry| {
        Ok(Match {
            path: parsed(&entry.path)?,
            from: 0,
            to: entry.stamp.bytes,
            line: 1,
            text: String::new(),
            captures: BTreeMap::new(),
        })
    });
    let matches = told.collect::<Result<Vec<_>, KernelError>>()?;
    Ok(Found { matches, files: entries.len() as u64, skipped: Vec::new(), more: places.next().is_some() })
}

struct Finding<'a, S> {
    query: &'a FindQuery,
    found: Found,
    reader: symbols::Reader<S>,
    held: Vec<(String, Source)>,
}

impl<S: FnMut() -> std::io::Result<symbols::Ends>> Finding<'_, S> {
    /// Whether it is worth while to look closer.
    fn may_hold(&self, bytes: &[u8]) -> bool {
        match self.query.kind {
            FindKind::Identifier => memchr::memmem::find(bytes, self.query.text.as_bytes()).is_some(),
            FindKind::Pattern | FindKind::File => true,
        }
    }

    fn add(&mut self, path: &str, source: Source) -> Result<(), KernelError> {
        self.found.files += 1;
        if source.bytes.len() > FILE_BYTES_MAX {
            self.skip(path, Skipped::TooLarge)?;
            return Ok(());
        }
        self.held.push((path.to_owned(), source));
        if self.held.len() >= HELD_MAX { self.ask() } else { Ok(()) }
    }

    fn ask(&mut self) -> Result<(), KernelError> {
        let (paths, sources): (Vec<_>, Vec<_>) = std::mem::take(&mut self.held).into_iter().unzip();
        match self.query.kind {
            FindKind::Identifier => {
                let answers = self.reader.find(&sources, &self.query.text);
                for ((path, source), answer) in paths.iter().zip(&sources).zip(answers) {
                    match answer {
                        Ok(found) => {
                            let places =
                                found.occurrences.iter().map(|at| (at.line, at.start, at.end, Vec::new()));
                            self.take(path, source, places, found.left_out > 0)?;
                        }
                        Err(skipped) => self.skip(path, skipped)?,
                    }
                }
            }
            FindKind::File => {}
            FindKind::Pattern => {
                let answers = self.reader.matches(&sources, &self.query.text);
                for ((path, source), answer) in paths.iter().zip(&sources).zip(answers) {
                    match answer {
                        Ok(matched) => {
                            let places = matched.matches.iter().map(|at| {
                                let captures =
                                    at.captures.iter().map(|one| (one.name.clone(), one.start, one.end));
                                (at.line, at.start, at.end, captures.collect())
                            });
                            self.take(path, source, places, matched.left_out > 0)?;
                        }
                        Err(skipped) => self.skip(path, skipped)?,
                    }
                }
            }
        }
        Ok(())
    }

    fn take(
        &mut self,
        path: &str,
        source: &Source,
        places: impl Iterator<Item = Place>,
        left_out: bool,
    ) -> Result<(), KernelError> {
        self.found.more |= left_out;
        for (line, from, to, captures) in places {
            if self.found.matches.len() >= self.query.limit as usize {
                self.found.more = true;
                return Ok(());
            }
            let text = source.bytes.get(from as usize..to as usize).unwrap_or_default();
            let text = String::from_utf8_lossy(&text[..text.len().min(TEXT_BYTES_MAX)]).into_owned();
            let captures: BTreeMap<_, _> = captures
                .into_iter()
                .map(|(name, from, to)| (name, Span { from: from.into(), to: to.into() }))
                .collect();
            let path = parsed(path)?;
            self.found.matches.push(Match { path, from: from.into(), to: to.into(), line, text, captures });
        }
        Ok(())
    }

    /// A pattern that can't be understood is no file's fault.
    fn skip(&mut self, path: &str, skipped: Skipped) -> Result<(), KernelError> {
        match skipped {
            Skipped::PatternTooLarge | Skipped::PatternWithoutText | Skipped::PatternNotUnderstood
                if self.query.language.is_some() =>
            {
                let message = format!("the pattern can't be looked for: {skipped}");
                Err(KernelError::new(Code::ArgumentMalformed, message))
            }
            // A pattern of another language.
            Skipped::PatternNotUnderstood => Ok(()),
            _ => {
                self.found.skipped.push(SkippedFile { path: parsed(path)?, why: skipped.to_string() });
                Ok(())
            }
        }
    }
}

/// A line, the first byte, the byte after the last, and what parts stand for.
type Place = (u32, u32, u32, Vec<(String, u32, u32)>);

fn parsed(path: &str) -> Result<RepoPath, KernelError> {
    RepoPath::parse(path).map_err(|fault| KernelError::new(Code::PathOutside, fault.to_string()))
}
