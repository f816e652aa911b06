//! The guide to the local policy shows what there is.

use std::{fs, path::Path};

use policy::local::{Policy, cases, hard::HARD};

fn guide() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/guides/policy.md");
    fs::read_to_string(path).expect("the guide")
}

/// The blocks of TOML, in order.
fn blocks(text: &str) -> Vec<&str> {
    text.split("```toml\n").skip(1).map(|rest| rest.split("```").next().unwrap_or_default()).collect()
}

#[test]
fn what_the_guide_shows_is_read_and_comes_to_what_it_says() {
    let text = guide();
    let blocks = blocks(&text);
    let policy = Policy::parse(blocks[0]).expect("the policy of the guide");
    assert_eq!(policy.rules(), 4);
    let pasted = blocks.iter().find(|block| block.contains("tools/build.sh")).expect("a rule to paste");
    assert_eq!(Policy::parse(&format!("{}{pasted}", blocks[0])).expect("both").rules(), 5);
    let cases = blocks.iter().find(|block| block.contains("[[cases]]")).expect("a case");
    assert_eq!(cases::run(&policy, &cases::parse(cases).expect("the cases of the guide")), []);
}

#[test]
fn the_fault_that_the_guide_shows_is_the_one_that_comes() {
    let text = guide();
    let overruled = format!(
        "{}\n[[rules]]\nname = \"no-sources\"\neffect = \"deny\"\npaths = [\"src/**\"]\n",
        blocks(&text)[0]
    );
    let fault = Policy::parse(&overruled).expect_err("an example that fails").to_string();
    assert!(text.contains(&fault), "{fault}");
}

#[test]
fn the_guide_lists_every_hard_rule() {
    let text = guide();
    for rule in HARD {
        let row = format!("| `{}` | {} | `{}` |", rule.name, rule.says, rule.code);
        assert!(text.contains(&row), "{row}");
    }
}
