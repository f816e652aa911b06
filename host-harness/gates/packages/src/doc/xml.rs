use quick_xml::{
    Reader,
    escape::unescape,
    events::{BytesStart, Event},
};

use super::{DEPTH_MAX, Lines, fault};

/// An element of an XML document. Names are without their namespaces.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Element {
    /// Its name.
    pub(crate) name: String,
    /// The line of its start, from one.
    pub(crate) line: u32,
    /// Its own text, trimmed.
    pub(crate) text: String,
    /// The elements in it.
    pub(crate) children: Vec<Element>,
    attributes: Vec<(String, String)>,
}

impl Element {
    /// An attribute by name.
    pub(crate) fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The first child of a name.
    pub(crate) fn child(&self, name: &str) -> Option<&Element> {
        self.children.iter().find(|child| child.name == name)
    }

    /// The text of the first child of a name, where it is not empty.
    pub(crate) fn text_of(&self, name: &str) -> Option<&str> {
        self.child(name).map(|child| child.text.as_str()).filter(|text| !text.is_empty())
    }

    /// The children of the first child of a name.
    pub(crate) fn list(&self, name: &str) -> &[Element] {
        self.child(name).map_or(&[], |child| &child.children)
    }

    /// The elements of a name, at any depth.
    pub(crate) fn all<'e>(&'e self, name: &'e str) -> Vec<&'e Element> {
        let mut found = Vec::new();
        let mut open: Vec<_> = vec![self];
        while let Some(element) = open.pop() {
            if element.name == name {
                found.push(element);
            }
            open.extend(element.children.iter().rev());
        }
        found
    }
}

/// Reads XML. A document type is refused, and entities with it.
pub(crate) fn xml(text: &str) -> Result<Element, String> {
    let lines = Lines::of(text);
    let mut reader = Reader::from_str(text);
    let mut open: Vec<Element> = Vec::new();
    let mut whole = None;
    loop {
        let line = lines.at(usize::try_from(reader.buffer_position()).unwrap_or(usize::MAX));
        let event = reader.read_event().map_err(|error| fault(line, error))?;
        let done = match event {
            Event::Start(start) => {
                if open.len() >= DEPTH_MAX {
                    return Err(fault(line, "it is nested too deeply"));
                }
                open.push(element(&start, line)?);
                continue;
            }
            Event::Empty(start) => element(&start, line)?,
            Event::End(_) => match open.pop() {
                Some(done) => done,
                None => return Err(fault(line, "an end without a start")),
            },
            Event::Eof if open.is_empty() => break,
            Event::Eof => return Err(fault(line, "it ends inside an element")),
            Event::DocType(_) => return Err(fault(line, "it has a document type")),
            event => {
                add_text(open.last_mut(), &event).map_err(|what| fault(line, what))?;
                continue;
            }
        };
        close(done, &mut open, &mut whole).map_err(|what| fault(line, what))?;
    }
    whole.ok_or_else(|| "it holds no element".to_owned())
}

fn close(mut done: Element, open: &mut [Element], whole: &mut Option<Element>) -> Result<(), &'static str> {
    done.text = done.text.trim().to_owned();
    match open.last_mut() {
        Some(parent) => parent.children.push(done),
        None if whole.is_some() => return Err("a second root element"),
        None => *whole = Some(done),
    }
    Ok(())
}

fn element(start: &BytesStart<'_>, line: u32) -> Result<Element, String> {
    let mut found = Element { name: local(start.name().as_ref()), line, ..Element::default() };
    // The check for twins compares each attribute with all others.
    for attribute in start.attributes().with_checks(false) {
        let attribute = attribute.map_err(|error| fault(line, error))?;
        let value = std::str::from_utf8(&attribute.value).unwrap_or_default();
        let value = unescape(value).map_err(|error| fault(line, error))?;
        found.attributes.push((local(attribute.key.as_ref()), value.into_owned()));
    }
    Ok(found)
}

fn add_text(open: Option<&mut Element>, event: &Event<'_>) -> Result<(), String> {
    let text = match event {
        Event::Text(text) => std::str::from_utf8(text).unwrap_or_default().to_owned(),
        Event::CData(text) => std::str::from_utf8(text).unwrap_or_default().to_owned(),
        Event::GeneralRef(name) => {
            let name = std::str::from_utf8(name).unwrap_or_default();
            unescape(&format!("&{name};")).map_err(|error| error.to_string())?.into_owned()
        }
        _ => return Ok(()),
    };
    match open {
        Some(element) => element.text.push_str(&text),
        None if text.trim().is_empty() => {}
        None => return Err("text outside of the root element".to_owned()),
    }
    Ok(())
}

fn local(name: &[u8]) -> String {
    let name = String::from_utf8_lossy(name);
    name.rsplit_once(':').map_or(name.as_ref(), |(_, local)| local).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_know_their_lines() {
        let read = xml("<p xmlns='urn:x'>\n <a v='1'> t </a>\n <b><a/></b>\n</p>").unwrap();
        assert_eq!(
            read.child("a").map(|a| (a.line, a.text.as_str(), a.attribute("v"))),
            Some((2, "t", Some("1")))
        );
        assert_eq!(read.all("a").len(), 2);
    }

    #[test]
    fn bombs_and_broken_texts_are_refused() {
        for text in ["", "<a>", "<a></b>", "<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", "<!DOCTYPE a><a/>"] {
            assert!(xml(text).is_err(), "{text}");
        }
        assert!(xml(&"<a>".repeat(100_000)).is_err());
        assert!(xml(&format!("{}{}", "<a>".repeat(100_000), "</a>".repeat(100_000))).is_err());
    }

    #[test]
    fn comments_do_not_make_a_document_deep() {
        let many = "<!-- a <b> c -->".repeat(10);
        assert!(xml(&format!("<a>{many}</a>")).is_ok());
        assert_eq!(xml("<a>x &amp; <![CDATA[<y]]>&#65;</a>").unwrap().text, "x & <yA");
    }
}
