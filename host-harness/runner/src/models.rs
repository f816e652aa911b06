//! What models were asked before, and what they are asked now.

use agent_contract::result::ModelUse;
use kernel::{
    net::{Binding, Used},
    transport::recorded::Recording,
};
use policy::blob;
use serde_json::Value;

/// A run that is gone on with.
#[derive(Debug)]
pub struct Earlier {
    /// The run.
    pub run_id: String,
    /// What its models answered.
    pub answers: Recording,
}

impl Earlier {
    /// What was answered to a call then, if it was.
    pub(crate) fn answer(&self, binding: &str, action: &str, input: &str) -> Option<Value> {
        self.answers.answer(binding, action, &blob::sha256(input.as_bytes())).ok()
    }
}

/// What a run used of a model.
pub(crate) fn used(binding: &Binding, model: &str, recorded: bool) -> Option<ModelUse> {
    let Used { requests, tokens, money_micros, .. } = binding.used();
    (requests > 0 || recorded).then(|| ModelUse {
        binding: binding.name().to_owned(),
        model: model.to_owned(),
        recorded,
        requests,
        tokens,
        micro_usd: money_micros,
    })
}
