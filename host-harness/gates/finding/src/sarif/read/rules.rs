use std::collections::{BTreeMap, BTreeSet};

use super::super::{Fault, Level, Node, Rule, uri::is_link};

/// The rules of a run: the driver's, then each extension's.
pub(super) struct Rules<'a> {
    components: Vec<Component<'a>>,
    rules: Vec<Rule>,
    taxonomies: Vec<Component<'a>>,
}

struct Component<'a> {
    name: Option<&'a str>,
    guid: Option<&'a str>,
    nodes: Vec<Node<'a>>,
    /// Where each is among the rules: two that say the same are one.
    at: Vec<usize>,
    by_id: BTreeMap<&'a str, usize>,
}

/// What a result's rule is.
pub(super) struct RuleOf<'r, 'a> {
    pub(super) id: Option<String>,
    pub(super) at: Option<usize>,
    pub(super) level: Option<Level>,
    pub(super) node: Option<&'r Node<'a>>,
}

impl<'a> Component<'a> {
    fn of(node: &Node<'a>, list: &str) -> Result<Self, Fault> {
        let nodes = node.list(list)?;
        let mut by_id = BTreeMap::new();
        for (at, rule) in nodes.iter().enumerate() {
            if let Some(id) = rule.text_of("id")? {
                by_id.entry(id).or_insert(at);
            }
        }
        Ok(Self { name: node.text_of("name")?, guid: node.text_of("guid")?, nodes, at: Vec::new(), by_id })
    }

    /// A rule by its id, or by what a hierarchical id begins with: `CA1000/1` is of `CA1000`.
    fn find(&self, id: &str) -> Option<usize> {
        let mut id = id;
        loop {
            match (self.by_id.get(id), id.rsplit_once('/')) {
                (Some(at), _) => return Some(*at),
                (None, Some((parent, _))) => id = parent,
                (None, None) => return None,
            }
        }
    }
}

impl<'a> Rules<'a> {
    pub(super) fn of(run: &Node<'a>) -> Result<Self, Fault> {
        let tool = run.need("tool")?;
        let mut components = vec![Component::of(&tool.need("driver")?, "rules")?];
        for extension in tool.list("extensions")? {
            components.push(Component::of(&extension, "rules")?);
        }
        let taxonomies = run.list("taxonomies")?;
        let taxonomies =
            taxonomies.iter().map(|node| Component::of(node, "taxa")).collect::<Result<_, _>>()?;
        let mut rules: Vec<Rule> = Vec::new();
        let mut seen: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for component in &mut components {
            for node in &component.nodes {
                let rule = rule(node)?;
                let alike = seen.entry(rule.id.clone()).or_default();
                let known = alike.iter().copied().find(|at| rules[*at] == rule);
                let at = known.unwrap_or(rules.len());
                if known.is_none() {
                    alike.push(at);
                    rules.push(rule);
                }
                component.at.push(at);
            }
        }
        Ok(Self { components, rules, taxonomies })
    }

    pub(super) fn into_rules(self) -> Vec<Rule> {
        self.rules
    }

    /// A result's rule, by index or by id, in the driver or in the extension that it names.
    pub(super) fn rule_of(&self, result: &Node) -> Result<RuleOf<'_, 'a>, Fault> {
        let reference = result.get("rule")?;
        let component = match &reference {
            Some(reference) => self.component(&self.components, reference)?,
            None => self.components.first(),
        };
        let mut id = result.text_of("ruleId")?;
        let mut index = result.index_of("ruleIndex")?;
        if let Some(reference) = &reference {
            id = id.or(reference.text_of("id")?);
            index = index.or(reference.index_of("index")?);
        }
        let Some(component) = component else {
            return Err(result.fault("it names a tool component that is not there"));
        };
        if let Some(index) = index
            && index >= component.nodes.len()
        {
            return Err(result.fault(format!("there is no rule {index}")));
        }
        let at = index.or_else(|| component.find(id?));
        let (known, node) = match at {
            Some(at) => (Some(component.at[at]), component.nodes.get(at)),
            None => self.elsewhere(id),
        };
        let rule = known.map(|at| &self.rules[at]);
        let named = rule.map(|rule| rule.id.clone()).filter(|id| !id.is_empty());
        Ok(RuleOf {
            id: id.map(str::to_owned).or(named),
            at: known,
            level: rule.and_then(|rule| rule.level),
            node,
        })
    }

    /// CodeQL names a query by its id alone while the query is an extension's.
    fn elsewhere(&self, id: Option<&str>) -> (Option<usize>, Option<&Node<'a>>) {
        let found = id.and_then(|id| {
            self.components.iter().find_map(|component| component.find(id).map(|at| (component, at)))
        });
        match found {
            Some((component, at)) => (Some(component.at[at]), component.nodes.get(at)),
            None => (None, None),
        }
    }

    fn component<'r>(
        &self,
        among: &'r [Component<'a>],
        reference: &Node,
    ) -> Result<Option<&'r Component<'a>>, Fault> {
        let Some(named) = reference.get("toolComponent")? else { return Ok(among.first()) };
        if let Some(index) = named.index_of("index")? {
            // The index is of the extensions, or of the taxonomies; the driver has none.
            let shift = usize::from(std::ptr::eq(among, self.components.as_slice()));
            return Ok(among.get(index.saturating_add(shift)));
        }
        if let Some(guid) = named.text_of("guid")? {
            return Ok(among.iter().find(|component| component.guid == Some(guid)));
        }
        match named.text_of("name")? {
            Some(name) => Ok(among.iter().find(|component| component.name == Some(name))),
            None => Ok(among.first()),
        }
    }

    /// What a result is classified as, such as `CWE/79`.
    pub(super) fn taxon(&self, reference: &Node) -> Result<Option<String>, Fault> {
        let component = self.component(&self.taxonomies, reference)?;
        let id = match (reference.text_of("id")?, reference.index_of("index")?) {
            (Some(id), _) => Some(id),
            (None, Some(at)) => match component.and_then(|component| component.nodes.get(at)) {
                Some(taxon) => taxon.text_of("id")?,
                None => None,
            },
            (None, None) => None,
        };
        let name = match reference.get("toolComponent")? {
            Some(named) => named.text_of("name")?,
            None => None,
        };
        let name = name.or(component.and_then(|component| component.name)).unwrap_or("taxon");
        Ok(id.map(|id| format!("{name}/{id}")))
    }
}

fn rule(node: &Node) -> Result<Rule, Fault> {
    let configuration = node.get("defaultConfiguration")?;
    let set = match &configuration {
        Some(configuration) => configuration.get("level")?,
        None => None,
    };
    let bag = node.get("properties")?;
    let summary = match prose(node, "shortDescription")? {
        Some(summary) => Some(summary),
        None => prose(node, "fullDescription")?.or(node.text_of("name")?),
    };
    Ok(Rule {
        id: node.text_of("id")?.unwrap_or_default().to_owned(),
        summary: summary.map(str::to_owned),
        help: prose(node, "help")?.map(str::to_owned),
        link: node.text_of("helpUri")?.filter(|link| is_link(link)).map(str::to_owned),
        level: set.as_ref().map(level).transpose()?,
        security_severity: bag.as_ref().map(score).transpose()?.flatten(),
        tags: bag.as_ref().map(tags).transpose()?.unwrap_or_default(),
    })
}

fn prose<'a>(node: &Node<'a>, name: &str) -> Result<Option<&'a str>, Fault> {
    match node.get(name)? {
        Some(found) => Ok(found.text_of("text")?.filter(|text| !text.is_empty())),
        None => Ok(None),
    }
}

pub(super) fn level(node: &Node) -> Result<Level, Fault> {
    Ok(match node.text()? {
        "none" => Level::None,
        "note" => Level::Note,
        "warning" => Level::Warning,
        "error" => Level::Error,
        other => return Err(node.fault(format!("`{other}` is not a level"))),
    })
}

/// `security-severity`, a text by its convention and a number with some tools.
pub(super) fn score(bag: &Node) -> Result<Option<String>, Fault> {
    Ok(bag.get("security-severity")?.map(|node| match node.value().as_str() {
        Some(text) => text.to_owned(),
        None => node.value().to_string(),
    }))
}

/// Tags are a list by the standard; a tool's own bag may hold something else by that name.
pub(super) fn tags(bag: &Node) -> Result<BTreeSet<String>, Fault> {
    let Some(tags) = bag.get("tags")? else { return Ok(BTreeSet::new()) };
    let texts = tags.value().as_array().into_iter().flatten().filter_map(|tag| tag.as_str());
    Ok(texts.map(str::to_owned).collect())
}
