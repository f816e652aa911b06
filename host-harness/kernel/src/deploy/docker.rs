//! A container of a Docker engine, from a Dockerfile or a compose file.

use std::collections::BTreeMap;

use super::{DeploymentPlan, Desk, Step, Validation, Validity};
use crate::{KernelError, container::parse_compose};

pub(super) fn fill(desk: &Desk<'_>, plan: &mut DeploymentPlan) -> Result<(), KernelError> {
    match (&desk.target.compose, &desk.target.image) {
        (Some(compose), _) => composed(desk, compose, plan),
        (None, image) => built(desk, image.as_deref().unwrap_or_default(), plan),
    }
}

fn built(desk: &Desk<'_>, image: &str, plan: &mut DeploymentPlan) -> Result<(), KernelError> {
    let name = desk.target.name.as_str();
    let dockerfile = desk.target.dockerfile.as_deref().unwrap_or("Dockerfile");
    plan.files = desk.files(&[dockerfile.to_owned()])?;
    plan.steps
        .push(Step::new("build the image", &["docker", "build", "--tag", image, "--file", dockerfile, "."]));
    plan.steps.push(Step::new("end what runs", &["docker", "rm", "--force", name]));
    let mut run = vec!["docker", "run", "--detach", "--name", name, "--restart", "unless-stopped"];
    run.extend(["--security-opt", "no-new-privileges"]);
    for port in desk.target.ports.iter().flatten() {
        run.extend(["--publish", port]);
    }
    run.push(image);
    plan.steps.push(Step::new("start it", &run));
    let why = "`docker build --check` needs an engine; `container.simulate` builds and starts it";
    plan.validations.push(Validation::not(dockerfile, why));
    Ok(())
}

fn composed(desk: &Desk<'_>, path: &str, plan: &mut DeploymentPlan) -> Result<(), KernelError> {
    let project = desk.target.name.as_str();
    plan.files = desk.files(&[path.to_owned()])?;
    let compose = ["docker", "compose", "--project-name", project, "--file", path];
    plan.steps.push(Step::new("build the images", &[&compose[..], &["build"]].concat()));
    plan.steps.push(Step::new(
        "start the services",
        &[&compose[..], &["up", "--detach", "--remove-orphans"]].concat(),
    ));
    plan.validations.push(validated(desk, path)?);
    Ok(())
}

/// The tool reads other files that a compose file names; so it is asked only about one
/// that was found to name none outside.
fn validated(desk: &Desk<'_>, path: &str) -> Result<Validation, KernelError> {
    let text = desk.stage.text(path)?.unwrap_or_default();
    if let Err(error) = parse_compose(path, &text, &BTreeMap::new(), &|file| desk.stage.text(file)) {
        let why = error.message.lines().next().unwrap_or_default().to_owned();
        return Ok(Validation::not(path, &format!("it asks for more than is looked at here: {why}")));
    }
    let Some(tool) = desk.tool("docker") else { return Ok(Validation::missing(path, "docker compose")) };
    let version = desk.call(&tool, &["compose", "version", "--short"])?;
    if !version.succeeded() {
        return Ok(Validation::missing(path, "docker compose"));
    }
    let file = desk.stage.folder().join(path);
    let said = desk.call(&tool, &["compose", "--file", &file.to_string_lossy(), "config", "--quiet"])?;
    let (outcome, message) = match said.succeeded() {
        true => (Validity::Valid, String::new()),
        false => (Validity::Invalid, said.complaint()),
    };
    Ok(Validation::of(path, outcome, &format!("docker compose {}", version.out.trim()), message))
}
