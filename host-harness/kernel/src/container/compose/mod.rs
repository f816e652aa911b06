//! A compose file, as far as a simulation goes. Every key is known, or refused with its
//! place: nothing is passed on to an engine that was not understood here.

mod order;
mod service;
mod text;
mod volumes;

use std::collections::{BTreeMap, BTreeSet};

use agent_contract::fault::shown;
use policy::Code;
use serde_json::{Map, Value};

use super::composition::Composition;
use crate::{KernelError, yaml};

/// Reads a file of the repository.
type Files<'a> = &'a dyn Fn(&str) -> Result<Option<String>, KernelError>;

/// What stands in a compose file that a simulation does not give.
#[derive(Debug)]
struct Refused {
    at: String,
    why: String,
}

type Read<T> = Result<T, Refused>;

fn refused<T>(at: &str, why: impl Into<String>) -> Read<T> {
    Err(Refused { at: at.to_owned(), why: why.into() })
}

/// What reading a service needs to know of the rest.
struct Around<'a> {
    /// The folder of the compose file.
    folder: String,
    files: Files<'a>,
    variables: &'a BTreeMap<String, String>,
    volumes: BTreeSet<String>,
    networks: BTreeSet<String>,
}

/// Reads a compose file.
pub(crate) fn parse(
    path: &str,
    text: &str,
    variables: &BTreeMap<String, String>,
    files: Files<'_>,
) -> Result<Composition, KernelError> {
    let failed = |why: String| KernelError::new(Code::ContainerRefused, format!("`{path}`: {why}"));
    let mut documents = yaml::documents(text).map_err(failed)?;
    let (Some(document), true) = (documents.pop(), documents.is_empty()) else {
        return Err(failed("it does not hold one document".to_owned()));
    };
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder).to_owned();
    let named = |refused: Refused| {
        failed(format!(
            "`{}`: {}\nhint: a simulation gives no more than its guide lists",
            shown(&refused.at),
            refused.why
        ))
    };
    whole(document, folder, variables, files).map_err(named)
}

fn whole(
    document: Value,
    folder: String,
    variables: &BTreeMap<String, String>,
    files: Files<'_>,
) -> Read<Composition> {
    let document = text::interpolated(document, "", variables)?;
    let top = map("the whole file", &document)?;
    for key in top.keys() {
        let known = ["name", "version", "services", "networks", "volumes"].contains(&key.as_str());
        if !known && !key.starts_with("x-") {
            return refused(key, unknown(key));
        }
    }
    let around = Around {
        folder,
        files,
        variables,
        volumes: declared(top, "volumes", &["labels", "name"])?,
        networks: declared(top, "networks", &["labels", "name", "internal", "attachable", "enable_ipv6"])?,
    };
    let Some(services) = top.get("services") else { return refused("services", "is missing") };
    let mut read = Vec::new();
    for (name, value) in map("services", services)? {
        read.extend(service::read(name, value, &around)?);
    }
    match read.is_empty() {
        true => refused("services", "holds no service that is started"),
        false => Ok(Composition { services: order::ordered(read)? }),
    }
}

/// The names of volumes or networks, which a simulation makes of its own.
fn declared(top: &Map<String, Value>, part: &str, harmless: &[&str]) -> Read<BTreeSet<String>> {
    let Some(value) = top.get(part).filter(|value| !value.is_null()) else { return Ok(BTreeSet::new()) };
    let mut names = BTreeSet::new();
    for (name, value) in map(part, value)? {
        let at = format!("{part}.{name}");
        if !is_name(name) {
            return refused(&at, "is no name");
        }
        for (key, value) in value.as_object().into_iter().flatten() {
            let at = format!("{at}.{key}");
            match (key.as_str(), value.as_str()) {
                ("driver", Some("bridge" | "local")) => {}
                ("external", _) if *value == Value::Bool(false) => {}
                ("external", _) => return refused(&at, "what others made is not used"),
                ("driver" | "driver_opts", _) => return refused(&at, "only the engine's own driver is used"),
                (key, _) if harmless.contains(&key) => {}
                (key, _) => return refused(&at, unknown(key)),
            }
        }
        names.insert(name.clone());
    }
    Ok(names)
}

fn map<'a>(at: &str, value: &'a Value) -> Read<&'a Map<String, Value>> {
    value.as_object().map_or_else(|| refused(at, "is no mapping"), Ok)
}

/// A name that can be a word of a command and a host's.
fn is_name(text: &str) -> bool {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"-_.".contains(&b);
    (1..=63).contains(&text.len()) && text.bytes().all(plain) && text.as_bytes()[0].is_ascii_alphanumeric()
}

/// Why a key is refused.
fn unknown(key: &str) -> &'static str {
    match key {
        "privileged" => "no container has the rights of the machine",
        "cap_add" => "no right of root is added; the operator may in `[container] capabilities`",
        "devices" | "gpus" | "device_cgroup_rules" => "no container sees a device",
        "network_mode" | "pid" | "ipc" | "uts" | "userns_mode" | "cgroup" | "cgroup_parent" => {
            "no container shares what is the machine's"
        }
        "extends" | "include" => "nothing is taken from another file",
        "secrets" | "configs" => "there is no secret in a simulation",
        "security_opt" => "nothing takes a confinement away",
        "sysctls" | "runtime" | "credential_spec" | "group_add" | "oom_score_adj" => {
            "nothing of the machine is set"
        }
        "extra_hosts" | "dns" | "dns_search" | "dns_opt" | "links" | "external_links" => {
            "names lead to the services alone"
        }
        "volumes_from" => "no container sees the files of another",
        _ => "is not known in a simulation",
    }
}

#[cfg(test)]
mod tests;
