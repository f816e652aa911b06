//! What the forge says when it does not do what it was asked.

use agent_contract::fault::shown;
use policy::Code;
use serde::Deserialize;
use serde_json::Value;

use super::{Answer, header};
use crate::KernelError;

/// The form in which the forge says what is wrong.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Said {
    pub message: String,
    errors: Value,
}

/// What a body says is wrong; nothing, when it has another form.
pub(super) fn said(body: &[u8]) -> Said {
    serde_json::from_slice(body).unwrap_or_default()
}

impl Said {
    /// Whether it is GraphQL's way to say that the limit is reached.
    pub fn is_rate_limited(&self) -> bool {
        self.errors().any(|error| matches!(error["type"].as_str(), Some("RATE_LIMITED" | "RATE_LIMIT")))
    }

    fn errors(&self) -> impl Iterator<Item = &Value> {
        self.errors.as_array().into_iter().flatten()
    }

    /// All of it on one line.
    pub fn line(&self) -> String {
        let message = Some(self.message.as_str()).filter(|message| !message.is_empty());
        let parts = message.map(shown).into_iter().chain(self.errors().take(5).map(detail));
        parts.filter(|part| !part.is_empty()).collect::<Vec<_>>().join("; ")
    }
}

/// `PullRequest.head: invalid`, or the words that the forge has for it.
fn detail(error: &Value) -> String {
    let text = |key: &str| error[key].as_str().map(shown);
    let place: Vec<_> = [text("resource"), text("field")].into_iter().flatten().collect();
    let what = error.as_str().map(shown).or_else(|| text("message")).or_else(|| text("code"));
    match (place.join("."), what.unwrap_or_default()) {
        (place, what) if place.is_empty() => what,
        (place, what) => format!("{place}: {what}"),
    }
}

/// What an answer without success means. `asked` is the method and the path.
pub(super) fn refused(asked: &str, answer: &Answer) -> KernelError {
    let (code, what, hint) = meaning(answer);
    let said = match said(&answer.body).line() {
        line if line.is_empty() => String::new(),
        line => format!(": {line}"),
    };
    let hint = hint.map(|hint| format!("\nhint: {hint}")).unwrap_or_default();
    KernelError::new(code, format!("`{asked}`: {what} ({}){said}{hint}", answer.status))
}

fn meaning(answer: &Answer) -> (Code, &'static str, Option<String>) {
    let hint = |text: &str| Some(text.to_owned());
    match answer.status {
        300..=399 => (Code::ForgeRedirect, "the forge sends the Runner elsewhere", Some(moved(answer))),
        401 => (
            Code::ForgeUnauthorized,
            "the forge does not know the credential",
            hint("mend the binding's `credential`; a token may have expired or been revoked"),
        ),
        403 => (Code::ForgeForbidden, "the credential may not do that", forbidden(answer)),
        404 => (Code::ForgeMissing, "there is none, or the credential may not see it", forbidden(answer)),
        409 => (Code::ForgeConflict, "it clashes with what is there", None),
        410 => (Code::ForgeMissing, "it is gone for good, or switched off for the repository", None),
        422 => (Code::ForgeInvalid, "the forge does not take it", None),
        451 => (Code::ForgeBlocked, "it is blocked for legal reasons", None),
        500..=599 => {
            (Code::ForgeBroken, "the forge failed", hint("look at the forge's status, and run again"))
        }
        _ => (
            Code::ForgeStatus,
            "the forge answers in a way that is not documented",
            hint("look at what answers at the binding's address"),
        ),
    }
}

fn moved(answer: &Answer) -> String {
    let to =
        header(answer, "location").map_or("an unnamed place".to_owned(), |to| format!("`{}`", shown(to)));
    format!("it was renamed or transferred, to {to}: name it in the configuration as it is now")
}

/// Which permission is missing, where the forge tells.
fn forbidden(answer: &Answer) -> Option<String> {
    if let Some(permissions) = header(answer, "x-accepted-github-permissions").filter(|text| !text.is_empty())
    {
        return Some(format!("it takes a token with `{}`", shown(permissions)));
    }
    if let Some(scopes) = header(answer, "x-accepted-oauth-scopes").filter(|text| !text.is_empty()) {
        let held = header(answer, "x-oauth-scopes").unwrap_or_default();
        return Some(format!(
            "it takes a token with one of `{}`; this one has `{}`",
            shown(scopes),
            shown(held)
        ));
    }
    let single_sign_on = header(answer, "x-github-sso").is_some();
    single_sign_on.then(|| "authorise the token for the organization's single sign-on".to_owned())
}

/// A redirect of which no more is known.
pub(super) fn redirected(asked: &str) -> KernelError {
    let answer = Answer { status: 301, headers: Vec::new(), body: Vec::new() };
    refused(asked, &answer)
}

/// An answer that is not what the documentation says.
pub(super) fn malformed(asked: &str, why: impl std::fmt::Display) -> KernelError {
    let message = format!("the answer to `{asked}` is not what the forge's documentation says: {why}");
    KernelError::new(Code::ForgeMalformed, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(status: u16, headers: &[(&str, &str)], body: &str) -> KernelError {
        let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        refused("GET /x", &Answer { status, headers, body: body.into() })
    }

    #[test]
    fn each_status_has_a_code_of_its_own() {
        for (status, code) in [
            (301, Code::ForgeRedirect),
            (307, Code::ForgeRedirect),
            (401, Code::ForgeUnauthorized),
            (403, Code::ForgeForbidden),
            (404, Code::ForgeMissing),
            (409, Code::ForgeConflict),
            (410, Code::ForgeMissing),
            (418, Code::ForgeStatus),
            (422, Code::ForgeInvalid),
            (451, Code::ForgeBlocked),
            (503, Code::ForgeBroken),
        ] {
            assert_eq!(of(status, &[], "").code, code, "{status}");
        }
    }

    #[test]
    fn what_the_forge_says_is_told_and_made_harmless() {
        let body = r#"{"message":"Validation\nFailed\u202e","errors":[{"resource":"PullRequest","field":"head","code":"invalid"},"odd",{"message":"m"}]}"#;
        assert_eq!(
            of(422, &[], body).message,
            "`GET /x`: the forge does not take it (422): Validation\\nFailed\\u{202e}; PullRequest.head: invalid; odd; m"
        );
    }

    #[test]
    fn the_missing_permission_is_named() {
        let fine = of(403, &[("x-accepted-github-permissions", "contents=write")], "{}");
        assert!(fine.message.ends_with("\nhint: it takes a token with `contents=write`"), "{fine}");
        let classic = of(404, &[("x-accepted-oauth-scopes", "repo"), ("x-oauth-scopes", "read:org")], "{}");
        assert!(classic.message.contains("one of `repo`; this one has `read:org`"), "{classic}");
    }
}
