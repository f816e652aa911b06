//! What somebody answers for. A waiver that is over, or that nothing needs, fails.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use agent_contract::{
    RepoPath,
    gate::{Finding, GateName, GateOutcome, GateResult, Severity},
};
use policy::{
    config::{Approver, GatesConfig, WaiverConfig},
    date::Date,
    waiver,
};

use crate::{
    Reads,
    frame::{Seen, Subject},
};

/// The waivers of the operator's file, and those that an approver signed.
pub fn waivers(
    config: &GatesConfig,
    approvers: &[Approver],
    read: Reads,
) -> Result<Vec<WaiverConfig>, String> {
    let mut waivers = config.waivers.clone();
    for file in &config.waiver_files {
        let bytes = read(Path::new(file))?.ok_or_else(|| format!("there is no file `{file}`"))?;
        let text = String::from_utf8(bytes).map_err(|_| format!("`{file}` is not UTF-8"))?;
        waivers.extend(waiver::verify(&text, approvers).map_err(|fault| format!("`{file}`: {fault}"))?);
    }
    Ok(waivers)
}

/// The waivers of a run, and the day.
#[derive(Debug, Clone)]
pub struct Waivers {
    waivers: Vec<WaiverConfig>,
    today: Date,
}

/// What is wrong with waivers: the gate that says so, and what.
#[derive(Debug, Default)]
pub(crate) struct Faults(Vec<(Option<GateName>, String)>);

impl Waivers {
    /// Those that hold on a day.
    pub fn new(waivers: Vec<WaiverConfig>, now_ms: u64) -> Self {
        Self { waivers, today: Date::of_ms(now_ms) }
    }

    /// Marks what is waived.
    pub(crate) fn apply(&self, seen: &mut BTreeMap<GateName, Seen>, subject: &Subject) -> Faults {
        let mut faults = Faults::default();
        for waiver in &self.waivers {
            let over = Date::parse(&waiver.expires).is_none_or(|day| day < self.today);
            let found: Vec<_> = seen
                .iter_mut()
                .flat_map(|(gate, seen)| seen.findings.iter_mut().map(|finding| (*gate, finding)))
                .filter(|(_, finding)| finding.fingerprint == waiver.fingerprint)
                .collect();
            if found.is_empty() {
                faults.0.extend(self.unused(waiver, seen, subject, over));
                continue;
            }
            for (gate, finding) in found {
                match refused(gate, finding, over, waiver) {
                    Some(fault) => faults.0.push((Some(gate), fault)),
                    None => finding.waiver = Some(waiver.told()),
                }
            }
        }
        faults
    }

    /// One that nothing needs is a hole that waits for something to fit it. Where what it is
    /// for was not looked into, nobody can say so.
    fn unused(
        &self,
        waiver: &WaiverConfig,
        seen: &BTreeMap<GateName, Seen>,
        subject: &Subject,
        over: bool,
    ) -> Option<(Option<GateName>, String)> {
        let judged = match waiver.gate {
            Some(gate) => seen.contains_key(&gate),
            None => FINDERS.iter().all(|gate| seen.contains_key(gate)),
        };
        let looked_at = waiver.path.as_deref().is_none_or(|path| is_looked_at(path, subject));
        let what = if over { "is over and was for nothing" } else { "is for nothing that is found" };
        (judged && looked_at).then(|| {
            let fault = format!(
                "the waiver of `{}` for `{}` {what}\nhint: take it out",
                waiver.owner, waiver.fingerprint
            );
            (waiver.gate, fault)
        })
    }
}

/// The gates that find something in files.
const FINDERS: [GateName; 8] = [
    GateName::Secrets,
    GateName::Dependencies,
    GateName::Sast,
    GateName::Container,
    GateName::Iac,
    GateName::Sbom,
    GateName::Licence,
    GateName::Consistency,
];

fn is_looked_at(path: &str, subject: &Subject) -> bool {
    let Some(touched) = &subject.touched else { return true };
    RepoPath::parse(path).is_ok_and(|path| touched.contains_key(&path))
}

fn refused(gate: GateName, finding: &Finding, over: bool, waiver: &WaiverConfig) -> Option<String> {
    let whose = format!("the waiver of `{}` for `{}`", waiver.owner, waiver.fingerprint);
    let live = gate == GateName::Secrets && finding.severity == Severity::Critical;
    match (over, live) {
        (true, _) => Some(format!("{whose} ended on {}", waiver.expires)),
        (_, true) => {
            Some(format!("{whose} does not count: a live secret can't be waived\nhint: {}", finding.remedy))
        }
        _ if waiver.gate.is_some_and(|named| named != gate) => {
            Some(format!("{whose} is for another gate than `{gate}`, which finds it"))
        }
        _ => None,
    }
}

impl Faults {
    /// Has the gates say so: the one that is meant, or the first that looks into files.
    pub(crate) fn tell(self, results: &mut [GateResult]) {
        let finders: BTreeSet<_> = FINDERS.into_iter().collect();
        for (gate, fault) in self.0 {
            let meant =
                |result: &GateResult| gate.map_or(finders.contains(&result.gate), |gate| gate == result.gate);
            let Some(result) = results.iter_mut().find(|result| meant(result)) else { continue };
            if matches!(result.outcome, GateOutcome::Pass | GateOutcome::NotApplicable) {
                result.outcome = GateOutcome::Fail;
                result.reasons.clear();
            }
            result.reasons.push(fault);
        }
    }
}
