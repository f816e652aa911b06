//! From a document that holds against the format to its types. What the format lets be
//! absent may be absent; nothing else is asked here.

use serde_json::Value;

use super::{
    Affected, Bom, Component, ComponentHash, ComponentLicence, Dependency, Origin, Rating, Vulnerability,
};

pub(super) fn bom(document: &Value) -> Bom {
    let metadata = &document["metadata"];
    let mut components = Vec::new();
    collect(&document["components"], &mut components);
    Bom {
        spec_version: text(document, "specVersion").unwrap_or_default(),
        serial_number: text(document, "serialNumber"),
        timestamp: text(metadata, "timestamp"),
        tools: tools(&metadata["tools"]),
        subject: metadata.get("component").map(component),
        components,
        dependencies: list(document, "dependencies").map(dependency).collect(),
        vulnerabilities: list(document, "vulnerabilities").map(vulnerability).collect(),
        doubled: Vec::new(),
        dangling: Vec::new(),
    }
}

fn text(value: &Value, key: &str) -> Option<String> {
    value.get(key)?.as_str().map(str::to_owned)
}

fn list<'v>(value: &'v Value, key: &str) -> impl Iterator<Item = &'v Value> + use<'v> {
    value.get(key).and_then(Value::as_array).into_iter().flatten()
}

fn texts(value: &Value, key: &str) -> Vec<String> {
    list(value, key).filter_map(Value::as_str).map(str::to_owned).collect()
}

fn collect(components: &Value, into: &mut Vec<Component>) {
    for held in components.as_array().into_iter().flatten() {
        into.push(component(held));
        collect(&held["components"], into);
    }
}

fn tools(tools: &Value) -> Vec<String> {
    let name = |tool: &Value| {
        let name = text(tool, "name")?;
        Some(text(tool, "version").map_or(name.clone(), |version| format!("{name} {version}")))
    };
    let listed = tools.as_array().into_iter().flatten();
    listed.chain(list(tools, "components")).chain(list(tools, "services")).filter_map(name).collect()
}

fn component(value: &Value) -> Component {
    let hash = |hash: &Value| Some(ComponentHash { kind: text(hash, "alg")?, hex: text(hash, "content")? });
    let property = |property: &Value| Some((text(property, "name")?, text(property, "value")));
    Component {
        reference: text(value, "bom-ref"),
        kind: text(value, "type").unwrap_or_default(),
        group: text(value, "group"),
        name: text(value, "name").unwrap_or_default(),
        version: text(value, "version"),
        purl: text(value, "purl"),
        scope: text(value, "scope"),
        licences: list(value, "licenses").filter_map(licence).collect(),
        hashes: list(value, "hashes").filter_map(hash).collect(),
        properties: list(value, "properties").filter_map(property).collect(),
    }
}

fn licence(value: &Value) -> Option<ComponentLicence> {
    let licence = &value["license"];
    let id = text(licence, "id").map(ComponentLicence::Id);
    let name = || text(licence, "name").map(ComponentLicence::Name);
    id.or_else(name).or_else(|| text(value, "expression").map(ComponentLicence::Expression))
}

fn dependency(value: &Value) -> Dependency {
    Dependency { reference: text(value, "ref").unwrap_or_default(), needs: texts(value, "dependsOn") }
}

fn vulnerability(value: &Value) -> Vulnerability {
    let analysis = &value["analysis"];
    Vulnerability {
        reference: text(value, "bom-ref"),
        id: text(value, "id"),
        source: origin(&value["source"]),
        aliases: list(value, "references").filter_map(|other| text(other, "id")).collect(),
        ratings: list(value, "ratings").map(rating).collect(),
        cwes: list(value, "cwes").filter_map(Value::as_u64).collect(),
        description: text(value, "description"),
        recommendation: text(value, "recommendation"),
        advisories: list(value, "advisories").filter_map(|advisory| text(advisory, "url")).collect(),
        affects: list(value, "affects").map(affected).collect(),
        state: text(analysis, "state"),
        justification: text(analysis, "justification"),
    }
}

fn origin(value: &Value) -> Origin {
    Origin { name: text(value, "name"), url: text(value, "url") }
}

fn rating(value: &Value) -> Rating {
    Rating {
        source: origin(&value["source"]),
        score: value.get("score").and_then(Value::as_f64),
        severity: text(value, "severity"),
        method: text(value, "method"),
        vector: text(value, "vector"),
    }
}

fn affected(value: &Value) -> Affected {
    let version = |held: &Value| {
        let which = text(held, "version").or_else(|| text(held, "range"))?;
        Some((which, text(held, "status")))
    };
    Affected {
        reference: text(value, "ref").unwrap_or_default(),
        versions: list(value, "versions").filter_map(version).collect(),
    }
}
