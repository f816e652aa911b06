//! Values whose names stand elsewhere: on a line above, or in nobody's line at all.

use super::{
    assignment::{self, Assignment},
    flow,
};

/// How a file tells its values, where its name says that.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    Any,
    /// `host:port:database:user:password`.
    PgPass,
    /// `user:hash`.
    HtPasswd,
}

impl Shape {
    pub(super) fn of(name: &str) -> Self {
        let name = name.to_ascii_lowercase();
        match () {
            () if name.contains("pgpass") => Self::PgPass,
            () if name.contains(".htpasswd") => Self::HtPasswd,
            () => Self::Any,
        }
    }

    /// The password in a line.
    pub(super) fn password(self, line: &str) -> Option<String> {
        let colons = match self {
            _ if line.trim_start().starts_with('#') => return None,
            Self::Any => return None,
            Self::PgPass => 4,
            Self::HtPasswd => 1,
        };
        let mut escaped = false;
        let ends = line.char_indices().filter(|(_, c)| {
            let ends = *c == ':' && !escaped;
            escaped = *c == '\\' && !escaped;
            ends
        });
        let at = ends.map(|(at, _)| at).nth(colons - 1)?;
        Some(line[at + 1..].trim().replace("\\:", ":").replace("\\\\", "\\"))
    }
}

/// A name whose values stand on the lines below.
#[derive(Default)]
pub(super) struct Open {
    name: Option<String>,
    indent: usize,
}

impl Open {
    /// The value that a line gives to the open name, or the name that it opens.
    pub(super) fn take(&mut self, line: &str) -> Option<Assignment> {
        let indent = line.len() - line.trim_start().len();
        let text = line.trim();
        if text.is_empty() {
            return None;
        }
        if let Some(name) = flow::header(line) {
            (self.name, self.indent) = (Some(name.to_owned()), indent);
            return None;
        }
        let beneath = indent > self.indent || indent == self.indent && text.starts_with(['-', '"', '\'']);
        if !beneath || assignment::assignment(line).is_some() {
            self.name = self.name.take().filter(|_| beneath);
            return None;
        }
        let item = assignment::value(text.trim_start_matches(['-', ' ']));
        self.name.as_deref().map(|name| Assignment::new(name, item.trim_end_matches([']', ')', '}', ' '])))
    }
}
