/// An ecosystem without the registry behind its colon, where a lock file does not tell
/// registries apart; `Debian:12` keeps its release.
pub fn ecosystem(ecosystem: &str) -> &str {
    const PLAIN: [&str; 8] = ["crates.io", "npm", "PyPI", "Go", "Maven", "NuGet", "Packagist", "RubyGems"];
    match ecosystem.split_once(':') {
        Some((plain, _)) if PLAIN.contains(&plain) => plain,
        _ => ecosystem,
    }
}

/// A package's name as its ecosystem compares it.
pub fn normal(ecosystem: &str, name: &str) -> String {
    match ecosystem {
        "PyPI" => python(name),
        "NuGet" | "Packagist" => name.to_lowercase(),
        _ => name.to_owned(),
    }
}

/// Runs of `-`, `_` and `.` are one hyphen.
fn python(name: &str) -> String {
    let mut normal = String::with_capacity(name.len());
    for letter in name.trim().chars() {
        match letter {
            '-' | '_' | '.' if normal.ends_with('-') => {}
            '-' | '_' | '.' => normal.push('-'),
            letter => normal.extend(letter.to_lowercase()),
        }
    }
    normal
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_compared_as_their_ecosystem_does() {
        assert_eq!(normal("PyPI", "Zope._-Interface"), "zope-interface");
        assert_eq!(normal("NuGet", "Newtonsoft.Json"), "newtonsoft.json");
        assert_eq!(normal("npm", "@A/B_c"), "@A/B_c");
        assert_eq!(ecosystem("Maven:https://maven.google.com"), "Maven");
        assert_eq!(ecosystem("Debian:12"), "Debian:12");
    }
}
