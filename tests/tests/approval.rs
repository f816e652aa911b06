//! What a policy says to ask for happens when a person who may approves it: once, that
//! very request, and never the one who asks.

use std::process::Output;

use code_assist_tests::{World, assert_exit, said};

const PROGRAM: &str = env!("CARGO_BIN_EXE_code-assist-under-test");
const ASK: &str = "[[policy.rules]]\nname = \"people-look\"\neffect = \"ask\"\nreason = \"people look at a.txt\"\ncapabilities = [\"repo.write\"]\npaths = [\"a.txt\"]\n";

/// A world with an approver's key, and the configuration that trusts it.
fn world(approver: &str) -> (World, String) {
    let world = World::new(PROGRAM);
    let made = world.call(&["approval", "key", "key"]);
    assert_exit(&made, 0, &["[[approval.approvers]]"]);
    let trusted = String::from_utf8(made.stdout).unwrap().replace("user:NAME", approver);
    let config = format!("{ASK}\n[identity]\nsubject = \"user:dev\"\n{trusted}");
    (world, config)
}

/// The digest that a refusal asks an approval for.
fn digest(output: &Output) -> String {
    let text = said(output);
    let start = text.find("approval sign ").unwrap_or_else(|| panic!("{text}")) + "approval sign ".len();
    text[start..start + 64].to_owned()
}

fn sign(world: &World, digest: &str, approver: &str, file: &str) {
    let signed = world.call(&["approval", "sign", digest, "--key", "key", "--as", approver]);
    assert_exit(&signed, 0, &["payloadType"]);
    world.lay(file, &String::from_utf8(signed.stdout).unwrap());
}

#[test]
fn in_a_pipe_an_ask_is_a_deny_and_a_signed_approval_lets_it_through_once() {
    let (world, config) = world("user:alice");
    let refused = world.run(&config, &[]);
    assert_exit(&refused, 3, &["approval-needed", "people look at a.txt"]);
    assert_eq!(world.content(), "a\n");
    let digest = digest(&refused);
    sign(&world, &digest, "user:alice", "yes.json");
    assert_exit(
        &world.call(&["approval", "show", "yes.json", "--config", "config.toml"]),
        0,
        &["user:alice"],
    );
    assert_exit(&world.run(&config, &["--approval", "yes.json"]), 0, &["in the working tree"]);
    assert_eq!(world.content(), "b\n");
    let records = world.records();
    let proof = records.iter().find_map(|record| record["body"]["decision"]["proof"].get("approval"));
    assert_eq!(proof.unwrap()["statement"]["approver"], "user:alice");

    world.lay("repository/a.txt", "a\n");
    assert_exit(&world.run(&config, &["--approval", "yes.json"]), 3, &["approval-used"]);
    assert_eq!(world.content(), "a\n");
}

#[test]
fn an_approval_of_another_change_is_none() {
    let (world, config) = world("user:alice");
    sign(&world, &digest(&world.run(&config, &[])), "user:alice", "yes.json");
    world.lay("good.patch", &code_assist_tests::PATCH.replace("+b", "+c"));
    assert_exit(&world.run(&config, &["--approval", "yes.json"]), 3, &["approval-needed"]);
    assert_eq!(world.content(), "a\n");
}

#[test]
fn the_one_who_asks_cant_approve() {
    for name in ["user:dev", "USER:Dev ", "dev"] {
        let (world, config) = world(name);
        sign(&world, &digest(&world.run(&config, &[])), name, "yes.json");
        assert_exit(&world.run(&config, &["--approval", "yes.json"]), 3, &["approval-self"]);
        assert_eq!(world.content(), "a\n");
    }
}

#[test]
fn an_approval_that_nobody_who_may_signed_is_refused_before_the_run() {
    let (world, config) = world("user:alice");
    let asked = digest(&world.run(&config, &[]));
    sign(&world, &asked, "user:mallory", "unknown.json");
    assert_exit(&world.run(&config, &["--approval", "unknown.json"]), 2, &["none of the approvers"]);
    sign(&world, &asked, "user:alice", "yes.json");
    let text = std::fs::read_to_string(world.path().join("yes.json")).unwrap();
    let key = text.find("\"payload\": \"").unwrap() + 40;
    let mut forged = text.clone().into_bytes();
    forged[key] = if forged[key] == b'A' { b'B' } else { b'A' };
    world.lay("forged.json", &String::from_utf8(forged).unwrap());
    assert_exit(&world.run(&config, &["--approval", "forged.json"]), 2, &["forged.json"]);
    world.lay("noise.json", "{}");
    assert_exit(&world.run(&config, &["--approval", "noise.json"]), 2, &["can't be read"]);
    assert_eq!(world.content(), "a\n");
}

#[test]
fn an_approval_ends() {
    let (world, config) = world("user:alice");
    let asked = digest(&world.run(&config, &[]));
    let signed =
        world.call(&["approval", "sign", &asked, "--key", "key", "--as", "user:alice", "--seconds", "1"]);
    world.lay("yes.json", &String::from_utf8(signed.stdout).unwrap());
    std::thread::sleep(std::time::Duration::from_millis(1100));
    assert_exit(&world.run(&config, &["--approval", "yes.json"]), 3, &["approval-expired"]);
}
