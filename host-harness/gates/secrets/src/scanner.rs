use std::sync::{Arc, Mutex, PoisonError};

use finding::{Canary, FileScanner, Found, Look, RepoPath, Source};

use crate::{
    Leak, Overflow, Rule, Rules, Stream, Worker, canary, doubles,
    lines::Lines,
    mask::masked,
    rules::Case,
    scan::{Scan, Text},
    stream::PIECE_BYTES,
};

/// Whether a comment in a file may say that what stands beside it is no secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Comments {
    /// It may not: the file is a stranger's.
    #[default]
    Powerless,
    /// It may; for trees whose authors are trusted.
    Honoured,
}

/// What the operator may set.
#[derive(Debug, Clone, PartialEq)]
pub struct Options {
    /// How often what was decoded is decoded again; 0 for not at all.
    pub decode_depth: u8,
    /// What comments may do.
    pub comments: Comments,
    /// Rules with `tokens` let be what reads so smoothly.
    pub characters_per_token_max: f64,
}

impl Default for Options {
    fn default() -> Self {
        Self { decode_depth: 3, comments: Comments::default(), characters_per_token_max: 2.5 }
    }
}

/// Finds secrets in files and texts.
#[derive(Debug)]
pub struct Scanner {
    rules: Arc<Rules>,
    options: Options,
    idle: Mutex<Vec<Worker>>,
}

impl Scanner {
    /// A scanner by some rules.
    pub fn new(rules: Arc<Rules>, options: Options) -> Self {
        Self { rules, options, idle: Mutex::default() }
    }

    /// What one thread keeps from file to file.
    pub fn worker(&self) -> Worker {
        Worker::of(self.rules.automaton.slots, self.rules.all.len())
    }

    /// The rule of a leak.
    pub fn rule(&self, leak: &Leak) -> &Rule {
        &self.rules.all[leak.rule]
    }

    /// The secrets in a text that is no file: a diff, a prompt, a message.
    pub fn text(&self, bytes: &[u8]) -> Result<Vec<Leak>, Overflow> {
        self.with_worker(|worker| self.leaks(worker, None, bytes))
    }

    /// The secrets in a file, with the state of the caller's thread.
    pub fn leaks(
        &self,
        worker: &mut Worker,
        path: Option<&str>,
        bytes: &[u8],
    ) -> Result<Vec<Leak>, Overflow> {
        self.raw_leaks(worker, path, bytes).map(|leaks| self.without_doubles(leaks))
    }

    /// Looks into a file with the state of the caller's thread.
    pub fn look_with(&self, worker: &mut Worker, path: &RepoPath, bytes: &[u8]) -> Look {
        if let Some(reason) = self.passes_over(path) {
            return Look::Skipped(reason);
        }
        match self.leaks(worker, Some(path.as_str()), bytes) {
            Ok(leaks) => Look::Scanned(leaks.into_iter().map(|leak| self.found(path, leak)).collect()),
            Err(overflow) => Look::Broken(format!("can't judge `{}`: {overflow}", path.as_str())),
        }
    }

    /// Looks into a file that comes in pieces, however large it is.
    pub fn stream<'a>(&'a self, worker: &'a mut Worker, path: Option<&'a str>) -> Stream<'a> {
        Stream::new(self, worker, path)
    }

    /// A leak as a finding; the secret goes no further than its subject.
    pub fn found(&self, path: &RepoPath, leak: Leak) -> Found {
        let rule = self.rule(&leak);
        let form = leak.encoding.map(|form| format!(", in {form} form")).unwrap_or_default();
        let what = match rule.description.trim().trim_end_matches('.') {
            "" => rule.id.as_str(),
            words => words,
        };
        let message = match rule.pattern {
            Some(_) => format!("a secret lies open: {what}, `{}`{form}", masked(&leak.secret)),
            None => format!("a file that holds secrets: {what}"),
        };
        Found {
            rule: rule.name.clone().into(),
            severity: rule.severity,
            path: Some(path.clone()),
            span: Some(leak.span),
            message,
            remedy: rule.remedy.clone().into(),
            subject: leak.secret,
        }
    }

    pub(crate) fn rules(&self) -> &Rules {
        &self.rules
    }

    /// Whether a rule finds something in one of its cases.
    pub(crate) fn case(&self, worker: &mut Worker, rule: &Rule, case: &Case) -> bool {
        let named = |path: &str| self.rules.allow.iter().any(|list| list.lets_path(Some(path)));
        let passed_over = case.path.as_deref().is_some_and(named);
        let leaks = self.raw_leaks(worker, case.path.as_deref(), case.text.as_bytes());
        !passed_over && leaks.is_ok_and(|leaks| leaks.iter().any(|leak| self.rule(leak).id == rule.id))
    }

    fn raw_leaks(
        &self,
        worker: &mut Worker,
        path: Option<&str>,
        bytes: &[u8],
    ) -> Result<Vec<Leak>, Overflow> {
        if bytes.len() > PIECE_BYTES {
            let mut stream = self.stream(worker, path);
            bytes.chunks(PIECE_BYTES).try_for_each(|piece| stream.feed(piece))?;
            return stream.finish();
        }
        worker.gates.fill(false);
        let text = Text { bytes, base: 0, told: 0..usize::MAX, path };
        self.scan(worker, text, &mut Lines::new())
    }

    pub(crate) fn scan(
        &self,
        worker: &mut Worker,
        text: Text<'_>,
        lines: &mut Lines,
    ) -> Result<Vec<Leak>, Overflow> {
        let mut scan = Scan { rules: &self.rules, options: &self.options, text, leaks: Vec::new() };
        scan.run(worker, lines)?;
        Ok(scan.leaks)
    }

    /// Each secret once.
    pub(crate) fn without_doubles(&self, leaks: Vec<Leak>) -> Vec<Leak> {
        doubles::left_out(leaks, &self.rules.all)
    }

    fn with_worker<T>(&self, work: impl FnOnce(&mut Worker) -> T) -> T {
        let idle = || self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        let taken = idle().pop();
        let mut worker = taken.unwrap_or_else(|| self.worker());
        let outcome = work(&mut worker);
        idle().push(worker);
        outcome
    }
}

impl FileScanner for Scanner {
    fn passes_over(&self, path: &RepoPath) -> Option<&'static str> {
        let named = self.rules.allow.iter().any(|list| list.lets_path(Some(path.as_str())));
        named.then_some("the secret rules let this path be")
    }

    fn look(&self, path: &RepoPath, bytes: &[u8]) -> Look {
        self.with_worker(|worker| self.look_with(worker, path, bytes))
    }

    fn canary(&self) -> Canary {
        canary::of(self)
    }

    fn sources(&self) -> Vec<Source> {
        self.rules.sources.clone()
    }
}
