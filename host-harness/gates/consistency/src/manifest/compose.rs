//! Compose files, as far as the names of services go.

use std::collections::BTreeSet;

use crate::repository::Repository;

/// The services of all compose files; none where there is no such file.
pub(super) fn services(repository: &Repository<'_>) -> Option<BTreeSet<String>> {
    let files: Vec<_> = repository
        .paths()
        .iter()
        .filter(|path| is_compose(path.as_str()) && !crate::document::is_foreign(path))
        .take(100)
        .collect();
    if files.is_empty() {
        return None;
    }
    let mut names = BTreeSet::new();
    for path in files {
        let text = repository.text(path)?;
        // What draws on other files may have services that are not seen here.
        if text.lines().any(|line| line.starts_with("include:") || line.trim_start().starts_with("<<:")) {
            return None;
        }
        in_text(&text, &mut names);
    }
    Some(names)
}

fn is_compose(path: &str) -> bool {
    let starts = |name: &str| name.starts_with("compose.") || name.starts_with("docker-compose.");
    (path.ends_with(".yml") || path.ends_with(".yaml")) && starts(crate::place::name(path))
}

/// The keys right below `services:`; a compose file has them one to a line.
fn in_text(text: &str, names: &mut BTreeSet<String>) {
    let mut depth = None;
    let mut inside = false;
    for line in text.lines().filter(|line| !line.trim().is_empty() && !line.trim_start().starts_with('#')) {
        let indent = line.len() - line.trim_start().len();
        if indent == 0 {
            inside = line.trim_end() == "services:";
            depth = None;
        } else if inside && *depth.get_or_insert(indent) == indent {
            let name = line.trim().split(':').next().unwrap_or("");
            names.insert(name.trim_matches(['"', '\'']).to_owned());
        }
    }
}
