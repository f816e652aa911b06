//! Every case of every rule that comes with the program.

use sast::{Rules, check};

#[test]
fn every_rule_matches_what_it_must_and_misses_what_it_must() {
    let rules = Rules::embedded().unwrap();
    let faults: Vec<_> = check(&rules).iter().map(ToString::to_string).collect();
    assert!(faults.is_empty(), "{} cases:\n{}", faults.len(), faults.join("\n"));
}
