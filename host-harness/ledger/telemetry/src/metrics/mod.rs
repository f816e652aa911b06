//! Counters of a run in the text format of Prometheus.

mod calls;
mod exposition;
mod models;
mod outcome;

use ledger::Record;
use serde_json::Value;

use crate::timeline::Timeline;

/// What stands where a record should say more.
const UNKNOWN: &str = "unknown";

/// One run in the text format of Prometheus. Labels are words of the Runner's from sets that
/// do not grow with the number of runs; which run it was is no label.
///
/// The result is the run's own, where it is at hand: it alone knows the lines that changed
/// and what models cost.
pub fn metrics(records: &[Record], result: Option<&Value>) -> String {
    let (timeline, result) = (Timeline::of(records), result.unwrap_or(&Value::Null));
    let run = outcome::families(&timeline, records, result);
    let calls = calls::families(&timeline, records);
    let models = models::families(&timeline, result);
    run.into_iter().chain(calls).chain(models).map(|family| family.to_string()).collect()
}
