//! Versions are ordered as their ecosystems order them.

use std::{cmp::Ordering, fs, path::PathBuf};

use proptest::prelude::*;

use dependencies::{
    advisory::{Advisory, Event, Kind, Reach},
    version::{Order, compare},
};

const FILES: [(&str, &str); 12] = [
    ("alpine", "Alpine"),
    ("cran", "CRAN"),
    ("debian", "Debian"),
    ("hackage", "Hackage"),
    ("maven", "Maven"),
    ("nuget", "NuGet"),
    ("packagist", "Packagist"),
    ("pub", "Pub"),
    ("pypi", "PyPI"),
    ("redhat", "Red Hat"),
    ("rubygems", "RubyGems"),
    ("semver", "npm"),
];

/// Every file `<name>-versions*.txt` of the vectors, with its ecosystem.
fn vectors() -> Vec<(PathBuf, &'static str)> {
    let Ok(folder) = std::env::var("CODE_ASSIST_VECTORS") else {
        println!("CODE_ASSIST_VECTORS is not set: no official version vectors were tried");
        return Vec::new();
    };
    let entries = fs::read_dir(PathBuf::from(folder).join("gates/versions")).expect("the version vectors");
    let mut files: Vec<_> = entries
        .map(|entry| entry.expect("an entry").path())
        .filter_map(|path| {
            let name = path.file_name()?.to_str()?.split_once("-versions")?.0.to_owned();
            let ecosystem = FILES.iter().find(|(prefix, _)| *prefix == name)?.1;
            Some((path, ecosystem))
        })
        .collect();
    files.sort();
    files
}

#[test]
fn every_line_of_the_official_vectors_comes_out_right() {
    let mut wrong = Vec::new();
    for (path, ecosystem) in vectors() {
        for line in fs::read_to_string(&path).expect("a vector file").lines() {
            let words: Vec<&str> = line.split(' ').collect();
            let [a, sign, b] = words[..] else { continue };
            let Some(wanted) = order(sign).filter(|_| !line.starts_with("//")) else { continue };
            for (a, b, wanted) in [(a, b, wanted), (b, a, wanted.reverse())] {
                if compare(ecosystem, a, b) != wanted {
                    wrong.push(format!("{ecosystem}: `{a}` {wanted:?} `{b}`"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

/// An advisory of one range, from the beginning or from a version on.
fn advisory(order: Order, from: &str, end: Event) -> Advisory {
    let mut advisory = Advisory {
        id: "T-1".to_owned(),
        aliases: Vec::new(),
        summary: String::new(),
        severity: None,
        kind: Kind::Vulnerability,
        modified_ms: 0,
        withdrawn_ms: None,
        ranges: vec![vec![Event::Introduced(from.to_owned()), end]],
        versions: Vec::new(),
    };
    advisory.settle(order);
    advisory
}

/// What ranges have to say of two versions of which the first is lower, or that are equal.
fn wrong_ranges(ecosystem: &str, low: &str, high: &str, are_equal: bool) -> Vec<String> {
    let order = Order::of(ecosystem).expect("a known ecosystem");
    let reach = |end: Event, version: &str| advisory(order, "0", end).reach(order, version);
    let fixed = |bound: &str| Event::Fixed(bound.to_owned());
    let last = |bound: &str| Event::Last(bound.to_owned());
    let below = if are_equal { Reach::Out } else { Reach::In };
    let tried = [
        ("low, fixed in high", reach(fixed(high), low), below),
        ("high, fixed in high", reach(fixed(high), high), Reach::Out),
        ("low, last in high", reach(last(high), low), Reach::In),
        ("high, fixed in low", reach(fixed(low), high), Reach::Out),
    ];
    let wrong = tried.into_iter().filter(|(_, is, wanted)| is != wanted);
    wrong.map(|(what, is, _)| format!("{ecosystem}: `{low}` `{high}`: {what}: {is:?}")).collect()
}

#[test]
fn every_line_of_the_official_vectors_comes_out_right_through_ranges() {
    let locked = ["npm", "PyPI", "Maven", "NuGet", "Packagist", "RubyGems"];
    let mut wrong = Vec::new();
    for (path, ecosystem) in vectors().into_iter().filter(|(_, ecosystem)| locked.contains(ecosystem)) {
        for line in fs::read_to_string(&path).expect("a vector file").lines() {
            let words: Vec<&str> = line.split(' ').collect();
            let [a, sign, b] = words[..] else { continue };
            let Some(wanted) = order(sign).filter(|_| !line.starts_with("//")) else { continue };
            let (low, high) = if wanted.is_gt() { (b, a) } else { (a, b) };
            wrong.extend(wrong_ranges(ecosystem, low, high, wanted.is_eq()));
        }
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn old_versions_and_branches_have_their_place_in_ranges() {
    for (ecosystem, low, high) in [
        ("PyPI", "0.1-bulbasaur", "0.9-ivysaur"),
        ("PyPI", "-class.-jw.util.version.Version-", "1.0"),
        ("Packagist", "dev-foo", "1.26.0"),
    ] {
        assert_eq!(wrong_ranges(ecosystem, low, high, false), Vec::<String>::new());
    }
    let odd = advisory(Order::PyPI, "0", Event::Fixed("2.0".to_owned())).reach(Order::PyPI, "not a version");
    assert_eq!(odd, Reach::Unsure("not a version".to_owned()));
}

fn order(sign: &str) -> Option<Ordering> {
    match sign {
        "<" => Some(Ordering::Less),
        "=" => Some(Ordering::Equal),
        ">" => Some(Ordering::Greater),
        _ => None,
    }
}

/// Versions of each ecosystem, the lowest first.
const LADDERS: [(&str, &[&str]); 13] = [
    ("crates.io", &["0.9.9", "1.0.0-alpha.9", "1.0.0-alpha.10", "1.0.0-rc.1", "1.0.0", "1.0.1", "1.10.0"]),
    (
        "Go",
        &[
            "v0.0.0-20190101000000-abcdefabcdef",
            "v0.0.0-20210101000000-abcdefabcdef",
            "1.2.3",
            "v2.0.0+incompatible",
        ],
    ),
    ("Pub", &["1.0.0-a", "1.0.0", "1.0.0+1", "1.0.0+2", "1.0.0+a"]),
    (
        "PyPI",
        &[
            "0.1-unknown",
            "1.0.dev1",
            "1.0a1.dev2",
            "1.0a1",
            "1.0b2",
            "1.0rc1",
            "1.0",
            "1.0+abc",
            "1.0+5",
            "1.0.post1.dev3",
            "1.0.post1",
            "1.0-2",
            "1.1",
            "1!0.1",
        ],
    ),
    (
        "Maven",
        &[
            "1-alpha2snapshot",
            "1-alpha2",
            "1-alpha-123",
            "1-beta-2",
            "1-m11",
            "1-rc",
            "1-SNAPSHOT",
            "1",
            "1-sp",
            "1-abc",
            "1-def",
            "1-1-snapshot",
            "1-1",
            "1-2",
        ],
    ),
    ("NuGet", &["1.0.0-Alpha", "1.0.0-beta.2", "1.0.0-BETA.11", "1.0.0", "1.0.0.1", "1.0.1"]),
    ("Packagist", &["1.0-dev", "1.0-alpha3", "1.0-beta2", "1.0RC5", "1.0", "1.0.1", "1.0.1pl1", "v1.1"]),
    ("RubyGems", &["1.0.a", "1.0.b1", "1.0-2", "1.0", "1.0.1.rc1", "1.0.1", "1.10"]),
    ("Debian:12", &["1.0~rc1-1", "1.0-1~bpo1", "1.0-1", "1.0-1+b1", "1.0a-1", "1.0+dfsg-1", "1:0.5"]),
    ("Alpine:v3.20", &["1.2_alpha1", "1.2_rc", "1.2", "1.2-r1", "1.2_git2", "1.2_p1", "1.2a", "1.2.1"]),
    ("Rocky Linux:9", &["1.0~rc1-1", "1.0-1.el9", "1.0-2.el9", "1.0^git1-1", "1.0.1-1", "1:0.1-1"]),
    ("CRAN", &["0.9", "0.75", "1.0", "1.0-0", "1.0-1"]),
    ("Hackage", &["0.11.3.0", "1.0", "1.0.0", "1.0.1"]),
];

#[test]
fn each_ecosystem_has_its_own_order() {
    for (ecosystem, ladder) in LADDERS {
        for (at, low) in ladder.iter().enumerate() {
            assert_eq!(compare(ecosystem, low, low), Ordering::Equal, "{ecosystem} {low}");
            for high in &ladder[at + 1..] {
                assert_eq!(compare(ecosystem, low, high), Ordering::Less, "{ecosystem}: {low} {high}");
                assert_eq!(compare(ecosystem, high, low), Ordering::Greater, "{ecosystem}: {high} {low}");
            }
        }
    }
}

#[test]
fn what_differs_in_writing_alone_is_the_same() {
    for (ecosystem, a, b) in [
        ("npm", "v1.2", "1.2.0+build"),
        ("PyPI", "1.0.0-ALPHA_1", "1a1"),
        ("PyPI", "1.0.post0", "1.0-r"),
        ("Maven", "1.0.0.Final", "1"),
        ("Maven", "1foo", "1-foo"),
        ("NuGet", "1.0-RC", "1.0.0.0-rc+x"),
        ("RubyGems", "1.0.0", "1"),
        ("RubyGems", "1.0.rc.0", "1.rc"),
        ("Debian", "0:1.0-0", "1.0"),
        ("Alpine", "1.0~abc-r0", "1.0"),
    ] {
        assert_eq!(compare(ecosystem, a, b), Ordering::Equal, "{ecosystem}: {a} {b}");
    }
}

#[test]
fn a_repackager_has_the_order_of_what_it_repackages() {
    assert_eq!(Order::of("Docker Hardened Images:Debian:12"), Some(Order::Debian));
    assert_eq!(Order::of("Root:PyPI"), Some(Order::PyPI));
    assert_eq!(Order::of("nobody's"), None);
}

/// Alpine and Packagist have equalities for broken versions that are not transitive, and Maven
/// has `2.sp` before `2-a`, `2-a` before `2`, `2` before `2.sp`; they are tried without these.
fn versions(order: Order) -> &'static str {
    match order {
        Order::Alpine => r"(0|[1-9][0-9]?)(\.[0-9]{1,2}){0,3}[a-c]?(_(alpha|rc|p)[0-2]?){0,2}(-r[0-3])?",
        Order::Packagist => r"v?[0-3](\.[0-9]){0,3}(-(dev|alpha|beta|RC|p)[0-2]?)?",
        Order::Maven => r"[0-2](\.[0-2]){0,2}(-([0-2]|a|alpha|rc|ga|sp|x)[0-2]?){0,3}",
        Order::PyPI => {
            r"([0-1]!)?[0-2](\.[0-2]){0,2}(a[0-2]|rc[0-2])?(\.post[0-1])?(\.dev[0-1])?(\+[a-b1-2])?|[a-z0-9.-]{0,6}"
        }
        Order::Rpm => r"([0-1]:)?[a-b0-2.]{1,4}([~^][a-b0-2]{1,2}){0,2}(-[0-2a]{1,2})?",
        _ => r"[v=]?[0-2a-bA]{0,2}([.+~_:-][0-2a-bA]{1,2}){0,4}",
    }
}

const ORDERS: [Order; 11] = [
    Order::Semver,
    Order::Pub,
    Order::PyPI,
    Order::Maven,
    Order::NuGet,
    Order::Packagist,
    Order::RubyGems,
    Order::Debian,
    Order::Alpine,
    Order::Rpm,
    Order::List,
];

fn three() -> impl Strategy<Value = (Order, [String; 3])> {
    prop::sample::select(&ORDERS[..]).prop_flat_map(|order| {
        let version = || proptest::string::string_regex(versions(order)).expect("a pattern");
        (Just(order), [version(), version(), version()])
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_order_is_an_order((order, [a, b, c]) in three()) {
        let cmp = |a: &str, b: &str| order.compare(a, b);
        prop_assert_eq!(cmp(&a, &a), Ordering::Equal);
        prop_assert_eq!(cmp(&a, &b), cmp(&b, &a).reverse());
        if cmp(&a, &b) != Ordering::Greater && cmp(&b, &c) != Ordering::Greater {
            prop_assert_ne!(cmp(&a, &c), Ordering::Greater, "{:?}: {} {} {}", order, a, b, c);
        }
    }

    #[test]
    fn no_order_fails_on_anything(at in 0..ORDERS.len(), a in ".{0,40}", b in ".{0,40}") {
        let order = ORDERS[at];
        prop_assert_eq!(order.compare(&a, &b), order.compare(&b, &a).reverse());
    }
}

#[test]
fn what_an_ecosystem_orders_it_also_reads() {
    let rungs =
        LADDERS.iter().flat_map(|(ecosystem, ladder)| ladder.iter().map(move |rung| (ecosystem, rung)));
    let odd = rungs.filter(|(ecosystem, rung)| Order::of(ecosystem).is_some_and(|order| !order.reads(rung)));
    assert_eq!(odd.collect::<Vec<_>>(), []);
}
