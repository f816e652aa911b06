//! A cluster: the objects that its manifests hold. Nobody asks the cluster.

use std::collections::BTreeSet;

use agent_contract::fault::shown;
use serde_json::Value;

use super::{DeploymentPlan, Desk, Step, Validation, Validity};
use crate::{KernelError, tool::Tool, yaml};

const OBJECTS_MAX: usize = 200;

/// An object of a manifest.
struct Object {
    file: String,
    name: String,
    value: Value,
}

pub(super) fn fill(desk: &Desk<'_>, plan: &mut DeploymentPlan) -> Result<(), KernelError> {
    let target = desk.target;
    let files = desk.files(target.manifests.as_deref().unwrap_or_default())?;
    plan.files = files.into_iter().filter(|file| is_manifest(file)).collect();
    if plan.files.is_empty() {
        return Err(desk.invalid("there is no manifest among its files"));
    }
    let mut kubectl = vec!["kubectl"];
    kubectl.extend(target.context.iter().flat_map(|context| ["--context", context]));
    kubectl.extend(target.namespace.iter().flat_map(|namespace| ["--namespace", namespace]));
    for (what, verb) in [("see what would change", "diff"), ("apply it", "apply")] {
        for file in &plan.files {
            plan.steps.push(Step::new(
                format!("{what}: {}", shown(file)),
                &[&kubectl[..], &[verb, "-f", file]].concat(),
            ));
        }
    }
    let objects = objects(desk, plan)?;
    plan.validations.extend(typed(desk, &objects)?);
    Ok(())
}

fn is_manifest(file: &str) -> bool {
    [".yaml", ".yml", ".json"].iter().any(|end| file.ends_with(end))
}

/// The objects, each with a name and a kind, and none twice.
fn objects(desk: &Desk<'_>, plan: &mut DeploymentPlan) -> Result<Vec<Object>, KernelError> {
    let (mut found, mut seen) = (Vec::new(), BTreeSet::new());
    for file in plan.files.clone() {
        let text = desk.stage.text(&file)?.unwrap_or_default();
        let (validation, read) =
            match yaml::documents(&text).and_then(|documents| read(desk, &file, documents, &mut seen)) {
                Ok(objects) => (own(&file, Validity::Valid, format!("{} objects", objects.len())), objects),
                Err(why) => (own(&file, Validity::Invalid, why), Vec::new()),
            };
        plan.validations.push(validation);
        found.extend(read);
    }
    match found.len() > OBJECTS_MAX {
        true => Err(desk.invalid(&format!("it holds more than {OBJECTS_MAX} objects"))),
        false => Ok(found),
    }
}

fn own(file: &str, outcome: Validity, message: String) -> Validation {
    Validation::of(file, outcome, "code-assist: form, names, namespace", message)
}

fn read(
    desk: &Desk<'_>,
    file: &str,
    documents: Vec<Value>,
    seen: &mut BTreeSet<String>,
) -> Result<Vec<Object>, String> {
    let mut objects = Vec::new();
    for (index, value) in documents.into_iter().enumerate().filter(|(_, value)| !value.is_null()) {
        let at = |why: &str| format!("document {}: {why}", index + 1);
        let text =
            |pointer: &str| value.pointer(pointer).and_then(Value::as_str).filter(|text| !text.is_empty());
        let (Some(api), Some(kind)) = (text("/apiVersion"), text("/kind")) else {
            return Err(at("it has no `apiVersion` or no `kind`"));
        };
        let Some(name) = text("/metadata/name") else { return Err(at("it has no `metadata.name`")) };
        let namespace = text("/metadata/namespace");
        if let (Some(wanted), Some(found)) = (desk.target.namespace.as_deref(), namespace)
            && wanted != found
        {
            return Err(at(&format!("its namespace is `{}`, not `{wanted}`", shown(found))));
        }
        let named = format!("{} {} {}", shown(api), shown(kind), shown(name));
        if !seen.insert(format!("{named} {}", namespace.unwrap_or_default())) {
            return Err(at(&format!("`{named}` is there twice")));
        }
        objects.push(Object { file: file.to_owned(), name: named, value });
    }
    Ok(objects)
}

/// The objects' fields, by the types that the client has built in; it asks no cluster for
/// that, and knows no kind of an operator's own.
fn typed(desk: &Desk<'_>, objects: &[Object]) -> Result<Vec<Validation>, KernelError> {
    let Some(tool) = desk.tool("kubectl") else {
        return Ok(vec![Validation::missing("the fields' types", "kubectl")]);
    };
    let said = desk.call(&tool, &["version", "--client", "--output=json"])?;
    let version: Value = serde_json::from_str(&said.out).unwrap_or_default();
    let version = format!(
        "kubectl {}",
        shown(version["clientVersion"]["gitVersion"].as_str().unwrap_or("of an unknown version"))
    );
    objects.iter().enumerate().map(|(index, object)| decoded(desk, &tool, &version, index, object)).collect()
}

/// The client decodes an object before it finds that there is, or is not, an image to set.
fn decoded(
    desk: &Desk<'_>,
    tool: &Tool,
    version: &str,
    index: usize,
    object: &Object,
) -> Result<Validation, KernelError> {
    let what = format!("{}: {}", object.file, object.name);
    let file = desk.lay(&format!("object-{index}.json"), &object.value.to_string())?;
    let said = desk.call(tool, &["set", "image", "--local", "--output=name", "--filename", &file, "*=x"])?;
    let why = said.err.trim().to_owned();
    Ok(match (said.succeeded(), why.split_once("unable to decode")) {
        (false, Some((_, rest))) if rest.contains("no kind") => {
            Validation::not(&what, "kubectl knows its kind from a cluster alone")
        }
        (false, Some((_, rest))) => {
            let fault = rest.split_once(": ").map_or(rest, |(_, fault)| fault);
            Validation::of(&what, Validity::Invalid, version, shown(fault))
        }
        (true, _) => Validation::of(&what, Validity::Valid, version, "its fields have their types"),
        (false, None)
            if why.contains("is not a pod or does not have a pod template")
                || why.contains("no containers") =>
        {
            Validation::of(&what, Validity::Valid, version, "its fields have their types")
        }
        (false, None) => Validation::not(&what, &format!("kubectl did not read it: {}", said.complaint())),
    })
}
