//! A process of a machine: its files in a folder, and a unit of systemd that keeps it up.

use super::{DeploymentPlan, Desk, Document, Step, Validation, Validity};
use crate::KernelError;

pub(super) fn fill(desk: &Desk<'_>, plan: &mut DeploymentPlan) -> Result<(), KernelError> {
    let target = desk.target;
    let folder = target.folder.as_deref().unwrap_or_default();
    plan.files = desk.files(target.files.as_deref().unwrap_or_default())?;
    let unit = format!("{}.service", target.name);
    let place = format!("/etc/systemd/system/{unit}");
    plan.steps.push(Step::new("make the folder", &["install", "-d", folder]));
    let mut copy = vec!["cp", "--parents", "--"];
    copy.extend(target.files.iter().flatten().map(String::as_str));
    copy.insert(1, "-r");
    copy.push(folder);
    plan.steps.push(Step::new("copy the files, from the repository's root", &copy));
    plan.steps.push(Step::new("lay down the unit", &["install", "-m", "0644", &unit, &place]));
    plan.steps.push(Step::new("read it", &["systemctl", "daemon-reload"]));
    plan.steps.push(Step::new("start it again", &["systemctl", "restart", &unit]));
    let text = written(desk);
    plan.validations.push(validated(desk, &unit, &text)?);
    plan.documents.push(Document { name: place, text });
    Ok(())
}

fn written(desk: &Desk<'_>) -> String {
    let target = desk.target;
    let folder = target.folder.as_deref().unwrap_or_default();
    let mut words: Vec<String> = target.command.iter().flatten().map(|word| systemd_word(word)).collect();
    if let Some(program) = words.first_mut().filter(|program| !program.starts_with('/')) {
        *program = format!("{folder}/{program}");
    }
    let user = target.user.as_deref().map_or("DynamicUser=yes".to_owned(), |user| format!("User={user}"));
    format!(
        "[Unit]\nDescription={}\nAfter=network.target\n\n[Service]\nExecStart={}\nWorkingDirectory={folder}\n{user}\n\
         Restart=on-failure\nNoNewPrivileges=yes\nProtectSystem=strict\nProtectHome=yes\nPrivateTmp=yes\n\n\
         [Install]\nWantedBy=multi-user.target\n",
        target.name,
        words.join(" ")
    )
}

/// A word of `ExecStart`, in which `%` and `$` stand for nothing else.
fn systemd_word(word: &str) -> String {
    let escaped = word.replace('\\', "\\\\").replace('"', "\\\"").replace('%', "%%").replace('$', "$$");
    match word.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_./:=,+@".contains(&b)) {
        true => escaped,
        false => format!("\"{escaped}\""),
    }
}

/// The unit as systemd reads it. The program is not there yet, which is no fault of it.
fn validated(desk: &Desk<'_>, unit: &str, text: &str) -> Result<Validation, KernelError> {
    let Some(tool) = desk.tool("systemd-analyze") else {
        return Ok(Validation::missing(unit, "systemd-analyze"));
    };
    let version = desk.version(&tool, &["--version"])?;
    let path = desk.lay(unit, text)?;
    let said = desk.call(&tool, &["verify", "--man=no", &path])?;
    let faults: Vec<_> =
        said.err.lines().filter(|line| line.contains(unit) && !line.contains("is not executable")).collect();
    let outcome = if faults.is_empty() { Validity::Valid } else { Validity::Invalid };
    Ok(Validation::of(unit, outcome, &format!("systemd-analyze, {version}"), faults.join("; ")))
}
