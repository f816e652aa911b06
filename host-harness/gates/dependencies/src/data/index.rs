use serde::Deserialize;

/// A line of a registry's index. Cargo's has no ecosystem.
#[derive(Deserialize)]
struct Line {
    name: String,
    #[serde(alias = "version")]
    vers: String,
    #[serde(default)]
    yanked: bool,
    #[serde(default)]
    ecosystem: Option<String>,
}

/// A version that its publisher took back.
pub struct Yanked {
    pub ecosystem: String,
    pub name: String,
    pub version: String,
}

/// The yanked versions in a file of a registry index: JSON lines, as in Cargo's git and sparse
/// indexes, or one of the files in which Cargo keeps such lines between zero bytes.
pub fn yanked(bytes: &[u8]) -> Result<Vec<Yanked>, String> {
    let mut lines = 0;
    let mut yanked = Vec::new();
    for piece in bytes.split(|byte| matches!(byte, b'\n' | 0)) {
        let Some(start) = piece.iter().position(|byte| *byte == b'{') else { continue };
        let line: Line = serde_json::from_slice(&piece[start..])
            .map_err(|error| format!("a line of it is of no registry index: {error}"))?;
        lines += 1;
        if line.yanked {
            let ecosystem = line.ecosystem.unwrap_or_else(|| "crates.io".to_owned());
            yanked.push(Yanked { ecosystem, name: line.name, version: line.vers });
        }
    }
    if lines == 0 {
        return Err("no line of it is of a registry index".to_owned());
    }
    Ok(yanked)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_index_is_read_as_lines_and_as_cargo_keeps_it() {
        let plain = br#"{"name":"a","vers":"1.0.0","deps":[],"cksum":"","features":{},"yanked":false}
{"name":"a","vers":"1.0.1","yanked":true}"#;
        let kept =
            b"\x03\x02\0\0\0etag: \"x\"\x001.0.0\0{\"name\":\"a\",\"vers\":\"1.0.0\",\"yanked\":true}\0";
        assert_eq!(yanked(plain).expect("lines")[0].version, "1.0.1");
        assert_eq!(yanked(kept).expect("lines")[0].version, "1.0.0");
        let torn = b"{\"name\":\"a\",\"vers\":\"1.0.0\",\"yanked\":true}\n{\"name\":\"a\",\"ve";
        for broken in [&b"nothing"[..], torn, b"{\"id\":\"GHSA-1\"}"] {
            assert!(yanked(broken).is_err());
        }
    }
}
