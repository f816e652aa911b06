//! One service of a compose file.

use serde_json::Value;

use super::{
    Around, Read, is_name, map, refused,
    text::{list, pair, pairs, scalar, words},
    unknown, volumes,
};
use crate::container::composition::{After, Build, Check, Image, Service, Until};

/// What changes nothing in a simulation: it has its own, or does without.
const WITHOUT_EFFECT: &[&str] = &[
    "annotations",
    "attach",
    "cap_drop",
    "container_name",
    "cpus",
    "deploy",
    "develop",
    "domainname",
    "expose",
    "hostname",
    "labels",
    "logging",
    "mem_limit",
    "mem_reservation",
    "memswap_limit",
    "pids_limit",
    "pull_policy",
    "read_only",
    "restart",
    "shm_size",
    "stdin_open",
    "stop_grace_period",
    "stop_signal",
    "tty",
    "ulimits",
];

/// Reads a service; one that only a profile starts is none.
pub(super) fn read(name: &str, value: &Value, around: &Around<'_>) -> Read<Option<Service>> {
    let at = format!("services.{name}");
    if !is_name(name) {
        return refused(&at, "is no name");
    }
    let fields = map(&at, value)?;
    if fields.get("profiles").and_then(Value::as_array).is_some_and(|profiles| !profiles.is_empty()) {
        return Ok(None);
    }
    let mut service = Service { name: name.to_owned(), ..Service::default() };
    let mut image = None;
    for (key, value) in fields {
        let at = format!("{at}.{key}");
        match key.as_str() {
            "image" => image = Some(reference(&at, value)?),
            "build" => {}
            key => field(&at, key, value, around, &mut service)?,
        }
    }
    service.image = match (fields.get("build"), image) {
        (Some(value), _) => Image::Built(build(&format!("{at}.build"), value, around)?),
        (None, Some(image)) => Image::Named(image),
        (None, None) => return refused(&at, "has neither `build` nor `image`"),
    };
    if let Some(files) = fields.get("env_file") {
        let own = std::mem::take(&mut service.environment);
        service.environment = env_files(&format!("{at}.env_file"), files, around)?;
        service.environment.extend(own);
    }
    Ok(Some(service))
}

fn field(at: &str, key: &str, value: &Value, around: &Around<'_>, service: &mut Service) -> Read<()> {
    match key {
        "entrypoint" => service.entrypoint = words(at, value)?,
        "command" => service.command = words(at, value)?,
        "environment" => service.environment = pairs(at, value, around.variables)?,
        "env_file" => {}
        "ports" => service.ports = ports(at, value)?,
        "user" => service.user = Some(plain(at, value)?),
        "working_dir" => service.working_dir = Some(volumes::inside(at, &scalar(at, value)?)?),
        "init" => service.init = *value == Value::Bool(true),
        "volumes" => volumes::take(at, value, around, service)?,
        "tmpfs" => {
            let places = list(at, value)?;
            service.tmpfs = places.iter().map(|place| volumes::inside(at, place)).collect::<Read<_>>()?;
        }
        "healthcheck" => service.check = check(at, value)?,
        "depends_on" => service.after = after(at, value)?,
        "networks" => networks(at, value, around)?,
        "privileged" | "profiles" if matches!(value, Value::Bool(false) | Value::Array(_)) => {}
        "security_opt" if list(at, value)?.iter().all(|option| option.starts_with("no-new-privileges")) => {}
        key if WITHOUT_EFFECT.contains(&key) || key.starts_with("x-") => {}
        key => return refused(at, unknown(key)),
    }
    Ok(())
}

/// A word that no command takes for an option.
fn plain(at: &str, value: &Value) -> Read<String> {
    let text = scalar(at, value)?;
    let is_plain = |b: u8| b.is_ascii_alphanumeric() || b"-_.:/@".contains(&b);
    match text.is_empty() || text.starts_with('-') || !text.bytes().all(is_plain) {
        true => refused(at, "holds odd characters"),
        false => Ok(text),
    }
}

fn reference(at: &str, value: &Value) -> Read<String> {
    let image = plain(at, value)?;
    // `oci:`, `docker-archive:` and their like name places of the machine.
    match image.starts_with(['/', '.']) || image.contains(":/") {
        true => refused(at, "is no name of an image"),
        false => Ok(image),
    }
}

fn build(at: &str, value: &Value, around: &Around<'_>) -> Read<Build> {
    let Some(fields) = value.as_object() else {
        let context = beneath(at, &around.folder, &scalar(at, value)?)?;
        return Ok(Build { dockerfile: join(&context, "Dockerfile"), context, ..Build::default() });
    };
    let mut build = Build::default();
    let text = |key: &str| fields.get(key).map(|value| scalar(&format!("{at}.{key}"), value)).transpose();
    for (key, value) in fields {
        let at = format!("{at}.{key}");
        match key.as_str() {
            "context" | "dockerfile" | "labels" | "tags" | "no_cache" | "pull" => {}
            "args" => build.arguments = pairs(&at, value, around.variables)?,
            "target" => build.target = Some(plain(&at, value)?),
            "network" | "privileged" | "ssh" | "secrets" | "entitlements" | "extra_hosts" => {
                return refused(&at, "a build has no more than the files that it is given");
            }
            "additional_contexts" | "dockerfile_inline" | "cache_from" | "cache_to" => {
                return refused(&at, "a build is made from one folder and one file of the repository");
            }
            _ => return refused(&at, "is not known in a simulation"),
        }
    }
    build.context = beneath(
        &format!("{at}.context"),
        &around.folder,
        &text("context")?.unwrap_or_else(|| ".".to_owned()),
    )?;
    let dockerfile = text("dockerfile")?.unwrap_or_else(|| "Dockerfile".to_owned());
    build.dockerfile = beneath(&format!("{at}.dockerfile"), &build.context, &dockerfile)?;
    Ok(build)
}

fn join(folder: &str, name: &str) -> String {
    match folder {
        "" | "." => name.to_owned(),
        folder => format!("{folder}/{name}"),
    }
}

/// A path of the repository, from a folder of it; `.` is the repository itself.
fn beneath(at: &str, folder: &str, path: &str) -> Read<String> {
    const OUTSIDE: &str = "lies outside of the repository";
    if path.starts_with(['/', '~']) || path.contains([':', '\\', '\0']) {
        return refused(at, OUTSIDE);
    }
    let mut parts: Vec<&str> = Vec::new();
    for part in folder.split('/').chain(path.split('/')) {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop().map_or_else(|| refused(at, OUTSIDE), Ok)?),
            ".git" => return refused(at, OUTSIDE),
            part => parts.push(part),
        }
    }
    Ok(if parts.is_empty() { ".".to_owned() } else { parts.join("/") })
}

/// The ports of the container; where the file wants them on the machine does not count.
fn ports(at: &str, value: &Value) -> Read<Vec<u16>> {
    let Some(items) = value.as_array() else { return refused(at, "is no list") };
    let mut ports = Vec::new();
    for item in items {
        let text = match item.as_object() {
            Some(fields) => fields
                .get("target")
                .map_or_else(|| refused(at, "has no `target`"), |target| scalar(at, target))?,
            None => scalar(at, item)?,
        };
        let container = text.rsplit(':').next().unwrap_or_default();
        let (port, protocol) = container.split_once('/').unwrap_or((container, "tcp"));
        match (port.parse::<u16>(), protocol) {
            (Ok(port @ 1..), "tcp") => ports.push(port),
            (Ok(1..), "udp") => {}
            _ => return refused(at, "is no single port"),
        }
    }
    ports.sort_unstable();
    ports.dedup();
    Ok(ports)
}

fn check(at: &str, value: &Value) -> Read<Option<Check>> {
    let fields = map(at, value)?;
    if fields.get("disable") == Some(&Value::Bool(true)) {
        return Ok(Some(Check::None));
    }
    let test = match fields.get("test") {
        None => return Ok(None),
        Some(Value::String(line)) => vec!["CMD-SHELL".to_owned(), line.clone()],
        Some(value) => words(at, value)?.unwrap_or_default(),
    };
    match Check::written(&test) {
        Some(check) => Ok(Some(check)),
        None => refused(&format!("{at}.test"), "is no health check"),
    }
}

fn after(at: &str, value: &Value) -> Read<Vec<After>> {
    let Some(fields) = value.as_object() else {
        let services = list(at, value)?.into_iter();
        return Ok(services.map(|service| After { service, until: Until::Started }).collect());
    };
    fields
        .iter()
        .map(|(service, value)| {
            let until = match value.get("condition").and_then(Value::as_str) {
                None | Some("service_started") => Until::Started,
                Some("service_healthy") => Until::Healthy,
                Some("service_completed_successfully") => Until::Done,
                Some(_) => return refused(&format!("{at}.{service}.condition"), "is not known"),
            };
            Ok(After { service: service.clone(), until })
        })
        .collect()
}

/// All services are on one network; the names must still be ones that the file declares.
fn networks(at: &str, value: &Value, around: &Around<'_>) -> Read<()> {
    let names: Vec<String> = match value {
        Value::Object(fields) => fields.keys().cloned().collect(),
        value => list(at, value)?,
    };
    match names.iter().find(|name| *name != "default" && !around.networks.contains(*name)) {
        Some(name) => refused(at, format!("`{}` is declared nowhere", agent_contract::fault::shown(name))),
        None => Ok(()),
    }
}

fn env_files(
    at: &str,
    value: &Value,
    around: &Around<'_>,
) -> Read<std::collections::BTreeMap<String, String>> {
    let mut found = std::collections::BTreeMap::new();
    for path in list(at, value)? {
        let path = beneath(at, &around.folder, &path)?;
        let text = (around.files)(&path).ok().flatten();
        let Some(text) = text else {
            return refused(at, format!("`{path}` is no file of the repository, or one that git ignores"));
        };
        let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
        let lines: Vec<Value> = lines.map(|line| Value::String(unquoted(line))).collect();
        found.extend(pairs(at, &Value::Array(lines), around.variables)?);
    }
    Ok(found)
}

fn unquoted(line: &str) -> String {
    let (name, value) = pair(line);
    let Some(value) = value else { return name };
    let value = value.trim();
    let quoted = ['"', '\''].iter().find_map(|quote| value.strip_prefix(*quote)?.strip_suffix(*quote));
    format!("{}={}", name.trim().trim_start_matches("export "), quoted.unwrap_or(value))
}
