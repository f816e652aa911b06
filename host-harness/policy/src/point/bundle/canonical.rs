//! The form in which OPA hashes a JSON document: no spaces, members sorted by name, texts
//! written anew, and numbers as they stand in the document.

use agent_contract::{Fault, document};

/// The form of a document.
pub(super) fn form(text: &str) -> Result<String, Fault> {
    // From here on it is known to be JSON, without a name twice and not too deep.
    document::parse_value(text)?;
    let mut form = String::with_capacity(text.len());
    Reader { rest: text }.value(&mut form);
    Ok(form)
}

struct Reader<'a> {
    rest: &'a str,
}

impl<'a> Reader<'a> {
    fn value(&mut self, form: &mut String) {
        match self.next() {
            Some('{') => self.object(form),
            Some('[') => self.list(form),
            Some('"') => form.push_str(&encoded(&self.string())),
            _ => form.push_str(self.word()),
        }
    }

    fn object(&mut self, form: &mut String) {
        let mut members = Vec::new();
        self.take(1);
        while self.next() == Some('"') {
            let name = self.string();
            self.skip(':');
            let mut value = String::new();
            self.value(&mut value);
            self.skip(',');
            members.push((name, value));
        }
        self.skip('}');
        members.sort();
        let members = members.into_iter().map(|(name, value)| encoded(&name) + ":" + &value);
        form.push_str(&format!("{{{}}}", members.collect::<Vec<_>>().join(",")));
    }

    fn list(&mut self, form: &mut String) {
        self.take(1);
        form.push('[');
        let mut between = "";
        while self.next().is_some_and(|c| c != ']') {
            form.push_str(between);
            self.value(form);
            self.skip(',');
            between = ",";
        }
        self.skip(']');
        form.push(']');
    }

    /// The next sign that is no space.
    fn next(&mut self) -> Option<char> {
        self.rest = self.rest.trim_start_matches([' ', '\t', '\n', '\r']);
        self.rest.chars().next()
    }

    fn skip(&mut self, sign: char) {
        if self.next() == Some(sign) {
            self.take(sign.len_utf8());
        }
    }

    fn string(&mut self) -> String {
        let mut escaped = false;
        let end = self.rest.char_indices().skip(1).find_map(|(at, c)| {
            let ends = c == '"' && !escaped;
            escaped = c == '\\' && !escaped;
            ends.then_some(at + 1)
        });
        serde_json::from_str(self.take(end.unwrap_or(self.rest.len()))).unwrap_or_default()
    }

    /// A number, `true`, `false` or `null`.
    fn word(&mut self) -> &'a str {
        let end = self.rest.find([' ', '\t', '\n', '\r', ',', ']', '}']).unwrap_or(self.rest.len());
        self.take(end)
    }

    fn take(&mut self, count: usize) -> &'a str {
        let (taken, rest) = self.rest.split_at_checked(count).unwrap_or((self.rest, ""));
        self.rest = rest;
        taken
    }
}

/// A text as Go writes it: as others do, but for the two line ends of JavaScript.
fn encoded(text: &str) -> String {
    let plain = serde_json::Value::from(text).to_string();
    plain.replace('\u{2028}', "\\u2028").replace('\u{2029}', "\\u2029")
}

#[cfg(test)]
mod tests {
    use super::form;

    #[test]
    fn documents_have_one_form() {
        let cases = [
            ("{}", "{}"),
            (" [ ] ", "[]"),
            (r#"{ "b" : [1, {"d":null,"c":true}], "a" : "x" }"#, r#"{"a":"x","b":[1,{"c":true,"d":null}]}"#),
            ("[1.0, 1e3, -0, 0.10, 1E+2]", "[1.0,1e3,-0,0.10,1E+2]"),
            (r#""<a href=\"x\">&\u0041\/\u000a\u0007""#, r#""<a href=\"x\">&A/\n\u0007""#),
            ("\"\u{2028}\u{2029}é\"", "\"\\u2028\\u2029é\""),
            (r#"{"a\"b":"\\","a":"}"}"#, r#"{"a":"}","a\"b":"\\"}"#),
            ("{\"é\":1,\"z\":2,\"Z\":3,\"\":4}", "{\"\":4,\"Z\":3,\"z\":2,\"é\":1}"),
            ("\n\ttrue\r\n", "true"),
        ];
        for (text, expected) in cases {
            assert_eq!(form(text).unwrap(), expected);
        }
    }

    #[test]
    fn what_is_no_document_has_none() {
        for text in ["", "{", "{\"a\":1,\"a\":2}", "[1,]", "nul", "1 2", "\"\\ud800\"", "9007199254740993"] {
            assert!(form(text).is_err(), "{text}");
        }
    }
}
