use std::path::PathBuf;

use agent_contract::request::Until;
use kernel::artifact;

use super::run::{self, Doing};
use crate::{Problem, asked, cli::PlanArgs, set_up};

/// Has the agent plan, and shows the plan.
pub(super) fn run(args: &PlanArgs, json: bool, state_dir: Option<PathBuf>) -> Result<u8, Problem> {
    let config = set_up::manner(&args.manner)?;
    let mut request = asked::request(&args.task)?;
    request.until = Some(Until::Plan);
    args.output.as_deref().map_or(Ok(()), artifact::prepare)?;
    let store = set_up::store(state_dir, &config)?;
    let root = args.task.repo.clone();
    let doing = Doing { request, root, config, earlier: None };
    let ran = run::perform(doing, &args.manner, &store, json);
    let result = ran.map_err(|problem| problem.reworded(|message| asked::in_flags(&args.task, message)))?;
    let shown = run::show(Some(&args.task), &result, &store, json);
    run::write_output(args.output.as_deref(), &result, &store)?;
    shown
}
