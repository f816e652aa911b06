//! Discussions, over GraphQL.

use serde_json::{Value, json};

use super::{Forge, Request, Response, forge::Said, routes::user};

/// Answers a question for a discussion; it understands no other.
pub fn answer(forge: &Forge, asked: &Request) -> Response {
    let Some(body) = asked.json() else { return Response::error(400, "Problems parsing JSON") };
    let (query, variables) = (body["query"].as_str().unwrap_or_default(), &body["variables"]);
    if !query.starts_with("query") || !query.contains("discussion(number:$number)") {
        return fault("undefinedField", "Field doesn't exist on type 'Query'");
    }
    let same =
        |key: &str, other: &str| variables[key].as_str().is_some_and(|text| text.eq_ignore_ascii_case(other));
    if !same("owner", &forge.owner) || !same("name", &forge.name) {
        return fault("NOT_FOUND", "Could not resolve to a Repository with that name.");
    }
    let number = variables["number"].as_u64().unwrap_or_default();
    let Some(found) = forge.discussions.get(&number) else {
        return fault("NOT_FOUND", "Could not resolve to a Discussion with that number.");
    };
    let after: usize = variables["after"].as_str().and_then(|cursor| cursor.parse().ok()).unwrap_or_default();
    let shown: Vec<_> = found.comments.iter().skip(after).take(50).map(remark).collect();
    let end = after + shown.len();
    let discussion = json!({
        "title": found.title,
        "body": found.body,
        "closed": false,
        "author": user(&found.author),
        "authorAssociation": found.association,
        "labels": { "nodes": [] },
        "comments": {
            "totalCount": found.comments.len(),
            "pageInfo": { "hasNextPage": end < found.comments.len(), "endCursor": end.to_string() },
            "nodes": shown,
        },
    });
    Response::json(200, &json!({ "data": { "repository": { "discussion": discussion } } }))
}

fn remark(said: &Said) -> Value {
    let replies: Vec<_> = said.replies.iter().map(remark).collect();
    json!({
        "body": said.body,
        "createdAt": "2026-01-02T03:04:05Z",
        "author": user(&said.author),
        "authorAssociation": said.association,
        "replies": { "totalCount": replies.len(), "nodes": replies },
    })
}

fn fault(kind: &str, message: &str) -> Response {
    let errors = json!([{ "type": kind, "message": message }]);
    Response::json(200, &json!({ "data": { "repository": null }, "errors": errors }))
}
