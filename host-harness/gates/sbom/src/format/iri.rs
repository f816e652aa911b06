use fluent_uri::{IriRef, Uri};

/// Whether a text is an absolute or relative address of RFC 3987.
pub(crate) fn is_iri_reference(text: &str) -> bool {
    IriRef::parse(text).is_ok()
}

/// Whether a text is an absolute address of RFC 3986.
pub(crate) fn is_uri(text: &str) -> bool {
    Uri::parse(text).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_no_blanks_and_an_absolute_one_has_a_scheme() {
        for good in ["", "a/b", "https://example.com/ä?q#f", "urn:cdx:x", "git@github.com/x"] {
            assert!(is_iri_reference(good), "{good}");
        }
        for bad in ["a b", "http://[::1", "%zz", "<x>", "\\"] {
            assert!(!is_iri_reference(bad), "{bad}");
        }
        assert!(is_uri("https://example.com") && !is_uri("ES999"));
    }
}
