//! The text format: families with help and type, samples in order.

use std::{collections::BTreeMap, fmt};

use crate::known::OTHER;

/// Samples of a family at the most. What is beyond is counted under `other`: a stranger's
/// trace can't make a series of each of its words.
const SAMPLES_MAX: usize = 200;

/// Names and values.
pub(super) type Labels<'a> = &'a [(&'static str, &'a str)];

/// A counter goes up, a gauge says how something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum MetricKind {
    Counter,
    Gauge,
}

/// A metric with all that is known of it.
#[derive(Debug)]
pub(super) struct Family {
    name: &'static str,
    help: &'static str,
    kind: MetricKind,
    /// Digits after the point.
    digits: usize,
    samples: BTreeMap<Vec<(&'static str, String)>, u64>,
}

impl Family {
    pub(super) fn counter(name: &'static str, help: &'static str) -> Self {
        Self { name, help, kind: MetricKind::Counter, digits: 0, samples: BTreeMap::new() }
    }

    pub(super) fn gauge(name: &'static str, help: &'static str) -> Self {
        Self { kind: MetricKind::Gauge, ..Self::counter(name, help) }
    }

    /// Counts in thousandths, such as milliseconds of what is told in seconds.
    pub(super) fn in_thousandths(self) -> Self {
        Self { digits: 3, ..self }
    }

    /// Counts in millionths.
    pub(super) fn in_millionths(self) -> Self {
        Self { digits: 6, ..self }
    }

    pub(super) fn add(&mut self, labels: Labels, value: u64) {
        let mut key: Vec<_> = labels.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
        if self.samples.len() >= SAMPLES_MAX && !self.samples.contains_key(&key) {
            key.iter_mut().for_each(|(_, value)| OTHER.clone_into(value));
        }
        let sample = self.samples.entry(key).or_default();
        *sample = sample.saturating_add(value);
    }

    /// The family with one sample more, where there is a value for it.
    pub(super) fn with(mut self, labels: Labels, value: Option<u64>) -> Self {
        value.into_iter().for_each(|value| self.add(labels, value));
        self
    }
}

impl fmt::Display for Family {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.samples.is_empty() {
            return Ok(());
        }
        let kind = match self.kind {
            MetricKind::Counter => "counter",
            MetricKind::Gauge => "gauge",
        };
        writeln!(f, "# HELP {} {}", self.name, escaped(self.help))?;
        writeln!(f, "# TYPE {} {kind}", self.name)?;
        self.samples.iter().try_for_each(|(labels, value)| {
            writeln!(f, "{}{} {}", self.name, braced(labels), number(*value, self.digits))
        })
    }
}

fn braced(labels: &[(&'static str, String)]) -> String {
    let label = |(name, value): &(&str, String)| format!("{name}=\"{}\"", quoted(value));
    match labels.is_empty() {
        true => String::new(),
        false => format!("{{{}}}", labels.iter().map(label).collect::<Vec<_>>().join(",")),
    }
}

/// A help text may hold neither a line's end nor a lone backslash.
fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('\n', "\\n")
}

/// The value of a label stands between quotes, too.
fn quoted(text: &str) -> String {
    escaped(text).replace('"', "\\\"")
}

fn number(value: u64, digits: usize) -> String {
    let unit = 10_u64.pow(digits as u32);
    match digits {
        0 => value.to_string(),
        _ => format!("{}.{:0digits$}", value / unit, value % unit),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_family_is_written_with_help_type_and_escaped_values() {
        let mut family = Family::counter("a_total", "What it\\is\nand why.").in_thousandths();
        family.add(&[("b", "say \"x\\y\"\n")], 1_002);
        family.add(&[("b", "plain")], 3);
        family.add(&[("b", "plain")], 4);
        assert_eq!(
            family.to_string(),
            "# HELP a_total What it\\\\is\\nand why.\n# TYPE a_total counter\n\
             a_total{b=\"plain\"} 0.007\na_total{b=\"say \\\"x\\\\y\\\"\\n\"} 1.002\n"
        );
    }

    #[test]
    fn a_family_without_samples_is_not_written() {
        assert_eq!(Family::gauge("a", "A.").to_string(), "");
        assert_eq!(
            Family::gauge("a", "A.").with(&[], Some(2)).to_string(),
            "# HELP a A.\n# TYPE a gauge\na 2\n"
        );
    }

    #[test]
    fn numbers_are_told_in_their_unit() {
        for (value, digits, told) in [(0, 0, "0"), (12, 0, "12"), (5, 3, "0.005"), (1_000_001, 6, "1.000001")]
        {
            assert_eq!(number(value, digits), told);
        }
        assert_eq!(number(u64::MAX, 6), "18446744073709.551615");
    }

    #[test]
    fn what_is_too_much_is_counted_as_other() {
        let mut family = Family::counter("a_total", "A.");
        (0..1_000).for_each(|at| family.add(&[("code", &at.to_string())], 1));
        family.add(&[("code", "7")], 1);
        let text = family.to_string();
        assert_eq!(text.lines().count(), 2 + SAMPLES_MAX + 1);
        assert!(text.contains("a_total{code=\"other\"} 800\n") && text.contains("a_total{code=\"7\"} 2\n"));
    }
}
