use code_assist_tests::{World, assert_exit};

use super::{LATER, gate, planted, results, scan, with_advisories, world};

/// A world with a fault of a gate, and the fault's fingerprint.
fn faulty(name: &str) -> (World, String) {
    let files = planted::sound();
    let files: Vec<_> = files.iter().map(|(path, text)| (*path, text.as_str())).collect();
    let world = world(&files);
    with_advisories(&world);
    let (_, path, text) = planted::faults().into_iter().find(|(gate, ..)| *gate == name).unwrap();
    world.lay(&format!("repository/{path}"), &text);
    let output = scan(&world, &["--gate", name]);
    assert_exit(&output, 4, &[]);
    let told = results(&output);
    let findings = gate(&told, name)["findings"].as_array().unwrap().clone();
    let fault = findings.iter().find(|finding| finding["fails"] == true).unwrap();
    (world, fault["fingerprint"].as_str().unwrap().to_owned())
}

fn waiver(fingerprint: &str, expires: &str) -> String {
    format!(
        "waivers]]\nfingerprint = \"{fingerprint}\"\nreason = \"it is a test\"\nowner = \"ann\"\nexpires = \"{expires}\"\n"
    )
}

fn judged(world: &World, name: &str, waivers: &str) -> std::process::Output {
    world.lay("config.toml", waivers);
    scan(world, &["--gate", name, "--config", "config.toml"])
}

#[test]
fn a_waiver_lets_a_finding_be_and_is_shown() {
    let (world, fingerprint) = faulty("sast");
    let output = judged(&world, "sast", &format!("[[gates.{}", waiver(&fingerprint, LATER)));
    assert_exit(&output, 0, &["it is a test", "\"ann\""]);
    let over = judged(&world, "sast", &format!("[[gates.{}", waiver(&fingerprint, "2020-01-01")));
    assert_exit(&over, 4, &["ended on 2020-01-01"]);
}

#[test]
fn a_waiver_that_nothing_needs_fails() {
    let (world, fingerprint) = faulty("sast");
    let spare = waiver("00000000000000000000000000000000", LATER);
    let waivers = format!("[[gates.{}[[gates.{spare}gate = \"sast\"\n", waiver(&fingerprint, LATER));
    assert_exit(&judged(&world, "sast", &waivers), 4, &["is for nothing that is found"]);
    let elsewhere = format!("[[gates.{}[[gates.{spare}gate = \"iac\"\n", waiver(&fingerprint, LATER));
    assert_exit(&judged(&world, "sast", &elsewhere), 0, &[]);
}

#[test]
fn a_live_secret_and_the_trace_are_never_waived() {
    let (world, fingerprint) = faulty("secrets");
    let output = judged(&world, "secrets", &format!("[[gates.{}", waiver(&fingerprint, LATER)));
    assert_exit(&output, 4, &["a live secret can't be waived"]);
    let trace = format!("[[gates.{}gate = \"audit_trace\"\n", waiver(&fingerprint, LATER));
    assert_exit(&judged(&world, "secrets", &trace), 2, &["can't be waived"]);
    assert_exit(
        &judged(&world, "secrets", "[gates]\nexempt = [\"audit_trace\"]\n"),
        2,
        &["nothing is proved"],
    );
}

#[test]
fn a_signed_file_of_waivers_counts_and_a_changed_one_does_not() {
    let (world, fingerprint) = faulty("sast");
    let made = world.call(&["approval", "key", "key"]);
    assert_exit(&made, 0, &["[[approval.approvers]]"]);
    let approver = String::from_utf8_lossy(&made.stdout).replace("user:NAME", "user:bo");
    world.lay("waivers.toml", &format!("[[{}", waiver(&fingerprint, LATER)));
    let signed = world.call(&["waiver", "sign", "waivers.toml", "--key", "key", "--as", "user:bo"]);
    assert_exit(&signed, 0, &[]);
    let text = String::from_utf8_lossy(&signed.stdout).into_owned();
    world.lay("signed.json", &text);
    let config = format!("[gates]\nwaiver_files = [\"signed.json\"]\n\n{approver}");
    assert_exit(&judged(&world, "sast", &config), 0, &["it is a test"]);
    world.lay("waivers.toml", &format!("[[{}", waiver(&fingerprint, "2998-12-31")));
    let other = world.call(&["waiver", "sign", "waivers.toml", "--key", "key", "--as", "user:eve"]);
    world.lay("signed.json", &String::from_utf8_lossy(&other.stdout));
    assert_exit(&judged(&world, "sast", &config), 4, &["none of the approvers"]);
    let payload =
        |text: &str| text.split("\"payload\": \"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let forged = text.replace(&payload(&text), &payload(&String::from_utf8_lossy(&other.stdout)));
    world.lay("signed.json", &forged);
    let told = judged(&world, "sast", &config);
    assert_eq!(told.status.code(), Some(4));
}
