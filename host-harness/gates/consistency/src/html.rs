//! What HTML inside a document refers to.

/// Values of attributes: where something leads, and what something is called.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Attributes {
    /// Of `href` and `src`, with their places.
    pub(crate) links: Vec<(String, usize)>,
    /// Of `id` and `name`.
    pub(crate) names: Vec<String>,
}

/// The attributes of some HTML, comments left out.
pub(crate) fn attributes(html: &str) -> Attributes {
    let mut found = Attributes::default();
    let mut at = 0;
    while let Some(open) = html[at..].find('<').map(|open| at + open) {
        if html[open..].starts_with("<!--") {
            let Some(end) = html[open..].find("-->") else { break };
            at = open + end + 3;
            continue;
        }
        let close = html[open..].find('>').map_or(html.len(), |close| open + close);
        tag(&html[open + 1..close], open + 1, &mut found);
        at = close.max(open + 1);
    }
    found
}

fn tag(text: &str, start: usize, found: &mut Attributes) {
    let mut rest = text;
    while let Some(equals) = rest.find('=') {
        let before = rest[..equals].trim_end();
        let name = before.rsplit(|c: char| c.is_whitespace()).next().unwrap_or("").to_ascii_lowercase();
        let value = rest[equals + 1..].trim_start();
        let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''));
        let (value, after) = match quote {
            Some(quote) => {
                let inner = &value[1..];
                inner.split_once(quote).unwrap_or((inner, ""))
            }
            None => {
                let end = value.find(char::is_whitespace).unwrap_or(value.len());
                value.split_at(end)
            }
        };
        match name.as_str() {
            "href" | "src" => found.links.push((value.to_owned(), start + text.len() - rest.len())),
            "id" | "name" => found.names.push(value.to_owned()),
            _ => {}
        }
        rest = after;
    }
}

#[cfg(test)]
mod tests {
    use super::attributes;

    #[test]
    fn attributes_are_found_and_comments_passed_over() {
        let html = "<a href=\"x.md\"><img alt='a=b' src = y.png ></a><!-- <a href='no'> --><a name=z>";
        let found = attributes(html);
        let links: Vec<_> = found.links.iter().map(|(link, _)| link.as_str()).collect();
        assert_eq!(links, ["x.md", "y.png"]);
        assert_eq!(found.names, ["z"]);
    }
}
