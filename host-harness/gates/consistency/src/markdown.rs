//! What a Markdown document is made of, each part with its line.

use std::{collections::BTreeSet, ops::Range};

use pulldown_cmark::{BrokenLink, CodeBlockKind, Event, MetadataBlockKind, Options, Parser, Tag, TagEnd};

use crate::html;

/// So much of a table's head goes with each of its rows.
const HEAD_CHARS_MAX: usize = 200;

/// The parts of a document that this gate looks at.
#[derive(Debug, Default)]
pub(crate) struct Parts {
    pub(crate) links: Vec<Link>,
    pub(crate) passages: Vec<Passage>,
    pub(crate) blocks: Vec<Block>,
    /// What anchors can lead to, as `slug` has it.
    pub(crate) anchors: BTreeSet<String>,
    /// What is written like `[text][name]` and has no such name.
    pub(crate) undefined: Vec<Undefined>,
}

/// A reference that nothing defines, with what stands right before and after it.
#[derive(Debug)]
pub(crate) struct Undefined {
    pub(crate) text: String,
    pub(crate) line: u32,
    pub(crate) before: Option<char>,
    pub(crate) after: Option<char>,
}

/// A link or an image.
#[derive(Debug)]
pub(crate) struct Link {
    pub(crate) target: String,
    pub(crate) line: u32,
}

/// A paragraph, a heading, an entry of a list, or a row of a table.
#[derive(Debug, Default)]
pub(crate) struct Passage {
    pub(crate) text: String,
    pub(crate) line: u32,
    pub(crate) codes: Vec<Code>,
    /// What stands in the head of the table; none outside of tables.
    pub(crate) head: Option<String>,
}

/// Code inside a passage.
#[derive(Debug)]
pub(crate) struct Code {
    pub(crate) text: String,
    pub(crate) line: u32,
    /// The address that it is the text of a link to.
    pub(crate) leads: Option<String>,
}

/// A code block.
#[derive(Debug, Default)]
pub(crate) struct Block {
    pub(crate) info: String,
    pub(crate) text: String,
    /// The line that its text begins on.
    pub(crate) line: u32,
}

impl Block {
    /// The language that it says it is in.
    pub(crate) fn language(&self) -> String {
        let first = self.info.split(|c: char| c.is_whitespace() || matches!(c, ',' | '{')).next();
        first.unwrap_or("").to_ascii_lowercase()
    }
}

/// Takes a document apart.
pub(crate) fn parse(text: &str) -> Parts {
    let options = Options::ENABLE_TABLES
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_HEADING_ATTRIBUTES
        | Options::ENABLE_YAML_STYLE_METADATA_BLOCKS;
    let mut reader = Reader { lines: line_starts(text), ..Reader::default() };
    let mut undefined = Vec::new();
    let told = |link: BrokenLink<'_>| {
        undefined.push(link.span);
        None
    };
    for (event, range) in Parser::new_with_broken_link_callback(text, options, Some(told)).into_offset_iter()
    {
        reader.event(event, range.start);
    }
    reader.close();
    reader.parts.undefined = undefined.into_iter().filter_map(|span| reader.undefined(text, span)).collect();
    reader.parts
}

/// What an anchor is compared by: generators differ in what they do with the rest.
pub(crate) fn slug(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

fn line_starts(text: &str) -> Vec<usize> {
    std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect()
}

#[derive(Default)]
struct Reader {
    lines: Vec<usize>,
    parts: Parts,
    passage: Option<Passage>,
    block: Option<Block>,
    heading: Option<String>,
    html: Option<(String, usize)>,
    leads: Option<String>,
    table_head: Option<String>,
    in_head: bool,
    in_metadata: bool,
}

impl Reader {
    fn line(&self, at: usize) -> u32 {
        u32::try_from(self.lines.partition_point(|start| *start <= at)).unwrap_or(u32::MAX)
    }

    /// Only what names its reference is one for certain: `[this]` may be plain text.
    fn undefined(&self, text: &str, span: Range<usize>) -> Option<Undefined> {
        // The empty brackets of `[name][]` are not counted in.
        let end = if text[span.end..].starts_with("[]") { span.end + 2 } else { span.end };
        let written = text.get(span.start..end)?;
        written.contains("][").then(|| Undefined {
            text: written.to_owned(),
            line: self.line(span.start),
            before: text[..span.start].chars().next_back(),
            after: text[end..].chars().next(),
        })
    }

    fn event(&mut self, event: Event<'_>, at: usize) {
        match event {
            Event::Start(tag) => self.start(tag, at),
            Event::End(tag) => self.end(tag),
            Event::Text(text) => self.text(&text, at),
            Event::Code(code) => self.code(&code, at),
            Event::Html(html) => match &mut self.html {
                Some((all, _)) => all.push_str(&html),
                None => self.html(&html, at),
            },
            Event::InlineHtml(html) => self.html(&html, at),
            Event::SoftBreak | Event::HardBreak => self.text(" ", at),
            _ => {}
        }
    }

    fn start(&mut self, tag: Tag<'_>, at: usize) {
        match tag {
            Tag::Heading { id, .. } => {
                self.parts.anchors.extend(id.map(|id| slug(&id)));
                self.heading = Some(String::new());
                self.open(at);
            }
            Tag::Paragraph | Tag::Item | Tag::TableHead | Tag::TableRow => {
                self.in_head = matches!(tag, Tag::TableHead);
                self.open(at);
            }
            Tag::CodeBlock(kind) => {
                let info = match &kind {
                    CodeBlockKind::Fenced(info) => info.to_string(),
                    CodeBlockKind::Indented => String::new(),
                };
                let fence = u32::from(matches!(kind, CodeBlockKind::Fenced(_)));
                self.block = Some(Block { info, text: String::new(), line: self.line(at) + fence });
            }
            Tag::Link { ref dest_url, .. } | Tag::Image { ref dest_url, .. } => {
                let is_link = matches!(tag, Tag::Link { .. });
                let (line, target) = (self.line(at), dest_url.to_string());
                if is_link {
                    self.leads = Some(target.clone());
                }
                self.parts.links.push(Link { target, line });
            }
            Tag::HtmlBlock => self.html = Some((String::new(), at)),
            Tag::MetadataBlock(MetadataBlockKind::YamlStyle | MetadataBlockKind::PlusesStyle) => {
                self.in_metadata = true;
            }
            _ => {}
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Heading(_) => {
                let heading = self.heading.take().unwrap_or_default();
                self.parts.anchors.insert(slug(&heading));
                self.close();
            }
            TagEnd::TableHead => {
                self.table_head =
                    self.passage.as_ref().map(|passage| passage.text.chars().take(HEAD_CHARS_MAX).collect());
                self.in_head = false;
                self.close();
            }
            TagEnd::Link => self.leads = None,
            TagEnd::Table => self.table_head = None,
            TagEnd::TableCell => self.text(" ", 0),
            TagEnd::Paragraph | TagEnd::Item | TagEnd::TableRow => self.close(),
            TagEnd::CodeBlock => self.parts.blocks.extend(self.block.take()),
            TagEnd::HtmlBlock => {
                if let Some((html, at)) = self.html.take() {
                    self.html(&html, at);
                }
            }
            TagEnd::MetadataBlock(_) => self.in_metadata = false,
            _ => {}
        }
    }

    fn open(&mut self, at: usize) {
        self.close();
        let head = if self.in_head { None } else { self.table_head.clone() };
        self.passage = Some(Passage { line: self.line(at), head, ..Passage::default() });
    }

    fn close(&mut self) {
        self.parts.passages.extend(self.passage.take().filter(|passage| !passage.text.trim().is_empty()));
    }

    fn text(&mut self, text: &str, at: usize) {
        if let Some(block) = &mut self.block {
            block.text.push_str(text);
            return;
        }
        if self.in_metadata {
            return;
        }
        if let Some(heading) = &mut self.heading {
            heading.push_str(text);
        }
        // Text right after a list inside of an entry has no passage of its own yet.
        if self.passage.is_none() && !text.trim().is_empty() {
            self.open(at);
        }
        if let Some(passage) = &mut self.passage {
            passage.text.push_str(text);
        }
    }

    fn code(&mut self, code: &str, at: usize) {
        let line = self.line(at);
        self.text(code, at);
        if let Some(passage) = &mut self.passage {
            passage.codes.push(Code { text: code.to_owned(), line, leads: self.leads.clone() });
        }
    }

    fn html(&mut self, html: &str, at: usize) {
        let found = html::attributes(html);
        for (target, inner) in found.links {
            let line = self.line(at + inner);
            self.parts.links.push(Link { target, line });
        }
        self.parts.anchors.extend(found.names.iter().map(|name| slug(name)));
        // The headings of HTML count too, and what they say is all between their tags.
        if html.to_ascii_lowercase().contains("<h") {
            for line in html.lines() {
                self.parts.anchors.insert(slug(&without_tags(line)));
            }
        }
    }
}

fn without_tags(html: &str) -> String {
    let mut out = String::new();
    let mut inside = false;
    for c in html.chars() {
        match c {
            '<' => inside = true,
            '>' => inside = false,
            _ if !inside => out.push(c),
            _ => {}
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_is_taken_apart_with_its_lines() {
        let parts =
            parse("# A `b` c\n\nsee [x](y.md) and `z`\n\n```sh file=a\nls\n```\n\n<p>\n<a href=q.md>\n");
        assert!(parts.anchors.contains("abc"), "{:?}", parts.anchors);
        let links: Vec<_> = parts.links.iter().map(|link| (link.target.as_str(), link.line)).collect();
        assert_eq!(links, [("y.md", 3), ("q.md", 10)]);
        assert_eq!((parts.blocks[0].text.as_str(), parts.blocks[0].line), ("ls\n", 6));
        assert_eq!(parts.blocks[0].language(), "sh");
        assert_eq!((parts.passages[1].codes[0].text.as_str(), parts.passages[1].line), ("z", 3));
    }

    #[test]
    fn a_row_knows_the_head_of_its_table() {
        let parts = parse("| Variable | Means |\n|---|---|\n| `A_B` | x |\n\nafter\n");
        assert_eq!(parts.passages[1].head.as_deref().map(str::trim), Some("Variable Means"));
        assert_eq!(parts.passages[2].head, None);
    }
}
