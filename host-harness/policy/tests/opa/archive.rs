//! Archives that hold more, less or other than files.

use policy::point::bundle::open;
use tar::EntryType;

use crate::{
    bundle::{ALLOW, FILES, fault, signed},
    signing::{Signer, bundle_with, compressed, packed_entries},
};

#[test]
fn names_lead_nowhere_else() {
    let names = [
        "../p.rego",
        "p/../../p.rego",
        "//p.rego",
        "/../p.rego",
        "p//p.rego",
        "./../p.rego",
        "p/./p.rego",
        "p\\p.rego",
        "c:p.rego",
        ".././p.rego",
        "p\u{1b}.rego",
        "..",
    ];
    for name in names {
        let error = signed(&[(name, "package p\n")]);
        assert!(error.ends_with("has a name that could lead elsewhere"), "{name}: {error}");
    }
}

#[test]
fn there_are_nothing_but_plain_files() {
    let kinds = [
        EntryType::Symlink,
        EntryType::Link,
        EntryType::Char,
        EntryType::Block,
        EntryType::Fifo,
        EntryType::Continuous,
        EntryType::GNUSparse,
        EntryType::XGlobalHeader,
        EntryType::new(b'Z'),
    ];
    for kind in kinds {
        let error = fault(&Signer::hs256(), &packed_entries(&[("p.rego", kind, "")]));
        assert!(error.contains("is no plain file") || error.contains("no `.tar.gz`"), "{kind:?}: {error}");
    }
    let signer = Signer::hs256();
    let signatures = signer.signatures(FILES);
    let mut entries = vec![("./", EntryType::Directory, ""), ("p/", EntryType::Directory, "")];
    entries.extend(FILES.iter().map(|(name, text)| (*name, EntryType::Regular, *text)));
    entries.push((".signatures.json", EntryType::Regular, &signatures));
    assert_eq!(fault(&signer, &packed_entries(&entries)), "opened");
}

#[test]
fn nothing_is_there_twice() {
    for again in ["p/allow.rego", "/p/allow.rego", "./p/allow.rego"] {
        let error = signed(&[ALLOW, (again, "package p\n\nallow := true\n")]);
        assert!(error.ends_with("is there twice"), "{error}");
    }
    let signer = Signer::hs256();
    let signatures = signer.signatures(FILES);
    let error = fault(&signer, &bundle_with(&[FILES, &[(".signatures.json", "{}")]].concat(), &signatures));
    assert!(error.ends_with("is there twice"), "{error}");
}

#[test]
fn nothing_but_policy_is_there() {
    for name in
        ["policy.wasm", "plan.json", "patch.json", "data.yaml", "README.md", "p/.manifest", "other.json"]
    {
        let error = signed(&[FILES, &[(name, "{}")]].concat());
        assert!(error.contains(&format!("`{name}` in the bundle is no part of a policy")), "{error}");
    }
}

#[test]
fn what_is_too_much_is_refused() {
    let many: Vec<_> = (0..1001).map(|n| (format!("p/{n}.rego"), "")).collect();
    let many: Vec<_> = many.iter().map(|(name, text)| (name.as_str(), *text)).collect();
    assert_eq!(signed(&many), "the bundle has more than 1000 files");
    let signer = Signer::hs256();
    let bomb = compressed(&vec![0; 40 * 1024 * 1024]);
    assert!(bomb.len() < 1024 * 1024);
    assert_eq!(fault(&signer, &bomb), "the bundle has more than 33554432 bytes");
    assert_eq!(fault(&signer, &vec![0; 17 * 1024 * 1024]), "the bundle has more than 16777216 packed bytes");
}

#[test]
fn what_is_no_archive_is_refused() {
    let signer = Signer::hs256();
    let whole = signer.bundle(FILES);
    let cases =
        [Vec::new(), b"not an archive".to_vec(), compressed(b"not an archive"), compressed(&[1; 2048])];
    for bytes in cases {
        let error = fault(&signer, &bytes);
        assert!(error.contains("no `.tar.gz`") || error.contains("there is none"), "{error}");
    }
    for length in 0..whole.len() {
        assert_ne!(fault(&signer, &whole[..length]), "opened", "the first {length} bytes");
    }
    assert_ne!(fault(&signer, &[whole.as_slice(), b"and more"].concat()), "opened");
}

/// A bundle with any one bit turned is another bundle.
#[test]
fn every_bit_is_vouched_for_or_says_nothing() {
    let signer = Signer::hs256();
    let whole = signer.bundle(FILES);
    let (sources, _) = open(&whole, &signer.keys(), None).unwrap();
    for at in 0..whole.len() * 8 {
        let mut turned = whole.clone();
        turned[at / 8] ^= 1 << (at % 8);
        if let Ok((other, _)) = open(&turned, &signer.keys(), None) {
            assert_eq!(other, sources, "bit {at}");
        }
    }
}
