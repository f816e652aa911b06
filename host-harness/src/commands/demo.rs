use std::path::{Path, PathBuf};

use agent_contract::{Request, RunResult, result::Outcome};
use kernel::{Itself, place};
use ledger::{Status, Store, verify};
use policy::Config;
use runner::{Control, Events, Setup, approver::Approvals};
use serde_json::{Value, json};

use crate::terminal::out::say;
use crate::{
    Problem, set_up,
    terminal::{json::Lines, live::Live, screen, style},
};

/// The repository of the demonstration.
const FILES: &[(&str, &str)] = &[
    ("README.md", "# Greeter\n\nGreets the wrold.\n"),
    ("greet.sh", "#!/bin/sh\necho \"hello, wrold\"\n"),
    ("deploy/production.env", "REPLICAS=2\n"),
];

/// The operator's policy: what is deployed is not the agent's business.
const POLICY: &str = r#"
[[policy.rules]]
effect = "deny"
reason = "what is deployed is changed by people"
capabilities = ["repo.write"]
paths = ["deploy/**"]
"#;

const ALLOWED: &str = "*** Begin Patch
*** Update File: README.md
@@
-Greets the wrold.
+Greets the world.
*** Update File: greet.sh
@@
-echo \"hello, wrold\"
+echo \"hello, world\"
*** End Patch
";

const DENIED: &str = "*** Begin Patch
*** Update File: deploy/production.env
@@
-REPLICAS=2
+REPLICAS=200
*** End Patch
";

/// Shows an allowed run and a denied one.
pub(super) fn run(json: bool, state_dir: Option<PathBuf>) -> Result<u8, Problem> {
    let folder = place::scratch("code-assist-demo")?;
    let (root, state) = (folder.join("repository"), state_dir.unwrap_or_else(|| folder.join("state")));
    FILES.iter().try_for_each(|(name, text)| place::lay(&root, name, text))?;
    let store = set_up::store(Some(state), &Config::default())?;
    tell(json, "1. A change that is allowed: a typo, checked by a command, written to the working tree.");
    let allowed =
        one(&root, &store, request("Fix the typo", ALLOWED, &["sh", "-c", "! grep -r wrold ."])?, json)?;
    tell(json, "2. A change that is denied: the operator's policy keeps `deploy/**` for people.");
    let denied = one(&root, &store, request("Scale up", DENIED, &[])?, json)?;
    tell(
        json,
        &format!(
            "The repository is in {}; its two traces verify with\n  code-assist audit verify --state-dir {}",
            root.display(),
            store.root().display()
        ),
    );
    conclude(&store, &allowed, &denied)
}

fn tell(json: bool, text: &str) {
    if !json {
        say!("{}{text}{}\n", style::TITLE, style::RESET);
    }
}

fn request(instruction: &str, patch: &str, check: &[&str]) -> Result<Request, Problem> {
    let commands: Vec<Value> =
        (!check.is_empty()).then(|| json!({ "name": "no-typo", "argv": check })).into_iter().collect();
    let request = json!({
        "version": "1.0", "instruction": instruction, "mode": "proposed_change",
        "checks": { "commands": commands }, "proposal": { "text": patch },
    });
    Ok(Request::parse(&request.to_string())?)
}

fn one(root: &Path, store: &Store, request: Request, json: bool) -> Result<RunResult, Problem> {
    let config =
        Config::parse(POLICY).map_err(|error| Problem::invalid("config-invalid", error.to_string()))?;
    let setup = Setup {
        request,
        root: root.to_owned(),
        config,
        store: store.clone(),
        itself: Itself::found()?,
        control: Control::default(),
        approvals: Approvals::default(),
        unsandboxed: false,
        earlier: None,
        trace_context: None,
    };
    let events: Box<dyn Events> = if json { Box::new(Lines) } else { Box::new(Live::new()) };
    let agent = set_up::agent(None, None)?;
    let result = set_up::runtime()?.block_on(runner::run(&agent, setup, events))?;
    if !json {
        screen::show(&result, store);
        say!();
    }
    Ok(result)
}

/// The demonstration failed if either run did not end as it must.
fn conclude(store: &Store, allowed: &RunResult, denied: &RunResult) -> Result<u8, Problem> {
    if (allowed.outcome, denied.outcome) != (Outcome::Succeeded, Outcome::Refused) {
        let message = format!("the demonstration went wrong: {} and {}", allowed.outcome, denied.outcome);
        return Err(Problem::integrity("demo-failed", message));
    }
    for result in [allowed, denied] {
        if verify(store, &result.run_id)?.status != Status::Complete {
            return Err(Problem::integrity(
                "demo-failed",
                format!("the trace of `{}` does not verify", result.run_id),
            ));
        }
    }
    Ok(0)
}
