//! How quickly a policy of a thousand rules judges. Only a release build says anything.

use std::{hint::black_box, time::Instant};

use agent_contract::{CapabilityName, RunMode};

use policy::local::{Matter, Object, Policy};

const RULES: usize = 1_000;
const JUDGED: usize = 400_000;
const ROUNDS: usize = 12;

/// A thousand rules of mixed kinds.
fn rules() -> String {
    (0..RULES).map(rule).collect()
}

fn rule(number: usize) -> String {
    let effect = ["allow", "ask", "deny", "allow"][number / 2 % 4];
    let about = match number % 10 {
        0 | 1 => format!("paths = [\"src/pkg{number}/**\"]"),
        2 | 3 => format!("paths = [\"**/*.gen{number}.rs\"]"),
        4 | 5 => format!("paths = [\"docs/*/page{number}.md\"]"),
        6 => format!("paths = [\"config/file{number}.toml\", \"**/vendor{number}/**\"]"),
        7 => format!("branches = [\"release/{number}/*\"]"),
        8 => format!("bindings = [\"model.{number}.*\"]\nchecks = [\"unit-{number}*\"]"),
        _ => format!("base_branches = [\"v{number}.*\"]\npaths = [\"lib/**/*{number}.c\"]"),
    };
    let capabilities = match number % 3 {
        0 => "capabilities = [\"repo.write\"]\n",
        1 => "capabilities = [\"repo.read\", \"repo.write\", \"repo.commit\"]\n",
        _ => "",
    };
    let modes =
        if number.is_multiple_of(4) { "modes = [\"proposed_change\", \"production_change\"]\n" } else { "" };
    let limits = if effect == "allow" && number.is_multiple_of(7) { "limits = { uses = 9 }\n" } else { "" };
    format!(
        "[[rules]]\nname = \"rule-{number}\"\neffect = \"{effect}\"\n{capabilities}{modes}{limits}{about}\n"
    )
}

fn texts() -> Vec<(usize, String)> {
    let text = |number: usize| match number % 9 {
        0 => format!("src/pkg{number}/deep/in/it/lib.rs"),
        1 => format!("src/other/module{number}/lib.rs"),
        2 => format!("src/a/b/table.gen{number}.rs"),
        3 => format!("docs/guide/page{number}.md"),
        4 => format!("docs/guide/more/page{number}.md"),
        5 => format!("config/file{number}.toml"),
        6 => format!("third/vendor{number}/x/y.h"),
        7 => format!("model.{number}.large"),
        _ => format!("lib/core/x{number}.c"),
    };
    (0..RULES).map(|number| (number, text(number))).collect()
}

fn matter((number, text): &(usize, String)) -> Matter<'_> {
    let capabilities = [CapabilityName::RepoWrite, CapabilityName::RepoRead, CapabilityName::RepoCommit];
    let object = match number % 9 {
        7 => Object::Binding(text),
        8 if number.is_multiple_of(2) => Object::Capability,
        _ => Object::Path(text),
    };
    Matter {
        capability: capabilities[number % 3],
        mode: RunMode::ALL[number % RunMode::ALL.len()],
        branch: (!number.is_multiple_of(5)).then_some(if number.is_multiple_of(2) {
            "agent/fix"
        } else {
            "release/17/x"
        }),
        base_branch: Some("main"),
        object,
    }
}

#[test]
fn a_thousand_rules_judge_two_hundred_thousand_matters_a_second() {
    if cfg!(debug_assertions) {
        println!("skipped: only a release build is measured");
        return;
    }
    // What else the machine does meanwhile only ever adds: one quiet round is enough.
    assert!((0..ROUNDS).any(|_| is_quick()));
}

fn is_quick() -> bool {
    let text = rules();
    let start = Instant::now();
    let policy = Policy::parse(&text).expect("a policy");
    let loading = start.elapsed();
    let texts = texts();
    let start = Instant::now();
    let mut spoken = 0;
    for turn in 0..JUDGED {
        spoken += usize::from(black_box(policy.judge(&matter(&texts[turn % RULES]))).line.is_some());
    }
    let a_second = JUDGED as f64 / start.elapsed().as_secs_f64();
    println!(
        "{RULES} rules: loaded in {loading:?}, {a_second:.0} judged a second, {spoken} of {JUDGED} by a rule"
    );
    assert!(policy.rules() == RULES && spoken > JUDGED / 10 && spoken < JUDGED * 9 / 10, "{spoken}");
    loading.as_millis() < 200 && a_second >= 200_000.0
}
