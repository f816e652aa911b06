use regorus::unstable::BUILTINS;

use super::builtins::{ALLOWED, REFUSED};

#[test]
fn every_built_in_function_of_the_engine_is_allowed_or_refused() {
    let named = |name: &str| ALLOWED.contains(&name) || REFUSED.iter().any(|(refused, _)| *refused == name);
    let unnamed: Vec<_> = BUILTINS.keys().filter(|name| !named(name)).collect();
    assert!(unnamed.is_empty(), "neither allowed nor refused: {unnamed:?}");
}

#[test]
fn what_is_allowed_the_engine_has() {
    // The engine treats `print` apart.
    let missing: Vec<_> =
        ALLOWED.iter().filter(|name| **name != "print" && !BUILTINS.contains_key(*name)).collect();
    assert!(missing.is_empty(), "{missing:?}");
    let both: Vec<_> = REFUSED.iter().filter(|(name, _)| ALLOWED.contains(name)).collect();
    assert!(both.is_empty(), "{both:?}");
}
