//! The expressions of GitHub Actions: whose text can become part of what they give.

/// A call or parenthesis deeper than this is taken for the text of everybody inside it.
const NESTING_MAX: usize = 32;
/// Calls that give a truth or a digest, whatever they are given.
const HARMLESS: &[&str] =
    &["contains", "startswith", "endswith", "hashfiles", "success", "failure", "always", "cancelled"];

/// The contexts whose text flows into a text through `${{ }}`, in lower case and dotted.
pub(super) fn flows(text: &str) -> Vec<String> {
    let mut flows = Vec::new();
    let mut rest = text;
    while let Some(start) = rest.find("${{") {
        rest = &rest[start + 3..];
        let end = closing(rest);
        flows.extend(Reader::new(&rest[..end]).either(0));
        rest = &rest[end..];
    }
    flows
}

/// Where an expression ends: at the first `}}` outside of a text.
fn closing(text: &str) -> usize {
    let mut quoted = false;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'\'' => quoted = !quoted,
            b'}' if !quoted && text.as_bytes().get(at + 1) == Some(&b'}') => return at,
            _ => {}
        }
    }
    text.len()
}

struct Reader<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Reader<'t> {
    fn new(text: &'t str) -> Self {
        Self { text, at: 0 }
    }

    fn peek(&mut self) -> Option<u8> {
        let bytes = self.text.as_bytes();
        while bytes.get(self.at).is_some_and(u8::is_ascii_whitespace) {
            self.at += 1;
        }
        bytes.get(self.at).copied()
    }

    fn take(&mut self, mark: &str) -> bool {
        self.peek();
        let there = self.text.as_bytes().get(self.at..).is_some_and(|rest| rest.starts_with(mark.as_bytes()));
        if there {
            self.at += mark.len();
        }
        there
    }

    /// `a || b` gives either.
    fn either(&mut self, depth: usize) -> Vec<String> {
        let mut flows = self.both(depth);
        while self.take("||") {
            flows.extend(self.both(depth));
        }
        flows
    }

    /// `a && b` gives `b`, or an `a` that is empty.
    fn both(&mut self, depth: usize) -> Vec<String> {
        let mut flows = self.compared(depth);
        while self.take("&&") {
            flows = self.compared(depth);
        }
        flows
    }

    fn compared(&mut self, depth: usize) -> Vec<String> {
        let mut flows = self.operand(depth);
        while ["==", "!=", "<=", ">=", "<", ">"].iter().any(|mark| self.take(mark)) {
            self.operand(depth);
            flows.clear();
        }
        flows
    }

    fn operand(&mut self, depth: usize) -> Vec<String> {
        let mut negated = false;
        while self.peek() == Some(b'!') && !self.text[self.at..].starts_with("!=") {
            self.at += 1;
            negated = true;
        }
        let flows = match self.peek() {
            Some(b'\'') => {
                self.quoted();
                Vec::new()
            }
            Some(b'(') if depth < NESTING_MAX => {
                self.at += 1;
                let flows = self.either(depth + 1);
                self.take(")");
                flows
            }
            Some(byte) if byte.is_ascii_alphabetic() || byte == b'_' => self.name(depth),
            Some(_) => {
                self.skip_char();
                Vec::new()
            }
            None => Vec::new(),
        };
        if negated { Vec::new() } else { flows }
    }

    fn skip_char(&mut self) {
        self.at += self.text.get(self.at..).and_then(|rest| rest.chars().next()).map_or(1, char::len_utf8);
    }

    fn quoted(&mut self) -> &'t str {
        let start = self.at + 1;
        let end = self
            .text
            .get(start..)
            .and_then(|rest| rest.find('\''))
            .map_or(self.text.len(), |end| start + end);
        self.at = (end + 1).min(self.text.len());
        self.text.get(start..end).unwrap_or("")
    }

    fn word(&mut self) -> String {
        let rest = self.text.get(self.at..).unwrap_or("");
        let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
        let word = &rest[..rest.find(|c| !is_part(c)).unwrap_or(rest.len())];
        self.at += word.len();
        word.to_ascii_lowercase()
    }

    fn name(&mut self, depth: usize) -> Vec<String> {
        let name = self.word();
        if self.peek() == Some(b'(') && depth < NESTING_MAX {
            return self.call(&name, depth);
        }
        vec![self.context(name, depth)]
    }

    fn call(&mut self, name: &str, depth: usize) -> Vec<String> {
        self.at += 1;
        let mut flows = self.either(depth + 1);
        while self.take(",") {
            flows.extend(self.either(depth + 1));
        }
        self.take(")");
        if HARMLESS.contains(&name) { Vec::new() } else { flows }
    }

    fn context(&mut self, mut name: String, depth: usize) -> String {
        loop {
            match self.peek() {
                Some(b'.') => {
                    self.at += 1;
                    let part = if self.take("*") { "*".to_owned() } else { self.word() };
                    name = format!("{name}.{part}");
                }
                Some(b'[') if depth < NESTING_MAX => {
                    self.at += 1;
                    let part = match self.peek() {
                        Some(b'\'') => self.quoted().to_ascii_lowercase(),
                        _ => {
                            self.either(depth + 1);
                            "*".to_owned()
                        }
                    };
                    self.take("]");
                    name = format!("{name}.{part}");
                }
                _ => return name,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_flows_is_told_from_what_is_only_asked() {
        let table: &[(&str, &[&str])] = &[
            ("echo ${{ github.head_ref }}", &["github.head_ref"]),
            ("${{ github['event'].Issue.title || 'x' }}", &["github.event.issue.title"]),
            ("${{ github.event.issue.title == 'x' }}", &[]),
            ("${{ contains(github.event.issue.title, 'x') }}", &[]),
            (
                "${{ contains(a.b, 'x') && github.head_ref || github.ref }}",
                &["github.head_ref", "github.ref"],
            ),
            ("${{ format('{0}}}', github.head_ref) }}", &["github.head_ref"]),
            ("${{ toJSON(github.event) }}", &["github.event"]),
            ("${{ github.event.commits[0].message }}", &["github.event.commits.*.message"]),
            ("${{ !github.head_ref }} ${{ 'github.head_ref' }}", &[]),
            ("${{ 1 + é", &[]),
        ];
        for (text, expected) in table {
            assert_eq!(flows(text), *expected, "{text}");
        }
    }

    #[test]
    fn hostile_depth_comes_to_an_end() {
        for text in ["(", "f(", "a[", "!", "a.", "'", "${{"] {
            flows(&format!("${{{{ {}", text.repeat(50_000)));
        }
    }
}
