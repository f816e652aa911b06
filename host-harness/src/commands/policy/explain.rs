//! Whether the agent may do something here, and why.

use std::path::PathBuf;

use agent_contract::{
    Request,
    allowance::Allowances,
    request::{Branches, Version},
    rules,
};
use kernel::{Itself, input};
use policy::answer::{Answer, Stance};
use runner::{
    Control, Setup,
    approver::Approvals,
    explain::{About, Explanation, explain},
};
use serde_json::{Value, json};

use crate::terminal::out::say;
use crate::{
    Problem,
    cli::{Allowance, ExplainArgs},
    set_up,
    terminal::{line, style},
};

const REQUEST_BYTES_MAX: u64 = 32 * 1024 * 1024;

/// Exit 0 where it may, 3 where it may not or a person would be asked.
pub(super) fn run(args: &ExplainArgs, json: bool, state_dir: Option<PathBuf>) -> Result<u8, Problem> {
    let config = set_up::rules(&args.rules)?;
    let setup = Setup {
        request: request(args)?,
        root: args.repo.clone().unwrap_or_else(|| PathBuf::from(".")),
        store: set_up::reading(state_dir, &config)?,
        config,
        itself: Itself::found()?,
        control: Control::default(),
        approvals: Approvals::default(),
        unsandboxed: false,
        earlier: None,
        trace_context: None,
    };
    let agent = set_up::agent(None, None)?;
    let about = about(args);
    let explaining = explain(&agent, &setup, args.capability, &about);
    let explanation = set_up::runtime()?.block_on(explaining)?;
    match json {
        true => say!("{}", machine(&explanation)),
        false => show(args, &explanation),
    }
    Ok(if explanation.stance == Stance::Allow { 0 } else { 3 })
}

fn about(args: &ExplainArgs) -> About {
    match (&args.path, &args.check, &args.binding) {
        (Some(path), ..) => About::Path(path.clone()),
        (_, Some(check), _) => About::Check(check.clone()),
        (.., Some(binding)) => About::Binding(binding.clone()),
        _ => About::Capability,
    }
}

fn request(args: &ExplainArgs) -> Result<Request, Problem> {
    if let Some(path) = &args.request {
        let text = input::read_text(path, REQUEST_BYTES_MAX)?;
        return Request::parse(&text).map_err(|fault| Problem::from(fault).at(path.display()));
    }
    let allows = |allowance| args.allow.contains(&allowance);
    let request = Request {
        version: Version::V1,
        instruction: "explain".to_owned(),
        mode: args.mode,
        target: None,
        branches: Branches { base: args.base_branch.clone(), work: args.work_branch.clone() },
        files: Vec::new(),
        checks: Default::default(),
        capabilities: None,
        allowances: Allowances {
            commit: allows(Allowance::Commit),
            push: allows(Allowance::Push),
            pull_request: allows(Allowance::PullRequest),
            notify: allows(Allowance::Notify),
        },
        agent_id: None,
        decision_metadata: Default::default(),
        protocols: Default::default(),
        runner: Default::default(),
        audit: Default::default(),
        gates: Default::default(),
        budgets: Default::default(),
        simulate: false,
        notify: Vec::new(),
        proposal: None,
        recipe: None,
        documents: Vec::new(),
        plan: None,
        until: None,
    };
    rules::check(&request)?;
    Ok(request)
}

fn machine(explanation: &Explanation) -> Value {
    let rules = explanation.rules.iter().map(
        |rule| json!({ "rule": rule.name, "line": rule.line, "effect": rule.effect, "reason": rule.reason }),
    );
    json!({
        "answer": explanation.stance, "refusal": explanation.refusal, "question": explanation.question,
        "decision": explanation.decision.as_ref().map(policy::Decision::describe),
        "rules": rules.collect::<Vec<_>>(),
    })
}

fn show(args: &ExplainArgs, explanation: &Explanation) {
    let (colour, sign) = match explanation.stance {
        Stance::Allow => (style::GOOD, "✔ allow"),
        Stance::Ask => (style::NOTE, "? ask"),
        Stance::Deny => (style::BAD, "✘ deny"),
    };
    let mode = args.request.as_ref().map_or_else(|| args.mode.to_string(), |file| file.display().to_string());
    let object = [args.path.as_ref().map(ToString::to_string), args.check.clone(), args.binding.clone()];
    let object = object.into_iter().flatten().next().map(|text| format!(" on {}", line(&text)));
    let (faint, reset) = (style::FAINT, style::RESET);
    say!("{colour}{sign}{reset}  {}{}  {faint}{mode}{reset}", args.capability, object.unwrap_or_default());
    for answer in explanation.decision.iter().flat_map(|decision| &decision.answers) {
        say!("  {faint}{:14}{reset} {}", line(&answer.point), said(answer));
    }
    for rule in &explanation.rules {
        let reason = rule.reason.as_deref().map(|reason| format!(": {}", line(reason))).unwrap_or_default();
        say!(
            "  {faint}{:14}{reset} {} (line {}) {}{reason}",
            "rule",
            rule.name,
            rule.line,
            word(rule.effect)
        );
    }
    if let Some(refusal) = &explanation.refusal {
        say!("  {faint}{:14}{reset} {} {faint}[{}]{reset}", "reason", line(&refusal.message), refusal.code);
        let grant = refusal.grant.as_deref().unwrap_or_default();
        grant.lines().for_each(|text| say!("                 {}{}{reset}", style::NOTE, line(text)));
    }
    if let Some(decision) = &explanation.decision {
        say!("  {faint}{:14}{reset} {}", "request", decision.request_sha256);
    }
}

fn said(answer: &Answer) -> String {
    let word = &answer.word;
    let objection = word.objection.as_ref();
    let why = objection.map(|objection| format!(": {} [{}]", line(&objection.message), objection.code));
    let reasons: Vec<_> = word.reasons.iter().map(|reason| line(reason)).collect();
    let reasons = if reasons.is_empty() { String::new() } else { format!(" ({})", reasons.join("; ")) };
    let stance = self::word(word.stance);
    format!("{stance}{}{reasons}  in {} us", why.unwrap_or_default(), answer.latency_us)
}

fn word(stance: Stance) -> &'static str {
    match stance {
        Stance::Allow => "allow",
        Stance::Ask => "ask",
        Stance::Deny => "deny",
    }
}
