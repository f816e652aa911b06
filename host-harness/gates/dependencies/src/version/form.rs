//! The forms that versions have, as far as it takes to tell them from what is none.

/// Numbers between dots, then perhaps a pre-release and build metadata; leniently, with a
/// leading `v` or `=` and as many numbers as there are.
pub fn is_semver(text: &str) -> bool {
    let text = text.trim().trim_start_matches(['=', ' ']);
    let text = text.strip_prefix(['v', 'V']).unwrap_or(text);
    let end = text.find(|letter: char| !letter.is_ascii_digit() && letter != '.').unwrap_or(text.len());
    let (core, rest) = text.split_at(end);
    core.split('.').all(|number| !number.is_empty()) && is_plain(rest)
}

/// A number, then numbers and words between dots and hyphens.
pub fn is_gem(text: &str) -> bool {
    let text = text.trim();
    let begins = text.starts_with(|letter: char| letter.is_ascii_digit());
    begins && is_plain(text) && text.split(['.', '-']).all(|part| !part.is_empty())
}

/// Anything without what ranges and placeholders are written with.
pub fn is_word(text: &str) -> bool {
    let text = text.trim();
    let odd =
        |letter: char| letter.is_whitespace() || letter.is_control() || "[](){}<>=,*$|".contains(letter);
    !text.is_empty() && !text.contains(odd)
}

/// A Python version of the time before PEP 440, as far as it can be told from a word or a commit.
pub fn is_legacy(text: &str) -> bool {
    let text = text.trim();
    let is_commit = text.len() == 40 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    let begins = text.starts_with('-') || text.contains(|letter: char| letter.is_ascii_digit());
    begins && is_word(text) && !is_commit
}

fn is_plain(text: &str) -> bool {
    text.chars().all(|letter| letter.is_ascii_alphanumeric() || ".-+_".contains(letter))
}

#[cfg(test)]
mod tests {
    use crate::version::Order;

    #[test]
    fn versions_are_told_from_what_is_none() {
        for (order, version, wanted) in [
            (Order::Semver, "1.2.3", true),
            (Order::Semver, "v0.0.0-20200101000000-0123456789ab", true),
            (Order::Semver, "v2.0.0+incompatible", true),
            (Order::Semver, "1.2.3-0", true),
            (Order::Semver, "1", true),
            (Order::NuGet, "1.2.3.4-rc", true),
            (Order::Semver, "", false),
            (Order::Semver, "junk", false),
            (Order::Semver, "1.x", false),
            (Order::Semver, "1.2.*", false),
            (Order::Semver, ">=1.2", false),
            (Order::PyPI, "1!2.0rc1.post2.dev3", true),
            (Order::PyPI, "2004d", true),
            (Order::PyPI, "-class.-jw.util.version.Version-", true),
            (Order::PyPI, "not a version", false),
            (Order::PyPI, "unknown", false),
            (Order::PyPI, ">=1.2", false),
            (Order::PyPI, "0123456789abcdef0123456789abcdef01234567", false),
            (Order::RubyGems, "1.2.0.pre2", true),
            (Order::RubyGems, "next", false),
            (Order::RubyGems, "1..2", false),
            (Order::Packagist, "v1.2.0-RC1", true),
            (Order::Packagist, "1.2.0-patch2", true),
            (Order::Packagist, "dev-main", true),
            (Order::Packagist, "dev-", false),
            (Order::Packagist, "main", false),
            (Order::Packagist, "2.x-dev", false),
            (Order::Maven, "Finchley.SR1", true),
            (Order::Maven, "[1.0,2.0)", false),
            (Order::Maven, "${project.version}", false),
            (Order::Maven, "", false),
        ] {
            assert_eq!(order.reads(version), wanted, "{order:?} `{version}`");
        }
    }
}
