//! Telemetry of real runs, of runs that were cut short, and of what nobody would call a run.
//!
//! `traces/NAME.jsonl` holds the records of a run, `traces/NAME.result.json` its result,
//! `expected/` what is made of them; `BLESS=1` writes that anew.

mod content;
mod guide;
mod hostile;
mod otlp;
mod prometheus;
mod trace;
