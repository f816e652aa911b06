//! From what was said on the command line to a request.

use std::path::Path;

use agent_contract::{
    Request,
    allowance::Allowances,
    budget::Budgets,
    capability::CapabilityRequest,
    check::{CheckCommand, CheckPreset, Checks},
    fault::Malformed,
    gate::GatePolicy,
    proposal::Proposal,
    request::{Branches, Version},
    rules,
    target::{LocalPath, Target, TargetUrl},
};
use kernel::{
    input,
    process::{self, wasi},
};

use crate::{Problem, cli::RunArgs};

const REQUEST_BYTES_MAX: u64 = 32 * 1024 * 1024;
const PROPOSAL_BYTES_MAX: u64 = 16 * 1024 * 1024;

/// The request that was asked for.
pub(crate) fn request(args: &RunArgs) -> Result<Request, Problem> {
    match &args.request {
        Some(path) => from_file(path, args.repo.as_deref()),
        None => from_flags(args),
    }
}

fn from_file(path: &Path, repo: Option<&Path>) -> Result<Request, Problem> {
    let text = input::read_text(path, REQUEST_BYTES_MAX)?;
    let request = Request::parse(&text).map_err(|fault| Problem::from(fault).at(path.display()))?;
    match (&request.target, repo) {
        (Some(target), Some(repo)) if !is_same(target, repo) => Err(Problem::invalid(
            "request-invalid",
            format!(
                "/target: the request names a target and `--repo` names `{}`; give one of them",
                repo.display()
            ),
        )
        .at(path.display())),
        _ => Ok(request),
    }
}

fn is_same(target: &Target, repo: &Path) -> bool {
    matches!(target, Target::Path(path) if Path::new(path.as_str()) == repo)
}

fn from_flags(args: &RunArgs) -> Result<Request, Problem> {
    let proposal = args.proposal.as_deref().map(|path| read_proposal(path, args)).transpose()?;
    let default = proposal.as_ref().map(|_| "Apply the given proposal".to_owned());
    let instruction = args.instruction.clone().or(default).ok_or_else(|| {
        Problem::invalid(
            "request-invalid",
            "nothing to do: say it with `--instruction`, or give the change with `--proposal`",
        )
    })?;
    let request = Request {
        version: Version::V1,
        instruction,
        mode: args.mode,
        target: args.repo.as_deref().map(target).transpose()?,
        branches: Branches { base: args.base_branch.clone(), work: args.work_branch.clone() },
        files: args.files.clone(),
        checks: checks(args)?,
        capabilities: capabilities(args),
        allowances: Allowances {
            commit: args.allow_commit,
            push: args.allow_push,
            pull_request: args.allow_pull_request,
            notify: args.allow_notify || !args.notify.is_empty(),
        },
        agent_id: None,
        decision_metadata: Default::default(),
        protocols: Default::default(),
        runner: Default::default(),
        audit: Default::default(),
        gates: GatePolicy { required: args.gates.clone(), fail_on: None },
        budgets: Budgets { seconds: args.seconds, ..Budgets::default() },
        simulate: args.simulate,
        notify: args.notify.clone(),
        proposal,
    };
    rules::check(&request)
        .map_err(|fault| Problem::from(fault).reworded(|message| in_flags(args, message)))?;
    Ok(request)
}

/// Each place of a request, with the flag that stands for it.
const FLAGS: &[(&str, &str)] = &[
    ("/instruction", "--instruction"),
    ("/target", "--repo"),
    ("/branches/base", "--base-branch"),
    ("/branches/work", "--work-branch"),
    ("/files", "--file"),
    ("/checks", "--check"),
    ("/capabilities", "--capability"),
    ("/allowances/commit", "--allow-commit"),
    ("/allowances/push", "--allow-push"),
    ("/allowances/pull_request", "--allow-pull-request"),
    ("/allowances/notify", "--allow-notify"),
    ("/notify", "--notify"),
    ("/simulate", "--simulate"),
    ("/gates", "--gate"),
    ("/budgets/seconds", "--seconds"),
    ("/proposal", "--proposal"),
];

/// A message that starts with a place in the request, for a person who wrote flags.
pub(crate) fn in_flags(args: &RunArgs, message: String) -> String {
    let flag = FLAGS.iter().find(|(place, _)| message.starts_with(place)).filter(|_| args.request.is_none());
    let (Some((_, flag)), Some((_, rest))) = (flag, message.split_once(": ")) else { return message };
    match &args.proposal {
        Some(path) if *flag == "--proposal" => format!("{flag} {}: {rest}", path.display()),
        _ => format!("{flag}: {rest}"),
    }
}

fn read_proposal(path: &Path, args: &RunArgs) -> Result<Proposal, Problem> {
    Ok(Proposal { format: args.format, text: input::read_text(path, PROPOSAL_BYTES_MAX)? })
}

fn target(repo: &Path) -> Result<Target, Problem> {
    let refused = |fault: Malformed| Problem::invalid("request-invalid", format!("--repo: {fault}"));
    if repo.to_string_lossy().contains("://") {
        return TargetUrl::parse(&repo.to_string_lossy()).map(Target::Url).map_err(refused);
    }
    let text = repo
        .to_str()
        .ok_or_else(|| Problem::invalid("request-invalid", format!("`{}` is not UTF-8", repo.display())))?;
    LocalPath::parse(text).map(Target::Path).map_err(refused)
}

fn capabilities(args: &RunArgs) -> Option<Vec<CapabilityRequest>> {
    let names = (!args.capabilities.is_empty()).then_some(&args.capabilities)?;
    Some(names.iter().map(|name| CapabilityRequest::whole(*name)).collect())
}

fn checks(args: &RunArgs) -> Result<Checks, Problem> {
    let mut checks = Checks::default();
    let folder = args.repo.as_deref().unwrap_or(Path::new("."));
    for text in &args.checks {
        match text.parse::<CheckPreset>() {
            Ok(preset) => checks.presets.push(preset),
            Err(_) => checks.commands.push(command(text, folder)?),
        }
    }
    Ok(checks)
}

/// Characters by which a shell is wanted; without them the words are the program
/// and its arguments.
const SHELL_CHARACTERS: &str = "|&;<>()$`\\\"'*?[]#~=%{}!\n";
/// What only a shell can run.
const SHELL_WORDS: &[&str] = &[
    ".", ":", "case", "cd", "command", "eval", "exec", "exit", "export", "for", "if", "set", "trap",
    "ulimit", "umask", "unset", "until", "while",
];

fn command(text: &str, folder: &Path) -> Result<CheckCommand, Problem> {
    let words: Vec<String> = text.split_whitespace().map(str::to_owned).collect();
    let first = words.first().cloned().unwrap_or_default();
    let shell = text.contains(|c| SHELL_CHARACTERS.contains(c)) || SHELL_WORDS.contains(&first.as_str());
    let plain = !first.contains(|c| SHELL_CHARACTERS.contains(c)) && !SHELL_WORDS.contains(&first.as_str());
    let component = wasi::is_component(&words) && folder.join(&first).is_file();
    if plain && !component && !process::is_program(&first, folder) {
        return Err(Problem::invalid(
            "check-missing",
            format!("check `{text}` does not exist: neither a preset ({}) nor a program", presets()),
        ));
    }
    let argv = if shell { vec!["sh".to_owned(), "-c".to_owned(), text.to_owned()] } else { words };
    let name = text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(100).collect();
    Ok(CheckCommand { name, argv, timeout_seconds: None })
}

fn presets() -> String {
    CheckPreset::ALL.iter().map(|preset| preset.as_str()).collect::<Vec<_>>().join(", ")
}
