//! Git's extended headers and binary content.

use super::{
    Reader,
    header::file_mode,
    no_name,
    part::{Part, Source},
};
use crate::edit::{
    binary::{self, Change, Content},
    fault::ProposalFault,
    names::unquoted,
    step::Way,
};

impl Reader<'_> {
    /// Takes an extended header; says whether the line was one.
    pub(super) fn extended(&mut self, part: &mut Part) -> Result<bool, ProposalFault> {
        let (line, number) = (self.header().unwrap_or_default(), self.at + 1);
        let mode = |text: &str| file_mode(text, number);
        let name = |text: &str| unquoted(text).ok_or_else(|| no_name(text, number));
        let value = |mark: &str| line.strip_prefix(mark);
        if let Some(text) = value("old mode ") {
            mode(text)?;
        } else if let Some(text) = value("new mode ") {
            part.mode = Some(mode(text)?);
        } else if let Some(text) = value("new file mode ") {
            (part.mode, part.created) = (Some(mode(text)?), true);
        } else if let Some(text) = value("deleted file mode ") {
            mode(text)?;
            part.deleted = true;
        } else if let Some(text) = value("rename from ") {
            part.source = Some(Source { name: name(text)?, way: Way::Move });
        } else if let Some(text) = value("copy from ") {
            part.source = Some(Source { name: name(text)?, way: Way::Copy });
        } else if let Some(text) = value("rename to ").or_else(|| value("copy to ")) {
            part.to = Some(name(text)?);
        } else if let Some(text) = value("index ") {
            text.split_once(' ').map(|(_, text)| mode(text)).transpose()?;
        } else {
            return self.binary_or_similarity(part);
        }
        Ok(true)
    }

    fn binary_or_similarity(&mut self, part: &mut Part) -> Result<bool, ProposalFault> {
        let line = self.header().unwrap_or_default();
        if line.starts_with("Binary files ") {
            let what = "a binary file without its content; make the diff with `git diff --binary`";
            return Err(ProposalFault::malformed(self.at + 1, what));
        }
        if line == "GIT binary patch" {
            self.at += 1;
            part.binary = Some(self.binary()?);
            self.at -= 1;
            return Ok(true);
        }
        Ok(["similarity index ", "dissimilarity index "].iter().any(|mark| line.starts_with(mark)))
    }

    /// The content after, and mostly the one before.
    fn binary(&mut self) -> Result<Change, ProposalFault> {
        let forth = self.content()?;
        let more =
            self.header().is_some_and(|line| line.starts_with("literal ") || line.starts_with("delta "));
        let back = more.then(|| self.content()).transpose()?;
        Ok(Change { forth, back })
    }

    /// `literal 12` or `delta 12`, lines of base 85, an empty line.
    fn content(&mut self) -> Result<Content, ProposalFault> {
        let number = self.at + 1;
        let fault = |what: &str| ProposalFault::malformed(number, format!("binary content: {what}"));
        let header = self.header().unwrap_or_default();
        let (kind, size) = header.split_once(' ').ok_or_else(|| fault("`literal` or `delta` is missing"))?;
        let size: usize = size.parse().map_err(|_| fault("its size is no number"))?;
        self.at += 1;
        let mut packed = Vec::new();
        while let Some(line) = self.header().filter(|line| !line.is_empty()) {
            packed.extend(binary::decode_line(line).ok_or_else(|| fault("a line is not base 85"))?);
            self.at += 1;
        }
        self.at += 1;
        let bytes =
            binary::inflate(&packed, size).ok_or_else(|| fault("it can't be unpacked to its size"))?;
        match kind {
            "literal" => Ok(Content::Literal(bytes)),
            "delta" => Ok(Content::Delta(bytes)),
            _ => Err(fault("neither `literal` nor `delta`")),
        }
    }
}
