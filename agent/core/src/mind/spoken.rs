//! What a model says to a tool, read as strictly as anybody's words.

use agent_contract::{RepoPath, fault::shown};
use serde_json::{Map, Value};

use crate::edit::ToolEdit;

/// Words that can't be taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Unclear {
    /// They don't have the form of the tool's input.
    Words(String),
    /// They name a path that is none of the repository's.
    Outside(String),
}

/// The input of a call.
pub(crate) struct Spoken<'a> {
    input: &'a Map<String, Value>,
}

impl<'a> Spoken<'a> {
    pub fn of(input: &'a Map<String, Value>) -> Self {
        Self { input }
    }

    /// What is there and not null: some models fill in what they leave out.
    fn given(&self, name: &str) -> Option<&'a Value> {
        self.input.get(name).filter(|value| !value.is_null())
    }

    pub fn text(&self, name: &str) -> Result<Option<String>, Unclear> {
        let value = self.given(name);
        value.map(|value| text(name, value).map(str::to_owned)).transpose()
    }

    /// A path; `""`, `.` and `./` before it are what people write for the root.
    pub fn path(&self, name: &str) -> Result<Option<RepoPath>, Unclear> {
        let Some(text) = self.text(name)? else { return Ok(None) };
        path(name, &text)
    }

    pub fn number(&self, name: &str) -> Result<Option<u64>, Unclear> {
        let Some(value) = self.given(name) else { return Ok(None) };
        let whole = value.as_u64().or_else(|| value.as_str().and_then(|text| text.parse().ok()));
        whole.map(Some).ok_or_else(|| Unclear::Words(format!("`{name}` is no whole number")))
    }

    pub fn truth(&self, name: &str) -> Result<bool, Unclear> {
        match self.given(name) {
            None => Ok(false),
            Some(value) => {
                value.as_bool().ok_or_else(|| Unclear::Words(format!("`{name}` is neither true nor false")))
            }
        }
    }

    /// The edits, each whole.
    pub fn edits(&self) -> Result<Vec<ToolEdit>, Unclear> {
        let edits = match self.given("edits") {
            None => return Err(Unclear::Words("`edits` is missing".to_owned())),
            Some(Value::Array(edits)) => edits,
            Some(_) => return Err(Unclear::Words("`edits` is no list".to_owned())),
        };
        edits.iter().enumerate().map(|(index, edit)| one(index, edit)).collect()
    }
}

fn one(index: usize, edit: &Value) -> Result<ToolEdit, Unclear> {
    let at = |name: &str| format!("edits[{index}].{name}");
    let field = |name: &str| edit.get(name).filter(|value| !value.is_null());
    let missing = |name: &str| Unclear::Words(format!("`{}` is missing", at(name)));
    let words = |name: &str| field(name).map(|value| text(&at(name), value)).transpose();
    let named = words("path")?.ok_or_else(|| missing("path"))?;
    let path =
        path(&at("path"), named)?.ok_or_else(|| Unclear::Words(format!("`{}` is empty", at("path"))))?;
    let deletes = field("delete").is_some_and(|value| value == &Value::Bool(true));
    match (deletes, words("old")?, words("new")?) {
        (true, None | Some(""), None | Some("")) => Ok(ToolEdit::Delete { path }),
        (true, ..) => Err(Unclear::Words(format!("`{}` goes with no text", at("delete")))),
        (false, old, Some(new)) => {
            Ok(ToolEdit::Replace { path, old: old.unwrap_or_default().to_owned(), new: new.to_owned() })
        }
        (false, _, None) => Err(missing("new")),
    }
}

fn text<'a>(name: &str, value: &'a Value) -> Result<&'a str, Unclear> {
    value.as_str().ok_or_else(|| Unclear::Words(format!("`{name}` is no text")))
}

fn path(name: &str, text: &str) -> Result<Option<RepoPath>, Unclear> {
    let text = text.trim_start_matches("./").trim_end_matches('/');
    if text.is_empty() || text == "." {
        return Ok(None);
    }
    let outside = |fault| Unclear::Outside(format!("`{name}` is `{}`: {fault}", shown(text)));
    RepoPath::parse(text).map(Some).map_err(|fault| outside(fault.to_string()))
}
