//! Which request leads where, and everything that is only read.

use serde_json::{Value, json};

use super::{
    Forge, Request, Response, base64,
    forge::{Issue, Said},
    graphql, limits, pulls, write,
};

/// Answers a request.
pub fn answer(forge: &mut Forge, asked: &Request) -> Response {
    let response = match limits::refuses(forge, asked) {
        Some(refused) => refused,
        None => route(forge, asked),
    };
    limits::finished(forge, asked, response)
}

fn route(forge: &mut Forge, asked: &Request) -> Response {
    let path = asked.path.strip_prefix("/api/v3").unwrap_or(&asked.path);
    if matches!(path, "/graphql" | "/api/graphql") && asked.method == "POST" {
        return graphql::answer(forge, asked);
    }
    let by_name = format!("/repos/{}/{}", forge.owner, forge.name).to_ascii_lowercase();
    let by_id = format!("/repositories/{}", forge.id);
    let lower = path.to_ascii_lowercase();
    let length = match () {
        () if lower.starts_with(&by_name) => by_name.len(),
        () if lower.starts_with(&by_id) => by_id.len(),
        () => return Response::not_found(),
    };
    let rest = path[length..].to_owned();
    if forge.disabled {
        return Response::error(403, "Repository access blocked");
    }
    if rest.starts_with("/git/") && forge.branches.is_empty() {
        return Response::error(409, "Git Repository is empty.");
    }
    let parts: Vec<&str> = rest.split('/').skip(1).collect();
    match (asked.method.as_str(), parts.as_slice()) {
        ("GET", []) => Response::json(200, &repository(forge)),
        ("GET", ["branches", name @ ..]) => branch(forge, &name.join("/")),
        ("GET", ["git", "ref", "heads", name @ ..]) => reference(forge, &name.join("/")),
        ("GET", ["git", "commits", sha]) => commit(forge, sha),
        ("GET", ["git", "trees", sha]) => tree(forge, sha, asked.query.contains_key("recursive")),
        ("GET", ["git", "blobs", sha]) => blob(forge, sha, asked),
        ("GET", ["issues", number]) => issue(forge, number),
        ("GET", ["issues", number, "comments"]) => comments(forge, number, asked, &rest),
        ("GET", ["pulls", ..]) => pulls::read(forge, asked, &parts, &rest),
        ("POST" | "PATCH" | "PUT" | "DELETE", _) if forge.archived => {
            Response::error(403, "Repository was archived so is read-only.")
        }
        ("POST" | "PATCH", _) => write::answer(forge, asked, &parts),
        _ => Response::not_found(),
    }
}

fn repository(forge: &Forge) -> Value {
    json!({
        "id": forge.id,
        "name": forge.name,
        "full_name": format!("{}/{}", forge.owner, forge.name),
        "private": false,
        "owner": { "login": forge.owner, "id": 1 },
        "default_branch": forge.default_branch,
        "archived": forge.archived,
        "disabled": forge.disabled,
        "permissions": { "admin": false, "push": !forge.read_only, "pull": true },
    })
}

fn branch(forge: &Forge, name: &str) -> Response {
    let Some(sha) = forge.branches.get(name) else { return Response::error(404, "Branch not found") };
    let protected = forge.protected.contains(name);
    Response::json(200, &json!({ "name": name, "commit": { "sha": sha }, "protected": protected }))
}

/// A branch as a reference.
pub fn reference_json(name: &str, sha: &str) -> Value {
    json!({ "ref": format!("refs/heads/{name}"), "node_id": "x", "object": { "type": "commit", "sha": sha } })
}

fn reference(forge: &Forge, name: &str) -> Response {
    let found = forge.branches.get(name).map(|sha| reference_json(name, sha));
    found.map_or_else(Response::not_found, |found| Response::json(200, &found))
}

/// A commit as the API has it.
pub fn commit_json(forge: &Forge, sha: &str) -> Option<Value> {
    let commit = forge.objects.commit(sha)?;
    let parents: Vec<_> = commit.parents.iter().map(|sha| json!({ "sha": sha })).collect();
    let person = |person: &super::objects::Person| json!({ "name": person.name, "email": person.email });
    Some(json!({
        "sha": sha,
        "tree": { "sha": commit.tree },
        "parents": parents,
        "message": commit.message,
        "author": person(&commit.author),
        "committer": person(&commit.committer),
        "verification": { "verified": false, "reason": "unsigned", "signature": null, "payload": null },
    }))
}

fn commit(forge: &Forge, sha: &str) -> Response {
    commit_json(forge, sha).map_or_else(Response::not_found, |found| Response::json(200, &found))
}

fn tree(forge: &Forge, sha: &str, is_recursive: bool) -> Response {
    let Some(rows) = forge.objects.tree(sha) else { return Response::not_found() };
    let rows = if is_recursive { forge.objects.flat(sha) } else { rows.clone() };
    let is_cut = is_recursive && forge.cuts_trees;
    let shown = if is_cut { rows.len() / 2 } else { rows.len() };
    let entry = |(path, row): (&String, &super::objects::Row)| {
        let kind = match row.mode.as_str() {
            "040000" => "tree",
            "160000" => "commit",
            _ => "blob",
        };
        let mut entry = json!({ "path": path, "mode": row.mode, "type": kind, "sha": row.sha });
        if let Some(bytes) = forge.objects.blob(&row.sha) {
            entry["size"] = bytes.len().into();
        }
        entry
    };
    let entries: Vec<_> = rows.iter().take(shown).map(entry).collect();
    Response::json(200, &json!({ "sha": sha, "tree": entries, "truncated": is_cut }))
}

fn blob(forge: &Forge, sha: &str, asked: &Request) -> Response {
    let Some(bytes) = forge.objects.blob(sha) else { return Response::not_found() };
    if asked.header("accept").is_some_and(|accept| accept.contains("raw")) {
        return Response::raw(bytes.clone());
    }
    let content = base64::encode(bytes);
    Response::json(200, &json!({ "sha": sha, "size": bytes.len(), "encoding": "base64", "content": content }))
}

/// An issue as the API has it; a pull request is one too.
pub fn issue_json(forge: &Forge, number: u64, issue: &Issue) -> Value {
    let labels: Vec<_> = issue.labels.iter().map(|name| json!({ "name": name })).collect();
    let mut found = json!({
        "number": number,
        "title": issue.title,
        "body": issue.body,
        "state": issue.state,
        "user": user(&issue.author),
        "author_association": issue.association,
        "labels": labels,
        "comments": issue.comments.len(),
    });
    if forge.pulls.contains_key(&number) {
        found["pull_request"] = json!({ "url": format!("{}/pulls/{number}", forge.address) });
    }
    found
}

/// A user; an account that is gone is none.
pub fn user(login: &str) -> Value {
    if login.is_empty() { Value::Null } else { json!({ "login": login }) }
}

fn issue(forge: &Forge, number: &str) -> Response {
    let found = number.parse().ok().and_then(|number| Some((number, forge.issues.get(&number)?)));
    match found {
        None => Response::not_found(),
        Some((_, issue)) if issue.locked => Response::error(410, "This issue was deleted"),
        Some((number, issue)) => Response::json(200, &issue_json(forge, number, issue)),
    }
}

fn comments(forge: &Forge, number: &str, asked: &Request, rest: &str) -> Response {
    let found = number.parse().ok().and_then(|number: u64| forge.issues.get(&number));
    match found {
        None => Response::not_found(),
        Some(issue) => page(forge, asked, rest, issue.comments.iter().map(said).collect()),
    }
}

/// Something that was said, as the API has it.
pub fn said(said: &Said) -> Value {
    json!({
        "body": said.body,
        "user": user(&said.author),
        "author_association": said.association,
        "created_at": "2026-01-02T03:04:05Z",
        "path": said.path,
        "line": said.line,
    })
}

/// A page of a list, with the links to others: by the repository's number, as GitHub does.
pub fn page(forge: &Forge, asked: &Request, rest: &str, all: Vec<Value>) -> Response {
    let number = |key: &str, otherwise: usize| {
        asked.query.get(key).and_then(|text| text.parse().ok()).unwrap_or(otherwise)
    };
    let (size, at) = (number("per_page", 30).clamp(1, 100), number("page", 1).max(1));
    let last = all.len().div_ceil(size).max(1);
    let items: Vec<_> = all.into_iter().skip((at - 1) * size).take(size).collect();
    let response = Response::json(200, &Value::Array(items));
    if at >= last {
        return response;
    }
    let others = asked.query.iter().filter(|(key, _)| *key != "page");
    let others: String = others.map(|(key, value)| format!("{key}={}&", value.replace(':', "%3A"))).collect();
    let prefix = if asked.path.starts_with("/api/v3") { "/api/v3" } else { "" };
    let link = |page: usize, name: &str| {
        format!(
            "<{}{prefix}/repositories/{}{rest}?{others}page={page}>; rel=\"{name}\"",
            forge.address, forge.id
        )
    };
    response.with("link", format!("{}, {}", link(at + 1, "next"), link(last, "last")))
}
