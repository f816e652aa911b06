//! References to images.

/// What a reference such as `registry.example:5000/team/app:1.2@sha256:…` is made of.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Image {
    pub(crate) name: String,
    pub(crate) tag: Option<String>,
    pub(crate) digest: Option<String>,
}

impl Image {
    pub(crate) fn parse(text: &str) -> Self {
        let (rest, digest) = match text.split_once('@') {
            Some((rest, digest)) => (rest, Some(digest.to_owned())),
            None => (text, None),
        };
        // A colon before the last slash is that of a port.
        let slash = rest.rfind('/').map_or(0, |at| at + 1);
        let (name, tag) = match rest[slash..].split_once(':') {
            Some((name, tag)) => (&rest[..slash + name.len()], Some(tag.to_owned())),
            None => (rest, None),
        };
        Self { name: name.to_owned(), tag, digest }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_is_no_tag() {
        let parts = |text| {
            let image = Image::parse(text);
            (image.name, image.tag, image.digest.is_some())
        };
        let tag = |tag: &str| Some(tag.to_owned());
        assert_eq!(parts("r:5000/a"), ("r:5000/a".to_owned(), None, false));
        assert_eq!(parts("r:5000/a:1@sha256:0"), ("r:5000/a".to_owned(), tag("1"), true));
        assert_eq!(parts("a:latest"), ("a".to_owned(), tag("latest"), false));
    }
}
