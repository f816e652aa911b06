//! The scanners of a Runner, by gate.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
    sync::Arc,
};

use agent_contract::gate::GateName;
use finding::{FileScanner, TreeScanner};
use kernel::Itself;
use policy::config::GatesConfig;

use crate::{
    frame::Way,
    scanners,
    tools::{self, Holds, Sought, Tool},
    vex::Word,
};

/// How files outside the tree are read.
pub type Reads<'a> = &'a dyn Fn(&Path) -> Result<Option<Vec<u8>>, String>;

/// What the scanners of a Runner are made from.
pub struct Opening<'a> {
    /// The operator's configuration.
    pub config: &'a GatesConfig,
    /// The gates that are to be run.
    pub gates: &'a BTreeSet<GateName>,
    /// The state directory.
    pub state: &'a Path,
    /// How files of rules and data are read.
    pub read: Reads<'a>,
    /// The time, in milliseconds since 1970.
    pub now_ms: u64,
    /// The program that parses in a process of its own.
    pub itself: &'a Itself,
    /// What holds the tools of others.
    pub holds: &'a Holds,
}

/// Whether a gate has what it needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum State {
    /// It has.
    Ready,
    /// Something is not there.
    Absent(String),
    /// Something is too old.
    Stale(String),
    /// Something can't be used.
    Broken(String),
}

enum Scanner {
    Files(Box<dyn FileScanner>),
    Together(Box<dyn TreeScanner>),
    Tool(Box<Tool>),
}

/// The scanners of a Runner.
#[derive(Default)]
pub struct Set {
    scanners: BTreeMap<GateName, Vec<Scanner>>,
    states: BTreeMap<GateName, State>,
    notes: BTreeMap<GateName, Vec<String>>,
    word: Option<Word>,
}

impl Set {
    /// Puts the scanners together that gates need, with their rules and data.
    pub fn open(opening: &Opening) -> Result<Self, String> {
        let mut set = Self::default();
        for gate in opening.gates {
            set.add(*gate, opening)?;
        }
        for config in &opening.config.tools {
            set.add_tool(tools::seek(config, opening)?);
        }
        Ok(set)
    }

    fn add_tool(&mut self, (gate, sought): (GateName, Sought)) {
        match sought {
            Sought::Tool(tool) => self.scanners.entry(gate).or_default().push(Scanner::Tool(tool)),
            Sought::Unasked => {}
            Sought::Passed(reason) => self.notes.entry(gate).or_default().push(reason),
            Sought::Lacking(state) => {
                let known = self.states.entry(gate).or_insert(State::Ready);
                if *known == State::Ready {
                    *known = state;
                }
            }
        }
    }

    fn add(&mut self, gate: GateName, opening: &Opening) -> Result<(), String> {
        let scanners = match gate {
            GateName::Secrets => vec![Scanner::Files(Box::new(scanners::secrets(opening)?))],
            GateName::Dependencies => {
                let (scanner, state) = scanners::dependencies(opening)?;
                self.states.insert(gate, state);
                let scanner = Arc::new(scanner);
                self.word = Some(Word::open(opening, scanner.clone())?);
                vec![Scanner::Together(Box::new(scanner))]
            }
            GateName::Sast => vec![Scanner::Files(Box::new(scanners::sast(opening)?))],
            GateName::Container => vec![Scanner::Files(Box::new(scanners::container(opening)?))],
            GateName::Consistency => vec![Scanner::Together(Box::new(scanners::consistency()?))],
            GateName::Iac => {
                let (files, modules) = scanners::iac(opening)?;
                vec![Scanner::Files(Box::new(files)), Scanner::Together(Box::new(modules))]
            }
            GateName::Sbom => vec![Scanner::Together(Box::new(scanners::sbom(opening)))],
            GateName::Licence => {
                let (heads, packages) = scanners::licence(opening)?;
                vec![Scanner::Files(Box::new(heads)), Scanner::Together(Box::new(packages))]
            }
            _ => return Ok(()),
        };
        self.scanners.insert(gate, scanners);
        Ok(())
    }

    /// How a gate looks; nothing where it does not look into files.
    pub(crate) fn ways(&self, gate: GateName) -> impl Iterator<Item = Way<'_>> {
        self.scanners.get(&gate).into_iter().flatten().map(|scanner| match scanner {
            Scanner::Files(scanner) => Way::Files(&**scanner),
            Scanner::Together(scanner) => Way::Together(&**scanner),
            Scanner::Tool(tool) => Way::Tool(tool),
        })
    }

    pub(crate) fn state(&self, gate: GateName) -> &State {
        self.states.get(&gate).unwrap_or(&State::Ready)
    }

    /// What is heard and said of vulnerabilities.
    pub(crate) fn word(&self) -> Option<&Word> {
        self.word.as_ref()
    }

    /// What has to be said of a gate besides what it saw.
    pub(crate) fn notes(&self, gate: GateName) -> &[String] {
        self.notes.get(&gate).map_or(&[], Vec::as_slice)
    }
}
