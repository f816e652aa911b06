//! Every tool that is known: its outputs are read whole, and what is no output of its own,
//! or only a part of one, is never a pass.

mod played;

use adapters::{Ended, Exit, Judged, Pin, Refusal, Target};
use finding::Held;
use played::{Case, error, said, target, tools};

#[test]
fn every_tool_reads_its_own_output_and_takes_its_canary_out() {
    for (tool, case) in tools() {
        let tree = case.tree();
        let ends = case.ends(&tool, case.ended(&case.output));
        let Judged::Findings(judgement) = tool.judge(&target(&tree), &ends) else {
            panic!("{}: {:?}", tool.name(), tool.judge(&target(&tree), &ends));
        };
        let got: Vec<String> = judgement.found.iter().map(said).collect();
        assert_eq!(got, case.expect, "{}", tool.name());
        for found in &judgement.found {
            assert!(!found.message.contains("sample-secret-value-one"), "{}", found.message);
            assert!(!found.remedy.is_empty() && !found.subject.is_empty(), "{found:?}");
        }
    }
}

/// Ends that are no end, whatever was written before.
const BAD_ENDS: &[Exit] = &[
    Exit::Missing,
    Exit::Signal(11),
    Exit::Signal(9),
    Exit::TimedOut,
    Exit::TooMuch,
    Exit::Code(127),
    Exit::Code(255),
    Exit::Code(-1),
    Exit::Code(77),
];

#[test]
fn a_tool_that_did_not_end_well_is_never_a_pass() {
    for (tool, case) in tools() {
        let tree = case.tree();
        for exit in BAD_ENDS {
            for first in [Ended::silent(*exit), case.end(&case.output, *exit, played::ROOT)] {
                let ends = case.ends(&tool, first);
                error(tool.judge(&target(&tree), &ends), tool.name());
            }
        }
        error(tool.judge(&target(&tree), &[]), tool.name());
    }
}

#[test]
fn an_empty_half_or_foreign_output_is_never_a_pass_with_any_code() {
    let all = tools();
    for (tool, case) in &all {
        let tree = case.tree();
        let foreign = all.iter().filter(|(other, _)| other.name() != tool.name());
        let foreign = foreign.map(|(_, other)| other.output.clone());
        let short = ["", "\n", "{}", "[]", "null", "no leaks found\n", "{\"results\": []}"];
        let outputs: Vec<String> =
            short.into_iter().map(str::to_owned).chain(foreign).chain(halves(&case.output)).collect();
        for output in outputs {
            for code in [0, 1, case.exit] {
                let first = case.end(&output, Exit::Code(code), played::ROOT);
                let ends = case.ends(tool, first);
                let what = format!("{} with code {code} and {output:.200}", tool.name());
                error(tool.judge(&target(&tree), &ends), &what);
            }
        }
    }
}

/// An output cut at many places, as by a full disk or a kill.
fn halves(output: &str) -> Vec<String> {
    let output = output.trim_end();
    let cuts = (1..output.len()).step_by(37).filter(|at| output.is_char_boundary(*at));
    cuts.map(|at| output[..at].to_owned()).collect()
}

#[test]
fn a_missed_canary_is_never_a_pass() {
    for (tool, case) in tools() {
        let tree = case.tree();
        // The same output, with the canary's file or advisory called otherwise.
        let plan = tool.plan(&target(&tree)).unwrap();
        let mut laid = plan.invocations.iter().flat_map(|run| &run.lay);
        let canary = laid.rfind(|laid| laid.path.contains("anary")).unwrap();
        let name = canary.path.rsplit('/').next().unwrap();
        let strange = Case {
            output: case.output.replace("ode-assist-canary", "ther").replace(name, "other"),
            canary: Some(case.output.clone()),
            ..case.clone()
        };
        let ends = strange.ends(&tool, strange.ended(&strange.output));
        error(tool.judge(&target(&tree), &ends), tool.name());
    }
}

#[test]
fn found_without_a_finding_and_clean_with_one_are_never_a_pass() {
    for (tool, case) in tools() {
        let tree = case.tree();
        // A code that is not the one of the case, with the same output: only tools whose codes
        // say nothing of findings may take it.
        for code in [0, 1] {
            let ends = case.ends(&tool, case.end(&case.output, Exit::Code(code), played::ROOT));
            if let Judged::Findings(judgement) = tool.judge(&target(&tree), &ends) {
                let got: Vec<String> = judgement.found.iter().map(said).collect();
                assert_eq!(got, case.expect, "{} with code {code}", tool.name());
            }
        }
    }
}

#[test]
fn who_is_not_the_tool_in_a_known_version_is_not_run() {
    let said = |text: &str| Ended { stdout: text.as_bytes().to_vec(), ..Ended::silent(Exit::Code(0)) };
    for (tool, _) in tools() {
        let asks = tool.asks("/place/beside").len();
        for text in ["", "0.0.1\n", "99.0.0\n", "syft 1.0.0\n", "usage: something\n", "v1.2.3-beta\n"] {
            let answers = vec![said(text); asks];
            assert!(tool.identity(&answers, "", &[]).is_err(), "{} is taken for {text:?}", tool.name());
        }
        for exit in [Exit::Missing, Exit::TimedOut, Exit::Signal(6)] {
            assert!(tool.identity(&vec![Ended::silent(exit); asks], "", &[]).is_err());
        }
        assert!(tool.identity(&[], "", &[]).is_err());
    }
}

#[test]
fn a_build_without_a_version_is_taken_when_the_operator_vouches_for_it() {
    let tool = tools().into_iter().map(|(tool, _)| tool).find(|tool| tool.name() == "gitleaks").unwrap();
    let said = |text: &str| Ended { stdout: text.as_bytes().to_vec(), ..Ended::silent(Exit::Code(0)) };
    let answers = [said("version is set by build process\n"), said("Gitleaks scans code, past or present\n")];
    let pin = Pin { sha256: "AB".repeat(32), version: "8.26.0-1".to_owned() };
    assert!(tool.identity(&answers, "cd", std::slice::from_ref(&pin)).is_err());
    let identity = tool.identity(&answers, &"ab".repeat(32), std::slice::from_ref(&pin)).unwrap();
    assert_eq!(identity.version, "8.26.0-1");
    let other = [said("version is set by build process\n"), said("something else\n")];
    assert!(tool.identity(&other, &"ab".repeat(32), &[pin]).is_err());
}

#[test]
fn a_plan_withholds_what_a_tool_obeys_and_names_no_place_unfilled() {
    for (tool, case) in tools() {
        let tree = case.tree();
        let plan = tool.plan(&target(&tree)).unwrap();
        for run in &plan.invocations {
            let texts = run.arguments.iter().chain(run.environment.values()).chain([&run.directory]);
            for text in texts.filter(|text| text.as_str() != "{{json .}}") {
                assert!(!text.contains(['{', '}']), "{}: {text}", tool.name());
            }
            assert!(run.lay.iter().all(|laid| laid.path.starts_with("/place/")), "{}", tool.name());
            assert_ne!(run.directory, played::ROOT, "{} starts in the tree", tool.name());
        }
        assert!(plan.withheld.is_empty());
    }
    let tools = tools();
    let find = |name: &str| &tools.iter().find(|(tool, _)| tool.name() == name).unwrap().0;
    let tree: Held = [(".gitleaksignore", "x"), ("a/.gitleaksignore", "x"), ("a.gitleaksignore", "x")]
        .into_iter()
        .collect();
    let withheld = find("gitleaks").plan(&target(&tree)).unwrap().withheld;
    assert_eq!(
        withheld.iter().map(|path| path.as_str()).collect::<Vec<_>>(),
        [".gitleaksignore", "a/.gitleaksignore"]
    );
}

#[test]
fn words_that_silence_a_tool_are_a_finding() {
    for (tool, case) in tools().into_iter().filter(|(tool, _)| tool.name() == "trufflehog") {
        let tree: Held = [("a.py", "x\nkey = 1 # trufflehog:ignore\n")].into_iter().collect();
        let ends = case.ends(&tool, case.ended(&case.output));
        let Judged::Findings(judgement) = tool.judge(&target(&tree), &ends) else { panic!("no findings") };
        assert_eq!(said(&judgement.found[0]), "trufflehog/silenced high a.py:2:11");
    }
}

#[test]
fn what_a_tool_needs_and_lacks_is_a_refusal() {
    for (tool, case) in tools() {
        let tree = case.tree();
        let bare = Target { data: None, rules: None, ..target(&tree) };
        let refusal = tool.plan(&bare).err();
        match tool.name() {
            "osv-scanner" | "cargo-audit" | "cargo-deny" | "trivy" | "grype" => {
                assert!(matches!(refusal, Some(Refusal::NoData(_))), "{}", tool.name());
            }
            "semgrep" | "ast-grep" => assert!(matches!(refusal, Some(Refusal::NoRules(_)))),
            _ => assert_eq!(refusal, None, "{}", tool.name()),
        }
    }
}
