//! What is known of a package: one form for every source.

mod date;
mod osv;
mod rustsec;
mod score;

use std::cmp::Ordering;

use finding::Severity;
use serde::{Deserialize, Serialize};

pub use date::{day, instant, timestamp};
pub use osv::{parse as parse_osv, parse_yaml as parse_osv_yaml};
pub use rustsec::parse as parse_rustsec;
pub use score::severity_of_vector;

use crate::version::Order;

/// What an advisory is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Kind {
    /// Something worth knowing.
    #[serde(rename = "n")]
    Notice,
    /// Nobody looks after the package any more.
    #[serde(rename = "u")]
    Unmaintained,
    /// Safe code can break memory with it.
    #[serde(rename = "s")]
    Unsound,
    /// Its publisher took the version back.
    #[serde(rename = "y")]
    Yanked,
    /// It can be exploited.
    #[serde(rename = "v")]
    Vulnerability,
    /// It was made to do harm.
    #[serde(rename = "m")]
    Malicious,
}

/// A point at which versions begin or cease to be affected.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Event {
    /// Affected from here on; `0` is before every version.
    #[serde(rename = "i")]
    Introduced(String),
    /// Not affected from here on.
    #[serde(rename = "f")]
    Fixed(String),
    /// Not affected after this.
    #[serde(rename = "l")]
    Last(String),
    /// Nothing from here on is meant at all.
    #[serde(rename = "m")]
    Limit(String),
}

/// An advisory, as it concerns one package.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Advisory {
    /// Its id, such as `RUSTSEC-2023-0001`.
    #[serde(rename = "i")]
    pub id: String,
    /// The ids that others gave it.
    #[serde(rename = "a", default, skip_serializing_if = "Vec::is_empty")]
    pub aliases: Vec<String>,
    /// What it says, in a line.
    #[serde(rename = "s", default, skip_serializing_if = "String::is_empty")]
    pub summary: String,
    /// How grave it is; none where nobody said, which counts as high.
    #[serde(rename = "g", default, skip_serializing_if = "Option::is_none")]
    pub severity: Option<Severity>,
    /// What it is about.
    #[serde(rename = "k")]
    pub kind: Kind,
    /// When it was last changed, in milliseconds since 1970.
    #[serde(rename = "m", default, skip_serializing_if = "is_zero")]
    pub modified_ms: u64,
    /// From when on it is taken back, where that was yet to come when it was imported.
    #[serde(rename = "w", default, skip_serializing_if = "Option::is_none")]
    pub withdrawn_ms: Option<u64>,
    /// The ranges that are affected, each with its events in the order of versions.
    #[serde(rename = "r", default, skip_serializing_if = "Vec::is_empty")]
    pub ranges: Vec<Vec<Event>>,
    /// Versions that are affected besides.
    #[serde(rename = "v", default, skip_serializing_if = "Vec::is_empty")]
    pub versions: Vec<String>,
}

fn is_zero(number: &u64) -> bool {
    *number == 0
}

/// A package that an advisory names, and what the advisory says of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Affected {
    /// The ecosystem, by its name in OSV.
    pub ecosystem: String,
    /// The package's name, as it is written.
    pub name: String,
    /// What is said of it.
    pub advisory: Advisory,
}

/// What came of reading an advisory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Read {
    /// What it says of each package; empty where it names none that a lock file could.
    Live(Vec<Affected>),
    /// It is taken back from this instant on; until then it says this of each package.
    Withdrawn(u64, Vec<Affected>),
}

impl Event {
    /// The version.
    pub fn version(&self) -> &str {
        let (Self::Introduced(version) | Self::Fixed(version) | Self::Last(version) | Self::Limit(version)) =
            self;
        version
    }
}

/// Whether a version is affected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reach {
    /// It is not.
    Out,
    /// It is.
    In,
    /// It can't be told, because this is no version; it counts as affected.
    Unsure(String),
}

impl Advisory {
    /// Whether it holds at an instant, because it is not taken back by then.
    pub fn holds(&self, now_ms: u64) -> bool {
        self.withdrawn_ms.is_none_or(|withdrawn_ms| withdrawn_ms > now_ms)
    }

    /// Whether a version is affected, or might be.
    pub fn affects(&self, order: Order, version: &str) -> bool {
        self.reach(order, version) != Reach::Out
    }

    /// Whether a version is affected, and where that can't be told, why.
    pub fn reach(&self, order: Order, version: &str) -> Reach {
        let released = public(order, version);
        let named = |listed: &String| {
            order.compare(listed, version).is_eq() || order.compare(listed, released).is_eq()
        };
        if self.versions.iter().any(named) {
            return Reach::In;
        }
        let mut unsure = self.unlisted(order, version);
        for events in &self.ranges {
            match reach(order, events, version) {
                Reach::In => return Reach::In,
                Reach::Out => {}
                why => unsure = why,
            }
        }
        unsure
    }

    /// What was made to do harm is not let by for a version that nobody can read.
    fn unlisted(&self, order: Order, version: &str) -> Reach {
        match self.kind == Kind::Malicious && !order.is_regular(version) {
            true => Reach::Unsure(version.to_owned()),
            false => Reach::Out,
        }
    }

    /// The lowest version after this one that is not affected, where one is known.
    pub fn fixed_after(&self, order: Order, version: &str) -> Option<&str> {
        let fixes = self.ranges.iter().flatten().filter_map(|event| match event {
            Event::Fixed(fixed) => Some(fixed.as_str()),
            _ => None,
        });
        fixes
            .filter(|fixed| order.reads(fixed))
            .filter(|fixed| order.compare(fixed, version).is_gt() && !self.affects(order, fixed))
            .min_by(|a, b| order.compare(a, b))
    }

    /// Brings the events of each range into the order of versions, and drops listed versions
    /// that a range has anyway: archives list every version ever published.
    pub fn settle(&mut self, order: Order) {
        for events in &mut self.ranges {
            events.sort_by(|a, b| by_version(order, a, b));
        }
        let ranges = &self.ranges;
        self.versions
            .retain(|version| !ranges.iter().any(|events| reach(order, events, version) == Reach::In));
    }
}

/// How a version stands to a bound. Where the bound names no local build, a local build of a
/// Python release stands where the release does.
fn stand(order: Order, version: &str, bound: &str) -> Ordering {
    let version = if bound.contains('+') { version } else { public(order, version) };
    order.compare(version, bound)
}

/// The release that a Python version is a local build of.
fn public(order: Order, version: &str) -> &str {
    match order {
        Order::PyPI => version.split_once('+').map_or(version, |(public, _)| public),
        _ => version,
    }
}

fn by_version(order: Order, a: &Event, b: &Event) -> Ordering {
    match (a.version(), b.version()) {
        ("0", "0") => Ordering::Equal,
        ("0", _) => Ordering::Less,
        (_, "0") => Ordering::Greater,
        (a, b) => order.compare(a, b),
    }
}

/// Whether a version lies in a range. Where one of the bounds is no version, all that can be
/// told is that the version lies before every beginning.
fn reach(order: Order, events: &[Event], version: &str) -> Reach {
    if events.iter().all(|event| event.version() == "0") && within(order, events, version) {
        return Reach::In;
    }
    if !order.reads(version) {
        return Reach::Unsure(version.to_owned());
    }
    let odd = |bound: &&str| !matches!(*bound, "0" | "*") && !order.reads(bound);
    match events.iter().map(Event::version).find(odd) {
        Some(_) if is_before(order, events, version) => Reach::Out,
        Some(odd) => Reach::Unsure(odd.to_owned()),
        None if within(order, events, version) => Reach::In,
        None => Reach::Out,
    }
}

fn is_before(order: Order, events: &[Event], version: &str) -> bool {
    events.iter().all(|event| match event {
        Event::Introduced(bound) => {
            bound != "0" && order.reads(bound) && stand(order, version, bound).is_lt()
        }
        _ => true,
    })
}

/// OSV's own evaluation: the events in their order, each of which may change the answer.
fn within(order: Order, events: &[Event], version: &str) -> bool {
    let reached = |bound: &str| bound == "0" || stand(order, version, bound).is_ge();
    let mut limits = events.iter().filter_map(|event| match event {
        Event::Limit(limit) if limit != "*" => Some(limit),
        _ => None,
    });
    if let Some(first) = limits.next()
        && reached(first)
        && limits.all(|limit| reached(limit))
    {
        return false;
    }
    events.iter().fold(false, |affected, event| match event {
        Event::Introduced(bound) if reached(bound) => true,
        Event::Fixed(bound) if reached(bound) => false,
        Event::Last(bound) if stand(order, version, bound).is_gt() => false,
        _ => affected,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn advisory(ranges: &[&[(&str, &str)]], versions: &[&str]) -> Advisory {
        let event = |(kind, version): &(&str, &str)| match *kind {
            "introduced" => Event::Introduced((*version).to_owned()),
            "fixed" => Event::Fixed((*version).to_owned()),
            "last" => Event::Last((*version).to_owned()),
            _ => Event::Limit((*version).to_owned()),
        };
        let mut advisory = Advisory {
            id: "T-1".to_owned(),
            aliases: Vec::new(),
            summary: String::new(),
            severity: None,
            kind: Kind::Vulnerability,
            modified_ms: 0,
            withdrawn_ms: None,
            ranges: ranges.iter().map(|events| events.iter().map(event).collect()).collect(),
            versions: versions.iter().map(|version| (*version).to_owned()).collect(),
        };
        advisory.settle(Order::Semver);
        advisory
    }

    #[test]
    fn ranges_are_decided_as_osv_decides_them() {
        let two = advisory(
            &[&[("fixed", "2.3.4"), ("introduced", "0"), ("introduced", "3.0.0-alpha"), ("fixed", "3.1.0")]],
            &["9.9.9", "1.0.0"],
        );
        assert_eq!(two.versions, ["9.9.9"], "1.0.0 is in the range anyway");
        for (version, wanted) in [
            ("0.0.0-0", true),
            ("2.3.3", true),
            ("2.3.4-rc.1", true),
            ("2.3.4", false),
            ("3.0.0-alpha", true),
            ("3.0.9", true),
            ("3.1.0", false),
            ("9.9.9", true),
            ("9.9.8", false),
        ] {
            assert_eq!(two.affects(Order::Semver, version), wanted, "{version}");
        }
        assert_eq!(two.fixed_after(Order::Semver, "1.0.0"), Some("2.3.4"));
        assert_eq!(two.fixed_after(Order::Semver, "3.0.5"), Some("3.1.0"));
        assert_eq!(two.fixed_after(Order::Semver, "9.9.9"), None);
    }

    #[test]
    fn a_last_affected_version_is_affected_and_a_limit_ends_everything() {
        let last = advisory(&[&[("introduced", "1.0.0"), ("last", "1.2.0")]], &[]);
        assert!(last.affects(Order::Semver, "1.2.0") && !last.affects(Order::Semver, "1.2.1"));
        let limit = advisory(&[&[("introduced", "1.0.0"), ("limit", "1.2.0")]], &[]);
        assert!(limit.affects(Order::Semver, "1.1.9") && !limit.affects(Order::Semver, "1.2.0"));
    }

    #[test]
    fn a_bound_that_is_no_version_affects() {
        let unsure = |text: &str| Reach::Unsure(text.to_owned());
        for (events, version, wanted) in [
            (&[("introduced", "next"), ("fixed", "2.0.0")][..], "3.0.0", unsure("next")),
            (&[("introduced", "0"), ("fixed", "next")], "3.0.0", unsure("next")),
            (&[("introduced", "1.0.0"), ("last", "1.x")], "3.0.0", unsure("1.x")),
            (&[("introduced", "1.0.0"), ("limit", "")], "3.0.0", unsure("")),
            (&[("introduced", "1.0.0"), ("fixed", "next")], "0.9.0", Reach::Out),
            (&[("introduced", "1.0.0"), ("fixed", "2.0.0")], "a commit", unsure("a commit")),
            (&[("introduced", "0")], "a commit", Reach::In),
            (&[("introduced", "0"), ("limit", "*")], "1.0.0", Reach::In),
            (&[("introduced", "1.0.0"), ("fixed", "2.0.0")], "2.0.0", Reach::Out),
        ] {
            assert_eq!(
                advisory(&[events], &[]).reach(Order::Semver, version),
                wanted,
                "{events:?} {version}"
            );
        }
        let listed = advisory(&[], &["1.0.0"]);
        assert_eq!(listed.reach(Order::Semver, "a commit"), Reach::Out);
        let harm = Advisory { kind: Kind::Malicious, ..listed };
        assert_eq!(harm.reach(Order::Semver, "a commit"), unsure("a commit"));
    }

    #[test]
    fn a_fix_in_one_range_that_another_affects_is_no_remedy() {
        let two = advisory(
            &[&[("introduced", "0"), ("fixed", "1.1.0")], &[("introduced", "1.0.5"), ("fixed", "1.2.0")]],
            &[],
        );
        assert_eq!(two.fixed_after(Order::Semver, "1.0.0"), Some("1.2.0"));
    }

    #[test]
    fn a_local_build_is_affected_as_its_release_is() {
        let mut last = advisory(&[&[("introduced", "0"), ("last", "2.0.0")]], &["3.0.0"]);
        last.settle(Order::PyPI);
        assert!(last.affects(Order::PyPI, "2.0.0+cu118") && last.affects(Order::PyPI, "3.0.0+cpu"));
        assert!(!last.affects(Order::PyPI, "2.0.0.post1"));
    }

    #[test]
    fn a_bound_that_names_a_local_build_is_held_against_local_builds() {
        for (events, version, wanted) in [
            (&[("introduced", "0"), ("fixed", "2.0.1+cu118.post1")][..], "2.0.1+cu118.post1", false),
            (&[("introduced", "0"), ("fixed", "2.0.1+cu118.post1")], "2.0.1+cu118", true),
            (&[("introduced", "0"), ("fixed", "2.0.1+cu118.post1")], "2.0.1", true),
            (&[("introduced", "1.0.0+local.1"), ("fixed", "1.0.1")], "1.0.0+local.2", true),
            (&[("introduced", "1.0.0+local.1"), ("fixed", "1.0.1")], "1.0.0+local.0", false),
            (&[("introduced", "1.0.0+local.1"), ("fixed", "1.0.1")], "1.0.1+local.1", false),
            (&[("introduced", "0"), ("last", "1.0.0")], "1.0.0+local.2", true),
            (&[("introduced", "0"), ("last", "1.0.0+local.1")], "1.0.0+local.2", false),
        ] {
            let mut advisory = advisory(&[events], &[]);
            advisory.settle(Order::PyPI);
            assert_eq!(advisory.affects(Order::PyPI, version), wanted, "{events:?} {version}");
        }
    }
}
