//! Documents made from inventories of any kind hold against the official schema, lead
//! everywhere, and are the same twice.

use std::collections::{BTreeMap, BTreeSet};

use crate::official::Schema;
use agent_contract::RepoPath;
use finding::Held;
use packages::{Dependence, Ecosystem, Hash, HashKind, Inventory, Origin, Package, PackageId};
use proptest::{collection::vec, prelude::*, test_runner::TestRunner};
use sbom::{Making, Subject, Tool, document, parse};

const ECOSYSTEMS: [Ecosystem; 8] = [
    Ecosystem::Cargo,
    Ecosystem::Npm,
    Ecosystem::PyPI,
    Ecosystem::Go,
    Ecosystem::Maven,
    Ecosystem::NuGet,
    Ecosystem::Packagist,
    Ecosystem::RubyGems,
];

const KINDS: [(HashKind, usize); 5] = [
    (HashKind::Md5, 32),
    (HashKind::Sha1, 40),
    (HashKind::Sha256, 64),
    (HashKind::Sha384, 96),
    (HashKind::Sha512, 128),
];

const LICENCES: [&str; 9] = [
    "MIT",
    "MIT/Apache-2.0",
    "Apache 2.0",
    "BSD",
    "SEE LICENSE IN x",
    "GPL-2.0+ WITH Classpath-exception-2.0",
    "Bugroff",
    "LicenseRef-mine",
    "  ",
];

fn id() -> impl Strategy<Value = PackageId> {
    (0..ECOSYSTEMS.len(), "[a-c]|@a/b|g:a|é ?#|", "[0-9]\\.[0-9]|v1|1\\+x|")
        .prop_map(|(at, name, version)| PackageId { ecosystem: ECOSYSTEMS[at], name, version })
}

fn origin() -> impl Strategy<Value = Origin> {
    let url = "https://[a-z]{3}\\.example/x|http://a b|\\[::";
    prop_oneof![
        3 => Just(Origin::Registry),
        1 => Just(Origin::Local),
        1 => url.prop_map(Origin::OtherRegistry),
        1 => url.prop_map(Origin::Url),
        1 => (url, proptest::option::of("[0-9a-f]{40}")).prop_map(|(url, commit)| Origin::Git { url, commit }),
    ]
}

fn package() -> impl Strategy<Value = Package> {
    let hashes = vec((0..KINDS.len(), "[0-9a-f]{128}", any::<bool>()), 0..3);
    let needs = vec(id(), 0..4);
    let rest = (0..3_usize, any::<bool>(), proptest::option::of(0..LICENCES.len()), 0..3_usize);
    (id(), origin(), hashes, needs, rest).prop_map(|(id, origin, hashes, needs, rest)| {
        let (dependence, development, licence, path) = rest;
        let hash = |(kind, hex, whole): (usize, String, bool)| {
            let (kind, length) = KINDS[kind];
            Hash { kind, hex: hex[..if whole { length } else { length - 1 }].to_owned() }
        };
        Package {
            id,
            path: RepoPath::parse(["a.lock", "b/a.lock", "c.lock"][path]).expect("a path"),
            line: 1,
            origin,
            hashes: hashes.into_iter().map(hash).collect(),
            licence: licence.map(|at| LICENCES[at].to_owned()),
            dependence: [Dependence::Direct, Dependence::Transitive, Dependence::Unknown][dependence],
            development,
            needs: needs.into_iter().collect(),
        }
    })
}

fn made(inventory: &Inventory, timestamp: Option<&str>) -> Vec<u8> {
    let subject = Subject {
        name: "it".to_owned(),
        version: Some("1.0.0".to_owned()),
        licence: Some("Apache-2.0".to_owned()),
        repository: Some("https://example.com/it".to_owned()),
        tree_sha256: Some("00".to_owned()),
    };
    let tool = Tool { name: "code-assist".to_owned(), version: "1.0.0".to_owned() };
    let known = BTreeMap::new();
    document(&Making { subject: &subject, inventory, tool: &tool, timestamp, known: &known })
}

#[test]
fn a_document_of_any_inventory_holds_leads_everywhere_and_is_the_same_twice() {
    let schema = Schema::load();
    let config = ProptestConfig { cases: 100, failure_persistence: None, ..ProptestConfig::default() };
    let inventories = (vec(package(), 0..24), any::<u64>());
    let outcome = TestRunner::new(config).run(&inventories, |(packages, seed)| {
        let mut inventory = Inventory { packages, ..Inventory::default() };
        let bytes = made(&inventory, Some("2026-11-22T00:00:00Z"));
        if let Some(schema) = &schema {
            let value = serde_json::from_slice(&bytes).expect("JSON");
            prop_assert!(schema.holds(&value), "{}", String::from_utf8_lossy(&bytes));
        }
        let bom = parse(&bytes).map_err(|fault| TestCaseError::fail(fault.to_string()))?;
        prop_assert!(
            bom.doubled.is_empty() && bom.dangling.is_empty(),
            "{:?} {:?}",
            bom.doubled,
            bom.dangling
        );
        let listed: BTreeSet<_> = bom.dependencies.iter().map(|held| held.reference.clone()).collect();
        prop_assert_eq!(listed.len(), bom.components.len() + 1);
        let length = inventory.packages.len().max(1);
        inventory.packages.rotate_left(seed as usize % length);
        prop_assert_eq!(made(&inventory, Some("2026-11-22T00:00:00Z")), bytes, "another order of packages");
        Ok(())
    });
    outcome.expect("whole documents");
}

#[test]
fn a_time_that_is_none_is_left_out() {
    let bytes = made(&Inventory::default(), Some("yesterday"));
    assert_eq!(parse(&bytes).expect("a document").timestamp, None);
    assert_eq!(bytes, made(&Inventory::default(), None));
}

#[test]
fn a_checkout_has_the_same_document_whatever_its_folder_is_called() {
    let named =
        |files: &[(&str, &str)]| Subject::of(&packages::read(&files.iter().copied().collect::<Held>()));
    let cargo = "[package]\nname = \"left\"\nversion = \"1.2.0\"\nlicense = \"MIT\"\n";
    for (files, name, version) in [
        (&[("requirements.txt", "idna==3.7\n")][..], "repository", None),
        (&[("app/Cargo.toml", cargo)], "repository", None),
        (&[("Cargo.toml", cargo)], "left", Some("1.2.0")),
        (
            &[("Cargo.toml", "[workspace]\n"), ("package.json", r#"{"name":"right","version":"2.0.0"}"#)],
            "right",
            Some("2.0.0"),
        ),
        (&[], "repository", None),
    ] {
        let subject = named(files);
        assert_eq!((subject.name.as_str(), subject.version.as_deref()), (name, version), "{files:?}");
    }
}

#[test]
fn two_checkouts_in_folders_of_other_names_have_the_same_bytes() {
    let place = std::env::temp_dir().join(format!("code-assist-sbom-{}", std::process::id()));
    let checkout = |name: &str| {
        let folder = place.join(name);
        std::fs::create_dir_all(&folder).expect("a folder");
        std::fs::write(folder.join("requirements.txt"), "idna==3.7\n").expect("a file");
        let files = std::fs::read_dir(&folder).expect("the folder").map(|entry| entry.expect("an entry"));
        let tree: Held = files
            .map(|file| {
                let name = file.file_name().into_string().expect("a name");
                (name, std::fs::read(file.path()).expect("its bytes"))
            })
            .collect();
        let (inventory, known) = (packages::read(&tree), BTreeMap::new());
        let subject = Subject::of(&inventory);
        let tool = Tool { name: "code-assist".to_owned(), version: "1.0.0".to_owned() };
        let making =
            Making { subject: &subject, inventory: &inventory, tool: &tool, timestamp: None, known: &known };
        document(&making)
    };
    let (one, other) = (checkout("one"), checkout("other"));
    std::fs::remove_dir_all(&place).expect("the folders are gone");
    assert_eq!(one, other);
}
