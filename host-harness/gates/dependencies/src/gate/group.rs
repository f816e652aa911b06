use std::collections::BTreeSet;

use finding::Severity;

use crate::{
    advisory::{Advisory, Kind, Reach},
    version::Order,
};

/// What several databases say of one thing, under the id that its own ecosystem gave it.
#[derive(Debug, Clone)]
pub struct Group {
    /// The id that it is told by.
    pub id: String,
    /// The other ids.
    pub also: BTreeSet<String>,
    /// The gravest kind.
    pub kind: Kind,
    /// The gravest score; none where nobody gave one.
    pub severity: Option<Severity>,
    /// Whether one of them has no score, which counts as high whatever the others say.
    pub unscored: bool,
    /// What it says, in a line.
    pub summary: String,
    /// The lowest version after the present one that none of them affects.
    pub fixed: Option<String>,
    /// What is no version although it ought to be, where only for that it counts as affected.
    pub unsure: Option<String>,
}

/// Puts together those that are one by their aliases.
pub fn groups(mut advisories: Vec<Advisory>, order: Order, version: &str) -> Vec<Group> {
    advisories.sort_by(|a, b| (rank(&a.id), &a.id).cmp(&(rank(&b.id), &b.id)));
    let mut left = advisories;
    let mut groups = Vec::new();
    while !left.is_empty() {
        let mut members = vec![left.remove(0)];
        let mut names: BTreeSet<String> = ids(&members[0]).collect();
        // An alias of an alias is one too; each round takes one or ends.
        while let Some(at) = left.iter().position(|other| is_one(&members, &names, other)) {
            let other = left.remove(at);
            names.extend(ids(&other));
            members.push(other);
        }
        groups.push(group(&members, names, order, version));
    }
    groups
}

/// Whether an advisory is another database's word on the same. One database tells two things
/// apart although one CVE covers both, and that a package is unmaintained is no vulnerability.
fn is_one(members: &[Advisory], names: &BTreeSet<String>, other: &Advisory) -> bool {
    let harms = |kind: Kind| kind >= Kind::Vulnerability;
    harms(members[0].kind) == harms(other.kind)
        && members.iter().all(|member| source(&member.id) != source(&other.id))
        && ids(other).any(|id| names.contains(&id))
}

fn ids(advisory: &Advisory) -> impl Iterator<Item = String> {
    std::iter::once(&advisory.id).chain(&advisory.aliases).cloned()
}

/// An ecosystem's own database knows its packages best.
fn rank(id: &str) -> u8 {
    match source(id) {
        "MAL" => 0,
        "RUSTSEC" | "GO" | "PYSEC" => 1,
        "GHSA" => 2,
        "CVE" => 4,
        _ => 3,
    }
}

/// The database that gave an id.
fn source(id: &str) -> &str {
    id.split('-').next().unwrap_or_default()
}

fn group(members: &[Advisory], mut names: BTreeSet<String>, order: Order, version: &str) -> Group {
    let first = &members[0];
    names.remove(&first.id);
    let fixed = members
        .iter()
        .filter_map(|member| member.fixed_after(order, version))
        .filter(|fixed| !members.iter().any(|member| member.affects(order, fixed)))
        .min_by(|a, b| order.compare(a, b));
    Group {
        id: first.id.clone(),
        also: names,
        kind: members.iter().map(|member| member.kind).max().unwrap_or(first.kind),
        severity: members.iter().filter_map(|member| member.severity).max(),
        unscored: members.iter().any(|member| member.severity.is_none()),
        summary: members
            .iter()
            .map(|member| &member.summary)
            .find(|text| !text.is_empty())
            .cloned()
            .unwrap_or_default(),
        fixed: fixed.map(str::to_owned),
        unsure: unsure(members, order, version),
    }
}

fn unsure(members: &[Advisory], order: Order, version: &str) -> Option<String> {
    let mut unsure = None;
    for member in members {
        match member.reach(order, version) {
            Reach::In => return None,
            Reach::Unsure(what) => unsure = Some(what),
            Reach::Out => {}
        }
    }
    unsure
}
