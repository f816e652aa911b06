//! OpenVEX: what the operator hears on vulnerabilities, and what is said of those found here.

use std::{collections::BTreeMap, path::Path, sync::Arc};

use agent_contract::gate::{Finding, GateName, GateResult, Waiver};
use dependencies::{
    gate::Dependencies,
    vex::{self, About, Statements},
};

use crate::{
    Opening,
    frame::{Seen, Subject},
};

/// Who says what a run writes.
const AUTHOR: &str = "AGenNext Code Assist, the reference Runner";
/// A statement holds until another one is made.
const FOR_EVER: &str = "9999-12-31";

/// What is heard and said of vulnerabilities.
pub(crate) struct Word {
    dependencies: Arc<Dependencies>,
    statements: Statements,
    now_ms: u64,
}

/// What findings are about, by their fingerprints.
pub(crate) type Abouts = BTreeMap<String, About>;

impl Word {
    /// With the documents that the operator names.
    pub fn open(opening: &Opening, dependencies: Arc<Dependencies>) -> Result<Self, String> {
        let mut statements = Statements::default();
        for file in &opening.config.dependencies.vex {
            let bytes =
                (opening.read)(Path::new(file))?.ok_or_else(|| format!("there is no file `{file}`"))?;
            statements =
                statements.and(Statements::read(&bytes).map_err(|fault| format!("`{file}`: {fault}"))?);
        }
        Ok(Self { dependencies, statements, now_ms: opening.now_ms })
    }

    /// Marks what a statement settles, and gives what the findings are about.
    pub fn settle(&self, seen: Option<&mut Seen>, subject: &Subject) -> Abouts {
        let Some(seen) = seen.filter(|seen| !seen.findings.is_empty()) else { return Abouts::new() };
        let abouts = self.dependencies.spoken_of(&packages::read(subject.now));
        for finding in seen.findings.iter_mut().filter(|finding| finding.waiver.is_none()) {
            let about = abouts.get(&finding.fingerprint);
            let settled = about.and_then(|about| self.statements.settled(about, self.now_ms));
            finding.waiver = settled.map(|settled| Waiver {
                fingerprint: finding.fingerprint.clone(),
                reason: format!("OpenVEX: {}", settled.justification()),
                owner: settled.author().to_owned(),
                expires: FOR_EVER.to_owned(),
            });
        }
        abouts
    }

    /// What is said of the findings; nothing where there is none about a vulnerability.
    pub fn said(&self, results: &[GateResult], abouts: &Abouts) -> Result<Option<Vec<u8>>, String> {
        let gate = results.iter().find(|result| result.gate == GateName::Dependencies);
        let about = |finding: &Finding| Some((abouts.get(&finding.fingerprint)?.clone(), finding.clone()));
        let found: Vec<_> = gate.into_iter().flat_map(|gate| &gate.findings).filter_map(about).collect();
        vex::write(AUTHOR, self.now_ms, &found, &self.statements).map_err(|fault| fault.to_string())
    }
}
