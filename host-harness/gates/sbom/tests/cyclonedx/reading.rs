//! The official examples, and documents made from them by small changes: each is judged here
//! and by the official schema, and the two must agree.

use crate::official::{Schema, examples};
use proptest::{prelude::*, test_runner::TestRunner};
use serde_json::Value;

#[test]
fn every_valid_example_is_read_and_every_invalid_one_is_refused() {
    let Some(examples) = examples() else { return };
    assert!(examples.len() >= 60, "only {} examples", examples.len());
    for (name, bytes) in &examples {
        let read = sbom::parse(bytes);
        assert_eq!(read.is_ok(), name.starts_with("valid-"), "{name}: {:?}", read.err());
    }
}

#[test]
fn a_changed_example_is_judged_as_the_official_schema_judges_it() {
    let (Some(examples), Some(schema)) = (examples(), Schema::load()) else { return };
    let valid: Vec<Value> = examples
        .iter()
        .filter(|(name, _)| name.starts_with("valid-"))
        .map(|(_, bytes)| serde_json::from_slice(bytes).expect("JSON"))
        .collect();
    let cases = std::env::var("CODE_ASSIST_CASES").ok().and_then(|count| count.parse().ok()).unwrap_or(1000);
    let config = ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() };
    let wanted = (any::<proptest::sample::Index>(), any::<[u32; 6]>(), 1..3_usize);
    let outcome = TestRunner::new(config).run(&wanted, |(which, numbers, changes)| {
        let mut document = which.get(&valid).clone();
        for change in 0..changes {
            crate::official::change(&mut document, &numbers[change * 3..], &schema.words);
        }
        let text = serde_json::to_vec(&document).expect("JSON");
        let ours = sbom::parse(&text);
        prop_assert_eq!(ours.is_ok(), schema.holds(&document), "{:?}\n{}", ours.err(), document);
        Ok(())
    });
    outcome.expect("the same judgement of every document");
}
