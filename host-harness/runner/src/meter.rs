use policy::{Code, config::Limits};

use crate::stop::Stop;

/// Counts what crosses between agent and Runner.
#[derive(Debug)]
pub(crate) struct Meter {
    calls: u64,
    calls_max: u64,
    bytes: u64,
    bytes_max: u64,
}

impl Meter {
    pub fn new(limits: &Limits) -> Self {
        Self { calls: 0, calls_max: limits.host_calls, bytes: 0, bytes_max: limits.host_bytes }
    }

    pub fn calls(&self) -> u64 {
        self.calls
    }

    pub fn count_call(&mut self) -> Result<(), Stop> {
        self.calls += 1;
        match self.calls <= self.calls_max {
            true => Ok(()),
            false => {
                Err(Stop::new(Code::LimitCalls, format!("the agent made more than {} calls", self.calls_max)))
            }
        }
    }

    pub fn count_bytes(&mut self, bytes: u64) -> Result<(), Stop> {
        self.bytes = self.bytes.saturating_add(bytes);
        match self.bytes <= self.bytes_max {
            true => Ok(()),
            false => Err(Stop::new(Code::LimitBytes, format!("more than {} bytes crossed", self.bytes_max))),
        }
    }
}
