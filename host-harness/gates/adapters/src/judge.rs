use finding::{Found, RepoPath, Span};

use crate::{
    Adapter, CanaryRun, Ended, Exit, Output, Target,
    parsed::{Context, Parsed},
    plan::Pass,
};

/// What the runs of a tool amount to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Judged {
    /// It ran to its end, found its canary, and said this.
    Findings(Judgement),
    /// It can't be relied on, and why. Never a pass.
    Error(String),
}

/// What a tool found, and what it looked into.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Judgement {
    /// What it found.
    pub found: Vec<Found>,
    /// What it says that it scanned; none where it does not say.
    pub scanned: Option<Vec<RepoPath>>,
    /// What it was not shown or says that it left out, and why.
    pub skipped: Vec<(RepoPath, String)>,
    /// What it says that it could not read: no gate passes on such a file.
    pub broken: Vec<(RepoPath, String)>,
    /// The bill of materials as it wrote it, where that is what it is for.
    pub document: Option<Vec<u8>>,
}

impl Adapter {
    /// Judges the ends of a plan's invocations, in their order.
    pub fn judge(&self, target: &Target, ended: &[Ended]) -> Judged {
        match self.judged(target, ended) {
            Ok(judgement) => Judged::Findings(judgement),
            Err(reason) => Judged::Error(format!("`{}` {reason}", self.definition.name)),
        }
    }

    fn judged(&self, target: &Target, ended: &[Ended]) -> Result<Judgement, String> {
        let passes = self.passes(target);
        if passes.len() != ended.len() || passes.is_empty() {
            return Err(format!("was to be run {} times and was {} times", passes.len(), ended.len()));
        }
        let mut whole = Judgement { found: self.silenced(target)?, ..Judgement::default() };
        for (pass, ended) in passes.iter().zip(ended) {
            let mut parsed = self.one(pass, ended)?;
            if pass.canary && !self.take_canary(&mut parsed) {
                return Err("did not find the fault that was planted for it".to_owned());
            }
            if pass.canary && self.canary_run() == CanaryRun::Apart {
                continue;
            }
            let output = self.output(ended);
            self.add(&mut whole, parsed, output);
        }
        self.told_apart(&mut whole, target);
        Ok(whole)
    }

    fn one(&self, pass: &Pass, ended: &Ended) -> Result<Parsed, String> {
        let code = match ended.exit {
            Exit::Code(code) => code,
            Exit::Signal(signal) => return Err(format!("was ended by signal {signal}")),
            Exit::TimedOut => return Err("did not end in its time".to_owned()),
            Exit::TooMuch => return Err("wrote more than it may".to_owned()),
            Exit::Missing => return Err("could not be started".to_owned()),
        };
        let codes = &self.definition.exit;
        let (clean, found) = (codes.clean.contains(&code), codes.found.contains(&code));
        if !clean && !found {
            return Err(format!("ended with code {code}, which means neither clean nor found"));
        }
        if let Some(words) = &self.definition.ends_with_words
            && memchr::memmem::find(&ended.stderr, words.as_bytes()).is_none()
        {
            return Err(format!("did not say `{words}` at its end"));
        }
        let output = self.output(ended).ok_or("wrote no report")?;
        let context = Context {
            definition: &self.definition,
            root: &pass.root,
            stderr: &ended.stderr,
            file: pass.files.first(),
        };
        let parsed = self.definition.format.parse(output, &context).map_err(|fault| fault.to_string())?;
        if let Some(fault) = parsed.faults.first() {
            return Err(format!("says that it did not run well: {fault}"));
        }
        match (clean, found, parsed.found.is_empty()) {
            (true, false, false) => Err(format!("ended with code {code}, clean, and reports findings")),
            (false, true, true) => Err(format!("ended with code {code}, found, and reports no finding")),
            _ => Ok(parsed),
        }
    }

    fn output<'a>(&self, ended: &'a Ended) -> Option<&'a [u8]> {
        match self.definition.output {
            Output::Stdout => Some(&ended.stdout),
            Output::Stderr => Some(&ended.stderr),
            Output::File => ended.report.as_deref(),
        }
    }

    /// Takes what is the canary's out of an output; whether it was there.
    fn take_canary(&self, parsed: &mut Parsed) -> bool {
        let rule = format!("{}/{}", self.definition.name, self.definition.canary.rule);
        let mut seen = parsed.components.remove(&self.definition.canary.rule);
        let apart = self.canary_run() == CanaryRun::Apart;
        parsed.found.retain(|found| {
            let here = found.path.as_ref() == Some(&self.canary) || (apart && found.path.is_none());
            seen |= here && found.rule == rule;
            !here
        });
        if let Some(scanned) = &mut parsed.scanned {
            seen &= scanned.contains(&self.canary) || apart;
            scanned.retain(|path| *path != self.canary);
        }
        seen
    }

    fn add(&self, whole: &mut Judgement, parsed: Parsed, output: Option<&[u8]>) {
        whole.found.extend(parsed.found);
        whole.skipped.extend(parsed.skipped);
        whole.broken.extend(parsed.broken);
        if let Some(scanned) = parsed.scanned {
            whole.scanned.get_or_insert_default().extend(scanned);
        }
        if matches!(self.definition.format, crate::format::Format::Cyclonedx) {
            whole.document = output.map(<[u8]>::to_vec);
        }
    }

    /// What the tool was not shown is left out, whatever it says.
    fn told_apart(&self, whole: &mut Judgement, target: &Target) {
        let name = &self.definition.name;
        for path in target.tree.paths().into_iter().filter(|path| self.withholds(path)) {
            whole.skipped.push((path, format!("{name} would obey it, so it is not shown to it")));
        }
        whole.skipped.sort();
        whole.skipped.dedup();
    }

    /// Files whose author can silence the tool: there, that it finds nothing proves nothing.
    fn silenced(&self, target: &Target) -> Result<Vec<Found>, String> {
        let words = &self.definition.obeys.words;
        let mut silenced = Vec::new();
        if words.is_empty() {
            return Ok(silenced);
        }
        for path in target.tree.paths() {
            let Some(bytes) = target.tree.read(&path)? else { continue };
            for word in words {
                if let Some(at) = memchr::memmem::find(&bytes, word.as_bytes()) {
                    silenced.push(self.silence(&path, word, Span::of(&bytes, at..at + word.len())));
                }
            }
        }
        Ok(silenced)
    }

    fn silence(&self, path: &RepoPath, word: &str, span: Span) -> Found {
        let name = &self.definition.name;
        Found {
            rule: format!("{name}/silenced").into(),
            severity: agent_contract::gate::Severity::High,
            path: Some(path.clone()),
            span: Some(span),
            message: format!("`{word}` silences {name} in `{path}`, so that its silence proves nothing"),
            remedy: "take the words out, and let a waiver say what may be".into(),
            subject: word.as_bytes().to_vec(),
        }
    }
}
