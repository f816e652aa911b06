use super::yarn::{Entry, split};
use crate::{Origin, doc::Node, origin};

/// Reads the form of yarn 2 and later. Its checksums are of archives that yarn makes itself.
pub(super) fn entries(doc: &Node) -> Result<Vec<Entry>, String> {
    if !doc.at("__metadata").exists() {
        return Err("not a lock file of yarn".to_owned());
    }
    let entries = doc.entries().filter(|(key, _)| *key != "__metadata");
    let found = entries.map(|(key, node)| {
        let version = node.at("version").text();
        let version = version.ok_or_else(|| format!("line {}: a package without a version", node.line))?;
        let resolution = node.at("resolution").text().unwrap_or_default();
        let (name, source) = split(resolution).unwrap_or((resolution, ""));
        let groups = [node.at("dependencies"), node.at("optionalDependencies")];
        let needs = groups.into_iter().flat_map(Node::entries);
        Ok(Entry {
            line: node.line,
            keys: key.split(", ").map(str::to_owned).collect(),
            name: Some(name.to_owned()).filter(|name| !name.is_empty()),
            version: version.to_owned(),
            origin: Some(origin_of(source)),
            needs: needs.filter_map(|(name, range)| Some(format!("{name}@{}", range.text()?))).collect(),
            ..Entry::default()
        })
    });
    found.collect()
}

fn origin_of(source: &str) -> Origin {
    let local = ["workspace:", "link:", "portal:", "file:"];
    if local.iter().any(|start| source.starts_with(start)) {
        return Origin::Local;
    }
    // A patch lies here, but what it is laid on comes from elsewhere.
    if source.starts_with("npm:") || source.starts_with("patch:") || source.starts_with("virtual:") {
        return match source.split_once("__archiveUrl=") {
            Some((_, url)) => super::source::resolved(&decoded(url.split('&').next().unwrap_or_default())),
            None => Origin::Registry,
        };
    }
    if source.contains("#commit=") || source.contains(".git#") {
        return origin::git(source);
    }
    Origin::Url(origin::plain(source))
}

/// An address with its `%3A` and `%2F` written out.
fn decoded(text: &str) -> String {
    text.replace("%3A", ":").replace("%2F", "/").replace("%40", "@")
}
