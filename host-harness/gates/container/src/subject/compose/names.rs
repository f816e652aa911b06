//! Names in a compose file that nothing bears.

use std::collections::BTreeSet;

use agent_contract::RepoPath;
use finding::Span;

use super::known;
use crate::{
    compose::{Compose, Entry, Node},
    kind,
    subject::Item,
};

pub(super) fn find(read: &Compose, services: &[&Entry], path: &RepoPath, partial: bool, out: &mut Vec<Item>) {
    let mut search = Search { out };
    for twice in &read.twice {
        search.put("twin-key", &twice.key, twice.span);
    }
    let root = &read.root;
    let named: BTreeSet<&str> = services.iter().map(|entry| entry.key.as_str()).collect();
    let elsewhere = partial || root.get("include").is_some();
    search.unseen(root.get("include"), path);
    let folders = path.components().count().saturating_sub(1);
    for entry in services {
        search.outside(&entry.node, folders);
        search.unseen(entry.node.get("extends").and_then(|extends| extends.get("file")), path);
        if !elsewhere && entry.node.get("extends").is_none() {
            search.service(entry, root, &named);
        }
    }
}

struct Search<'a> {
    out: &'a mut Vec<Item>,
}

impl Search<'_> {
    fn put(&mut self, code: &'static str, object: &str, span: Span) {
        let mut item = Item::new("defect", object, span);
        item.put("code", code);
        self.out.push(item);
    }

    fn service(&mut self, entry: &Entry, root: &Node, named: &BTreeSet<&str>) {
        let node = &entry.node;
        for (name, span) in listed(node.get("depends_on")).chain(listed(node.get("links"))) {
            let name = name.split(':').next().unwrap_or("").to_owned();
            if name == entry.key {
                self.put("own-dependency", &name, span);
            } else if !named.contains(name.as_str()) && !name.contains('$') {
                self.put("unknown-service", &name, span);
            }
        }
        if root.get("services").is_none() {
            return;
        }
        for (kind, code) in
            [("networks", "unknown-network"), ("secrets", "unknown-secret"), ("configs", "unknown-config")]
        {
            self.declared(node.get(kind), root.get(kind), code);
        }
        self.volumes(node, root);
        if node.get("image").is_none() && node.get("build").is_none() && node.get("provider").is_none() {
            self.put("no-image", &entry.key, entry.key_span);
        }
    }

    fn declared(&mut self, used: Option<&Node>, declared: Option<&Node>, code: &'static str) {
        let names: BTreeSet<&str> = keys(declared).collect();
        for (name, span) in listed(used) {
            if name != "default" && !name.contains('$') && !names.contains(name.as_str()) {
                self.put(code, &name, span);
            }
        }
    }

    fn volumes(&mut self, node: &Node, root: &Node) {
        let names: BTreeSet<&str> = keys(root.get("volumes")).collect();
        for volume in node.get("volumes").map_or(&[][..], Node::items) {
            let source = match volume.text() {
                Some(text) => {
                    let text = known(text);
                    text.split_once(':').map(|(source, _)| source.to_owned())
                }
                None if volume.key_text("type") == Some("volume") => volume.key_text("source").map(known),
                None => None,
            };
            let Some(source) = source.filter(|source| !source.is_empty()) else { continue };
            let is_name =
                !source.contains(['/', '\\', '$', '~']) && !source.starts_with('.') && source.len() > 1;
            if is_name && !names.contains(source.as_str()) {
                self.put("unknown-volume", &source, volume.span);
            }
        }
    }

    /// Files that are taken over and that no name tells for compose files, so that nobody looks there.
    fn unseen(&mut self, taken: Option<&Node>, path: &RepoPath) {
        let plain = taken.into_iter().chain(taken.map_or(&[][..], Node::items));
        let inner = plain.flat_map(|node| {
            let paths = node.get("path");
            [Some(node), paths].into_iter().flatten().chain(paths.map_or(&[][..], Node::items))
        });
        for node in inner {
            let Some(file) = node.text().filter(|file| !file.is_empty()) else { continue };
            let name = file.rsplit('/').next().unwrap_or(file);
            let known = RepoPath::parse(name).is_ok_and(|name| kind::is_compose_file(&name));
            if !(known || name == path.components().next_back().unwrap_or("")) {
                self.put("unseen-file", file, node.span);
            }
        }
    }

    /// Files that lie outside of the repository.
    fn outside(&mut self, node: &Node, folders: usize) {
        let files = node.get("env_file");
        let plain = files.into_iter().chain(files.map_or(&[][..], Node::items));
        for file in plain.filter_map(|node| Some((node.text().or(node.key_text("path"))?, node.span))) {
            let ups = file.0.split('/').take_while(|part| *part == ".." || *part == ".");
            let ups = ups.filter(|part| *part == "..").count();
            if file.0.starts_with(['/', '~']) || ups > folders {
                self.put("env-file-outside", file.0, file.1);
            }
        }
    }
}

fn keys(node: Option<&Node>) -> impl Iterator<Item = &str> {
    node.map_or(&[][..], Node::entries).iter().map(|entry| entry.key.as_str())
}

/// The names of a list, or of a map's keys.
fn listed(node: Option<&Node>) -> impl Iterator<Item = (String, Span)> {
    let items = node.map_or(&[][..], Node::items).iter();
    let plain = items.filter_map(|item| {
        let text = item.text().or_else(|| item.key_text("source"))?;
        Some((text.to_owned(), item.span))
    });
    let entries = node.map_or(&[][..], Node::entries).iter();
    plain.chain(entries.map(|entry| (entry.key.clone(), entry.key_span)))
}
