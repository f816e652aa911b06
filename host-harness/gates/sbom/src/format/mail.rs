use core::net::{Ipv4Addr, Ipv6Addr};

const LOCAL_BYTES_MAX: usize = 64;
const DOMAIN_BYTES_MAX: usize = 254;
const LABEL_BYTES_MAX: usize = 63;

/// Whether a text is a mail address as in RFC 6531: letters of any script may stand in it.
pub(super) fn is_address(text: &str) -> bool {
    let Some((local, domain)) = text.rsplit_once('@') else { return false };
    let fits = (1..=LOCAL_BYTES_MAX).contains(&local.len());
    fits && (is_atoms(local) || is_quoted(local)) && is_domain(domain)
}

fn is_atoms(local: &str) -> bool {
    let fits =
        |char: char| char.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~".contains(char) || is_foreign(char);
    local.split('.').all(|atom| !atom.is_empty() && atom.chars().all(fits))
}

/// Beyond ASCII, and neither a blank nor a control character.
fn is_foreign(char: char) -> bool {
    !char.is_ascii() && !char.is_whitespace() && !char.is_control()
}

fn is_quoted(local: &str) -> bool {
    let Some(inner) = local.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) else { return false };
    let mut chars = inner.chars();
    while let Some(char) = chars.next() {
        let fits = match char {
            '\\' => chars.next().is_some_and(|next| matches!(next, ' '..='~')),
            '"' => false,
            other => matches!(other, ' '..='~') || is_foreign(other),
        };
        if !fits {
            return false;
        }
    }
    true
}

fn is_domain(domain: &str) -> bool {
    if let Some(literal) = domain.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        let tagged = literal.get(..5).is_some_and(|tag| tag.eq_ignore_ascii_case("IPv6:"));
        return if tagged {
            literal[5..].parse::<Ipv6Addr>().is_ok()
        } else {
            literal.parse::<Ipv4Addr>().is_ok()
        };
    }
    domain.len() <= DOMAIN_BYTES_MAX && domain.split('.').all(is_label)
}

fn is_label(label: &str) -> bool {
    let fits = |char: char| char.is_ascii_alphanumeric() || char == '-' || is_foreign(char);
    let edge = label.starts_with('-') || label.ends_with('-');
    (1..=LABEL_BYTES_MAX).contains(&label.len()) && !edge && label.chars().all(fits)
}

#[cfg(test)]
mod tests {
    use super::is_address;

    #[test]
    fn only_what_mail_can_be_sent_to_is_an_address() {
        for good in [
            "a@b",
            "john.doe@example.com",
            "\"a b\"@example.com",
            "実例@実例.テスト",
            "a@[127.0.0.1]",
            "a@[IPv6:::1]",
        ] {
            assert!(is_address(good), "{good}");
        }
        for bad in
            ["", "a", "@b", "a@", "a b@c", "a..b@c", ".a@b", "a@-b", "a@b..c", "a@[x]", "a@b c", "\"@b"]
        {
            assert!(!is_address(bad), "{bad}");
        }
    }
}
