//! A place that fails again and again is left alone for a while.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use policy::config::BreakerConfig;
use tokio::time::Instant;

/// Counts failures one after another. Clones share what they count.
#[derive(Debug, Clone)]
pub(super) struct Breaker {
    failures_max: u32,
    rest: Duration,
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Closed { failures: u32 },
    Open { until: Instant },
    Probing,
}

/// What an attempt says about the place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Health {
    Good,
    Bad,
    /// It was waited for as long as anybody has patience: the next call need not find that out.
    Dead,
    /// It says nothing: what was refused here, say.
    Untold,
}

impl Breaker {
    pub(super) fn new(config: BreakerConfig) -> Self {
        Self {
            failures_max: config.failures,
            rest: Duration::from_millis(config.open_ms),
            state: Arc::new(Mutex::new(State::Closed { failures: 0 })),
        }
    }

    /// Lets an attempt through, or says for how long none goes. After the rest a single one
    /// finds out.
    pub(super) fn admit(&self) -> Result<Pass, Duration> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        match *state {
            State::Closed { .. } => Ok(Pass { breaker: self.clone(), probes: false, told: false }),
            State::Open { until } if now < until => Err(until - now),
            State::Open { .. } => {
                *state = State::Probing;
                Ok(Pass { breaker: self.clone(), probes: true, told: false })
            }
            State::Probing => Err(Duration::ZERO),
        }
    }

    fn hear(&self, probes: bool, health: Health) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let rests = State::Open { until: Instant::now() + self.rest };
        *state = match (*state, health) {
            (State::Probing, _) if !probes => return,
            (_, Health::Good) => State::Closed { failures: 0 },
            (State::Probing, Health::Bad) | (State::Probing | State::Closed { .. }, Health::Dead) => rests,
            (State::Probing, Health::Untold) => State::Open { until: Instant::now() },
            (State::Closed { failures }, Health::Bad) if failures + 1 >= self.failures_max => rests,
            (State::Closed { failures }, Health::Bad) => State::Closed { failures: failures + 1 },
            (same, _) => same,
        };
    }
}

/// An attempt that was let through. Dropped without a word it says nothing.
#[derive(Debug)]
pub(super) struct Pass {
    breaker: Breaker,
    probes: bool,
    told: bool,
}

impl Pass {
    pub(super) fn tell(mut self, health: Health) {
        self.told = true;
        self.breaker.hear(self.probes, health);
    }
}

impl Drop for Pass {
    fn drop(&mut self) {
        if !self.told {
            self.breaker.hear(self.probes, Health::Untold);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn breaker(open_ms: u64) -> Breaker {
        Breaker::new(BreakerConfig { failures: 2, open_ms })
    }

    fn fail(breaker: &Breaker) {
        breaker.admit().unwrap().tell(Health::Bad);
    }

    #[test]
    fn it_opens_after_failures_one_after_another() {
        let breaker = breaker(60_000);
        for _ in 0..3 {
            fail(&breaker);
            breaker.admit().unwrap().tell(Health::Good);
        }
        fail(&breaker);
        drop(breaker.admit().unwrap());
        fail(&breaker);
        let rest = breaker.clone().admit().unwrap_err();
        assert!(rest > Duration::from_secs(59), "{rest:?}");
    }

    #[test]
    fn one_that_is_dead_is_left_alone_at_once() {
        let breaker = breaker(60_000);
        breaker.admit().unwrap().tell(Health::Dead);
        assert!(breaker.admit().is_err());
    }

    #[test]
    fn a_single_probe_decides() {
        let all = [(Health::Good, true), (Health::Bad, false), (Health::Dead, false), (Health::Untold, true)];
        for (health, open) in all {
            let breaker = breaker(20);
            fail(&breaker);
            fail(&breaker);
            assert!(breaker.admit().is_err());
            std::thread::sleep(Duration::from_millis(25));
            let probe = breaker.admit().unwrap();
            assert!(breaker.admit().is_err(), "one probe at a time");
            probe.tell(health);
            assert_eq!(breaker.admit().is_ok(), open, "{health:?}");
        }
    }
}
