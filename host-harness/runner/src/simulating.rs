//! The repository's containers, built and started to see that they come up.

use kernel::{
    KernelError,
    container::{self, Outcome, Simulation, Stage},
    process::Cancel,
};
use policy::{Code, Permit, call::SimulateCall};
use serde_json::{Value, json};

use crate::{done::Done, outside::Outside};

/// Builds, starts, probes and removes them. Nothing of it stays, whatever comes of it.
pub(crate) async fn run(
    outside: &mut Outside,
    _: Permit<SimulateCall>,
    run_id: String,
    cancel: Cancel,
) -> Result<Done<String>, KernelError> {
    let (config, within) = (outside.container.clone(), outside.copies.clone());
    let stage = Stage::new(&mut outside.workspace, &within, config.context_bytes)?;
    let simulate = move || {
        let simulation = Simulation { run: &run_id, config: &config, stage: &stage, within: &within };
        container::simulate(&simulation, &cancel)
    };
    let ran = tokio::task::spawn_blocking(simulate).await;
    let broke = |error| KernelError::new(Code::KernelFailed, format!("the simulation broke off: {error}"));
    let done = ran.map_err(broke)??;
    outside.results.simulated = Some(done.outcome == Outcome::Passed);
    let told: Value = outside.secrets.clean(json!(done)).unwrap_or_default();
    let text = told.to_string();
    let size = text.len();
    Ok(Done::new(text, json!({ "simulation": told })).with_bytes(size))
}
