use std::path::{Path, PathBuf};

use kernel::{
    Workspace,
    container::Stage,
    deploy::{self, DeploymentPlan},
    process::Cancel,
};
use serde_json::json;

use crate::{
    Problem, set_up,
    terminal::out::{print, say},
};

/// Says what deploying the repository to a target would do, and does nothing of it.
pub(super) fn run(
    target: &str,
    config: &Path,
    repo: Option<&Path>,
    json: bool,
    state_dir: Option<PathBuf>,
) -> Result<u8, Problem> {
    let plan = plan(target, config, repo.unwrap_or(Path::new(".")), state_dir)?;
    match json {
        true => say!("{}", json!(plan)),
        false => print(format_args!("{}", plan.markdown())),
    }
    Ok(if plan.is_plausible() { 0 } else { 1 })
}

fn plan(
    name: &str,
    config: &Path,
    repo: &Path,
    state_dir: Option<PathBuf>,
) -> Result<DeploymentPlan, Problem> {
    let config = set_up::config(Some(config))?;
    let target = config.targets.iter().find(|target| target.name == name);
    let target = target.ok_or_else(|| unknown(name))?;
    let within = set_up::state_folder(state_dir)?.join("work");
    let mut workspace = Workspace::open(repo, &config.limits)?;
    let stage = Stage::new(&mut workspace, &within, config.container.context_bytes)?;
    Ok(deploy::plan(target, &stage, &within, &Cancel::default())?)
}

fn unknown(name: &str) -> Problem {
    let name = name.escape_debug();
    let message =
        format!("no target `{name}` is configured\nhint: add `[[targets]]` with `name = \"{name}\"`");
    Problem::invalid("target-unknown", message)
}
