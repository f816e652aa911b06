//! A machine that is reached over SSH. The client says what its configuration comes to;
//! it connects to nobody.

use std::path::Path;

use super::{DeploymentPlan, Desk, Step, Validation, Validity, markdown::quoted};
use crate::{KernelError, input};

const CONFIG_BYTES: u64 = 1024 * 1024;
/// What of a client's answer says where it would go.
const SHOWN: &[&str] = &["hostname", "user", "port", "proxyjump"];

pub(super) fn fill(desk: &Desk<'_>, plan: &mut DeploymentPlan) -> Result<(), KernelError> {
    let target = desk.target;
    let (host, folder) =
        (target.host.as_deref().unwrap_or_default(), target.folder.as_deref().unwrap_or_default());
    plan.files = desk.files(target.files.as_deref().unwrap_or_default())?;
    let config = target.ssh_config.as_deref().unwrap_or("none");
    let ssh = ["ssh", "-F", config, "-o", "BatchMode=yes", "-o", "StrictHostKeyChecking=yes"];
    let make = format!("mkdir -p {}", quoted(folder));
    plan.steps.push(Step::new("make the folder", &[&ssh[..], &[host, &make]].concat()));
    let shell = ssh.map(quoted).join(" ");
    let place = format!("{host}:{folder}/");
    let mut copy = vec!["rsync", "--archive", "--relative", "--rsh", &shell, "--"];
    copy.extend(target.files.iter().flatten().map(String::as_str));
    copy.push(&place);
    plan.steps.push(Step::new("copy the files, from the repository's root", &copy));
    if let Some(command) = &target.command {
        // The other side hands it to a shell.
        let command = command.iter().map(|word| quoted(word)).collect::<Vec<_>>().join(" ");
        plan.steps.push(Step::new("start it", &[&ssh[..], &[host, &command]].concat()));
    }
    plan.validations.push(validated(desk, host)?);
    Ok(())
}

fn validated(desk: &Desk<'_>, host: &str) -> Result<Validation, KernelError> {
    let Some(tool) = desk.tool("ssh") else { return Ok(Validation::missing(host, "ssh")) };
    let mut config = "none".to_owned();
    if let Some(path) = &desk.target.ssh_config {
        let text = input::read_text(Path::new(path), CONFIG_BYTES)?;
        if let Some(word) = acts(&text) {
            return Ok(Validation::not(host, &format!("`{word}` in its configuration would act")));
        }
        config = desk.lay("ssh_config", &text)?;
    }
    let version = desk.version(&tool, &["-V"])?;
    let said = desk.call(&tool, &["-F", &config, "-G", "--", host])?;
    if !said.succeeded() {
        return Ok(Validation::of(host, Validity::Invalid, &version, said.complaint()));
    }
    let leads =
        said.out.lines().filter(|line| line.split(' ').next().is_some_and(|key| SHOWN.contains(&key)));
    Ok(Validation::of(host, Validity::Valid, &version, leads.collect::<Vec<_>>().join(", ")))
}

/// What makes a client run commands, look up names or read other files while it only reads
/// its configuration.
fn acts(text: &str) -> Option<&'static str> {
    let lower = text.to_ascii_lowercase();
    let mut lines = lower.lines().map(str::trim);
    lines.find_map(|line| {
        let key = line.split([' ', '\t', '=', '"']).next().unwrap_or_default();
        match key {
            "include" => Some("Include"),
            "match" if line.contains("exec") => Some("Match exec"),
            "match" if line.contains("localnetwork") => Some("Match localnetwork"),
            "canonicalizehostname" => Some("CanonicalizeHostname"),
            _ => None,
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_configuration_that_acts_while_it_is_read_is_told() {
        for (text, expected) in [
            ("Host a\n  Match exec \"touch /tmp/x\"", Some("Match exec")),
            ("match host a EXEC x", Some("Match exec")),
            ("Include=~/.ssh/other", Some("Include")),
            ("CanonicalizeHostname yes", Some("CanonicalizeHostname")),
            ("Host a\n  User b\n  ProxyJump c\n# Include x", None),
        ] {
            assert_eq!(acts(text), expected, "{text}");
        }
    }
}
