//! The simulation from beginning to end. Whatever comes of it, all that it made is removed.

use std::{collections::BTreeSet, path::Path, time::Duration};

use policy::{Code, config::ContainerConfig};

use super::{
    Built, Health, Log, Outcome, Probed, Removed, Simulated, Stage, Started,
    composition::{Image, Until},
    engine::{Engine, Kind},
    remove,
    source::Source,
    start::Bench,
};
use crate::{KernelError, process::Cancel, tool::Bounds};

/// How long an engine may take to end what it was interrupted in.
const SETTLING: Duration = Duration::from_millis(500);

/// What is simulated.
#[derive(Debug, Clone, Copy)]
pub struct Simulation<'a> {
    /// The run, whose name everything carries that is made.
    pub run: &'a str,
    /// How.
    pub config: &'a ContainerConfig,
    /// The workspace.
    pub stage: &'a Stage,
    /// Where files may lie for a while.
    pub within: &'a Path,
}

/// What came of it so far.
#[derive(Default)]
struct Done {
    built: Vec<Built>,
    started: Vec<Started>,
    health: Vec<Health>,
    probes: Vec<Probed>,
    logs: Vec<Log>,
}

/// Builds and starts what the repository holds, looks at it, and removes it. That something
/// of it failed is a result; that there is no engine, or that the repository asks for what
/// no simulation gives, is an error, and nothing was made.
pub fn simulate(simulation: &Simulation<'_>, cancel: &Cancel) -> Result<Simulated, KernelError> {
    remove::named(simulation.run)?;
    let source = Source::read(simulation.stage, simulation.config)?;
    let engine = Engine::find(simulation.config, simulation.within, cancel)?;
    let config = simulation.config;
    let is_alone = !config.network && config.probe.is_none() && source.composition.services.len() == 1;
    let bench = Bench { engine: &engine, config, run: simulation.run, cancel, is_alone };
    let fetched = bench.absent(&source);
    let mut done = Done::default();
    let ended = done.go(&bench, simulation.stage, &source);
    done.logs.extend(bench.logs(&done.started));
    if ended.is_err() {
        // What was interrupted may still be making something.
        std::thread::sleep(SETTLING);
    }
    let mut removed = remove::all(&engine, simulation.run);
    removed.images += bench.remove_fetched(&fetched);
    let ended =
        ended.and_then(|()| if removed.left.is_empty() { Ok(()) } else { Err(remove::left(&removed)) });
    Ok(done.result(&bench, source.path, ended, removed))
}

impl Done {
    fn go(&mut self, bench: &Bench<'_>, stage: &Stage, source: &Source) -> Result<(), KernelError> {
        source
            .images
            .iter()
            .filter(|image| is_needed(bench, source, image))
            .try_for_each(|image| bench.need_image(image))?;
        self.build(bench, stage, source)?;
        bench.make_network()?;
        self.start(bench, source)?;
        self.look(bench, source)
    }

    fn build(&mut self, bench: &Bench<'_>, stage: &Stage, source: &Source) -> Result<(), KernelError> {
        for service in &source.composition.services {
            if let Image::Built(build) = &service.image {
                let (log, built) = bench.build(service, build, stage, source)?;
                self.logs.push(log);
                self.built.push(built?);
            }
        }
        Ok(())
    }

    fn start(&mut self, bench: &Bench<'_>, source: &Source) -> Result<(), KernelError> {
        for service in &source.composition.services {
            for after in &service.after {
                self.wait(bench, source, &after.service, after.until)?;
            }
            // A container that was made and did not start has a log too.
            let image = String::new();
            self.started.push(Started { service: service.name.clone(), image });
            let started = bench.start(service)?;
            self.started.pop();
            self.started.push(started);
        }
        Ok(())
    }

    /// Waits for a service, once.
    fn wait(
        &mut self,
        bench: &Bench<'_>,
        source: &Source,
        name: &str,
        until: Until,
    ) -> Result<(), KernelError> {
        let known = self.health.iter().any(|health| health.service == name);
        let service = source.composition.services.iter().find(|service| service.name == name);
        let (Some(service), false) = (service, known) else { return Ok(()) };
        let health = match until {
            Until::Started => return Ok(()),
            Until::Healthy => bench.wait_healthy(service)?,
            Until::Done => bench.wait_done(service)?,
        };
        let healthy = health.healthy;
        self.health.push(health);
        match healthy {
            true => Ok(()),
            false => Err(KernelError::new(
                Code::ContainerUnhealthy,
                format!("`{name}` did not become healthy\nhint: look at its log"),
            )),
        }
    }

    fn look(&mut self, bench: &Bench<'_>, source: &Source) -> Result<(), KernelError> {
        for service in &source.composition.services {
            self.wait(bench, source, &service.name, Until::Healthy)?;
        }
        let Some(probe) = &bench.config.probe else { return Ok(()) };
        let named = |name: &str| probe.service.as_deref().is_none_or(|service| service == name);
        let Some(service) = source.composition.services.iter().find(|service| named(&service.name)) else {
            return Ok(());
        };
        let probed = bench.probe(probe, service)?;
        let failed =
            format!("`{}` did not answer as it should: {}: {}", service.name, probed.asked, probed.seen);
        let passed = probed.passed;
        self.probes.push(probed);
        match passed {
            true => Ok(()),
            false => Err(KernelError::new(Code::ContainerProbe, failed)),
        }
    }

    fn result(
        self,
        bench: &Bench<'_>,
        source: String,
        ended: Result<(), KernelError>,
        removed: Removed,
    ) -> Simulated {
        let failure = ended.err().map(Into::into);
        let outcome = if failure.is_none() { Outcome::Passed } else { Outcome::Failed };
        let Self { built, started, health, probes, logs } = self;
        let engine = bench.engine.shown();
        Simulated { engine, source, outcome, failure, built, started, health, probes, logs, removed }
    }
}

/// Podman is told itself not to fetch what a build names; Docker would.
fn is_needed(bench: &Bench<'_>, source: &Source, image: &str) -> bool {
    let started =
        source.composition.services.iter().any(|service| service.image == Image::Named(image.to_owned()));
    started || bench.engine.kind() == Kind::Docker
}

impl Bench<'_> {
    /// The images that are not there before, and are to be gone afterwards.
    fn absent(&self, source: &Source) -> BTreeSet<String> {
        let known = |image: &&String| {
            self.engine.call(&["image", "inspect", image], self.cancel).is_ok_and(|said| said.succeeded())
        };
        source.images.iter().filter(|image| self.config.network && !known(image)).cloned().collect()
    }

    fn remove_fetched(&self, images: &BTreeSet<String>) -> usize {
        let removed = |image: &&String| {
            self.engine.call(&["image", "rm", image], &Cancel::default()).is_ok_and(|said| said.succeeded())
        };
        images.iter().filter(removed).count()
    }

    /// What the containers printed, its end where it is much.
    fn logs(&self, started: &[Started]) -> Vec<Log> {
        started.iter().filter_map(|started| self.log(&started.service)).collect()
    }

    fn log(&self, service: &str) -> Option<Log> {
        let bounds = Bounds { wall: Duration::from_secs(30), bytes: self.config.log_bytes };
        let words = ["logs".to_owned(), "--tail=2000".to_owned(), self.name(service)];
        let said = self.engine.call_long(&words, bounds, &Cancel::default()).ok()?;
        let text = format!("{}{}", said.out, said.err);
        Some(Log { service: service.to_owned(), of: "run", text, bytes_dropped: said.bytes_dropped })
    }
}
