//! `extends` within one file: a service has what the other one has and it does not say itself.

use std::collections::BTreeMap;

use super::{Entry, Node, Value};

const DEPTH_MAX: usize = 8;
/// The values that this may add to a file: enough for any honest one, too few for a bomb.
const COPIES_MAX: usize = 100_000;

/// Puts what services take over into them, save for what lies in other files.
pub(super) fn follow(root: &mut Node) -> Result<(), String> {
    let Value::Map(entries) = &mut root.value else { return Ok(()) };
    let services = entries.iter_mut().rev().find(|entry| entry.key == "services");
    let Some(services) = services.map(|entry| &mut entry.node) else { return Ok(()) };
    let written = services.clone();
    let all = written.entries().iter().map(|entry| (entry.key.as_str(), &entry.node)).collect();
    let mut follower = Follower { all, copies: 0 };
    for service in services.children_mut().filter(|node| other(node).is_some()) {
        *service = follower.whole(service, 0)?;
    }
    Ok(())
}

/// The service of this file that another one extends.
fn other(node: &Node) -> Option<&str> {
    let extends = node.get("extends")?;
    let name = extends.text().or_else(|| extends.key_text("service"))?;
    extends.get("file").is_none().then_some(name)
}

struct Follower<'d> {
    all: BTreeMap<&'d str, &'d Node>,
    copies: usize,
}

impl Follower<'_> {
    fn whole(&mut self, node: &Node, depth: usize) -> Result<Node, String> {
        let base = other(node).and_then(|name| self.all.get(name).copied());
        let Some(base) = base.filter(|_| depth < DEPTH_MAX) else { return Ok(node.clone()) };
        self.copies += base.size();
        if self.copies > COPIES_MAX {
            return Err(format!("is too much: `extends` repeats more than {COPIES_MAX} values"));
        }
        let base = self.whole(base, depth + 1)?;
        let mut own = node.clone();
        if let Value::Map(entries) = &mut own.value {
            entries.retain(|entry| entry.key != "extends");
        }
        Ok(over(own, base))
    }
}

/// Keys of both, lists one after the other; else what is written over it counts.
fn over(mut own: Node, base: Node) -> Node {
    match (&mut own.value, base.value) {
        (Value::Map(entries), Value::Map(more)) => more.into_iter().for_each(|entry| put(entries, entry)),
        (Value::List(items), Value::List(more)) => items.extend(more),
        _ => {}
    }
    own
}

fn put(entries: &mut Vec<Entry>, entry: Entry) {
    match entries.iter_mut().find(|there| there.key == entry.key) {
        Some(there) => {
            let own = std::mem::replace(&mut there.node, Node::scalar(entry.key_span, "", false));
            there.node = over(own, entry.node);
        }
        None => entries.push(entry),
    }
}

#[cfg(test)]
mod tests {
    use super::super::parse;

    #[test]
    fn a_service_has_what_the_one_that_it_extends_has() {
        let text = "services:\n  web:\n    extends: {service: base}\n    user: web\n    ports: ['1:1']\n  base:\n    extends: root\n    user: app\n    ports: ['2:2']\n  root:\n    privileged: true\n  far:\n    extends: {file: x.yml, service: base}\n";
        let root = parse(text).unwrap().root;
        let web = root.at(&["services", "web"]).unwrap();
        assert_eq!((web.key_text("user"), web.key_text("privileged")), (Some("web"), Some("true")));
        assert_eq!(web.get("ports").unwrap().items().len(), 2);
        assert!(web.get("extends").is_none());
        assert!(root.at(&["services", "far", "extends"]).is_some());
    }

    #[test]
    fn a_circle_and_a_bomb_come_to_an_end() {
        assert!(parse("services:\n  a: {extends: b}\n  b: {extends: a}\n").is_ok());
        let ports = "'1:1',".repeat(1000);
        let mut text = format!("services:\n  base: {{ports: [{ports}]}}\n");
        (0..200).for_each(|at| text += &format!("  s{at}: {{extends: base}}\n"));
        assert!(parse(&text).unwrap_err().contains("`extends` repeats"));
    }
}
