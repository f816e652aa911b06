//! The proof of a run, end to end: what tampering, an earlier copy, a full disk and another
//! component come to, and who is told.

use std::{fs, process::Output};

use base64::{Engine as _, prelude::BASE64_STANDARD};
use code_assist_tests::{
    World, assert_exit, copy,
    played::{Asked, Played, Reply},
    said,
};
use ledger::{Key, Signer as _};
use serde_json::{Value, json};

const PROGRAM: &str = env!("CARGO_BIN_EXE_code-assist-under-test");

fn ran(config: &str) -> World {
    let world = World::new(PROGRAM);
    assert_exit(&world.run(config, &[]), 0, &[]);
    world
}

/// Puts the file back and changes it once more.
fn again(world: &World) {
    world.lay("repository/a.txt", "a\n");
    assert_exit(&world.run("", &[]), 0, &[]);
}

fn json_of(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", said(output)))
}

fn sql(world: &World, statements: &str) {
    let db = rusqlite::Connection::open(world.path().join("state/ledger.db")).unwrap();
    db.execute_batch(statements).unwrap();
}

#[test]
fn a_store_that_is_put_back_is_found_by_what_is_remembered_elsewhere() {
    let world = ran("");
    copy(&world.path().join("state"), &world.path().join("earlier")).unwrap();
    again(&world);
    assert_exit(&world.call(&["audit", "verify"]), 0, &["complete"]);
    fs::remove_dir_all(world.path().join("state")).unwrap();
    copy(&world.path().join("earlier"), &world.path().join("state")).unwrap();
    assert_exit(&world.call(&["audit", "verify"]), 6, &["store", "put back to an earlier state"]);
    assert_exit(&world.call(&["audit", "verify", "last"]), 6, &["put back to an earlier state"]);
}

#[test]
fn a_checkpoint_that_somebody_kept_proves_that_the_log_only_grew() {
    let world = ran("");
    let before = world.call(&["audit", "prove"]);
    let kept = world.lay("kept.checkpoint", &String::from_utf8_lossy(&before.stdout));
    again(&world);
    let kept = kept.to_str().unwrap();
    assert_exit(&world.call(&["audit", "verify", "--since", kept]), 0, &["only grew"]);
    sql(&world, "UPDATE log SET line = replace(line, 'log.run_started', 'log.run_pruned') WHERE seq = 1");
    assert_exit(&world.call(&["audit", "verify", "--since", kept]), 6, &["are not those"]);
}

#[test]
fn an_export_verifies_anywhere_and_with_the_key_of_another_not() {
    let world = ran("");
    let key = String::from_utf8_lossy(&world.call(&["audit", "key"]).stdout).trim().to_owned();
    assert_exit(&world.call(&["audit", "export", "--output", "run.tar"]), 0, &["written"]);
    let other = World::new(PROGRAM);
    fs::copy(world.path().join("run.tar"), other.path().join("run.tar")).unwrap();
    assert_exit(&other.call(&["audit", "verify", "run.tar"]), 0, &["complete", "no key at hand"]);
    assert_exit(&other.call(&["audit", "verify", "run.tar", "--key", &key]), 0, &["complete", "signed by"]);
    let stranger = Key::new(&[9; 32]).unwrap().key().vkey();
    let refused = other.call(&["audit", "verify", "run.tar", "--key", &stranger]);
    assert_exit(&refused, 6, &["none of the keys gone by"]);
    assert_exit(&other.call(&["audit", "import", "run.tar", "--key", &key]), 0, &["taken in"]);
    assert_exit(&other.call(&["audit", "verify", "--key", &key]), 0, &["complete"]);
    assert_exit(&other.call(&["audit", "replay", "--key", &key]), 0, &["byte for byte"]);
    assert_exit(&other.call(&["audit", "import", "run.tar", "--key", &key]), 2, &["already"]);
}

#[test]
fn a_replay_finds_the_first_record_that_another_request_or_component_leads_to() {
    let world = ran("");
    let started = &world.records()[0];
    let request = started["body"]["request"].as_str().unwrap();
    let shown = world.call(&["audit", "show", "last", "--payload", request]);
    let same = world.lay("same.json", &String::from_utf8_lossy(&shown.stdout));
    assert_exit(&world.call(&["audit", "replay", "--request", same.to_str().unwrap()]), 0, &["the same"]);
    let text = String::from_utf8_lossy(&shown.stdout).replace("a.txt", "b.txt");
    let other = world.lay("other.json", &text);
    let replayed = world.call(&["--json", "audit", "replay", "--request", other.to_str().unwrap()]);
    assert_eq!(replayed.status.code(), Some(1), "{}", said(&replayed));
    let told = json_of(&replayed);
    let record = told["difference"]["record"].as_u64().unwrap();
    let records = world.records();
    let difference = records.iter().find(|one| one["seq"] == record).unwrap();
    assert!(["capability.issued", "call.opened"].contains(&difference["kind"].as_str().unwrap()), "{told}");
    let guest = world.path().join("guest.wasm");
    fs::write(&guest, code_assist_tests::guest("panics")).unwrap();
    let replayed = world.call(&["audit", "replay", "--component", guest.to_str().unwrap()]);
    assert_exit(&replayed, 1, &["differs", "another component"]);
}

#[test]
fn a_changed_answer_is_found_where_it_was_given() {
    let world = ran("");
    let read = world.records().into_iter().find(|one| one["body"]["answer"]["beside"].is_string()).unwrap();
    let hash = read["body"]["answer"]["given"].as_str().unwrap();
    sql(&world, &format!("UPDATE payloads SET bytes = X'6262' WHERE sha256 = X'{hash}'"));
    let replayed = world.call(&["audit", "replay"]);
    assert_exit(&replayed, 6, &[hash, &format!("record {} names it", read["seq"])]);
}

/// Nothing happens after the moment from which the store can't be written. The limit on the
/// size of files makes it so at each moment of a run.
#[test]
fn a_store_that_can_no_longer_be_written_ends_the_run_before_the_next_effect() {
    let (mut refused, mut done) = (0, 0);
    for blocks in (0..640).step_by(8) {
        let world = World::new(PROGRAM);
        world.lay("config.toml", "");
        let script = format!(
            "ulimit -f {blocks}; exec {PROGRAM} run --repo repository --proposal good.patch --mode proposed_change"
        );
        let mut command = std::process::Command::new("sh");
        for (name, value) in world.command(&[]).get_envs() {
            command.env(name, value.unwrap());
        }
        let output = command.current_dir(world.path()).args(["-c", &script]).output().unwrap();
        let changed = world.content() == "b\n";
        let verified = world.call(&["--json", "audit", "verify"]);
        if output.status.success() {
            done += 1;
            assert!(changed);
            assert_eq!(json_of(&verified)["status"], "complete");
            continue;
        }
        refused += 1;
        assert!(matches!(output.status.code(), None | Some(2 | 6)), "{blocks}: {}", said(&output));
        let told: Value = serde_json::from_slice(&verified.stdout).unwrap_or(json!({ "error": true }));
        if told["error"].is_null() {
            assert_eq!(told["status"], "interrupted", "{blocks}: {told}");
        }
        let opened = |kind: &str| {
            let shown = world.call(&["audit", "show"]);
            String::from_utf8_lossy(&shown.stdout).contains(&format!("\"kind\":\"{kind}\""))
        };
        assert!(!changed || opened("placement.opened"), "{blocks}: placed without a record");
    }
    assert!(refused > 5 && done > 0, "{refused} runs ended early, {done} did not");
}

#[test]
fn a_run_becomes_a_page_and_numbers() {
    let world = ran("");
    assert_exit(&world.call(&["audit", "report", "--output", "page.html"]), 0, &["written"]);
    let page = fs::read_to_string(world.path().join("page.html")).unwrap();
    assert!(page.starts_with("<!DOCTYPE html>") && page.contains("a.txt") && !page.contains("<script"));
    let metrics = world.call(&["audit", "metrics"]);
    assert_exit(&metrics, 0, &["# TYPE code_assist_", "outcome=\"succeeded\""]);
    assert_exit(&world.call(&["audit", "diff", "last", "last"]), 0, &["the same"]);
}

#[test]
fn what_is_kept_goes_by_rules_that_leave_the_proof() {
    let world = ran("");
    assert_exit(&world.call(&["audit", "hold", "last", "--reason", "a matter"]), 0, &["on hold"]);
    sql(&world, "UPDATE state SET value = value");
    assert_exit(&world.call(&["audit", "prune", "--older-than", "0"]), 0, &["kept: it is on hold: a matter"]);
    assert_exit(&world.call(&["audit", "hold", "last", "--release"]), 0, &["no longer"]);
    let started = world.records().remove(0);
    let request = started["body"]["request"].as_str().unwrap();
    assert_exit(&world.call(&["audit", "redact", request, "--reason", "a slip"]), 0, &["taken out"]);
    assert_exit(&world.call(&["audit", "verify"]), 0, &["complete", "taken out: a slip"]);
    assert_exit(&world.call(&["audit", "replay"]), 2, &["its request is not kept"]);
    assert_exit(&world.call(&["audit", "export", "--output", "run.tar"]), 0, &[]);
    assert_exit(&world.call(&["audit", "verify", "run.tar"]), 0, &["taken out: a slip"]);
    assert_exit(&world.call(&["audit", "prune", "--older-than", "0"]), 0, &["removed"]);
    assert_exit(&world.call(&["audit", "verify"]), 0, &["pruned"]);
}

fn otlp(url: &str) -> String {
    format!(
        "[telemetry]\nbinding = \"watch\"\n[[bindings]]\nname = \"watch\"\nurl = \"{url}\"\nprivate = true\nallow = [{{ methods = [\"POST\"], path = \"/**\" }}]\n"
    )
}

#[test]
fn a_collector_is_told_the_spans_of_a_run_in_the_trace_that_it_is_a_part_of() {
    let server = Played::start(|_: &Asked| Reply::json(json!({})));
    let world = World::new(PROGRAM);
    world.lay("config.toml", &otlp(&server.url));
    let usual = ["run", "--repo", "repository", "--proposal", "good.patch", "--mode", "proposed_change"];
    let parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    let mut command = world.command(&[&usual[..], &["--config", "config.toml"]].concat());
    let output = command.env("TRACEPARENT", parent).output().unwrap();
    assert_exit(&output, 0, &[]);
    let asked = server.asked();
    let spans =
        asked.iter().find(|one| one.path == "/v1/traces").unwrap_or_else(|| panic!("{}", said(&output)));
    assert!(
        spans.text.contains("4bf92f3577b34da6a3ce929d0e0e4736") && spans.text.contains("00f067aa0ba902b7")
    );
    assert!(!spans.text.contains("a.txt"), "no content by default");
}

/// A witness as C2SP describes it, that cosigns whatever it is shown.
fn witness(key: &'static Key) -> (Played, String) {
    let bytes = BASE64_STANDARD.decode(key.key().vkey().rsplit('+').next().unwrap()).unwrap();
    let typed = [&[4], &bytes[1..]].concat();
    let id = policy::blob::sha256(&[b"witness.test\n", typed.as_slice()].concat())[..8].to_owned();
    let vkey = format!("witness.test+{id}+{}", BASE64_STANDARD.encode(&typed));
    let server = Played::start(move |asked: &Asked| {
        let note = asked.text.split_once("\n\n").unwrap().1;
        let body = note.split_once("\n\n").unwrap().0;
        let time = 1_700_000_000_u64;
        let message = format!("cosignature/v1\ntime {time}\n{body}\n");
        let signature = key.sign(message.as_bytes()).unwrap();
        let id = u32::from_str_radix(&id, 16).unwrap().to_be_bytes();
        let line = [&id, time.to_be_bytes().as_slice(), &signature].concat();
        Reply {
            body: format!("— witness.test {}\n", BASE64_STANDARD.encode(line)), ..Reply::json(json!({}))
        }
    });
    (server, vkey)
}

#[test]
fn a_witness_cosigns_and_a_transparency_log_takes_the_statement() {
    let (server, vkey) = witness(Box::leak(Box::new(Key::new(&[3; 32]).unwrap())));
    let log = Played::start(|_: &Asked| Reply::json(json!({ "logIndex": "7" })));
    let world = World::new(PROGRAM);
    let config = format!(
        "[ledger]\nanchor = \"log\"\n[[ledger.witnesses]]\nbinding = \"w\"\nkey = \"{vkey}\"\n\
         [[bindings]]\nname = \"w\"\nurl = \"{}\"\nprivate = true\nallow = [{{ methods = [\"POST\"], path = \"/**\" }}]\n\
         [[bindings]]\nname = \"log\"\nurl = \"{}\"\nprivate = true\nallow = [{{ methods = [\"POST\"], path = \"/**\" }}]\n",
        server.url, log.url
    );
    let output = world.run(&config, &[]);
    assert_exit(&output, 0, &[]);
    assert!(!said(&output).contains("warning"), "{}", said(&output));
    let proof = world.call(&["audit", "prove", "last"]);
    let file = world.lay("run.tlog-proof", &String::from_utf8_lossy(&proof.stdout));
    let file = file.to_str().unwrap();
    let held = world.call(&["--json", "audit", "--config", "config.toml", "verify", "--proof", file]);
    assert_eq!(json_of(&held)["witnessed_by"], json!(["witness.test"]), "{}", said(&held));
    assert_exit(&world.call(&["audit", "--config", "config.toml", "verify"]), 0, &["complete"]);
    let asked = log.asked();
    assert_eq!(asked[0].path, "/api/v2/log/entries");
    assert!(asked[0].body["dsseRequestV002"]["envelope"]["payload"].is_string());
    assert_exit(&world.call(&["audit", "export", "--output", "run.tar"]), 0, &[]);
    let tar = fs::read(world.path().join("run.tar")).unwrap();
    assert!(String::from_utf8_lossy(&tar).contains("notes/anchor.json"));
}

#[test]
fn a_file_that_is_no_export_does_not_hide_the_next() {
    let world = ran("");
    assert_exit(&world.call(&["audit", "export", "-o", "run.tar"]), 0, &["written"]);
    let whole = fs::read(world.path().join("run.tar")).unwrap();
    fs::write(world.path().join("cut.tar"), &whole[..whole.len() / 2]).unwrap();
    let seen = world.call(&["audit", "verify", "cut.tar", "none.tar", "run.tar"]);
    assert_exit(&seen, 6, &["cut.tar  corrupt", "none.tar", "complete"]);
    assert_exit(&world.call(&["audit", "verify", "none.tar", "run.tar"]), 2, &["none.tar", "complete"]);
    let lines = world.call(&["--json", "audit", "verify", "cut.tar", "none.tar", "run.tar"]).stdout;
    let lines = String::from_utf8(lines).unwrap();
    let lines: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 3);
    assert_eq!((&lines[0]["status"], &lines[2]["status"]), (&json!("corrupt"), &json!("complete")));
    assert_exit(&world.call(&["audit", "diff", "last", "run.tar"]), 0, &["the same"]);
    sql(&world, "UPDATE payloads SET bytes = x'00' WHERE number = 1");
    assert_exit(&world.call(&["audit", "diff", "last", "run.tar"]), 6, &["does not verify"]);
    assert_exit(&world.call(&["audit", "show"]), 0, &["does not verify", "run.started"]);
    assert_exit(&world.call(&["audit", "report"]), 6, &["written to", "does not verify"]);
}

#[test]
fn another_key_than_was_named_proves_nothing_on_the_machine_that_signed_either() {
    let world = ran("");
    let stranger = Key::new(&[9; 32]).unwrap().key().vkey();
    let key = String::from_utf8_lossy(&world.call(&["audit", "key"]).stdout).trim().to_owned();
    assert_exit(&world.call(&["audit", "export", "-o", "run.tar"]), 0, &["written"]);
    let proof = world.call(&["audit", "prove", "last", "--record", "0"]).stdout;
    world.lay("record.proof", &String::from_utf8(proof).unwrap());
    for what in [&["run.tar"][..], &["--proof", "record.proof"]] {
        let with = |key: &str| world.call(&[&["audit", "verify"], what, &["--key", key]].concat());
        assert_exit(&with(&stranger), 6, &["none of the keys gone by"]);
        assert_exit(&with(&key), 0, &["signed by"]);
    }
}

#[test]
fn the_growth_of_the_log_is_proved_without_the_log() {
    let world = ran("");
    let prove = |name: &str, arguments: &[&str]| {
        let proof = world.call(&[&["audit", "prove"], arguments].concat());
        world.lay(name, &String::from_utf8(proof.stdout).unwrap());
    };
    prove("then.checkpoint", &[]);
    again(&world);
    prove("now.checkpoint", &[]);
    prove("growth", &["--since", "then.checkpoint"]);
    fs::remove_dir_all(world.path().join("state")).unwrap();
    let verify = |since: &[&str]| world.call(&[&["audit", "verify", "--proof", "growth"], since].concat());
    assert_exit(&verify(&["--since", "then.checkpoint"]), 0, &["the proof holds"]);
    assert_exit(&verify(&["--since", "now.checkpoint"]), 6, &["does not hold"]);
    assert_exit(&verify(&[]), 2, &["--since"]);
}

#[test]
fn what_is_written_out_goes_through_links_and_to_standard_output() {
    let world = ran("");
    world.lay("run.part", "mine");
    world.lay("there.html", "before");
    std::os::unix::fs::symlink("there.html", world.path().join("link.html")).unwrap();
    assert_exit(&world.call(&["audit", "export", "-o", "run.tar"]), 0, &["written"]);
    assert_exit(&world.call(&["audit", "report", "-o", "link.html"]), 0, &["written"]);
    assert!(fs::symlink_metadata(world.path().join("link.html")).unwrap().is_symlink());
    assert!(fs::read_to_string(world.path().join("there.html")).unwrap().starts_with("<!DOCTYPE html>"));
    assert_eq!(fs::read_to_string(world.path().join("run.part")).unwrap(), "mine");
    let out = world.call(&["audit", "export", "-o", "-"]);
    assert_eq!(out.stdout, fs::read(world.path().join("run.tar")).unwrap());
}

#[test]
fn nothing_that_a_stranger_wrote_steers_the_terminal_or_names_a_file() {
    let world = ran("");
    sql(&world, "UPDATE runs SET run_id = '/' || char(27) || ']0;x' WHERE number = 1; REINDEX");
    for call in
        [&["audit", "verify"][..], &["audit", "list"], &["audit", "export", "/"], &["audit", "report", "/"]]
    {
        let seen = world.call(call);
        assert!(seen.status.code().is_some_and(|code| code != 101), "{}", said(&seen));
        assert!(!seen.stdout.contains(&27) && !seen.stderr.contains(&27), "{}", said(&seen));
    }
    assert_exit(&world.call(&["audit", "export", "/"]), 6, &["it names a run"]);
    assert_exit(&world.call(&["audit", "verify"]), 6, &["fault"]);
}

#[test]
fn a_past_that_somebody_invented_keeps_the_next_run_from_starting() {
    let world = ran("");
    sql(&world, "UPDATE log SET line = replace(line, 'log.run_finished', 'log.run_pruned') WHERE seq = 2");
    again_refused(&world);
    assert_exit(&world.call(&["audit", "verify"]), 6, &["fault"]);
}

fn again_refused(world: &World) {
    world.lay("repository/a.txt", "a\n");
    assert_exit(&world.run("", &[]), 2, &["audit verify"]);
}

#[test]
fn a_new_key_goes_on_where_the_old_one_is_named() {
    let world = ran("");
    let old = String::from_utf8_lossy(&world.call(&["audit", "key"]).stdout).trim().to_owned();
    let new = BASE64_STANDARD.encode([5; 32]);
    let file = world.lay("new.key", &new);
    fs::set_permissions(&file, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    let config = |trusted: &str| {
        format!("[ledger]\nkey = {{ file = {:?} }}\ntrusted = [{trusted}]\n", world.path().join("new.key"))
    };
    world.lay("repository/a.txt", "a\n");
    assert_exit(&world.run(&config(""), &[]), 2, &["none of the keys gone by", "trusted"]);
    assert_exit(&world.run(&config(&format!("{old:?}")), &[]), 0, &[]);
    let seen = world.call(&["audit", "verify", "--config", "config.toml"]);
    assert_exit(&seen, 0, &["complete"]);
}
