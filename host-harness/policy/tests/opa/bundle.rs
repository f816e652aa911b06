//! Bundles: what is taken, and everything that is not.

use std::collections::BTreeMap;

use policy::{
    answer::Stance,
    point::{
        bundle::{Algorithm, Key, open},
        rego::RegoPolicy,
    },
};
use serde_json::{Value, json};

use crate::{
    contexts::plain,
    signing::{Signer, bundle_with, encoded, listed, packed, pem},
};

pub const ALLOW: (&str, &str) =
    ("p/allow.rego", "package p\n\nallow if input.setting.subject.id in data.p.known\n");
const DATA: (&str, &str) = ("p/data.json", r#"{"known":["ada"]}"#);
const MANIFEST: (&str, &str) = (".manifest", r#"{"revision":"r7","roots":["p"]}"#);
pub const FILES: &[(&str, &str)] = &[ALLOW, DATA, MANIFEST];

pub fn fault(signer: &Signer, bundle: &[u8]) -> String {
    match open(bundle, &signer.keys(), None) {
        Ok(_) => "opened".to_owned(),
        Err(error) => error.to_string(),
    }
}

/// What comes of files that are all signed as they are.
pub fn signed(files: &[(&str, &str)]) -> String {
    let signer = Signer::hs256();
    fault(&signer, &signer.bundle(files))
}

/// What comes of a token in place of the right one.
fn with_token(signer: &Signer, token: &str) -> String {
    fault(signer, &bundle_with(FILES, &json!({ "signatures": [token] }).to_string()))
}

#[test]
fn a_signed_bundle_is_a_policy() {
    for signer in [Signer::hs256(), Signer::es256(), Signer::rs256()] {
        let (sources, manifest) = open(&signer.bundle(FILES), &signer.keys(), None).unwrap();
        assert_eq!((manifest.revision.as_str(), manifest.roots), ("r7", Some(vec!["p".to_owned()])));
        let policy = RegoPolicy::load(sources, "data.p.allow").unwrap();
        let context = plain(agent_contract::CapabilityName::RepoRead, agent_contract::RunMode::DryRun);
        assert_eq!(policy.decide(&context).stance, Stance::Allow);
    }
}

#[test]
fn documents_are_signed_for_what_they_say() {
    let signer = Signer::es256();
    let signatures = signer.signatures(FILES);
    let spaced = ("p/data.json", "{ \"known\" : [\n \"a\\u0064a\" ] }\n");
    let manifest = (".manifest", r#"{ "roots" : ["p"], "revision":"r7" }"#);
    assert_eq!(fault(&signer, &bundle_with(&[ALLOW, spaced, manifest], &signatures)), "opened");
    let other = ("p/data.json", r#"{"known":["eve"]}"#);
    let error = fault(&signer, &bundle_with(&[ALLOW, other, MANIFEST], &signatures));
    assert_eq!(error, "`p/data.json` in the bundle is not what was signed");
    let spaced = ("p/allow.rego", "package p\n\nallow if  input.setting.subject.id in data.p.known\n");
    let error = fault(&signer, &bundle_with(&[spaced, DATA, MANIFEST], &signatures));
    assert_eq!(error, "`p/allow.rego` in the bundle is not what was signed");
}

#[test]
fn the_signed_files_are_all_the_files() {
    let signer = Signer::hs256();
    let signatures = signer.signatures(FILES);
    let error = fault(&signer, &bundle_with(&[ALLOW, MANIFEST], &signatures));
    assert_eq!(error, "`p/data.json` in the bundle is signed and missing");
    let error = fault(&signer, &bundle_with(&[FILES, &[("q.rego", "package p.q\n")]].concat(), &signatures));
    assert_eq!(error, "`q.rego` in the bundle is not among the signed files");
    let error = fault(&signer, &bundle_with(&[ALLOW, DATA], &signatures));
    assert_eq!(error, "`.manifest` in the bundle is signed and missing");
}

#[test]
fn names_may_begin_at_the_root_as_opa_writes_them() {
    for root in ["/", "./"] {
        let signer = Signer::hs256();
        let named: Vec<_> = FILES.iter().map(|(name, text)| (format!("{root}{name}"), *text)).collect();
        let mut files: Vec<_> = named.iter().map(|(name, text)| (name.as_str(), *text)).collect();
        let (signatures, at) = (signer.signatures(FILES), format!("{root}.signatures.json"));
        files.push((&at, &signatures));
        assert_eq!(fault(&signer, &packed(&files)), "opened");
    }
}

#[test]
fn without_a_key_or_a_signature_there_is_nothing() {
    let signer = Signer::hs256();
    let error = open(&signer.bundle(FILES), &BTreeMap::new(), None).unwrap_err().to_string();
    assert!(error.starts_with("no key is configured"), "{error}");
    let error = open(&packed(FILES), &BTreeMap::new(), None).unwrap_err().to_string();
    assert!(error.starts_with("no key is configured"), "{error}");
    assert!(fault(&signer, &packed(FILES)).ends_with("there is none: the bundle has no `.signatures.json`"));
}

#[test]
fn there_is_one_signature_of_a_known_kind() {
    let signer = Signer::hs256();
    let token = signer.token(&signer.header(), &json!({ "files": listed(FILES) }));
    let cases = [
        (json!({ "signatures": [] }), "there are 0 of them"),
        (json!({ "signatures": [token, token] }), "there are 2 of them"),
        (json!({ "signatures": [token], "plugin": "ours" }), "plugin `ours` is not known"),
        (json!({ "signatures": [token], "plugin": "_default" }), "opened"),
        (json!({ "signatures": [token], "other": 1 }), "/other"),
        (json!({ "signatures": token }), "/signatures"),
        (json!({}), "signatures"),
        (json!([]), ".signatures.json"),
    ];
    for (signatures, expected) in cases {
        let error = fault(&signer, &bundle_with(FILES, &signatures.to_string()));
        assert!(error.contains(expected), "{signatures}: {error}");
    }
}

#[test]
fn a_token_is_believed_for_its_key_alone() {
    for signer in [Signer::hs256(), Signer::es256(), Signer::rs256()] {
        let claims = json!({ "files": listed(FILES) });
        let token = signer.token(&signer.header(), &claims);
        assert_eq!(with_token(&signer, &token), "opened");
        let (signed, signature) = token.rsplit_once('.').unwrap();
        let (header, _) = signed.split_once('.').unwrap();
        let forged = json!({ "files": listed(FILES), "iat": 1 });
        let cases = [
            format!("{signed}."),
            format!("{signed}.{}", encoded([0; 64])),
            format!("{signed}.{}", encoded([0; 256])),
            format!("{header}.{}.{signature}", encoded(forged.to_string())),
            Signer::es256().token(&signer.header(), &claims),
        ];
        for token in cases {
            let error = with_token(&signer, &token);
            assert!(error.ends_with("it is not by key `key-1`"), "{error}");
        }
    }
}

#[test]
fn the_key_says_how_it_signs() {
    let (hmac, rsa) = (Signer::hs256(), Signer::rs256());
    let claims = json!({ "files": listed(FILES) });
    let names = ["none", "None", "", "HS256", "hs256", "ES256", "RS384", "EdDSA"];
    for name in names {
        let error = with_token(&rsa, &rsa.token(&json!({ "alg": name, "kid": "key-1" }), &claims));
        assert!(error.ends_with(&format!("it says `{name}`, and the key is for RS256")), "{error}");
    }
    let unsigned = format!("{}.{}.", encoded(r#"{"alg":"none","kid":"key-1"}"#), encoded(claims.to_string()));
    assert!(with_token(&rsa, &unsigned).contains("it says `none`"));
    // The public key taken for a shared secret: the oldest trick.
    let confused = hmac.token(&rsa.header(), &claims);
    assert!(with_token(&rsa, &confused).ends_with("it is not by key `key-1`"));
    for header in [json!({ "kid": "key-1" }), json!({ "alg": 1, "kid": "key-1" })] {
        assert!(with_token(&hmac, &hmac.token(&header, &claims)).contains("it says ``"));
    }
    let critical = json!({ "alg": "HS256", "kid": "key-1", "crit": ["exp"] });
    assert!(with_token(&hmac, &hmac.token(&critical, &claims)).contains("not understood"));
}

#[test]
fn the_key_is_named_once_and_known() {
    let signer = Signer::hs256();
    let claims = |id: Option<&str>| match id {
        Some(id) => json!({ "files": listed(FILES), "keyid": id }),
        None => json!({ "files": listed(FILES) }),
    };
    let (named, unnamed) = (json!({"alg": "HS256", "kid": "key-1"}), json!({"alg": "HS256"}));
    let cases = [
        (named.clone(), Some("key-1"), "opened"),
        (named.clone(), None, "opened"),
        (unnamed.clone(), Some("key-1"), "opened"),
        (unnamed.clone(), None, "it names no key"),
        (unnamed, Some("key-2"), "key `key-2` is not configured"),
        (named, Some("key-2"), "it names two keys"),
        (json!({"alg": "HS256", "kid": "key-2"}), None, "key `key-2` is not configured"),
        (json!({"alg": "HS256", "kid": 1}), Some("key-1"), "its key id is no text"),
    ];
    for (header, id, expected) in cases {
        let error = with_token(&signer, &signer.token(&header, &claims(id)));
        assert!(error.ends_with(expected), "{header} {id:?}: {error}");
    }
}

#[test]
fn what_is_no_token_is_refused() {
    let signer = Signer::hs256();
    let (header, object) = (encoded(signer.header().to_string()), encoded("{}"));
    let cases = [
        (String::new(), "three parts"),
        ("a.b".to_owned(), "three parts"),
        ("a.b.c.d".to_owned(), "three parts"),
        (format!("{header}.{object}.x"), "files"),
        (format!("{header}.?.x"), "base64url"),
        (format!("{header}=.{object}.x"), "base64url"),
        (format!("{header}.{}.x", encoded("[]")), "no object"),
        (format!("{header}.{}.x", encoded([0xff])), "UTF-8"),
        (format!("{header}.{}.x", encoded(r#"{"files":[],"files":[]}"#)), "duplicate key"),
        (format!("{header}.{}.x", encoded(r#"{"files":[{"name":"a"}]}"#)), "/files/0"),
    ];
    for (token, expected) in cases {
        let error = with_token(&signer, &token);
        assert!(error.contains(expected), "{token}: {error}");
    }
}

#[test]
fn the_scope_is_the_configured_one() {
    let signer = Signer::hs256();
    let claims = |scope: Value| json!({ "files": listed(FILES), "scope": scope });
    let bundle = |claims: &Value| {
        bundle_with(FILES, &json!({ "signatures": [signer.token(&signer.header(), claims)] }).to_string())
    };
    let (plain, write) = (bundle(&json!({ "files": listed(FILES) })), bundle(&claims("write".into())));
    let opens = |bundle: &[u8], scope| open(bundle, &signer.keys(), scope).is_ok();
    assert!(opens(&plain, None) && opens(&write, Some("write")));
    assert!(!opens(&plain, Some("write")) && !opens(&write, None) && !opens(&write, Some("read")));
    assert!(!opens(&bundle(&claims(json!(null))), None));
}

#[test]
fn files_are_listed_once_by_one_hash() {
    let signer = Signer::hs256();
    let change = |change: &dyn Fn(&mut Vec<Value>)| {
        let mut files = listed(FILES);
        change(&mut files);
        with_token(&signer, &signer.token(&signer.header(), &json!({ "files": files })))
    };
    assert_eq!(change(&|_| ()), "opened");
    assert!(change(&|files| files[0]["algorithm"] = "MD5".into()).contains("is signed by its MD5"));
    assert!(change(&|files| files[0]["algorithm"] = "".into()).contains("is signed by its ,"));
    assert!(change(&|files| files[0]["hash"] = "".into()).contains("is not what was signed"));
    assert!(change(&|files| files.push(files[0].clone())).contains("is signed twice"));
    assert!(change(&|files| drop(files.remove(0))).contains("is not among the signed files"));
    let upper =
        |files: &mut Vec<Value>| files[0]["hash"] = files[0]["hash"].as_str().unwrap().to_uppercase().into();
    assert_eq!(change(&upper), "opened");
}

#[test]
fn content_keeps_to_the_roots() {
    let cases = [
        (r#"{"roots":["p"]}"#, "opened"),
        (r#"{"roots":["/p/"]}"#, "opened"),
        (r#"{"roots":[""]}"#, "opened"),
        (r#"{"revision":"r7"}"#, "opened"),
        (r#"{"roots":["p/known"]}"#, "do not permit `package p in p/allow.rego`"),
        (r#"{"roots":["q"]}"#, "do not permit `package p in p/allow.rego`"),
        (r#"{"roots":[]}"#, "do not permit `package p in p/allow.rego`"),
        (r#"{"roots":["p","p/known"]}"#, "overlap"),
        (r#"{"roots":["p","p"]}"#, "overlap"),
        (r#"{"rego_version":0}"#, "another Rego than v1"),
        (r#"{"rego_version":1}"#, "opened"),
        (r#"{"file_rego_versions":{"/p/allow.rego":0}}"#, "another Rego than v1"),
        (r#"{"wasm":[{"entrypoint":"p/allow","module":"policy.wasm"}]}"#, "WebAssembly"),
        (r#"{"metadata":{"a":1}}"#, "opened"),
        (r#"{"rootz":["q"]}"#, "/rootz"),
        (r#"[]"#, "`.manifest` in the bundle"),
    ];
    for (manifest, expected) in cases {
        let error = signed(&[ALLOW, DATA, (".manifest", manifest)]);
        assert!(error.contains(expected), "{manifest}: {error}");
    }
    assert_eq!(signed(&[ALLOW, DATA]), "opened");
    let beside = ("data.json", r#"{"other":{"a":1}}"#);
    let error = signed(&[ALLOW, beside, MANIFEST]);
    assert!(error.contains("do not permit `data at /other`"), "{error}");
}

#[test]
fn keys_are_what_they_are_said_to_be() {
    let p256 = pem(&[0x30, 0x03, 0x02, 0x01, 0x01]);
    let rsa = include_str!("rs256.pem");
    let cases = [
        (Algorithm::Hs256, "short", "fewer than 32 bytes"),
        (Algorithm::Hs256, rsa, "in PEM"),
        (Algorithm::Es256, rsa, "for something else"),
        (Algorithm::Rs256, "a text", "no public key in PEM"),
        (Algorithm::Rs256, p256.as_str(), "no public key in PEM"),
        (Algorithm::Rs256, "", "no public key in PEM"),
    ];
    for (algorithm, text, expected) in cases {
        let error = Key::read(algorithm, text).unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
    }
    let key = Key::read(Algorithm::Hs256, "a secret that nobody is to see, ever").unwrap();
    assert_eq!(format!("{key:?}"), "Key(HS256)");
}
