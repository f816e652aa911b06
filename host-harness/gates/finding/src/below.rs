use agent_contract::RepoPath;

/// The path that a tool wrote, as one of the repository: the folder that the tool was started
/// on is taken off, and what leads nowhere, such as `./`.
pub fn path_below(text: &str, roots: &[&str]) -> Option<RepoPath> {
    let below = roots.iter().filter(|root| !root.is_empty()).find_map(|root| {
        let rest = text.strip_prefix(root.trim_end_matches('/'))?;
        rest.strip_prefix('/')
    });
    let mut path = below.unwrap_or(text);
    while let Some(rest) = path.strip_prefix("./") {
        path = rest.trim_start_matches('/');
    }
    RepoPath::parse(path).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_below_its_root_or_relative_or_none() {
        let below = |text| path_below(text, &["/place/tree/", ""]).map(|path| path.to_string());
        assert_eq!(below("/place/tree/a/b").as_deref(), Some("a/b"));
        assert_eq!(below("./a").as_deref(), Some("a"));
        assert_eq!(below(".//a").as_deref(), Some("a"));
        assert_eq!(below("/place/trees/a"), None);
        assert_eq!(below("/place/tree/../a"), None);
        assert_eq!(below("/etc/passwd"), None);
    }
}
