//! JSON with the places of its values, so that one can be changed and all else kept.

use agent_contract::document;

use crate::recipe::{RecipeFault, answer::Span};

/// Deeper than this nothing is read; `document` refuses it before.
const DEPTH_MAX: usize = 80;

/// A value, and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Json {
    /// Its fields, in order.
    Object(Vec<(String, Json)>),
    /// A text: what it says, and the bytes between its quotation marks.
    Text(String, Span),
    /// Something else, which nobody changes here.
    Other,
}

impl Json {
    /// Reads a document.
    pub fn parse(text: &str, place: &str) -> Result<Self, RecipeFault> {
        let malformed =
            |why: String| RecipeFault::new("recipe-manifest-malformed", format!("{place}: {why}"));
        document::parse_value(text).map_err(|fault| malformed(fault.to_string()))?;
        let mut reader = Reader { text, at: 0 };
        reader.value(0).ok_or_else(|| malformed("can't be read".to_owned()))
    }

    /// A field of an object.
    pub fn get(&self, name: &str) -> Option<&Self> {
        self.fields().iter().find(|(field, _)| field == name).map(|(_, value)| value)
    }

    /// The fields of an object; nothing has none.
    pub fn fields(&self) -> &[(String, Self)] {
        match self {
            Self::Object(fields) => fields,
            _ => &[],
        }
    }

    /// A text, and where it stands.
    pub fn text(&self) -> Option<(&str, Span)> {
        match self {
            Self::Text(said, span) => Some((said, *span)),
            _ => None,
        }
    }
}

/// Goes through a text that is known to be JSON; where it is not after all, ends.
struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl Reader<'_> {
    fn value(&mut self, depth: usize) -> Option<Json> {
        if depth > DEPTH_MAX {
            return None;
        }
        match self.peek()? {
            b'{' => self.object(depth),
            b'[' => self.array(depth),
            b'"' => self.string().map(|(said, span)| Json::Text(said, span)),
            _ => {
                let rest = &self.text[self.at..];
                self.at += rest.find([',', '}', ']']).unwrap_or(rest.len());
                Some(Json::Other)
            }
        }
    }

    fn object(&mut self, depth: usize) -> Option<Json> {
        let mut fields = Vec::new();
        self.take(b'{')?;
        while self.peek()? != b'}' {
            let (name, _) = self.string()?;
            self.take(b':')?;
            fields.push((name, self.value(depth + 1)?));
            if self.peek()? == b',' {
                self.at += 1;
            }
        }
        self.take(b'}')?;
        Some(Json::Object(fields))
    }

    fn array(&mut self, depth: usize) -> Option<Json> {
        self.take(b'[')?;
        while self.peek()? != b']' {
            self.value(depth + 1)?;
            if self.peek()? == b',' {
                self.at += 1;
            }
        }
        self.take(b']')?;
        Some(Json::Other)
    }

    fn string(&mut self) -> Option<(String, Span)> {
        self.take(b'"')?;
        let from = self.at;
        let bytes = self.text.as_bytes();
        while *bytes.get(self.at)? != b'"' {
            self.at += if bytes[self.at] == b'\\' { 2 } else { 1 };
        }
        let span = Span { from, to: self.at };
        self.at += 1;
        let said = serde_json::from_str(self.text.get(from - 1..self.at)?).ok()?;
        Some((said, span))
    }

    fn take(&mut self, byte: u8) -> Option<()> {
        (self.peek()? == byte).then(|| self.at += 1)
    }

    /// The next byte that is no white space.
    fn peek(&mut self) -> Option<u8> {
        let bytes = self.text.as_bytes();
        while bytes.get(self.at)?.is_ascii_whitespace() {
            self.at += 1;
        }
        bytes.get(self.at).copied()
    }
}
