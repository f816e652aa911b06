//! The page of a run: whole ones as they should be, and what strangers may write into one.

use std::{collections::BTreeSet, env, fs, path::PathBuf};

use ledger::Record;
use proptest::prelude::*;
use report::{Proof, Run, html};
use serde_json::{Value, json};

mod support;

use support::{Folder, proof, record, tags};

fn folder(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/runs").join(name)
}

fn page(records: &[Record], proof: &Proof) -> String {
    html(&Run { records, payload: &|_| None, proof })
}

/// `BLESS=1` writes the pages anew.
#[test]
fn whole_pages_are_as_they_should_be() {
    for name in ["denied", "renamed"] {
        let run = Folder::read(&folder(name));
        let page = run.page(&proof(run.records.len())).replace("><", ">\n<");
        let kept = folder(name).join("page.html");
        if env::var_os("BLESS").is_some() {
            fs::write(&kept, &page).unwrap();
        }
        let expected = fs::read_to_string(&kept).unwrap();
        let differs = page.lines().zip(expected.lines()).find(|(now, then)| now != then);
        assert!(page == expected, "{name}: {differs:?}; BLESS=1 writes it anew");
    }
}

#[test]
fn the_head_tells_how_it_stands() {
    let sound = proof(57);
    let untrusted = Proof { trusted: false, ..sound.clone() };
    let unsigned = Proof { signed_by: None, trusted: false, ..sound.clone() };
    let broken = Proof { status: "corrupt".to_owned(), faults: vec!["record 7".to_owned()], ..sound.clone() };
    let faulty = Proof { faults: vec!["a payload is not what it was".to_owned()], ..sound.clone() };
    for (proof, told, never) in [
        (&sound, ["ready for production", "✓</span> whole", "a trusted key"], "not proved"),
        (&untrusted, ["ready for production", "!</span> whole", "not trusted here"], "✓</span> whole"),
        (&unsigned, ["ready for production", "!</span> whole", "not signed"], "✓</span> whole"),
        (&broken, ["The proof is broken", "✕</span> broken", "not proved"], "✓</span> succeeded"),
        (&faulty, ["The proof is broken", "✕</span> broken", "not proved"], "✓</span> ready"),
    ] {
        let page = Folder::read(&folder("renamed")).page(proof);
        let head = page.split("<nav").next().unwrap();
        for told in told {
            assert!(head.contains(told), "{told}: {head}");
        }
        assert!(!head.contains(never), "{never}: {head}");
    }
}

#[test]
fn a_run_that_was_killed_has_a_page_wherever_that_was() {
    let run = Folder::read(&folder("renamed"));
    let proof = Proof { status: "interrupted".to_owned(), ..Proof::default() };
    for end in 0..run.records.len() - 2 {
        let page = page(&run.records[..end], &proof);
        assert!(page.contains("interrupted before it came to a result"), "{end}");
        let left_open = run.records[..end].last().is_some_and(|last| last.kind.as_str().ends_with(".opened"));
        assert_eq!(page.contains("left open"), left_open, "{end}");
        tags(&page).unwrap();
    }
}

#[test]
fn a_result_that_is_gone_is_said_to_be_gone() {
    let run = Folder::read(&folder("renamed"));
    let page = page(&run.records, &proof(57));
    for told in [
        "The result was removed or is not here",
        "The request was removed or is not here",
        "<h1>The run succeeded</h1>",
        // What the records say themselves.
        "2 operations",
        "<code>src/lib.rs</code>",
        "<code>licence</code>",
        "24 parts of the sandbox",
    ] {
        assert!(page.contains(told), "{told}");
    }
}

fn line(seq: u64, kind: &str, body: Value) -> Record {
    record(json!({ "seq": seq, "run_id": "run-1", "time_ms": 1_000 * seq, "kind": kind, "body": body }))
}

fn call(seq: u64, capability: &str, approval: Value) -> Record {
    let point = json!({ "point": "people", "answer": "ask", "latency_us": 1500, "message": "who knows" });
    let proof =
        json!({ "id": "dec-1", "points": [point], "request_sha256": "ab".repeat(32), "approval": approval });
    let decision = json!({ "allow": approval.get("code").is_none(), "proof": proof });
    line(
        seq,
        "call.opened",
        json!({ "function": "repo.write", "capability": capability, "decision": decision }),
    )
}

#[test]
fn what_happened_is_told() {
    let refusal =
        json!({ "code": "not-requested", "message": "nobody asked", "grant": "add = \"repo.push\"" });
    let statement = json!({ "approver": "user:ada", "issued_ms": 0 });
    let records = [
        line(0, "run.started", json!({ "mode": "dry_run" })),
        line(
            1,
            "capability.issued",
            json!({ "capability": "cap-1", "operation": "repo.write", "expires_ms": 61_000 }),
        ),
        line(2, "capability.refused", json!({ "operation": "repo.push", "refusal": refusal })),
        call(3, "cap-1", json!({ "by": "file", "statement": statement })),
        line(
            4,
            "call.closed",
            json!({ "opened": 3, "failed": { "code": "disk-full", "message": "no room" } }),
        ),
        call(5, "cap-1", json!({ "code": "approval-needed" })),
        line(6, "capability.revoked", json!({ "capability": "cap-1" })),
        line(7, "agent.panicked", json!({ "message": "index out of bounds" })),
        line(8, "agent.ended", json!({ "stopped": { "code": "time", "message": "took too long" } })),
    ];
    let page = page(&records, &Proof { status: "interrupted".to_owned(), ..Proof::default() });
    for told in [
        "nobody asked",
        "add = &quot;repo.push&quot;",
        "<code>user:ada</code> file",
        "✕</span> not approved</span> <code>approval-needed</code>",
        "!</span> revoked</span> after 6.00 s",
        "✕</span> failed</span> <code>code disk-full; message no room</code>",
        "!</span> left open",
        "index out of bounds",
        "took too long",
        "1.5 ms",
        "who knows",
    ] {
        assert!(page.contains(told), "{told}: {page}");
    }
}

const ATTACK: &str =
    "</code></style></title>--><script>alert(1)</script><img src=x onerror='x'>\"' a=\"\u{202e}\0\n&lt;";

/// Puts something in the place of every text.
fn poison(value: &mut Value, with: &str) {
    match value {
        Value::String(text) => *text = with.to_owned(),
        Value::Array(items) => items.iter_mut().for_each(|item| poison(item, with)),
        Value::Object(fields) => {
            *fields = std::mem::take(fields)
                .into_iter()
                .map(|(name, mut value)| {
                    poison(&mut value, with);
                    (name, value)
                })
                .collect();
        }
        _ => {}
    }
}

#[test]
fn nothing_that_a_stranger_writes_is_more_than_text() {
    let folder = folder("renamed");
    let mut run = Folder::read(&folder);
    let names: Vec<_> = ["request", "setting"].map(|name| run.records[0].body[name].clone()).to_vec();
    run.records.iter_mut().for_each(|record| {
        poison(&mut record.body, ATTACK);
        record.run_id = ATTACK.to_owned();
    });
    let last = run.records.len() - 2;
    run.records[last].body["result"] = json!("result");
    (run.records[0].body["request"], run.records[0].body["setting"]) = (names[0].clone(), names[1].clone());
    let proof = Proof {
        status: ATTACK.to_owned(),
        head: ATTACK.to_owned(),
        root: Some(ATTACK.to_owned()),
        signed_by: Some(ATTACK.to_owned()),
        faults: vec![ATTACK.to_owned()],
        notes: vec![ATTACK.to_owned()],
        checkpoint: Some(ATTACK.to_owned()),
        ..Proof::default()
    };
    let payload = |hash: &str| {
        let known = Folder::read(&folder).records[last].body["result"].clone();
        let hash = if hash == "result" { known.as_str().unwrap() } else { hash };
        let mut value: Value =
            serde_json::from_slice(&fs::read(folder.join("payloads").join(hash)).ok()?).ok()?;
        let diff = format!("diff --git a/{ATTACK} b/{ATTACK}\n{ATTACK}\n@@ -1 +1,2 @@ {ATTACK}\n+{ATTACK}\n");
        poison(&mut value, ATTACK);
        value["diff"] = json!(diff);
        Some(value.to_string().into_bytes())
    };
    let page = html(&Run { records: &run.records, payload: &payload, proof: &proof });
    let known = tags(&Folder::read(&folder).page(&support::proof(57))).unwrap();
    let strange: Vec<_> = tags(&page).unwrap().difference(&known).cloned().collect();
    assert!(
        strange.iter().all(|tag| !tag.contains("script") && !tag.contains("img") && !tag.contains(" on")),
        "{strange:?}"
    );
    assert!(page.matches("script").count() > 100, "the attack is there, as text");
    assert!(page.contains("audit verify RUN</code>"), "no name of a stranger's in what is copied to a shell");
    assert!(!page.contains(['\u{202e}', '\0']));
}

#[test]
fn nothing_can_be_loaded_or_run() {
    let page = Folder::read(&folder("renamed")).page(&proof(57));
    let policy = "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; img-src data:";
    let before = page.find(policy).expect("the policy");
    assert!(before < page.find("<style").unwrap() && before < page.find("<title").unwrap());
    for never in
        ["<script", "<img", "<iframe", "<form", "http://", "https://", "url(", "@import", "javascript:"]
    {
        assert!(!page.contains(never), "{never}");
    }
}

fn many(count: u64) -> Vec<Record> {
    let mut records = vec![line(0, "run.started", json!({ "mode": "dry_run" }))];
    for at in 0..count / 2 {
        let (function, pass) = if at % 50 == 0 { ("audit.progress", "propose") } else { ("repo.read", "") };
        let point = json!({ "point": format!("point-{}", at % 500), "answer": "allow", "latency_us": at });
        let decision = json!({ "allow": at % 10 > 0, "proof": { "id": "dec", "points": [point] } });
        let arguments = json!({ "pass": pass, "path": "\"".repeat(200) });
        let body = json!({ "function": function, "capability": "cap-1", "arguments": arguments, "decision": decision });
        records.push(line(at * 2 + 1, "call.opened", body));
        let operation = json!({ "kind": "modify", "path": format!("src/{at}.rs") });
        records.push(line(
            at * 2 + 2,
            "call.closed",
            json!({ "opened": at * 2 + 1, "done": {}, "operations": [operation] }),
        ));
    }
    records
}

fn large_result(bytes: usize) -> Value {
    let line = "+    let value = compute(\"text\", 12345); // what for\n";
    let lines = bytes / line.len();
    let diff = format!(
        "diff --git a/a.rs b/a.rs\n--- a/a.rs\n+++ b/a.rs\n@@ -0,0 +1,{lines} @@\n{}",
        line.repeat(lines)
    );
    let text = "\"'&".repeat(500);
    let list = |item: Value| vec![item; 600];
    json!({
        "outcome": "failed", "diff": diff, "summary": text, "changelog": text, "warnings": list(json!(text)),
        "next_steps": list(json!(text)), "verdict": { "reasons": list(json!({ "message": text, "hints": list(json!("hint")) })) },
        "changed_files": list(json!({ "path": text })), "artifacts": list(json!({ "name": text })),
        "checks": list(json!({ "name": text, "output": text })), "models": list(json!({ "model": text })),
        "gates": list(json!({ "gate": text, "findings": [{ "message": text, "remedy": text, "fails": true }],
            "coverage": [{ "scope": text }], "sources": [{ "name": text }] })),
    })
}

/// With `RECORDS=1000000` it says how long that takes.
#[test]
fn a_page_has_an_end_whatever_the_run() {
    let count = env::var("RECORDS").ok().and_then(|count| count.parse().ok()).unwrap_or(40_000);
    let mut records = many(count);
    records.push(line(count + 1, "run.result", json!({ "result": "result" })));
    let result = large_result(10_000_000).to_string().into_bytes();
    let proof = proof(records.len());
    let payload = |hash: &str| (hash == "result").then(|| result.clone());
    let started = std::time::Instant::now();
    let page = html(&Run { records: &records, payload: &payload, proof: &proof });
    println!("{count} records: {} bytes in {:?}", page.len(), started.elapsed());
    assert!(page.len() < 5_000_000, "{}", page.len());
    tags(&page).unwrap();
    for told in
        ["rows are left out here", "lines of the diff left out", "entries are left out", "more characters"]
    {
        assert!(page.contains(told), "{told}");
    }
}

fn any_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        "\\PC{0,9}|[<>&\"'\u{0}\u{202e}]{0,5}".prop_map(Value::from),
    ];
    leaf.prop_recursive(2, 8, 3, |inner| prop::collection::vec(inner, 0..3).prop_map(Value::from))
}

/// Every place in a document.
fn places(value: &Value, at: &str, found: &mut Vec<String>) {
    found.push(at.to_owned());
    match value {
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(index, item)| places(item, &format!("{at}/{index}"), found))
        }
        Value::Object(fields) => {
            fields.iter().for_each(|(name, field)| places(field, &format!("{at}/{name}"), found))
        }
        _ => {}
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_record_is_too_strange(
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>(), any_value()), 1..30),
        swaps in prop::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>()), 0..9),
    ) {
        let mut run = Folder::read(&folder("renamed"));
        for (which, place, value) in changes {
            let record = which.index(run.records.len());
            let body = &mut run.records[record].body;
            let mut found = Vec::new();
            places(body, "", &mut found);
            *body.pointer_mut(&found[place.index(found.len())]).unwrap() = value;
        }
        for (one, other) in swaps {
            let (one, other) = (one.index(run.records.len()), other.index(run.records.len()));
            run.records.swap(one, other);
        }
        let found = tags(&run.page(&proof(57)));
        prop_assert!(found.is_ok(), "{:?}", found);
    }
}

#[test]
fn what_reads_a_page_here_finds_faults() {
    for (page, fault) in [
        ("<p><b>x</p></b>", "`</p>` ends `b`"),
        ("<p>", "`p` has no end"),
        ("<i id=\"a\"></i><b id=\"a\"></b>", "`a` is an id twice"),
        ("<p>a < b</p>", "`< b` is no tag"),
    ] {
        assert_eq!(tags(page).unwrap_err(), fault);
    }
    assert_eq!(tags("<p class=\"a > b\">&lt;</p>").unwrap(), BTreeSet::from(["p class".to_owned()]));
}
