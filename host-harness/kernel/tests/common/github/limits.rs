//! What holds for every request: who asks, how often, and whether the answer is news.

use sha1::{Digest, Sha1};

use super::{Forge, Request, Response, fault, forge::now};

/// Whether a request is refused before anybody looks at what it asks for.
pub fn refuses(forge: &mut Forge, asked: &Request) -> Option<Response> {
    if asked.header("user-agent").is_none() {
        return Some(Response::error(
            403,
            "Request forbidden by administrative rules. Please make sure your request has a User-Agent header.",
        ));
    }
    if asked.header("x-github-api-version").is_some_and(|version| version != "2022-11-28") {
        return Some(Response::error(400, "Invalid API version"));
    }
    let shown = asked.header("authorization").and_then(|text| text.strip_prefix("Bearer "));
    if forge.token.is_some() && shown != forge.token.as_deref() {
        return Some(Response::error(401, "Bad credentials"));
    }
    if now() >= forge.reset {
        (forge.remaining, forge.reset) = (5000, now() + 3600);
    }
    if forge.remaining == 0 {
        return Some(fault::primary(forge.reset));
    }
    if forge.read_only && asked.is_write() {
        let needed = if asked.path.contains("/pulls") { "pull_requests=write" } else { "contents=write" };
        let refused = Response::error(403, "Resource not accessible by personal access token");
        return Some(refused.with("x-accepted-github-permissions", needed));
    }
    None
}

/// Adds what every answer says of the limits; what is no news is not sent, and not counted.
pub fn finished(forge: &mut Forge, asked: &Request, response: Response) -> Response {
    let tag = format!("W/\"{}\"", digits(&response.body));
    let is_known = asked.header("if-none-match") == Some(tag.as_str());
    let is_read = asked.method == "GET" && response.status == 200;
    let response = match is_read && is_known {
        true => Response { status: 304, body: Vec::new(), ..response },
        false => {
            forge.remaining = forge.remaining.saturating_sub(1);
            forge.counted += 1;
            response
        }
    };
    let response = if is_read { response.with("etag", tag) } else { response };
    response
        .with("x-github-request-id", "0000:0000")
        .with("x-ratelimit-limit", 5000)
        .with("x-ratelimit-remaining", forge.remaining)
        .with("x-ratelimit-reset", forge.reset)
        .with("x-ratelimit-used", 5000_u64.saturating_sub(forge.remaining))
        .with("x-ratelimit-resource", if asked.path.ends_with("/graphql") { "graphql" } else { "core" })
}

fn digits(bytes: &[u8]) -> String {
    Sha1::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}
