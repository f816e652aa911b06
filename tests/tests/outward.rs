//! What reaches beyond the machine, through the program: prompts, messages, secrets.

use std::{fs, path::Path, process::Output};

use code_assist_tests::{
    World, assert_exit,
    played::{Asked, Played, Reply},
    said,
};
use serde_json::json;

const PROGRAM: &str = env!("CARGO_BIN_EXE_code-assist-under-test");
const BY_ENV: &str = "env7Q9xk2mfLz0pWd4Rt6Yh";
const BY_FILE: &str = "file3Vb8nMq1Kj5Ls9Xc2Ze";
const BY_VAULT: &str = "vault6Gt4Hy7Uj2Ik9Ol0Pa";

fn guest(name: &str) -> String {
    format!("{}/{name}.wasm", env!("GUESTS"))
}

#[test]
fn a_prompt_that_would_carry_an_ignored_file_is_refused_through_the_program() {
    let model = Played::start(|_| Reply::json(json!({ "said": "well" })));
    let world = World::new(PROGRAM);
    let value = "sk_live_51H8xQ2eZvKYlo2C9";
    world.lay("repository/.gitignore", ".env\n");
    world.lay("repository/.env", &format!("# keys\nPAYMENT_KEY={value}\nDEBUG=true\n"));
    world.lay(
        "config.toml",
        &format!(
            "[[bindings]]\nname = \"model.default\"\nurl = \"{}\"\n\
             actions = {{ complete = {{ method = \"POST\", path = \"/v1/complete\" }} }}\n",
            model.url
        ),
    );
    let run = |instruction: &str| {
        let agent = guest("out_prompts");
        let words = ["run", "--repo", "repository", "--config", "config.toml", "--component", &agent];
        world.call(&[&words[..], &["--instruction", instruction]].concat())
    };
    let pasted = run(&format!("deploy with PAYMENT_KEY={value}"));
    assert_exit(&pasted, 3, &["secret-leaving", ".env"]);
    let alone = run(&format!("is {value} right"));
    assert_exit(&alone, 3, &["secret-leaving", ".env"]);
    for output in [&pasted, &alone] {
        assert!(!said(output).contains(value), "{}", said(output));
    }
    assert!(model.asked().is_empty(), "{:?}", model.asked());
    run("say something about payments");
    assert_eq!(model.asked().len(), 1);
}

#[test]
fn people_are_told_how_the_run_ended() {
    let team = Played::start(|_| Reply::json(json!({ "ok": true })));
    let world = World::new(PROGRAM);
    let config =
        format!("[[bindings]]\nname = \"notify.team\"\nkind = \"webhook\"\nurl = \"{}/hook\"\n", team.url);
    assert_exit(&world.run(&config, &["--notify", "notify.team"]), 0, &[]);
    let asked = team.asked();
    assert_eq!(asked.len(), 1, "{asked:?}");
    assert!(asked[0].body.to_string().contains("succeeded"), "{asked:?}");
    let other = World::new(PROGRAM);
    assert_exit(&other.run(&config, &["--notify", "notify.other"]), 2, &["no binding `notify.other`"]);
    let calls = "[[bindings]]\nname = \"notify.calls\"\nurl = \"https://calls.example.org\"\n";
    assert_exit(&other.run(calls, &["--notify", "notify.calls"]), 2, &["`notify.calls` is for calls"]);
    assert_exit(&other.run("", &["--notify", "notify.team"]), 5, &["primitive-unavailable"]);
    assert_eq!(other.content(), "a\n");
    assert_eq!(team.asked().len(), 1);
}

/// A secret in more than twenty forms.
fn ways(secret: &str) -> Vec<String> {
    let hex = |separator: &str| {
        secret.bytes().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().join(separator)
    };
    let each = |form: fn(u8) -> String| secret.bytes().map(form).collect::<String>();
    let spread = |separator: &str| secret.chars().map(String::from).collect::<Vec<_>>().join(separator);
    let turned = |c: char| match c {
        'a'..='m' | 'A'..='M' => char::from(c as u8 + 13),
        'n'..='z' | 'N'..='Z' => char::from(c as u8 - 13),
        other => other,
    };
    vec![
        secret.to_owned(),
        format!("Bearer {secret}"),
        secret.chars().rev().collect(),
        secret.chars().map(turned).collect(),
        secret.to_uppercase(),
        hex(""),
        hex("").to_uppercase(),
        hex(":"),
        hex(" "),
        hex("-"),
        base64(secret.as_bytes()),
        base64(format!("a{secret}").as_bytes()),
        base64(format!("user:{secret}").as_bytes()),
        base64(secret.as_bytes()).trim_end_matches('=').to_owned(),
        each(|byte| format!("%{byte:02X}")),
        each(|byte| format!("%{byte:02x}")),
        each(|byte| format!("\\u{byte:04x}")),
        each(|byte| format!("\\x{byte:02x}")),
        each(|byte| format!("\\{byte:03o}")),
        each(|byte| format!("&#{byte};")),
        each(|byte| format!("&#x{byte:x};")),
        each(|byte| format!("={byte:02X}")),
        spread(" "),
        spread("\n"),
        spread("."),
        spread("-"),
    ]
}

fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let letter = |bits: u32| char::from(LETTERS[(bits & 63) as usize]);
    let mut text = String::new();
    for part in bytes.chunks(3) {
        let at = |index: usize| u32::from(part.get(index).copied().unwrap_or(0));
        let bits = at(0) << 16 | at(1) << 8 | at(2);
        let letters = [letter(bits >> 18), letter(bits >> 12), letter(bits >> 6), letter(bits)];
        text.extend(&letters[..=part.len()]);
        text.push_str(&"=".repeat(3 - part.len()));
    }
    text
}

/// Answers with whatever it was shown, in every form.
fn echo(asked: &Asked) -> Reply {
    let shown = asked.header("authorization").unwrap_or_default();
    let secret = shown.strip_prefix("Bearer ").unwrap_or(shown);
    Reply::json(json!({ "heard": ways(secret) }))
}

fn vault(asked: &Asked) -> Reply {
    match asked.path.as_str() {
        "/v1/secret/data/app" => Reply::json(json!({
            "data": { "data": { "token": BY_VAULT }, "metadata": {
                "version": 1, "destroyed": false, "deletion_time": "", "created_time": "2026-01-01T00:00:00Z",
            } },
        })),
        "/v1/auth/token/lookup-self" => Reply::json(json!({
            "data": { "ttl": 0, "renewable": false, "expire_time": null, "num_uses": 0, "type": "service" },
        })),
        _ => Reply::json(json!({})).status(204),
    }
}

fn config(world: &World, echo: &Played, vault: &Played) -> String {
    let token = world.lay("outside/token", BY_FILE);
    let opener = world.lay("outside/opener", "hvs.planted-opener-9Zx8Cv7Bn6Mm");
    for file in [&token, &opener] {
        let mut mode = fs::metadata(file).unwrap().permissions();
        std::os::unix::fs::PermissionsExt::set_mode(&mut mode, 0o600);
        fs::set_permissions(file, mode).unwrap();
    }
    let binding = |name: &str, credential: &str| {
        format!(
            "[[bindings]]\nname = \"{name}\"\nurl = \"{}\"\ncredential = {{ {credential} }}\n\
             actions = {{ echo = {{ method = \"POST\", path = \"/echo\" }} }}\n",
            echo.url
        )
    };
    [
        binding("by-env", "env = \"PLANTED_TOKEN\""),
        binding("by-file", &format!("file = \"{}\"", token.display())),
        binding("by-vault", "vault = \"app#token\""),
        format!(
            "[vault]\naddress = \"{}\"\nauth = {{ token = {{ file = \"{}\" }} }}\n",
            vault.url,
            opener.display()
        ),
    ]
    .concat()
}

fn run(world: &World) -> Output {
    let agent = guest("out_tells");
    let words = [
        "--json",
        "run",
        "--repo",
        "repository",
        "--config",
        "config.toml",
        "--component",
        &agent,
        "--mode",
        "proposed_change",
        "--instruction",
        "tell all",
        "--output",
        "artifacts",
        "--check",
        "env; cat ../outside/token; cat /proc/*/environ; ls -R /tmp /root /home",
    ];
    world.command(&words).env("PLANTED_TOKEN", BY_ENV).output().unwrap()
}

/// Every file below a folder.
fn files(folder: &Path, found: &mut Vec<Vec<u8>>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        match entry.path() {
            path if path.is_dir() => files(&path, found),
            path => found.push(fs::read(path).unwrap_or_default()),
        }
    }
}

#[test]
fn a_run_that_is_told_secrets_in_every_way_writes_none() {
    let (echoes, vault) = (Played::start(echo), Played::start(vault));
    let world = World::new(PROGRAM);
    world.lay("config.toml", &config(&world, &echoes, &vault));
    let ran = run(&world);
    let shown: Vec<_> =
        echoes.asked().iter().filter_map(|asked| asked.header("authorization").map(str::to_owned)).collect();
    let expected = [BY_ENV, BY_FILE, BY_VAULT].map(|secret| format!("Bearer {secret}"));
    assert_eq!(shown, expected, "{}", said(&ran));
    let mut written = vec![ran.stdout.clone(), ran.stderr.clone()];
    for folder in ["state", "artifacts", "repository"] {
        files(&world.path().join(folder), &mut written);
    }
    assert!(written.iter().any(|bytes| contains(bytes, b"[secret ")), "nothing was taken out");
    for secret in [BY_ENV, BY_FILE, BY_VAULT] {
        for (number, way) in ways(secret).iter().enumerate() {
            let printed = [way.clone(), way.escape_default().to_string(), json!(way).to_string()];
            for text in printed.iter().map(|text| text.trim_matches('"')) {
                let held = written.iter().any(|bytes| contains(bytes, text.as_bytes()));
                assert!(!held, "way {number} of {secret} was written");
            }
        }
    }
}

fn contains(bytes: &[u8], text: &[u8]) -> bool {
    !text.is_empty() && bytes.windows(text.len()).any(|part| part == text)
}
