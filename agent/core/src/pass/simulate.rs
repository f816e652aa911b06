use agent_contract::{CapabilityName, Failure};
use serde_json::Value;

use super::{Stop, gate::Gated};
use crate::Host;

/// Has the repository's container built and started, where the request asks for it.
pub fn simulate<H: Host>(gated: Gated<H>, host: &mut H) -> Result<Gated<H>, Stop> {
    let granted = &gated.checked.proposed.granted;
    if !granted.plan.request.simulate {
        return Ok(gated);
    }
    granted.progress(host, "simulate")?;
    let told = host.simulate(granted.capability(CapabilityName::ContainerSimulate)?)?;
    match told.get("outcome").and_then(Value::as_str) {
        Some("passed") => Ok(gated),
        _ => Err(Stop::failed(Failure::new(
            "simulation-failed",
            format!("the container did not come up: {}", why(&told)),
        ))),
    }
}

fn why(told: &Value) -> &str {
    told["failure"]["message"].as_str().unwrap_or("no reason is told")
}
