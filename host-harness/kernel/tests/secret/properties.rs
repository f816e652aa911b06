//! Any secret, anywhere.

use proptest::prelude::*;

use crate::ways::{WAYS, knowing};

fn around() -> impl Strategy<Value = String> {
    prop_oneof!["[ -~]{0,40}", "\\PC{0,20}", Just("\\".to_owned()), Just("abc=".to_owned())]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_secret_of_letters_and_digits_remains(
        secret in "[A-Za-z0-9_./+-]{8,48}", way in 0..WAYS.len(), before in around(), after in around(),
    ) {
        // Fewer letters and digits than this are too few to be told from chance.
        prop_assume!(secret.bytes().filter(u8::is_ascii_alphanumeric).count() >= 8);
        check(&secret, way, &before, &after)?;
    }

    #[test]
    fn no_secret_of_any_characters_remains_as_it_is(
        secret in "\\PC{8,30}", before in around(), after in around(),
    ) {
        prop_assume!(!before.contains(&secret) && !after.contains(&secret));
        check(&secret, 0, &before, &after)?;
    }
}

fn check(secret: &str, way: usize, before: &str, after: &str) -> Result<(), TestCaseError> {
    let known = knowing(&[secret]);
    let (name, way) = WAYS[way];
    let printed = way(secret);
    // Another character is what ends a form; without it a longer one begins.
    let text = [before.as_bytes(), b" ", &printed, b" ", after.as_bytes()].concat();
    prop_assert!(known.find(&text).is_some(), "{}: not found", name);
    let redacted = known.redact(text);
    prop_assert!(!redacted.windows(printed.len()).any(|part| part == printed), "{}: remains", name);
    prop_assert!(
        known.find(&redacted).is_none(),
        "{}: found again in {:?}",
        name,
        String::from_utf8_lossy(&redacted)
    );
    Ok(())
}
