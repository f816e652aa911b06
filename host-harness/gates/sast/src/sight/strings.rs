use super::Sight;

/// Calls that put strings together.
const FORMATTERS: &[&[u8]] = &[
    b"format",
    b"format!",
    b"Sprintf",
    b"Sprint",
    b"Sprintln",
    b"formatted",
    b"concat",
    b"join",
    b"format_map",
    b"Join",
    b"StringPrintf",
    b"StrCat",
    b"valueOf",
    b"String",
    b"to_string",
    b"as_str",
    b"toString",
    b"trim",
    b"strip",
    b"encode",
    b"text",
    b"c_str",
    b"dedent",
    b"to_owned",
    b"into",
    b"as_ref",
    b"from",
];

impl Sight<'_> {
    /// The computed pieces of a string.
    pub(super) fn pieces(&self, node: u32) -> impl Iterator<Item = u32> {
        let interpolations = self.within(node).filter(|part| self.facts.interpolations.has(self.kind(*part)));
        interpolations.flat_map(|piece| self.named(piece).take(1))
    }

    pub(super) fn is_interpolated(&self, node: u32) -> bool {
        self.within(node).any(|part| self.facts.interpolations.has(self.kind(part)))
    }

    /// Whether the operator between two operands joins strings.
    pub(super) fn joins(&self, node: u32) -> bool {
        let is_python = self.facts.language == symbols::Language::Python;
        self.flat.children(node).filter(|child| !self.node(*child).named).any(|operator| {
            let operator = self.text(operator);
            operator == b"+" || (is_python && operator == b"%")
        })
    }

    /// Whether a call puts a string together from constants and from what is none.
    pub(super) fn is_formatted(&self, call: u32, depth: u32) -> bool {
        let name = self.called(call);
        if !FORMATTERS.contains(&name) {
            return false;
        }
        if name == b"format!" || (name == b"format" && self.text(call).starts_with(b"format!")) {
            return self.is_formatted_by_macro(call);
        }
        // What only passes a string on, such as `.trim()`, is what it passes on.
        let operands = self.operands(call);
        if operands.iter().any(|part| self.is_built(*part, depth)) {
            return true;
        }
        let passes_on = operands.len() < 2;
        let is_text = |part: &u32| self.within(*part).any(|part| self.facts.strings.has(self.kind(part)));
        !passes_on
            && operands.iter().any(is_text)
            && !operands.iter().all(|part| self.is_literal(*part, depth))
    }

    /// What a call passes on as it is.
    pub(super) fn passed_on(&self, call: u32) -> Option<u32> {
        match self.operands(call)[..] {
            [only] if FORMATTERS.contains(&self.called(call)) => Some(only),
            _ => None,
        }
    }

    /// The name of what is called, without what it is in.
    pub fn called(&self, call: u32) -> &[u8] {
        let Some(function) = self.named(call).find(|part| !self.is_list(*part)) else { return b"" };
        let text = self.text(function);
        let name = self.flat.children(call).take_while(|part| !self.is_list(*part));
        // Java has the object, a dot and the name beside one another.
        let last = name.filter(|part| self.node(*part).named).last().unwrap_or(function);
        let text = if self.facts.names.has(self.kind(last)) { self.text(last) } else { text };
        let end = text.iter().position(|byte| *byte == b'<').unwrap_or(text.len());
        let text = text[..end].trim_ascii_end();
        let text = text.strip_suffix(b"::").unwrap_or(text);
        text.rsplit(|byte| matches!(byte, b'.' | b':' | b'>')).next().unwrap_or_default()
    }

    pub(super) fn is_list(&self, node: u32) -> bool {
        self.facts.lists.has(self.kind(node))
    }

    /// What a call is about: its receiver and its arguments.
    pub fn operands(&self, call: u32) -> Vec<u32> {
        let mut operands = Vec::new();
        for part in self.named(call) {
            if self.is_list(part) {
                operands.extend(self.named(part));
            } else if !self.facts.names.has(self.kind(part)) {
                let is_call = self.facts.calls.has(self.kind(part));
                operands.extend(if is_call { Some(part) } else { self.named(part).next() });
            } else if self.flat.children(call).any(|child| self.text(child) == b".") {
                operands.push(part);
            }
        }
        operands
    }

    /// `format!("{a} {}", b)`: its tokens are all that is known.
    fn is_formatted_by_macro(&self, call: u32) -> bool {
        let mut names = self.within(call).skip(1).filter(|part| self.facts.names.has(self.kind(*part)));
        let holds = |text: &[u8]| {
            text.windows(2).any(|pair| pair[0] == b'{' && (pair[1].is_ascii_alphabetic() || pair[1] == b'_'))
        };
        let mut strings = self.within(call).filter(|part| self.facts.strings.has(self.kind(*part)));
        names.any(|name| self.text(name) != b"format") || strings.any(|string| holds(self.text(string)))
    }
}
