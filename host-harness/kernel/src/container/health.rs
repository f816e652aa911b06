//! Whether a container is well: by its health check, run in it; else by its staying up.

use std::time::{Duration, Instant};

use policy::Code;
use serde_json::Value;

use super::{
    Health, HealthBy,
    composition::{Check, Service},
    start::Bench,
};
use crate::{KernelError, tool::Bounds};

const PAUSE: Duration = Duration::from_millis(250);
/// How long one try of a health check may take.
const TRY: Duration = Duration::from_secs(10);
const SAID_BYTES: usize = 4096;

/// How a container stands.
enum Standing {
    Up,
    Ended(i64),
}

impl Bench<'_> {
    /// Waits until a container is well.
    pub fn wait_healthy(&self, service: &Service) -> Result<Health, KernelError> {
        match self.check_of(service)? {
            Some(words) => self.wait_check(service, &words),
            None => self.wait_up(service),
        }
    }

    /// Waits until a container has done its work.
    pub fn wait_done(&self, service: &Service) -> Result<Health, KernelError> {
        let start = Instant::now();
        let healthy = loop {
            match self.standing(service)? {
                Standing::Ended(code) => break code == 0,
                Standing::Up if start.elapsed() > self.patience() => break false,
                Standing::Up => self.pause()?,
            }
        };
        Ok(health(service, HealthBy::Done, healthy, start))
    }

    /// The health check of the service, else of its image.
    fn check_of(&self, service: &Service) -> Result<Option<Vec<String>>, KernelError> {
        let found = match &service.check {
            Some(check) => Some(check.clone()),
            None => self.engine.inspect("container", &self.name(&service.name), self.cancel).and_then(
                |found| {
                    let image = found["Image"].as_str().unwrap_or_default();
                    self.engine.inspect("image", image, self.cancel).map(|image| image_check(&image))
                },
            )?,
        };
        Ok(found.and_then(|check| match check {
            Check::Run(words) => Some(words),
            Check::None => None,
        }))
    }

    fn wait_check(&self, service: &Service, words: &[String]) -> Result<Health, KernelError> {
        let start = Instant::now();
        let name = self.name(&service.name);
        let words = [["exec".to_owned(), name].as_slice(), words].concat();
        let bounds = Bounds { wall: TRY, bytes: SAID_BYTES };
        let healthy = loop {
            if let Standing::Ended(_) = self.standing(service)? {
                break false;
            }
            if self.engine.call_long(&words, bounds, self.cancel)?.succeeded() {
                break true;
            }
            if start.elapsed() > self.patience() {
                break false;
            }
            self.pause()?;
        };
        Ok(health(service, HealthBy::Check, healthy, start))
    }

    fn wait_up(&self, service: &Service) -> Result<Health, KernelError> {
        let start = Instant::now();
        let healthy = loop {
            match self.standing(service)? {
                Standing::Ended(_) => break false,
                Standing::Up if start.elapsed() >= Duration::from_secs(self.config.up_seconds) => break true,
                Standing::Up => self.pause()?,
            }
        };
        Ok(health(service, HealthBy::Up, healthy, start))
    }

    fn standing(&self, service: &Service) -> Result<Standing, KernelError> {
        let found = self.engine.inspect("container", &self.name(&service.name), self.cancel)?;
        let state = &found["State"];
        Ok(match state["Running"].as_bool() {
            Some(true) => Standing::Up,
            _ => Standing::Ended(state["ExitCode"].as_i64().unwrap_or(-1)),
        })
    }

    pub(super) fn patience(&self) -> Duration {
        Duration::from_secs(self.config.start_seconds)
    }

    /// Waits a moment, unless the end was called.
    pub(super) fn pause(&self) -> Result<(), KernelError> {
        std::thread::sleep(PAUSE);
        match self.cancel.is_cancelled() {
            true => Err(KernelError::new(Code::Interrupted, "the simulation was interrupted")),
            false => Ok(()),
        }
    }
}

fn health(service: &Service, by: HealthBy, healthy: bool, start: Instant) -> Health {
    let waited_ms = start.elapsed().as_millis() as u64;
    Health { service: service.name.clone(), by, healthy, waited_ms }
}

/// Engines disagree on where an image keeps it.
fn image_check(image: &Value) -> Option<Check> {
    let places = [&image["Config"]["Healthcheck"], &image["Healthcheck"], &image["HealthCheck"]];
    let test = places.into_iter().find_map(|place| place["Test"].as_array())?;
    let words: Option<Vec<_>> = test.iter().map(|word| word.as_str().map(str::to_owned)).collect();
    Check::written(&words?)
}
