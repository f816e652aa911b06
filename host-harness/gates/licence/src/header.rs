//! `SPDX-License-Identifier:` in the head of a file.

use crate::{Expression, said::choice};

/// Headers stand at the top. What stands deeper is more often a text about headers.
const HEAD_BYTES: usize = 2048;

const TAG: &str = "SPDX-License-Identifier:";

/// What the tags in the head of a file say, with the line of each, from one. A tag that holds
/// no expression is told as it is written.
pub fn identifiers(bytes: &[u8]) -> Vec<(u32, Result<Expression, String>)> {
    let head = &bytes[..bytes.len().min(HEAD_BYTES)];
    let text = String::from_utf8_lossy(head);
    let lines = (1..).zip(text.lines());
    lines.filter_map(|(line, text)| Some((line, read(text)?))).collect()
}

fn read(line: &str) -> Option<Result<Expression, String>> {
    let (before, said) = line.split_once(TAG)?;
    // What stands before it is the sign of a comment; a sentence or a string is another thing.
    if before.chars().any(|char| char.is_alphanumeric() || matches!(char, '"' | '\'' | '`')) {
        return None;
    }
    let said = said.trim().trim_end_matches(['/', '*', '-', '>', '}', '#', ' ']).trim();
    let expression = Expression::parse(said).ok().or_else(|| choice(said));
    Some(expression.ok_or_else(|| said.chars().take(80).collect()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_is_read_from_any_comment() {
        for head in [
            "// SPDX-License-Identifier: MIT OR Apache-2.0",
            "#!/bin/sh\n# SPDX-License-Identifier: MIT OR Apache-2.0\n",
            "/* SPDX-License-Identifier: MIT OR Apache-2.0 */",
            "<!-- SPDX-License-Identifier: MIT OR Apache-2.0 -->",
        ] {
            let found = identifiers(head.as_bytes());
            let said: Vec<String> = found.iter().map(|(_, said)| format!("{said:?}")).collect();
            assert!(matches!(&found[..], [(_, Ok(it))] if it.to_string() == "MIT OR Apache-2.0"), "{said:?}");
        }
    }

    #[test]
    fn a_text_about_tags_is_none() {
        assert!(identifiers(b"let tag = \"SPDX-License-Identifier: GPL-3.0-only\";").is_empty());
        assert!(identifiers(b"write SPDX-License-Identifier: MIT at the top").is_empty());
        let choice = identifiers(b"// SPDX-License-Identifier: MIT OR Foo");
        assert!(matches!(&choice[..], [(1, Ok(it))] if it.to_string() == "MIT"), "{choice:?}");
        assert_eq!(identifiers(b"\n// SPDX-License-Identifier: Mine"), [(2, Err("Mine".to_owned()))]);
    }
}
