//! Pull requests, as they are read.

use serde_json::{Value, json as value};

use super::{
    Forge, Request, Response,
    routes::{page, said, user},
};

/// Answers what begins with `/pulls`.
pub fn read(forge: &Forge, asked: &Request, parts: &[&str], rest: &str) -> Response {
    let number = parts.get(1).and_then(|text| text.parse::<u64>().ok());
    let found = number.and_then(|number| Some((number, forge.pulls.get(&number)?)));
    match (&parts[1..], found) {
        ([], _) => page(forge, asked, rest, list(forge, asked)),
        ([_], Some((number, _))) => Response::json(200, &json(forge, number).unwrap_or_default()),
        ([_, "comments"], Some((_, pull))) => {
            page(forge, asked, rest, pull.reviews.iter().map(said).collect())
        }
        ([_, "files"], Some((number, _))) => page(forge, asked, rest, files(forge, number)),
        _ => Response::not_found(),
    }
}

fn list(forge: &Forge, asked: &Request) -> Vec<Value> {
    let wanted = |key: &str| asked.query.get(key).map(String::as_str);
    let state = wanted("state").unwrap_or("open");
    let matches = |(number, pull): &(&u64, &super::forge::Pull)| {
        let head = wanted("head").is_none_or(|head| head == format!("{}:{}", forge.owner, pull.head));
        let base = wanted("base").is_none_or(|base| base == pull.base);
        head && base && (state == "all" || forge.issues[*number].state == state)
    };
    forge.pulls.iter().filter(matches).filter_map(|(number, _)| json(forge, *number)).collect()
}

/// A pull request as the API has it.
pub fn json(forge: &Forge, number: u64) -> Option<Value> {
    let (pull, issue) = (forge.pulls.get(&number)?, forge.issues.get(&number)?);
    let place = |branch: &str| {
        let sha = forge.branches.get(branch).cloned().unwrap_or_else(|| "0".repeat(40));
        value!({ "ref": branch, "sha": sha, "label": format!("{}:{branch}", forge.owner) })
    };
    Some(value!({
        "number": number,
        "state": issue.state,
        "title": issue.title,
        "body": issue.body,
        "draft": pull.draft,
        "user": user(&issue.author),
        "author_association": issue.association,
        "head": place(&pull.head),
        "base": place(&pull.base),
        "changed_files": files(forge, number).len(),
        "review_comments": pull.reviews.len(),
    }))
}

fn files(forge: &Forge, number: u64) -> Vec<Value> {
    let pull = &forge.pulls[&number];
    let flat = |branch: &str| {
        let commit = forge.branches.get(branch).and_then(|sha| forge.objects.commit(sha));
        let mut files = commit.map(|commit| forge.objects.flat(&commit.tree)).unwrap_or_default();
        files.retain(|_, row| row.mode != "040000");
        files
    };
    let (before, after) = (flat(&pull.base), flat(&pull.head));
    let all: std::collections::BTreeSet<_> = before.keys().chain(after.keys()).collect();
    let file = |path: &&String| {
        let status = match (before.get(*path), after.get(*path)) {
            (one, other) if one == other => return None,
            (None, _) => "added",
            (_, None) => "removed",
            _ => "modified",
        };
        Some(
            value!({ "filename": path, "status": status, "additions": 1, "deletions": 1, "patch": "@@ -1 +1 @@" }),
        )
    };
    all.iter().filter_map(file).collect()
}
