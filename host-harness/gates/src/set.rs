//! The scanners of a Runner, by gate.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use agent_contract::gate::GateName;
use finding::{FileScanner, TreeScanner};
use kernel::Itself;
use policy::config::GatesConfig;

use crate::{frame::Way, scanners};

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
}

/// The scanners of a Runner.
#[derive(Default)]
pub struct Set {
    scanners: BTreeMap<GateName, Vec<Scanner>>,
    states: BTreeMap<GateName, State>,
}

impl Set {
    /// Puts the scanners together that gates need, with their rules and data.
    pub fn open(opening: &Opening) -> Result<Self, String> {
        let mut set = Self::default();
        for gate in opening.gates {
            set.add(*gate, opening)?;
        }
        Ok(set)
    }

    fn add(&mut self, gate: GateName, opening: &Opening) -> Result<(), String> {
        let scanners = match gate {
            GateName::Secrets => vec![Scanner::Files(Box::new(scanners::secrets(opening)?))],
            GateName::Dependencies => {
                let (scanner, state) = scanners::dependencies(opening)?;
                self.states.insert(gate, state);
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
        })
    }

    pub(crate) fn state(&self, gate: GateName) -> &State {
        self.states.get(&gate).unwrap_or(&State::Ready)
    }
}
