//! Every recipe is sound, and one that is not is told apart.

use std::collections::BTreeSet;

use super::{super::book::TEXTS, *};

#[test]
fn every_document_is_sound() {
    for text in TEXTS {
        let read = Recipe::parse(text);
        assert!(read.is_ok(), "{}\n{text}", read.unwrap_err());
    }
    assert_eq!(all().len(), TEXTS.len());
    let names: BTreeSet<_> = all().iter().map(|recipe| &recipe.name).collect();
    assert_eq!(names.len(), TEXTS.len(), "names are unique");
}

#[test]
fn a_document_that_is_not_sound_is_refused() {
    let good = TEXTS[0];
    for (from, to, why) in [
        ("\"title\"", "\"titel\"", "unknown field"),
        ("\"do\": \"rename\"", "\"do\": \"delete\"", "unknown variant"),
        ("\"from\": \"{from}\"", "\"from\": \"{form}\"", "is used by no step"),
        ("\"from\": \"{from}\"", "\"old\": \"{from}\"", "is no argument of the step"),
        ("\"from\": \"{from}\"", "\"from\": \"{to}\"", "is used by no step"),
        ("\"to\": \"{to}\"", "\"to\": \"{paths}\"", "is used by no step"),
        ("\"paths\": \"{paths}\", ", "\"paths\": \"../x\", ", "is used by no step"),
        ("\"kind\": \"identifier\", \"required\": true", "\"kind\": \"identifier\"", "could be missing"),
        ("\"kind\": \"identifier\"", "\"kind\": \"text\"", "is a parameter of another kind"),
        ("\"choices\": [\"false\", \"true\"], ", "", "has choices and is none"),
        ("\"default\": \"false\"", "\"default\": \"no\"", "has a default that it can't say"),
        ("{from} to|into|as {to} [everywhere]", "{from} [everywhere]", "does not tell all that is required"),
        (
            "{from} to|into|as {to} [everywhere]",
            "{from} to {to} [on {day}]",
            "names a parameter that is not there",
        ),
        ("{to} [everywhere]", "{to} [everywhere", "brackets"),
        ("\"repo.read\"", "\"repo.check\"", "reads and writes without them"),
        ("\"repo.read\"", "\"repo.merge\"", "repo.merge"),
        ("  \"steps\"", "  \"way\": \"proposal\",\n  \"steps\"", "some beside a proposal"),
    ] {
        assert!(good.contains(from), "{from}");
        let fault = Recipe::parse(&good.replacen(from, to, 1)).unwrap_err();
        assert!(fault.to_string().contains(why), "{from}: {fault}");
    }
}
