use std::sync::{Mutex, PoisonError};

use agent_contract::{RepoPath, gate::Source};
use finding::{Canary, FileScanner, Look};
use sha2::{Digest as _, Sha256};

use crate::{
    engine::{Engine, Unread},
    files, report,
    rules::Rules,
};

/// Looks into files in this process. For tests, and for rules: sources that a stranger wrote
/// belong to a child.
pub struct Scanner {
    rules: Rules,
    /// Engines that nobody uses now: each thread that asks has one of its own.
    engines: Mutex<Vec<Engine>>,
}

impl Scanner {
    /// A scanner with these rules.
    pub fn new(rules: Rules) -> Self {
        Self { rules, engines: Mutex::default() }
    }

    fn ask<T>(&self, ask: impl FnOnce(&mut Engine) -> T) -> T {
        let free = self.engines.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut engine = free.unwrap_or_else(|| Engine::new(self.rules.clone()));
        let answer = ask(&mut engine);
        self.engines.lock().unwrap_or_else(PoisonError::into_inner).push(engine);
        answer
    }
}

impl FileScanner for Scanner {
    fn passes_over(&self, path: &RepoPath) -> Option<&'static str> {
        files::passes_over(path)
    }

    fn look(&self, path: &RepoPath, bytes: &[u8]) -> Look {
        let language = match files::language(path, bytes) {
            Ok(language) => language,
            Err(reason) => return Look::Skipped(reason),
        };
        let bytes = files::readable(bytes);
        match self.ask(|engine| engine.look(language, &bytes)) {
            Ok(said) => report::found(&self.rules, path, &bytes, &said)
                .map_or_else(|| Look::Broken("its findings are outside of it".to_owned()), Look::Scanned),
            Err(unread) => Look::Broken(reason(&unread)),
        }
    }

    fn canary(&self) -> Canary {
        canary()
    }

    fn sources(&self) -> Vec<Source> {
        sources(&self.rules)
    }
}

/// Why a file could not be looked into.
pub(crate) fn reason(unread: &Unread) -> String {
    match unread {
        Unread::Source(symbols::Skipped::Binary) => {
            "it is a source by its name and has zero bytes".to_owned()
        }
        Unread::Source(symbols::Skipped::TooLarge) => {
            format!("it has more than {} bytes", crate::engine::FILE_BYTES_MAX)
        }
        Unread::Source(symbols::Skipped::TooDeep) => "it nests too deep to be read".to_owned(),
        Unread::Source(symbols::Skipped::Slow) => "it takes too long to be read".to_owned(),
        Unread::Source(skipped) => format!("it could not be read: {skipped}"),
        Unread::Rule(fault) => fault.clone(),
    }
}

/// What has to be found in every run.
pub(crate) fn canary() -> Canary {
    Canary {
        path: RepoPath::parse("canary/sast.py").expect("a path inside the repository"),
        bytes: b"import os\n\ndef serve(request):\n    os.system('ls ' + request.args['folder'])\n".to_vec(),
        rule: "sast/python-command-from-request".to_owned(),
    }
}

/// The rule files that were gone by, one digest for all that this program comes with.
pub(crate) fn sources(rules: &Rules) -> Vec<Source> {
    let source = |file: &crate::RuleFile| Source {
        name: format!("sast rules `{}`", file.name),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        sha256: Sha256::digest(&file.text).iter().map(|byte| format!("{byte:02x}")).collect(),
    };
    rules.files.iter().map(source).collect()
}
