//! What a simulation is made from: the compose file or the Dockerfile of the repository.

use std::collections::{BTreeMap, BTreeSet};

use policy::{Code, config::ContainerConfig};

use super::{
    Stage, compose,
    composition::{Build, Composition, Image, Service},
    dockerfile,
};
use crate::KernelError;

const COMPOSE: &[&str] = &["compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml"];
const DOCKERFILES: &[&str] = &["Dockerfile", "Containerfile"];

/// What was read, checked.
#[derive(Debug)]
pub(super) struct Source {
    /// The file.
    pub path: String,
    pub composition: Composition,
    /// Each Dockerfile as it was checked, by its path: what is checked is what is built.
    pub dockerfiles: BTreeMap<String, String>,
    /// The images that are needed from elsewhere.
    pub images: BTreeSet<String>,
}

impl Source {
    pub fn read(stage: &Stage, config: &ContainerConfig) -> Result<Self, KernelError> {
        let (path, composition) = composition(stage, config)?;
        let mut source = Self { path, composition, dockerfiles: BTreeMap::new(), images: BTreeSet::new() };
        for service in &source.composition.services {
            match &service.image {
                Image::Named(image) => drop(source.images.insert(image.clone())),
                Image::Built(build) => {
                    let text = given(stage, &build.dockerfile)?;
                    ignore_file(stage, &build.context)?;
                    source.images.extend(dockerfile::read(&build.dockerfile, &text, config.network)?.images);
                    source.dockerfiles.insert(build.dockerfile.clone(), text);
                }
            }
        }
        Ok(source)
    }
}

fn composition(stage: &Stage, config: &ContainerConfig) -> Result<(String, Composition), KernelError> {
    let composed = |path: &str, text: &str| {
        let composition = compose::parse(path, text, &config.variables, &|file| stage.text(file))?;
        Ok((path.to_owned(), published(composition, config)?))
    };
    if let Some(path) = &config.compose {
        return composed(path, &given(stage, path)?);
    }
    if let Some(path) = &config.dockerfile {
        given(stage, path)?;
        return Ok((path.clone(), published(alone(path), config)?));
    }
    for path in COMPOSE {
        if let Some(text) = stage.text(path)? {
            return composed(path, &text);
        }
    }
    for path in DOCKERFILES {
        if stage.text(path)?.is_some() {
            return Ok(((*path).to_owned(), published(alone(path), config)?));
        }
    }
    let message = "the repository has neither a compose file nor a Dockerfile\nhint: name one as `compose` or `dockerfile` in `[container]`";
    Err(KernelError::new(Code::ContainerMissing, message))
}

fn given(stage: &Stage, path: &str) -> Result<String, KernelError> {
    stage.text(path)?.ok_or_else(|| {
        KernelError::new(
            Code::ContainerMissing,
            format!("`{path}` is no file of the repository, or one that git ignores"),
        )
    })
}

/// What a build leaves out is read by the engine from a file, which no link may stand for.
fn ignore_file(stage: &Stage, context: &str) -> Result<(), KernelError> {
    for name in [".dockerignore", ".containerignore"] {
        let place = stage.folder().join(context).join(name);
        if place.symlink_metadata().is_ok_and(|found| !found.is_file()) {
            let message = format!("`{name}` in `{context}` is no file");
            return Err(KernelError::new(Code::ContainerRefused, message));
        }
    }
    Ok(())
}

/// A Dockerfile by itself.
fn alone(path: &str) -> Composition {
    let build = Build { context: ".".to_owned(), dockerfile: path.to_owned(), ..Build::default() };
    Composition {
        services: vec![Service { name: "app".to_owned(), image: Image::Built(build), ..Service::default() }],
    }
}

/// With the port that is asked from outside.
fn published(mut composition: Composition, config: &ContainerConfig) -> Result<Composition, KernelError> {
    let Some(probe) = &config.probe else { return Ok(composition) };
    let services = &mut composition.services;
    let index = match &probe.service {
        Some(name) => services.iter().position(|service| service.name == *name),
        None => (services.len() == 1).then_some(0),
    };
    let Some(index) = index else {
        let message = "the probe's service is none of those that are started\nhint: name one as `service` in `[container.probe]`";
        return Err(KernelError::new(Code::ContainerMissing, message));
    };
    if !services[index].ports.contains(&probe.port) {
        services[index].ports.push(probe.port);
    }
    Ok(composition)
}
