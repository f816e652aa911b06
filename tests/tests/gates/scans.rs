use std::time::{Duration, Instant};

use code_assist_tests::{
    assert_exit,
    played::{Played, Reply},
    said,
};
use serde_json::Value;

use super::{gate, planted, results, scan, with_advisories, world};

fn sound() -> code_assist_tests::World {
    let files = planted::sound();
    let files: Vec<_> = files.iter().map(|(path, text)| (*path, text.as_str())).collect();
    let world = world(&files);
    with_advisories(&world);
    world
}

#[test]
fn each_planted_fault_is_found_by_its_gate_and_gone_when_it_is_mended() {
    let world = sound();
    let clean = scan(&world, &[]);
    assert_exit(&clean, 0, &[]);
    for (name, path, text) in planted::faults() {
        let file = world.root().join(path);
        let before = std::fs::read_to_string(&file).ok();
        world.lay(&format!("repository/{path}"), &text);
        let begun = Instant::now();
        let output = scan(&world, &[]);
        assert!(begun.elapsed() < Duration::from_secs(10), "{name}: {:?}", begun.elapsed());
        assert_exit(&output, 4, &[]);
        let told = results(&output);
        let failing = gate(&told, name);
        assert_eq!(failing["outcome"], "fail", "{name}: {failing:#}");
        let findings = failing["findings"].as_array().unwrap();
        let fault = findings.iter().find(|finding| finding["fails"] == true);
        let fault = fault.unwrap_or_else(|| panic!("{name}: {failing:#}"));
        assert!(fault["location"]["path"].is_string(), "{fault:#}");
        assert!(fault["location"]["line"].is_u64(), "{fault:#}");
        assert!(!fault["remedy"].as_str().unwrap().is_empty(), "{fault:#}");
        match before {
            Some(before) => drop(world.lay(&format!("repository/{path}"), &before)),
            None => std::fs::remove_file(&file).unwrap(),
        }
    }
    assert_exit(&scan(&world, &[]), 0, &[]);
}

#[test]
fn every_result_accounts_for_every_file() {
    let world = sound();
    for result in results(&scan(&world, &[])) {
        for coverage in result["coverage"].as_array().unwrap() {
            let count = |value: &Value| value.as_u64().unwrap();
            let skipped: u64 =
                coverage["skipped"].as_array().unwrap().iter().map(|skipped| count(&skipped["files"])).sum();
            assert_eq!(count(&coverage["files"]), count(&coverage["scanned"]) + skipped, "{coverage}");
            assert_eq!(coverage["canary"], true, "{coverage}");
            assert_eq!(coverage["tree_sha256"].as_str().unwrap().len(), 64);
        }
    }
}

#[test]
fn nothing_to_look_into_is_no_pass() {
    let world = sound();
    assert_exit(&world.call(&["scan", "none"]), 2, &["none"]);
    std::fs::create_dir(world.path().join("empty")).unwrap();
    assert_exit(&world.call(&["scan", "empty"]), 2, &["holds no file"]);
    assert_exit(&world.call(&["scan", "repository", "--since", "none"]), 2, &["no revision `none`"]);
    assert_exit(
        &world.call(&["scan", "repository", "--gate", "checks"]),
        2,
        &["looks into what a run recorded"],
    );
}

#[test]
fn without_advisories_the_dependencies_are_not_known_to_be_sound() {
    let files = planted::sound();
    let files: Vec<_> = files.iter().map(|(path, text)| (*path, text.as_str())).collect();
    let world = world(&files);
    let output = scan(&world, &["--gate", "dependencies"]);
    assert_exit(&output, 4, &["unavailable", "advisories import"]);
    with_advisories(&world);
    assert_exit(&scan(&world, &["--gate", "dependencies"]), 0, &[]);
    world.lay("config.toml", "[gates.dependencies]\nstale_days = 7\n");
    let aged = world.call(&["advisories", "import", "advisories", "--date", "2026-01-01"]);
    assert_exit(&aged, 0, &["2026-01-01"]);
    let output = scan(&world, &["--gate", "dependencies", "--config", "config.toml"]);
    assert_exit(&output, 4, &["days old"]);
    std::fs::write(world.path().join("state/advisories/database"), "nonsense").unwrap();
    assert_exit(&scan(&world, &["--gate", "dependencies"]), 4, &["\"error\""]);
}

#[test]
fn what_was_there_before_is_told_apart() {
    let world = sound();
    let (_, path, text) = planted::faults().into_iter().find(|(gate, ..)| *gate == "sast").unwrap();
    world.lay(&format!("repository/{path}"), &text);
    world.git(&["add", "-A"]);
    world.git(&["commit", "-qm", "a fault"]);
    assert_exit(&scan(&world, &["--since", "HEAD"]), 0, &[]);
    world.lay(&format!("repository/{path}"), &format!("# moved\n\n{text}"));
    let output = scan(&world, &["--since", "HEAD", "--gate", "sast"]);
    assert_exit(&output, 0, &[]);
    let told = results(&output);
    assert_eq!(gate(&told, "sast")["findings"][0]["standing"], "old", "{told:?}");
    let output = scan(&world, &["--since", "HEAD~1", "--gate", "sast"]);
    assert_exit(&output, 4, &[]);
    let told = results(&output);
    assert_eq!(gate(&told, "sast")["findings"][0]["standing"], "new");
}

#[test]
fn nothing_in_the_tree_silences_a_gate() {
    let world = sound();
    let (_, path, text) = planted::faults().into_iter().find(|(gate, ..)| *gate == "secrets").unwrap();
    world.lay(&format!("repository/{path}"), &text.replace("\";\n", "\"; // gitleaks:allow\n"));
    for (name, words) in [
        (".gitleaks.toml", "[allowlist]\npaths = ['''.*''']\n"),
        (".gitleaksignore", "src/main.rs:github-pat:2\n"),
        (".secrets.baseline", "{}"),
        (".semgrepignore", "*\n"),
        (".trivyignore", "*\n"),
        (".ignore", "*\n"),
        (".gitattributes", "* linguist-generated\n"),
        (".code-assist.toml", "[gates]\nexempt = [\"secrets\"]\n"),
    ] {
        world.lay(&format!("repository/{name}"), words);
    }
    assert_exit(&scan(&world, &["--gate", "secrets"]), 4, &["src/main.rs"]);
}

#[test]
fn findings_are_told_in_every_form_and_no_secret_is() {
    let world = sound();
    let (_, path, text) = planted::faults().into_iter().find(|(gate, ..)| *gate == "secrets").unwrap();
    world.lay(&format!("repository/{path}"), &text);
    let secret = text.split('"').nth(1).unwrap();
    for (format, words) in [
        ("text", &["src/main.rs:2", "remedy"][..]),
        ("json", &["\"fingerprint\"", "\"src/main.rs\""]),
        ("sarif", &["\"2.1.0\"", "\"partialFingerprints\""]),
        ("markdown", &["| secrets |"]),
        ("github", &["::error file=src/main.rs,line=2"]),
    ] {
        let output = world.call(&["scan", "repository", "--gate", "secrets", "--format", format]);
        assert_exit(&output, 4, words);
        assert!(!said(&output).contains(secret), "{format}");
    }
}

#[test]
fn a_secret_that_was_taken_out_is_found_in_the_history() {
    let world = sound();
    let (_, path, text) = planted::faults().into_iter().find(|(gate, ..)| *gate == "secrets").unwrap();
    let before = std::fs::read_to_string(world.root().join(path)).unwrap();
    for (text, message) in [(&text, "a secret"), (&before, "no secret")] {
        world.lay(&format!("repository/{path}"), text);
        world.git(&["add", "-A"]);
        world.git(&["commit", "-qm", message]);
    }
    let commit = world.git(&["rev-parse", "HEAD~1"]);
    world.git(&["pack-refs", "--all"]);
    assert_exit(&scan(&world, &["--gate", "secrets"]), 0, &[]);
    let output = scan(&world, &["--gate", "secrets", "--history"]);
    assert_exit(&output, 4, &["in the history", commit.trim(), path]);
    let told = results(&output);
    let coverage = &gate(&told, "secrets")["coverage"][1];
    let ids = world.git(&[
        "rev-list",
        "--objects",
        "--all",
        "--filter=object:type=blob",
        "--filter-provided-objects",
    ]);
    let blobs = ids.lines().filter(|line| line.contains(' ')).count();
    assert_eq!(coverage["files"], blobs, "{coverage}");
    world.lay("config.toml", "[gates.secrets]\nhistory = true\n");
    assert_exit(&scan(&world, &["--gate", "secrets", "--config", "config.toml"]), 4, &["in the history"]);
}

#[test]
fn a_repository_laid_inside_the_repository_hides_nothing() {
    let world = sound();
    let (_, _, text) = planted::faults().into_iter().find(|(gate, ..)| *gate == "secrets").unwrap();
    world.lay("repository/inner/.git/HEAD", "ref: refs/heads/main\n");
    world.lay("repository/inner/token.rs", &text);
    assert_exit(&scan(&world, &["--gate", "secrets"]), 4, &["inner/token.rs"]);
}

#[test]
fn advisories_are_fetched_by_a_binding_and_held_against_their_digest() {
    let place = Played::start(|asked| match asked.path.as_str() {
        "/osv/TEST-1.json" => Reply::json(serde_json::from_str(planted::ADVISORY).unwrap()),
        _ => Reply::json(serde_json::json!({})).status(404),
    });
    let files = planted::sound();
    let files: Vec<_> = files.iter().map(|(path, text)| (*path, text.as_str())).collect();
    let world = world(&files);
    let binding = format!(
        "[[bindings]]\nname = \"osv\"\nurl = \"{}/osv\"\nprivate = true\nallow = [{{ methods = [\"GET\"], path = \"/TEST-1.json\" }}, {{ methods = [\"GET\"], path = \"/none.zip\" }}]\n",
        place.url
    );
    let config = format!("[gates.dependencies]\nbinding = \"osv\"\nsources = [\"/TEST-1.json\"]\n{binding}");
    world.lay("config.toml", &config);
    let day = super::today();
    let update = |more: &[&str]| {
        world.call(&[&["advisories", "update", "--config", "config.toml", "--date", &day][..], more].concat())
    };
    assert_exit(&update(&["--sha256", &"0".repeat(64)]), 2, &["has the SHA-256"]);
    assert_exit(&update(&["/none.zip"]), 2, &["status 404"]);
    assert_exit(&scan(&world, &["--gate", "dependencies"]), 4, &["unavailable"]);
    assert_exit(&update(&[]), 0, &["1 advisories"]);
    assert_exit(&scan(&world, &["--gate", "dependencies"]), 0, &[]);
    world.lay("none.toml", "");
    assert_exit(&world.call(&["advisories", "update", "--config", "none.toml"]), 2, &["`binding` in"]);
}

#[test]
fn openvex_is_heard_from_the_operator_and_spoken() {
    let world = sound();
    let (_, path, text) = planted::faults().into_iter().find(|(gate, ..)| *gate == "dependencies").unwrap();
    world.lay(&format!("repository/{path}"), &text);
    let spoken = world.call(&["scan", "repository", "--gate", "dependencies", "--format", "openvex"]);
    assert_exit(&spoken, 4, &["\"affected\"", "TEST-1", "pkg:cargo/left@1.1.0"]);
    let document = serde_json::json!({
        "@context": "https://openvex.dev/ns/v0.2.0", "@id": "https://example.org/vex/1", "author": "ann@example.org",
        "timestamp": "2026-01-02T00:00:00Z", "version": 1,
        "statements": [{
            "vulnerability": { "name": "TEST-1" }, "products": [{ "@id": "pkg:cargo/left@1.1.0" }],
            "status": "not_affected", "justification": "vulnerable_code_not_in_execute_path",
        }],
    });
    world.lay("vex.json", &document.to_string());
    world.lay("config.toml", "[gates.dependencies]\nvex = [\"vex.json\"]\n");
    let heard = scan(&world, &["--gate", "dependencies", "--config", "config.toml"]);
    assert_exit(&heard, 0, &["OpenVEX: not affected, says ann@example.org", "not_in_execute_path"]);
    let again = ["--gate", "dependencies", "--config", "config.toml", "--format", "openvex"];
    let again = world.call(&[&["scan", "repository"][..], &again].concat());
    assert_exit(&again, 0, &["\"not_affected\""]);
    // In the tree it has no power.
    world.lay("repository/vex.json", &document.to_string());
    assert_exit(&scan(&world, &["--gate", "dependencies"]), 4, &["TEST-1"]);
    world.lay("vex.json", "{}");
    assert_exit(&scan(&world, &["--gate", "dependencies", "--config", "config.toml"]), 2, &["vex.json"]);
}

#[test]
fn what_is_staged_is_looked_into_before_a_commit() {
    let world = sound();
    let (_, path, text) = planted::faults().into_iter().find(|(gate, ..)| *gate == "secrets").unwrap();
    let before = std::fs::read_to_string(world.root().join(path)).unwrap();
    assert_exit(&scan(&world, &["--staged"]), 0, &[]);
    world.lay(&format!("repository/{path}"), &text);
    assert_exit(&scan(&world, &["--staged"]), 0, &[]);
    world.git(&["add", "-A"]);
    world.lay(&format!("repository/{path}"), &before);
    assert_exit(&scan(&world, &["--since", "HEAD"]), 0, &[]);
    assert_exit(&scan(&world, &["--staged"]), 4, &[path, "secrets/"]);
}

#[test]
fn what_git_is_told_not_to_look_at_is_looked_into() {
    let world = sound();
    let (_, path, text) = planted::faults().into_iter().find(|(gate, ..)| *gate == "secrets").unwrap();
    for word in ["--assume-unchanged", "--skip-worktree"] {
        world.git(&["update-index", word, path]);
        world.lay(&format!("repository/{path}"), &text);
        assert_exit(&scan(&world, &["--since", "HEAD"]), 4, &[path, "secrets/"]);
        world.git(&["update-index", &word.replace("--", "--no-"), path]);
        world.git(&["checkout", "-q", "."]);
    }
}

#[test]
fn what_git_says_nothing_of_is_new_too() {
    let world = sound();
    let (_, _, text) = planted::faults().into_iter().find(|(gate, ..)| *gate == "secrets").unwrap();
    world.lay("repository/inner/.git/HEAD", "ref: refs/heads/main\n");
    world.lay("repository/inner/.git/config", "");
    std::fs::create_dir_all(world.root().join("inner/.git/objects")).unwrap();
    std::fs::create_dir_all(world.root().join("inner/.git/refs")).unwrap();
    world.lay("repository/inner/token.rs", &text);
    assert_exit(&scan(&world, &["--since", "HEAD"]), 4, &["inner/token.rs"]);
    std::fs::remove_dir_all(world.root().join("inner")).unwrap();
    world.lay("repository/.git/info/exclude", "left/\n");
    world.lay("repository/left/token.rs", &text);
    assert_exit(&scan(&world, &["--since", "HEAD"]), 0, &[]);
    assert_exit(&scan(&world, &["--since", "HEAD", "--ignored"]), 4, &["left/token.rs"]);
}

#[test]
fn a_rule_file_of_others_is_awake() {
    let world = sound();
    world.lay(
        "own.toml",
        "[[rules]]\nid = \"acme-token\"\nregex = '''\\bacme_[A-Za-z0-9]{24}\\b'''\nkeywords = [\"acme_\"]\n",
    );
    assert_exit(&scan(&world, &["--gate", "secrets", "--rules", "own.toml"]), 0, &[]);
    world.lay("repository/a.txt", "acme_Zx81Kq02LmNv73PtRw64YsBd\n");
    assert_exit(&scan(&world, &["--gate", "secrets", "--rules", "own.toml"]), 4, &["acme-token"]);
}
