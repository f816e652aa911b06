//! From what was said on the command line to a request.

use std::{collections::BTreeMap, path::Path};

use agent_contract::{
    Fault, Request,
    allowance::Allowances,
    budget::Budgets,
    capability::CapabilityRequest,
    check::{CheckCommand, CheckPreset, Checks},
    document,
    fault::Malformed,
    gate::GatePolicy,
    plan::Plan,
    proposal::Proposal,
    recipe::RecipeCall,
    request::{Branches, Version},
    rules,
    target::{LocalPath, Target, TargetUrl},
};
use kernel::{
    input,
    process::{self, wasi},
};

use crate::{
    Problem,
    cli::{RunArgs, TaskArgs},
};

const REQUEST_BYTES_MAX: u64 = 32 * 1024 * 1024;
const PROPOSAL_BYTES_MAX: u64 = 16 * 1024 * 1024;

/// The request of a run.
pub(crate) fn of_run(args: &RunArgs) -> Result<Request, Problem> {
    match &args.plan {
        Some(path) => from_plan(path, args.task.repo.as_deref()),
        None => request(&args.task),
    }
}

/// The request that was asked for.
pub(crate) fn request(args: &TaskArgs) -> Result<Request, Problem> {
    match &args.request {
        Some(path) => from_file(path, args.repo.as_deref()),
        None => from_flags(args),
    }
}

/// The request that does what a plan says.
fn from_plan(path: &Path, repo: Option<&Path>) -> Result<Request, Problem> {
    let text = input::read_text(path, REQUEST_BYTES_MAX)?;
    let faulty = |fault: Fault| Problem::from(fault).at(path.display());
    let plan: Plan = document::parse(&text).map_err(faulty)?;
    let mut request = plan.agreed(policy::blob::sha256(text.as_bytes()));
    if let Some(repo) = repo {
        request.target = Some(target(repo)?);
    }
    rules::check(&request).map_err(faulty)?;
    Ok(request)
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

fn from_flags(args: &TaskArgs) -> Result<Request, Problem> {
    let proposal = args.proposal.as_deref().map(|path| read_proposal(path, args)).transpose()?;
    let recipe = recipe(args)?;
    let applied = proposal.as_ref().map(|_| "Apply the given proposal".to_owned());
    let worked = recipe.as_ref().map(|recipe| format!("Apply the recipe `{}`", recipe.name));
    let said = args.words.as_ref().or(args.instruction.as_ref()).cloned();
    let instruction = said.or(applied).or(worked).ok_or_else(|| {
        Problem::invalid(
            "request-invalid",
            "nothing to do: say it in words, or give the change with `--proposal`, `--recipe` or `--fix`",
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
        budgets: Budgets {
            seconds: args.seconds,
            tokens: args.tokens,
            micro_usd: args.micro_usd,
            steps: args.steps,
            changed_lines: args.changed_lines,
            ..Budgets::default()
        },
        simulate: args.simulate,
        notify: args.notify.clone(),
        proposal,
        recipe,
        documents: args.documents.clone(),
        plan: None,
        until: None,
    };
    rules::check(&request)
        .map_err(|fault| Problem::from(fault).reworded(|message| in_flags(args, message)))?;
    Ok(request)
}

/// The recipe that is named; the one for a fix where that is all that was said.
fn recipe(args: &TaskArgs) -> Result<Option<RecipeCall>, Problem> {
    let is_alone = args.words.is_none() && args.instruction.is_none() && args.proposal.is_none();
    match (&args.recipe, args.fixes.as_slice()) {
        (Some(name), _) => named(name, args).map(Some),
        (None, [fix]) if is_alone => {
            let parameters = BTreeMap::from([("check".to_owned(), check_name(fix))]);
            Ok(Some(RecipeCall { name: "fix".to_owned(), parameters }))
        }
        _ => Ok(None),
    }
}

fn named(name: &str, args: &TaskArgs) -> Result<RecipeCall, Problem> {
    let mut parameters = BTreeMap::new();
    for (parameter, value) in &args.parameters {
        if parameters.insert(parameter.clone(), value.clone()).is_some() {
            let message = format!("--set: `{parameter}` is given twice; take one of them back");
            return Err(Problem::invalid("request-invalid", message));
        }
    }
    Ok(RecipeCall { name: name.to_owned(), parameters })
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
    ("/budgets/tokens", "--tokens"),
    ("/budgets/micro_usd", "--micro-usd"),
    ("/budgets/steps", "--steps"),
    ("/budgets/changed_lines", "--changed-lines"),
    ("/recipe/parameters", "--set"),
    ("/recipe", "--recipe"),
    ("/documents", "--document"),
    ("/proposal", "--proposal"),
];

/// A message that starts with a place in the request, for a person who wrote flags.
pub(crate) fn in_flags(args: &TaskArgs, message: String) -> String {
    let flag = FLAGS.iter().find(|(place, _)| message.starts_with(place)).filter(|_| args.request.is_none());
    let (Some((_, flag)), Some((_, rest))) = (flag, message.split_once(": ")) else { return message };
    match &args.proposal {
        Some(path) if *flag == "--proposal" => format!("{flag} {}: {rest}", path.display()),
        _ => format!("{flag}: {rest}"),
    }
}

fn read_proposal(path: &Path, args: &TaskArgs) -> Result<Proposal, Problem> {
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

fn capabilities(args: &TaskArgs) -> Option<Vec<CapabilityRequest>> {
    let names = (!args.capabilities.is_empty()).then_some(&args.capabilities)?;
    Some(names.iter().map(|name| CapabilityRequest::whole(*name)).collect())
}

fn checks(args: &TaskArgs) -> Result<Checks, Problem> {
    let mut checks = Checks::default();
    let folder = args.repo.as_deref().unwrap_or(Path::new("."));
    for text in &args.fixes {
        checks.commands.push(CheckCommand { fixes: true, ..command(text, folder)? });
    }
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
    Ok(CheckCommand { name: check_name(text), argv, timeout_seconds: None, fixes: false })
}

fn check_name(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(100).collect()
}

fn presets() -> String {
    CheckPreset::ALL.iter().map(|preset| preset.as_str()).collect::<Vec<_>>().join(", ")
}
