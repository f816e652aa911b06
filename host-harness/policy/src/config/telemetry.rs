//! What is told of runs to those who watch over them.

use serde::Deserialize;

/// Telemetry. Without a binding and a file nothing is told.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TelemetryConfig {
    /// The binding of a collector that speaks OTLP over HTTP.
    pub binding: Option<String>,
    /// The path below its address that takes spans.
    pub path: String,
    /// What the Runner is called there.
    pub service_name: String,
    /// Whether texts and arguments are told, too.
    pub content: bool,
    /// The file that counters are written to after each run, as Prometheus reads them.
    pub metrics_file: Option<String>,
}

impl Default for TelemetryConfig {
    fn default() -> Self {
        Self {
            binding: None,
            path: "/v1/traces".to_owned(),
            service_name: "code-assist".to_owned(),
            content: false,
            metrics_file: None,
        }
    }
}

impl TelemetryConfig {
    /// What it can't be.
    pub(super) fn fault(&self) -> Option<String> {
        let odd = !self.path.starts_with('/') || self.service_name.is_empty();
        odd.then(|| "`path` begins with `/`, and `service_name` is not empty".to_owned())
    }

    /// Whether anybody watches.
    pub fn is_on(&self) -> bool {
        self.binding.is_some() || self.metrics_file.is_some()
    }

    pub(super) fn files(&mut self) -> Vec<&mut String> {
        self.metrics_file.iter_mut().collect()
    }
}
