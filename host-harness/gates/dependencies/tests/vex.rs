//! OpenVEX in and out.

use std::{fs, path::PathBuf};

use dependencies::vex::{
    About, Document, Justification, Statement, Statements, Status, VexError, answer, write,
};
use serde_json::{Value, json};

/// 2026-11-01.
const NOW_MS: u64 = 1_793_491_200_000;

fn about() -> About {
    About { ids: vec!["RUSTSEC-1".to_owned(), "CVE-1".to_owned()], purl: "pkg:cargo/left@1.0.0".to_owned() }
}

fn document(at: &str, statements: Value) -> Value {
    json!({
        "@context": "https://openvex.dev/ns/v0.2.0", "@id": "https://example.org/vex-1", "author": "A",
        "timestamp": at, "version": 1, "statements": statements,
    })
}

fn read(value: &Value) -> Result<Document, VexError> {
    Document::read(value.to_string().as_bytes())
}

fn status(statements: Value, products: &[&str]) -> Option<Status> {
    let documents = [read(&document("2026-01-01T00:00:00Z", statements)).expect("a document")];
    let products: Vec<String> = products.iter().map(|product| (*product).to_owned()).collect();
    answer(&about(), &products, &documents, NOW_MS).map(|statement| statement.status)
}

#[test]
fn a_statement_speaks_of_what_it_names_and_of_nothing_else() {
    let of = |vulnerability: &str, product: Value| {
        json!([{"vulnerability": {"name": vulnerability}, "products": [product], "status": "not_affected",
                "justification": "vulnerable_code_not_in_execute_path"}])
    };
    let app = "pkg:oci/app";
    let part = |purl: &str| json!({"@id": app, "subcomponents": [{"@id": purl}]});
    for (vulnerability, product, products, wanted) in [
        ("CVE-1", json!({"@id": "pkg:cargo/left@1.0.0"}), &[][..], true),
        ("RUSTSEC-1", json!({"identifiers": {"purl": "pkg:cargo/left"}}), &[], true),
        ("CVE-2", json!({"@id": "pkg:cargo/left@1.0.0"}), &[], false),
        ("CVE-1", json!({"@id": "pkg:cargo/left@1.0.1"}), &[], false),
        ("CVE-1", json!({"@id": "pkg:cargo/right@1.0.0"}), &[], false),
        ("CVE-1", json!({"@id": app}), &[], false),
        ("CVE-1", json!({"@id": app}), &[app], true),
        ("CVE-1", part("pkg:cargo/left@1.0.0"), &[app], true),
        ("CVE-1", part("pkg:cargo/left@1.0.0"), &[], false),
        ("CVE-1", part("pkg:cargo/right@1.0.0"), &[app], false),
    ] {
        let spoken = status(of(vulnerability, product.clone()), products);
        assert_eq!(spoken.is_some(), wanted, "{vulnerability} {product} {products:?}");
    }
}

#[test]
fn the_last_word_counts() {
    let statement = |status: &str, at: &str| {
        json!({"vulnerability": {"name": "CVE-1"}, "products": [{"@id": "pkg:cargo/left@1.0.0"}], "status": status,
               "timestamp": at, "impact_statement": "none", "action_statement": "wait"})
    };
    let early = statement("not_affected", "2026-01-02T00:00:00Z");
    let late = statement("affected", "2026-02-01T00:00:00Z");
    assert_eq!(status(json!([late, early]), &[]), Some(Status::Affected));
    assert_eq!(status(json!([early, late]), &[]), Some(Status::Affected));
    assert!(Status::Fixed.settles() && !Status::UnderInvestigation.settles());
}

#[test]
fn half_a_document_is_none() {
    let product = json!([{"@id": "pkg:cargo/left@1.0.0"}]);
    for statements in [
        json!([]),
        json!([{"vulnerability": {"name": "CVE-1"}, "products": product, "status": "not_affected"}]),
        json!([{"vulnerability": {"name": "CVE-1"}, "products": product, "status": "affected"}]),
        json!([{"vulnerability": {"name": "CVE-1"}, "products": product, "status": "fine"}]),
        json!([{"vulnerability": {"name": "CVE-1"}, "products": [{}], "status": "fixed"}]),
        json!([{"vulnerability": {"name": "CVE-1"}, "status": "fixed", "timestamp": "soon"}]),
        json!([{"vulnerability": {"name": "CVE-1"}, "status": "fixed", "ignore": true}]),
    ] {
        assert!(read(&document("2026-01-01T00:00:00Z", statements.clone())).is_err(), "{statements}");
    }
    let good = json!([{"vulnerability": {"name": "CVE-1"}, "products": product, "status": "fixed"}]);
    assert!(read(&document("2026-01-01T00:00:00Z", good.clone())).is_ok());
    assert!(read(&document("now", good)).is_err());
}

fn written() -> Vec<Statement> {
    let mut other = about();
    other.purl = "pkg:npm/%40a/b@2.0.0".to_owned();
    vec![
        Statement::new(&about()),
        Statement::new(&other).not_affected(Some(Justification::ComponentNotPresent), "it is not built in"),
    ]
}

#[test]
fn what_is_written_is_the_same_every_time_and_reads_back() {
    let one = Document::new("A", 1_709_251_201_000, written()).expect("a document");
    let mut turned = written();
    turned.reverse();
    let two = Document::new("A", 1_709_251_201_000, turned).expect("a document");
    assert_eq!(one.bytes(), two.bytes());
    assert_eq!(Document::read(&one.bytes()).as_ref(), Ok(&one));
    assert!(Document::new("A", 0, Vec::new()).is_err());
}

fn finding() -> finding::Finding {
    finding::Finding {
        rule: "dependencies/RUSTSEC-1".to_owned(),
        severity: finding::Severity::High,
        location: None,
        fingerprint: "f".to_owned(),
        message: "it has".to_owned(),
        remedy: "raise it".to_owned(),
        tool: "t".to_owned(),
        standing: finding::Standing::New,
        fails: false,
        waiver: None,
    }
}

/// That the first of two packages is not affected.
fn settling() -> Statements {
    let statements = json!([{"vulnerability": {"name": "CVE-1"}, "products": [{"@id": "pkg:cargo/left"}],
        "status": "not_affected", "justification": "vulnerable_code_not_in_execute_path",
        "impact_statement": "it is never called"}]);
    Statements::read(document("2026-01-01T00:00:00Z", statements).to_string().as_bytes()).expect("a document")
}

fn faults(folder: &str, bytes: &[u8]) -> Vec<String> {
    let path = PathBuf::from(folder).join("gates/openvex/openvex_json_schema.json");
    let schema: Value = serde_json::from_slice(&fs::read(path).expect("the schema")).expect("JSON");
    let schema = jsonschema::options().should_validate_formats(true).build(&schema).expect("a schema");
    let value: Value = serde_json::from_slice(bytes).expect("JSON");
    schema.iter_errors(&value).map(|error| error.to_string()).collect()
}

#[test]
fn a_statement_settles_a_finding_with_who_says_so_and_why() {
    let mut other = about();
    other.purl = "pkg:cargo/right@1.0.0".to_owned();
    let statements = settling();
    let settled = statements.settled(&about(), NOW_MS).expect("it is");
    assert_eq!((settled.status(), settled.author()), (Status::NotAffected, "A"));
    let why = "not affected, says A: vulnerable_code_not_in_execute_path: it is never called";
    assert_eq!(settled.justification(), why);
    assert_eq!(statements.settled(&other, NOW_MS), None);
    assert!(Statements::read(b"{}").is_err() && Statements::default().settled(&about(), NOW_MS).is_none());
    let later = json!([{"vulnerability": {"name": "RUSTSEC-1"}, "products": [{"@id": "pkg:cargo/left"}],
        "status": "affected", "action_statement": "wait"}]);
    let later = document("2026-02-01T00:00:00Z", later).to_string();
    let later = Statements::read(later.as_bytes()).expect("a document");
    assert_eq!(later.clone().and(statements.clone()).settled(&about(), NOW_MS), None);
    assert_eq!(statements.and(later).settled(&about(), NOW_MS), None);
}

#[test]
fn what_is_dated_in_the_future_is_not_said_yet() {
    // 2026-01-01, the date of the statement.
    let said_ms = 1_767_225_600_000;
    let statements = settling();
    assert!(statements.settled(&about(), said_ms).is_some());
    assert_eq!(statements.settled(&about(), said_ms - 1), None);
    let written = write("B", said_ms - 1, &[(about(), finding())], &statements).expect("it is whole");
    let document = Document::read(&written.expect("a statement")).expect("a document");
    assert_eq!(document.statements[0].status, Status::Affected);
}

#[test]
fn a_statement_may_name_what_is_judged() {
    let statements = json!([{"vulnerability": {"name": "CVE-1"}, "status": "fixed",
        "products": [{"@id": "pkg:oci/app", "subcomponents": [{"@id": "pkg:cargo/left@1.0.0"}]}]}]);
    let read = Statements::read(document("2026-01-01T00:00:00Z", statements).to_string().as_bytes());
    let statements = read.expect("a document");
    assert!(statements.settled(&about(), NOW_MS).is_none());
    let ours = statements.of_products(["pkg:oci/app".to_owned()]);
    assert_eq!(ours.settled(&about(), NOW_MS).map(|settled| settled.status()), Some(Status::Fixed));
}

#[test]
fn what_the_gate_found_is_written_with_what_settles_it() {
    let mut other = about();
    other.purl = "pkg:npm/%40a/b@2.0.0".to_owned();
    let found = [(about(), finding()), (other, finding())];
    let write =
        |found: &[(About, finding::Finding)]| write("B", NOW_MS, found, &settling()).expect("it is whole");
    let bytes = write(&found).expect("two statements");
    let mut turned = found.clone();
    turned.reverse();
    assert_eq!(write(&turned), Some(bytes.clone()), "the same findings, the same bytes");
    let document = Document::read(&bytes).expect("a document");
    let told: Vec<(&str, Status)> = document
        .statements
        .iter()
        .map(|one| (one.products[0].id.as_deref().unwrap_or_default(), one.status))
        .collect();
    let wanted = [("pkg:cargo/left@1.0.0", Status::NotAffected), ("pkg:npm/%40a/b@2.0.0", Status::Affected)];
    assert_eq!(told, wanted);
    assert_eq!(write(&[]), None);
}

#[test]
fn what_is_written_is_valid_by_the_official_schema() {
    let Ok(folder) = std::env::var("CODE_ASSIST_VECTORS") else {
        println!("CODE_ASSIST_VECTORS is not set: no document was held against OpenVEX's schema");
        return;
    };
    let mut statements = written();
    statements.push(Statement::of(&about(), &finding()));
    let document = Document::new("A", 1_709_251_201_000, statements).expect("a document");
    assert_eq!(faults(&folder, &document.bytes()), Vec::<String>::new());
    let mut other = about();
    other.purl = "pkg:npm/%40a/b@2.0.0".to_owned();
    let found = [(about(), finding()), (other, finding())];
    let bytes = write("A", 1_709_251_201_000, &found, &settling()).expect("it is whole").expect("two");
    assert_eq!(faults(&folder, &bytes), Vec::<String>::new());
}
