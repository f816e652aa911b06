use crate::Ecosystem;

/// A name in its ecosystem's normal form.
pub(crate) fn normal(ecosystem: Ecosystem, name: &str) -> String {
    let name = name.trim();
    match ecosystem {
        Ecosystem::PyPI => pypi(name),
        Ecosystem::NuGet | Ecosystem::Packagist => name.to_lowercase(),
        _ => name.to_owned(),
    }
}

/// Lower case, each run of `-`, `_` and `.` one `-`.
fn pypi(name: &str) -> String {
    let mut normal = String::with_capacity(name.len());
    for character in name.chars().flat_map(char::to_lowercase) {
        match character {
            '-' | '_' | '.' if normal.ends_with('-') => {}
            '-' | '_' | '.' => normal.push('-'),
            other => normal.push(other),
        }
    }
    normal
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_have_one_form() {
        assert_eq!(normal(Ecosystem::PyPI, "Zope._Interface"), "zope-interface");
        assert_eq!(normal(Ecosystem::NuGet, "Newtonsoft.Json"), "newtonsoft.json");
        assert_eq!(normal(Ecosystem::Npm, "JSONStream"), "JSONStream");
    }
}
