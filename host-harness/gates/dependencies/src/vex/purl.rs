/// A package URL, as far as it names a package: its qualifiers and subpath tell where it was got.
#[derive(Debug, PartialEq, Eq)]
struct Name {
    path: String,
    version: Option<String>,
}

fn parse(text: &str) -> Option<Name> {
    let text = text.split(['?', '#']).next()?;
    let rest = text.strip_prefix("pkg:")?.trim_start_matches('/');
    // A scope's `@` stands before the last slash, or is escaped.
    let slash = rest.rfind('/')?;
    let (path, version) = match rest[slash..].split_once('@') {
        Some((name, version)) => (format!("{}{name}", &rest[..slash]), Some(decoded(version))),
        None => (rest.to_owned(), None),
    };
    let path = decoded(&path);
    let kind = path.split('/').next().unwrap_or_default().to_lowercase();
    // These types compare names without regard to case.
    let folds = ["composer", "nuget", "pypi"].contains(&kind.as_str());
    Some(Name { path: if folds { path.to_lowercase() } else { path }, version })
}

/// Percent escapes resolved; what is none stays as it is.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let escaped = (*first == b'%')
            .then(|| after.get(..2).and_then(|digits| std::str::from_utf8(digits).ok()))
            .flatten()
            .and_then(|digits| u8::from_str_radix(digits, 16).ok());
        bytes.push(escaped.unwrap_or(*first));
        rest = if escaped.is_some() { &after[2..] } else { after };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Whether what a statement names is this: the same text, or a package URL of the same package,
/// which without a version means every version.
pub fn names(stated: &str, actual: &str) -> bool {
    if stated == actual {
        return true;
    }
    match (parse(stated), parse(actual)) {
        (Some(stated), Some(actual)) => {
            stated.path == actual.path && (stated.version.is_none() || stated.version == actual.version)
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_package_url_names_a_version_or_all_of_them() {
        for (stated, actual, wanted) in [
            ("pkg:cargo/left@1.0.0", "pkg:cargo/left@1.0.0", true),
            ("pkg:cargo/left", "pkg:cargo/left@1.0.0", true),
            ("pkg:cargo/left@1.0.1", "pkg:cargo/left@1.0.0", false),
            ("pkg:cargo/lef", "pkg:cargo/left@1.0.0", false),
            ("pkg:npm/%40scope/left@1.0.0", "pkg:npm/@scope/left@1.0.0", true),
            ("pkg:npm/@scope/left", "pkg:npm/%40scope/left@1.0.0", true),
            ("pkg:maven/org.a/b@1.0?type=jar", "pkg:maven/org.a/b@1.0", true),
            ("pkg:pypi/left@1.0%2Bcpu", "pkg:pypi/left@1.0+cpu", true),
            ("pkg:cargo/left@1%zz", "pkg:cargo/left@1%zz", true),
            ("pkg:nuget/Left.Pad@1", "pkg:nuget/left.pad@1", true),
            ("pkg:golang/example.org/Left@1", "pkg:golang/example.org/left@1", false),
            ("https://example.org/app", "https://example.org/app", true),
            ("left", "pkg:cargo/left@1.0.0", false),
            ("", "pkg:cargo/left@1.0.0", false),
        ] {
            assert_eq!(names(stated, actual), wanted, "{stated} {actual}");
        }
    }
}
