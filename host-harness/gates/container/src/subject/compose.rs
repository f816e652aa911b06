//! A compose file as items.

mod mount;
mod names;

use std::collections::BTreeMap;

use agent_contract::RepoPath;

use super::{Item, Value, dockerfile::worth};
use crate::{
    compose::{Compose, Entry, Node},
    dockerfile::expand,
    image::Image,
    secret,
};

/// Values deeper in a service are not what rules ask for.
const DEPTH_MAX: usize = 8;
/// Fields of one file: each carries its whole name.
const FIELDS_MAX: usize = 200_000;

pub(crate) fn items(read: &Compose, path: &RepoPath) -> Result<Vec<Item>, String> {
    let mut walk = Walk { out: Vec::new(), fields: 0 };
    let mut file = Item::new("file", "the file", read.root.span);
    for entry in read.root.entries() {
        file.put_at("key", entry.key.as_str(), entry.key_span);
    }
    walk.out.push(file);
    let services = services(&read.root);
    let partial = is_partial(path);
    for entry in &services {
        walk.service(entry, partial)?;
    }
    names::find(read, &services, path, partial, &mut walk.out);
    Ok(walk.out)
}

/// The services; files of the first version have them at the top.
fn services(root: &Node) -> Vec<&Entry> {
    if let Some(services) = root.get("services") {
        return services.entries().iter().collect();
    }
    let is_one = |entry: &&Entry| entry.node.get("image").is_some() || entry.node.get("build").is_some();
    root.entries().iter().filter(is_one).collect()
}

/// Files that go on top of another leave out what that one says.
fn is_partial(path: &RepoPath) -> bool {
    let name = path.components().next_back().unwrap_or("").to_ascii_lowercase();
    let stem = name.trim_end_matches(".yaml").trim_end_matches(".yml");
    !["compose", "docker-compose", "podman-compose"].contains(&stem)
}

struct Walk {
    out: Vec<Item>,
    fields: usize,
}

impl Walk {
    fn service(&mut self, entry: &Entry, partial: bool) -> Result<(), String> {
        let node = &entry.node;
        let mut item = Item::new("service", entry.key.as_str(), entry.key_span);
        item.put("name", entry.key.as_str());
        self.flatten("", node, 0, &mut item)?;
        item.mark("whole", !partial && node.get("extends").is_none() && runs(node));
        image(node, &mut item);
        self.out.push(item);
        self.variables(entry);
        mount::items(&entry.key, node, &mut self.out);
        self.ports(entry);
        Ok(())
    }

    /// Every scalar under the way of keys to it; `KEY=value` of lists as a key.
    fn flatten(&mut self, way: &str, node: &Node, depth: usize, item: &mut Item) -> Result<(), String> {
        self.fields += 1;
        if self.fields > FIELDS_MAX {
            return Err(format!("has more than {FIELDS_MAX} values"));
        }
        if depth >= DEPTH_MAX || way.len() > 512 {
            return Ok(());
        }
        if let Some(text) = node.text() {
            item.put_at(way.to_owned(), known(text), node.span);
        }
        for inner in node.items() {
            self.flatten(way, inner, depth + 1, item)?;
        }
        for entry in node.entries() {
            let inner = if way.is_empty() { entry.key.clone() } else { format!("{way}.{}", entry.key) };
            if !way.is_empty() {
                item.put_at(format!("{way}.keys"), entry.key.as_str(), entry.key_span);
            } else {
                item.put_at("key", entry.key.as_str(), entry.key_span);
            }
            self.flatten(&inner, &entry.node, depth + 1, item)?;
        }
        Ok(())
    }

    fn variables(&mut self, service: &Entry) {
        let Some(environment) = service.node.get("environment") else { return };
        let listed = environment.items().iter().filter_map(|node| {
            let (name, value) = node.text()?.split_once('=')?;
            Some((name.to_owned(), value.to_owned(), node.span))
        });
        let mapped = environment
            .entries()
            .iter()
            .filter_map(|entry| Some((entry.key.clone(), entry.node.text()?.to_owned(), entry.node.span)));
        for (name, value, span) in listed.chain(mapped) {
            let value = known(&value);
            let mut item = Item::new("variable", service.key.as_str(), span);
            item.put("name", name.as_str());
            item.mark("names-secret", secret::names_one(&name));
            item.put("worth", worth(&value));
            item.put("value", value);
            self.out.push(item);
        }
    }

    fn ports(&mut self, service: &Entry) {
        let Some(ports) = service.node.get("ports") else { return };
        for node in ports.items() {
            let mut item = Item::new("port", service.key.as_str(), node.span);
            if let Some(text) = node.text() {
                short_port(&known(text), &mut item);
            } else {
                let get = |key| node.key_text(key).map(known);
                get("host_ip").into_iter().for_each(|host| item.put("host", host));
                get("target").into_iter().for_each(|target| item.put("target", target));
                get("published").into_iter().for_each(|published| item.put("published", published));
            }
            self.out.push(item);
        }
    }
}

/// `host:published:target/protocol`, of which the first two may be missing.
fn short_port(text: &str, item: &mut Item) {
    item.put("written", text);
    let bare = text.split('/').next().unwrap_or(text);
    let (front, target) = bare.rsplit_once(':').unwrap_or(("", bare));
    item.put("target", target);
    let (host, published) = front.rsplit_once(':').unwrap_or(("", front));
    if !published.is_empty() {
        item.put("published", published);
    }
    if !host.is_empty() {
        item.put("host", host.trim_matches(['[', ']']));
    }
}

fn runs(node: &Node) -> bool {
    node.get("image").is_some() || node.get("build").is_some()
}

/// A text with the fallbacks of its variables put in: they count where nothing else is said.
fn known(text: &str) -> String {
    expand(&text.replace("$$", "\\$"), &BTreeMap::new()).text
}

fn image(node: &Node, item: &mut Item) {
    let Some(node) = node.get("image") else { return };
    let Some(text) = node.text() else { return };
    let text = known(text);
    let image = Image::parse(&text);
    let value = |text: &str| Value { text: text.to_owned(), span: node.span, mark: false };
    let mut put =
        |field: &'static str, text: &str| item.fields.entry(field.into()).or_default().push(value(text));
    put("image.name", &image.name);
    image.tag.iter().for_each(|tag| put("image.tag", tag));
    image.digest.iter().for_each(|digest| put("image.digest", digest));
    if text.contains('$') {
        put("image.unknown", "yes");
    }
}
