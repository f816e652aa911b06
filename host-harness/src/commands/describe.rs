use agent_contract::document;
use serde_json::json;

use crate::terminal::out::say;
use crate::{Problem, cli::DescribeArgs, set_up};

/// Says what an agent is.
pub(super) fn run(args: &DescribeArgs, json: bool) -> Result<u8, Problem> {
    let agent = set_up::agent(args.component.as_deref(), None)?;
    if args.imports {
        return Ok(print_imports(agent.imports(), json));
    }
    if args.digest {
        say!("{}", agent.digest());
        return Ok(0);
    }
    let text = set_up::runtime()?.block_on(agent.describe())?;
    let said = document::parse_value(&text)?;
    let whole = json!({ "agent": said, "component_sha256": agent.digest(), "imports": agent.imports(), "embedded": agent.is_embedded() });
    say!("{whole:#}");
    Ok(0)
}

fn print_imports(imports: &[String], json: bool) -> u8 {
    match json {
        true => say!("{}", json!(imports)),
        false => imports.iter().for_each(|import| say!("{import}")),
    }
    0
}
