//! Lists that come in pages: where the next one is, if it is where this one was.

use policy::Code;

use super::{Answer, fault, place::Place};
use crate::KernelError;

/// The query of the next page. The link's path is looked at and not used: the forge names
/// the repository by a number there, and what was asked for is known.
pub(super) fn next(asked: &str, answer: &Answer, place: &Place) -> Result<Option<String>, KernelError> {
    let Some(header) = super::header(answer, "link") else { return Ok(None) };
    let Some(link) = header.split(',').find_map(next_in) else { return Ok(None) };
    let prefix = format!("{}{}/", place.address, place.rest);
    let elsewhere = || {
        let message = format!(
            "the next page of `{asked}` would be at `{}`, beyond `{prefix}`",
            agent_contract::fault::shown(link)
        );
        KernelError::new(Code::ForgeRedirect, message)
    };
    let rest = link.strip_prefix(&prefix).ok_or_else(elsewhere)?;
    let (path, query) =
        rest.split_once('?').ok_or_else(|| fault::malformed(asked, "its next page has no query"))?;
    let plain = |c: char| c.is_ascii_alphanumeric() || "-._~%=&+:,/".contains(c);
    match !path.contains("..") && query.chars().all(plain) {
        true => Ok(Some(query.to_owned())),
        false => Err(elsewhere()),
    }
}

/// The address in `<address>; rel="next"`.
fn next_in(link: &str) -> Option<&str> {
    let (address, parameters) = link.trim().strip_prefix('<')?.split_once('>')?;
    let next = |parameter: &str| matches!(parameter.trim(), r#"rel="next""# | "rel=next");
    parameters.split(';').any(next).then_some(address)
}

#[cfg(test)]
mod tests {
    use policy::config::GithubUpdate;

    use super::*;

    fn of(address: &str, link: &str) -> Result<Option<String>, Code> {
        let headers = vec![("link".to_owned(), link.to_owned())];
        let answer = Answer { status: 200, headers, body: Vec::new() };
        next("GET /x", &answer, &Place::of(address, &GithubUpdate::default())).map_err(|error| error.code)
    }

    #[test]
    fn the_next_page_is_where_this_one_was() {
        let cloud = "https://api.github.com";
        let link = r#"<https://api.github.com/repositories/1/issues?per_page=2&page=2>; rel="next", <https://api.github.com/repositories/1/issues?page=9>; rel="last""#;
        assert_eq!(of(cloud, link), Ok(Some("per_page=2&page=2".to_owned())));
        assert_eq!(of(cloud, r#"<https://api.github.com/x?page=1>; rel="prev""#), Ok(None));
        let ghe = r#"<https://ghe.example/api/v3/repositories/1/issues?after=Y3Vyc29y%3D>; rel="next""#;
        assert_eq!(of("https://ghe.example", ghe), Ok(Some("after=Y3Vyc29y%3D".to_owned())));
    }

    #[test]
    fn a_page_elsewhere_is_refused() {
        for link in [
            r#"<https://evil.example/x?page=2>; rel="next""#,
            r#"<https://api.github.com.evil.example/x?page=2>; rel="next""#,
            r#"<http://api.github.com/x?page=2>; rel="next""#,
            r#"<https://api.github.com@evil.example/x?page=2>; rel="next""#,
            r#"<https://api.github.com/../x?page=2>; rel="next""#,
            "<https://api.github.com/x?page=2 evil>; rel=\"next\"",
            r#"<https://api.github.com/x?page=2#y>; rel="next""#,
        ] {
            assert_eq!(of("https://api.github.com", link), Err(Code::ForgeRedirect), "{link}");
        }
        let outside = r#"<https://ghe.example/other/x?page=2>; rel="next""#;
        assert_eq!(of("https://ghe.example", outside), Err(Code::ForgeRedirect));
    }
}
