//! Everything that is made: blobs, trees, commits, branches, pull requests, labels.

use serde_json::{Value, json};

use super::{
    Forge, Request, Response, base64,
    forge::{Issue, Pull, now},
    objects::{Commit, Object, Person, Row},
    pulls,
    routes::{commit_json, reference_json},
};

/// Does what it is asked.
pub fn answer(forge: &mut Forge, asked: &Request, parts: &[&str]) -> Response {
    let Some(body) = asked.json() else { return Response::error(400, "Problems parsing JSON") };
    match (asked.method.as_str(), parts) {
        ("POST", ["git", "blobs"]) => blob(forge, &body),
        ("POST", ["git", "trees"]) => tree(forge, &body),
        ("POST", ["git", "commits"]) => commit(forge, &body),
        ("POST", ["git", "refs"]) => create(forge, &body),
        ("PATCH", ["git", "refs", "heads", name @ ..]) => update(forge, &name.join("/"), &body),
        ("POST", ["pulls"]) => pull(forge, &body),
        ("POST", ["issues", number, "labels"]) => labels(forge, number, &body),
        _ => Response::not_found(),
    }
}

fn blob(forge: &mut Forge, body: &Value) -> Response {
    let content = body["content"].as_str().unwrap_or_default();
    let bytes = match body["encoding"].as_str() {
        Some("base64") => base64::decode(content),
        _ => Some(content.as_bytes().to_vec()),
    };
    match bytes {
        Some(bytes) => Response::json(201, &json!({ "sha": forge.objects.add(Object::Blob(bytes)) })),
        None => Response::error(422, "content is not valid Base64"),
    }
}

fn tree(forge: &mut Forge, body: &Value) -> Response {
    let base = body["base_tree"].as_str().unwrap_or_default();
    if forge.objects.tree(base).is_none() {
        return Response::error(404, "Not Found");
    }
    let mut files = forge.objects.flat(base);
    files.retain(|_, row| row.mode != "040000");
    for entry in body["tree"].as_array().into_iter().flatten() {
        let path = entry["path"].as_str().unwrap_or_default().to_owned();
        let mode = entry["mode"].as_str().unwrap_or_default().to_owned();
        match &entry["sha"] {
            Value::Null if files.remove(&path).is_none() => {
                return Response::error(422, "GitRPC::BadObjectState");
            }
            Value::Null => {}
            Value::String(sha) if forge.objects.blob(sha).is_some() => {
                files.insert(path, Row { mode, sha: sha.clone() });
            }
            _ => return Response::error(422, "tree.sha is not a valid blob"),
        }
    }
    let sha = forge.objects.grow(&files);
    Response::json(201, &json!({ "sha": sha, "tree": [], "truncated": false }))
}

fn commit(forge: &mut Forge, body: &Value) -> Response {
    let tree = body["tree"].as_str().unwrap_or_default();
    if forge.objects.tree(tree).is_none() {
        return Response::error(422, "Tree SHA does not exist");
    }
    let parents: Vec<_> = body["parents"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .map(str::to_owned)
        .collect();
    if parents.iter().any(|sha| forge.objects.commit(sha).is_none()) {
        return Response::error(422, "Parent SHA does not exist or is not a commit object");
    }
    let author = person(&body["author"]);
    let committer = if body["committer"].is_null() { author.clone() } else { person(&body["committer"]) };
    let message = body["message"].as_str().unwrap_or_default().to_owned();
    let sha = forge.objects.add(Object::Commit(Commit {
        tree: tree.to_owned(),
        parents,
        author,
        committer,
        message,
    }));
    Response::json(201, &commit_json(forge, &sha).unwrap_or_default())
}

fn person(written: &Value) -> Person {
    let text = |key: &str| written[key].as_str().unwrap_or("nobody").to_owned();
    let at = written["date"].as_str().and_then(seconds).unwrap_or_else(now);
    Person { name: text("name"), email: text("email"), at }
}

/// `2026-11-21T15:00:00Z`, as seconds since 1970: counted day by day, so that it shares
/// nothing with what it is there to test.
fn seconds(date: &str) -> Option<u64> {
    let number = |range: std::ops::Range<usize>| date.get(range)?.parse::<u64>().ok();
    let (year, month, day) = (number(0..4)?, number(5..7)?, number(8..10)?);
    let leap = |year: u64| year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let lengths = [31, 28 + u64::from(leap(year)), 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let years: u64 = (1970..year).map(|year| 365 + u64::from(leap(year))).sum();
    let days = years + lengths.iter().take(month as usize - 1).sum::<u64>() + day - 1;
    Some(days * 86_400 + number(11..13)? * 3600 + number(14..16)? * 60 + number(17..19)?)
}

fn create(forge: &mut Forge, body: &Value) -> Response {
    let (full, sha) = (body["ref"].as_str().unwrap_or_default(), body["sha"].as_str().unwrap_or_default());
    let Some(name) = full.strip_prefix("refs/heads/") else {
        return Response::error(
            422,
            "Reference name must start with 'refs/' and contain at least two slashes.",
        );
    };
    if forge.branches.contains_key(name) {
        return Response::error(422, "Reference already exists");
    }
    if forge.objects.commit(sha).is_none() {
        return Response::error(422, "Object does not exist");
    }
    forge.branches.insert(name.to_owned(), sha.to_owned());
    Response::json(201, &reference_json(name, sha))
}

fn update(forge: &mut Forge, name: &str, body: &Value) -> Response {
    let (sha, force) =
        (body["sha"].as_str().unwrap_or_default(), body["force"].as_bool().unwrap_or_default());
    let Some(old) = forge.branches.get(name) else { return Response::error(422, "Reference does not exist") };
    if forge.protected.contains(name) {
        return Response::error(422, "Protected branch update failed");
    }
    if !force && !forge.objects.is_ancestor(old, sha) {
        return Response::error(422, "Update is not a fast forward");
    }
    forge.branches.insert(name.to_owned(), sha.to_owned());
    Response::json(200, &reference_json(name, sha))
}

fn pull(forge: &mut Forge, body: &Value) -> Response {
    let text = |key: &str| body[key].as_str().unwrap_or_default().to_owned();
    let (head, base) = (text("head"), text("base"));
    let odd = |field: &str| {
        Response::invalid(json!({ "resource": "PullRequest", "field": field, "code": "invalid" }))
    };
    let custom = |message: String| {
        Response::invalid(json!({ "resource": "PullRequest", "code": "custom", "message": message }))
    };
    let Some(head_sha) = forge.branches.get(&head) else { return odd("head") };
    let Some(base_sha) = forge.branches.get(&base) else { return odd("base") };
    let is_open = |number: &u64| forge.issues.get(number).is_some_and(|issue| issue.state == "open");
    if forge.pulls.iter().any(|(number, pull)| is_open(number) && pull.head == head && pull.base == base) {
        return custom(format!("A pull request already exists for {}:{head}.", forge.owner));
    }
    if forge.objects.is_ancestor(head_sha, base_sha) {
        return custom(format!("No commits between {base} and {head}"));
    }
    let issue = Issue {
        title: text("title"),
        body: body["body"].as_str().map(str::to_owned),
        state: "open".to_owned(),
        author: "code-assist".to_owned(),
        association: "MEMBER".to_owned(),
        ..Issue::default()
    };
    let number = forge.add_issue(issue);
    let draft = body["draft"].as_bool().unwrap_or_default();
    forge.pulls.insert(number, Pull { head, base, draft, reviews: Vec::new() });
    Response::json(201, &pulls::json(forge, number).unwrap_or_default())
}

fn labels(forge: &mut Forge, number: &str, body: &Value) -> Response {
    let found = number.parse().ok().and_then(|number: u64| forge.issues.get_mut(&number));
    let Some(issue) = found else { return Response::not_found() };
    for label in body["labels"].as_array().into_iter().flatten().filter_map(Value::as_str) {
        if !issue.labels.iter().any(|known| known == label) {
            issue.labels.push(label.to_owned());
        }
    }
    let labels: Vec<_> = issue.labels.iter().map(|name| json!({ "name": name })).collect();
    Response::json(200, &Value::Array(labels))
}
