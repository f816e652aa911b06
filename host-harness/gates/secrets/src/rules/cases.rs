use std::sync::Arc;

use super::{CaseFault, Rule, Rules};
use crate::{Options, Scanner, Worker};

impl Rules {
    /// The cases of the rules that come out wrong, each judged among all the rules.
    pub fn failing_cases(self: &Arc<Self>) -> Vec<CaseFault> {
        let scanner = Scanner::new(Arc::clone(self), Options::default());
        let mut worker = scanner.worker();
        self.all.iter().flat_map(|rule| failing(&scanner, &mut worker, rule)).collect()
    }
}

fn failing(scanner: &Scanner, worker: &mut Worker, rule: &Rule) -> Vec<CaseFault> {
    let mut faults = Vec::new();
    for (cases, expected) in [(&rule.matches, "match"), (&rule.misses, "miss")] {
        for (index, case) in cases.iter().enumerate() {
            let found = scanner.case(worker, rule, case);
            if found != (expected == "match") {
                let (file, id) = (rule.file.clone(), rule.id.clone());
                faults.push(CaseFault { file, rule: id, expected, number: index + 1 });
            }
        }
    }
    faults
}
