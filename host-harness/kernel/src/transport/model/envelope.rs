use agent_contract::document;
use serde::Deserialize;
use serde_json::{Map, Value};

/// What the agent hands over for a model: the body that goes out as it is, and where in an
/// event the text for the person lies.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Envelope {
    body: Map<String, Value>,
    #[serde(default)]
    pub told: Vec<Told>,
}

/// A place in an event where text for the person lies.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Told {
    /// A pointer to it.
    pub text: String,
    /// In which events alone.
    #[serde(default)]
    pub when: Option<When>,
}

/// Events in which something stands somewhere.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct When {
    pub pointer: String,
    pub is: Value,
}

const TOLD_MAX: usize = 16;
const POINTER_BYTES_MAX: usize = 200;

impl Envelope {
    /// Reads what the agent hands over, or says what is wrong with it.
    pub(super) fn parse(input: &str) -> Result<Self, String> {
        let envelope: Self = document::parse(input).map_err(|fault| {
            format!(
                "the input is none for a model: {fault}\nhint: it is {{ \"body\": ..., \"told\": [...] }}"
            )
        })?;
        if envelope.told.len() > TOLD_MAX {
            return Err(format!("the input has more than {TOLD_MAX} places in `told`"));
        }
        let odd = envelope.told.iter().flat_map(Told::pointers).find(|pointer| !is_pointer(pointer));
        match odd.map(str::to_owned) {
            Some(pointer) => Err(format!(
                "the input has `{}` in `told`, which is no JSON pointer of at most {POINTER_BYTES_MAX} bytes",
                agent_contract::fault::shown(&pointer)
            )),
            None => Ok(envelope),
        }
    }

    /// The body as it goes out.
    pub(super) fn body(&self) -> Vec<u8> {
        Value::Object(self.body.clone()).to_string().into_bytes()
    }
}

impl Told {
    fn pointers(&self) -> impl Iterator<Item = &str> {
        self.when.iter().map(|when| when.pointer.as_str()).chain([self.text.as_str()])
    }

    /// The text for the person in an event, if there is any.
    pub(super) fn text<'a>(&self, event: &'a Value) -> Option<&'a str> {
        let holds = |when: &When| event.pointer(&when.pointer) == Some(&when.is);
        self.when.as_ref().is_none_or(holds).then(|| event.pointer(&self.text)?.as_str()).flatten()
    }
}

fn is_pointer(text: &str) -> bool {
    text.starts_with('/') && text.len() <= POINTER_BYTES_MAX
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_body_goes_out_as_it_is_and_nothing_else_is_taken() {
        let body = r#"{"a":[1,2.5,null],"b":"ä\n"}"#;
        let envelope = Envelope::parse(&format!("{{\"body\":{body}}}")).unwrap();
        assert_eq!((String::from_utf8(envelope.body()).unwrap().as_str(), envelope.told.len()), (body, 0));
        let long = format!(r#"{{"body":{{}},"told":[{{"text":"/{}"}}]}}"#, "x".repeat(POINTER_BYTES_MAX));
        let many = json!({ "body": {}, "told": vec![json!({ "text": "/a" }); TOLD_MAX + 1] }).to_string();
        for (input, why) in [
            ("null", "none for a model"),
            ("{", "none for a model"),
            ("{}", "`body`"),
            (r#"{"body":[]}"#, "none for a model"),
            (r#"{"body":{},"body":{}}"#, "none for a model"),
            (r#"{"body":{},"url":"https://a"}"#, "url"),
            (r#"{"body":{},"told":[{"text":"a"}]}"#, "no JSON pointer"),
            (r#"{"body":{},"told":[{"text":"/a","when":{"pointer":"","is":1}}]}"#, "no JSON pointer"),
            (r#"{"body":{},"told":[{"text":"/a","also":1}]}"#, "also"),
            (&long, "no JSON pointer"),
            (&many, "more than 16"),
        ] {
            let fault = Envelope::parse(input).unwrap_err();
            assert!(fault.contains(why), "{input}: {fault}");
        }
    }

    #[test]
    fn a_place_holds_text_where_its_event_is_the_one() {
        let told = |when: Option<Value>| {
            let when = when.map(|is| When { pointer: "/type".to_owned(), is });
            Told { text: "/delta/0".to_owned(), when }
        };
        let event = json!({ "type": "text", "delta": ["a", 1] });
        for (told, event, expected) in [
            (told(None), event.clone(), Some("a")),
            (told(Some(json!("text"))), event.clone(), Some("a")),
            (told(Some(json!("other"))), event, None),
            (told(None), json!({ "delta": [1] }), None),
            (told(None), json!([]), None),
        ] {
            assert_eq!(told.text(&event), expected);
        }
    }
}
