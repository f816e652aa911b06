//! What earlier runs found out about a repository, and what this one adds to it.

use std::sync::{Mutex, PoisonError};

use kernel::{KernelError, memory::Memory as File};
use policy::Code;
use serde::Deserialize;
use serde_json::{Value, json};

/// The memory of a run. Without a file nothing is remembered.
#[derive(Debug, Default)]
pub(crate) struct Memory {
    file: Option<File>,
    /// What it is to hold when the run ends well.
    promised: Mutex<Option<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    text: String,
}

impl Memory {
    pub fn new(file: Option<File>) -> Self {
        Self { file, promised: Mutex::default() }
    }

    /// What is remembered; no text where nothing ever is.
    pub fn read(&self) -> Result<Value, KernelError> {
        let text = self.file.as_ref().map(File::read).transpose()?;
        Ok(json!({ "text": text }))
    }

    /// Takes what is to be remembered.
    pub fn promise(&self, input: &str) -> Result<Value, KernelError> {
        let malformed = |why: String| KernelError::new(Code::ArgumentMalformed, why);
        if self.file.is_none() {
            return Err(malformed("nothing is remembered here".to_owned()));
        }
        let Written { text } = serde_json::from_str(input)
            .map_err(|error| malformed(format!("the memory can't be read: {error}")))?;
        File::may_hold(&text)?;
        *self.promised.lock().unwrap_or_else(PoisonError::into_inner) = Some(text);
        Ok(json!({}))
    }

    /// What was promised, for the end of the run.
    pub fn due(&self) -> Option<(&File, String)> {
        let text = self.promised.lock().unwrap_or_else(PoisonError::into_inner).take()?;
        Some((self.file.as_ref()?, text))
    }
}
