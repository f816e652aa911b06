//! Git's names for content: SHA-1 over a header and the bytes.

use std::fmt;

use policy::Code;
use serde::{Deserialize, Serialize};
use sha1::{Digest, Sha1};

use crate::KernelError;

/// The id of a git object, 40 digits in hexadecimal.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String")]
pub struct ObjectId(String);

impl ObjectId {
    /// Parses an id that a stranger wrote.
    pub fn parse(text: &str) -> Result<Self, KernelError> {
        let plain = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        match text.len() == 40 && text.bytes().all(plain) {
            true => Ok(Self(text.to_owned())),
            false => Err(KernelError::new(
                Code::ForgeMalformed,
                format!("`{}` is no id of a git object", agent_contract::fault::shown(text)),
            )),
        }
    }

    /// The id of a blob with this content.
    pub fn of_blob(content: &[u8]) -> Self {
        Self::of("blob", content)
    }

    /// The id of a tree with this content, as git writes it.
    pub(super) fn of_tree(content: &[u8]) -> Self {
        Self::of("tree", content)
    }

    /// The digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The bytes that a tree holds for it.
    pub(super) fn bytes(&self) -> impl Iterator<Item = u8> + '_ {
        let digit = |byte: u8| if byte <= b'9' { byte - b'0' } else { byte - b'a' + 10 };
        self.0.as_bytes().chunks_exact(2).map(move |pair| digit(pair[0]) << 4 | digit(pair[1]))
    }

    fn of(kind: &str, content: &[u8]) -> Self {
        let mut hash = Sha1::new();
        hash.update(format!("{kind} {}\0", content.len()));
        hash.update(content);
        Self(hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
    }
}

impl TryFrom<String> for ObjectId {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        Self::parse(&text).map_err(|error| error.message)
    }
}

impl fmt::Display for ObjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_those_that_git_gives() {
        assert_eq!(ObjectId::of_blob(b"").as_str(), "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391");
        assert_eq!(ObjectId::of_blob(b"hello\n").as_str(), "ce013625030ba8dba906f756967f9e9ca394464a");
        assert_eq!(ObjectId::of_tree(b"").as_str(), "4b825dc642cb6eb9a060e54bf8d69288fbee4904");
    }

    #[test]
    fn other_texts_are_no_ids() {
        for text in [
            "",
            "abc",
            &"g".repeat(40),
            &"A".repeat(40),
            &"a".repeat(41),
            "../../../../../../../../../../../../../x",
        ] {
            assert!(ObjectId::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn bytes_are_the_digits() {
        let id = ObjectId::parse(&format!("00ff{}", "1a".repeat(18))).unwrap();
        assert_eq!(id.bytes().take(3).collect::<Vec<_>>(), [0, 255, 0x1a]);
    }
}
