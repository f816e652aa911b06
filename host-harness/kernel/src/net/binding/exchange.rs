//! An exchange: as many attempts as it takes and as there may be.

use std::time::{Duration, SystemTime};

use tokio::time::{Instant, sleep};

use super::{
    Incoming, Method, Outgoing, Repeat,
    asked::Asked,
    attempt::{Answer, Sink},
    open::Opened,
};
use crate::{
    KernelError,
    net::{
        breaker::{Health, Pass},
        failure::{Fault, Sent},
        retry::{self, Attempt, Outcome},
    },
};

/// Other paths of the same place that an answer may send the Runner to, one after another.
const HOPS_MAX: usize = 3;

type Tried = Result<Answer, Fault>;

impl Opened {
    /// Says something and hears what comes of it, in the time that there is.
    pub(super) async fn exchange(
        &self,
        outgoing: Outgoing,
        mut sink: Sink<'_>,
    ) -> Result<Incoming, KernelError> {
        let end = Instant::now() + self.times.whole;
        let mut attempts = Vec::new();
        let mut next = outgoing;
        for _ in 0..=HOPS_MAX {
            let told = |fault: Fault| fault.told(&self.name, 1);
            let (headers, asked) = (next.headers.clone(), self.asked(next).map_err(told)?);
            match self.tried(&asked, end, &mut sink, &mut attempts).await {
                Ok(Answer::Here(incoming)) => return Ok(Incoming { attempts, ..incoming }),
                Ok(Answer::Elsewhere(path)) => {
                    let (method, repeat) = (Method::Get, Repeat::Harmless);
                    next = Outgoing { method, path, headers, body: Vec::new(), repeat };
                }
                Err(fault) => return Err(fault.told(&self.name, attempts.len())),
            }
        }
        let what = format!("more than {HOPS_MAX} answers in a row send the Runner on");
        Err(Fault::own(policy::Code::NetRedirectSame, what).told(&self.name, 1))
    }

    /// The last of the attempts.
    async fn tried(
        &self,
        asked: &Asked,
        end: Instant,
        sink: &mut Sink<'_>,
        attempts: &mut Vec<Attempt>,
    ) -> Tried {
        let (mut waited, mut failed) = (Duration::ZERO, 0);
        let mut last: Option<Tried> = None;
        loop {
            let pass = match self.admitted(asked) {
                Ok(pass) => pass,
                Err(fault) => return last.unwrap_or(Err(fault)),
            };
            let tried = self.attempt(asked, end, sink).await;
            pass.tell(health(&tried));
            attempts.push(Attempt { outcome: outcome(&tried), waited_ms: millis(waited) });
            failed += 1;
            waited = match self.pause(&tried, asked.repeat, failed) {
                Some(pause) if Instant::now() + pause < end => pause,
                _ => return tried,
            };
            sleep(waited).await;
            last = Some(tried);
        }
    }

    fn admitted(&self, asked: &Asked) -> Result<Pass, Fault> {
        let pass = self.breaker.admit().map_err(|rest| {
            let what = format!("it failed too often and is left alone for {} ms", millis(rest));
            Fault::own(policy::Code::NetBreaker, what)
        })?;
        self.meter.admit(asked.bytes)?;
        Ok(pass)
    }

    /// How long to wait before the next attempt, if there is to be one.
    fn pause(&self, tried: &Tried, repeat: Repeat, failed: usize) -> Option<Duration> {
        let asked_for = match tried {
            Ok(Answer::Here(incoming))
                if repeat == Repeat::Harmless && retry::is_passing(incoming.status) =>
            {
                let header = incoming.header("retry-after");
                header.and_then(|text| retry::retry_after(text, SystemTime::now()))
            }
            Err(fault) if fault.is_passing() && may_repeat(fault.sent, repeat) => None,
            _ => return None,
        };
        (failed < self.attempts_max).then(|| retry::pause(failed, asked_for, retry::dice()))
    }
}

fn may_repeat(sent: Sent, repeat: Repeat) -> bool {
    match sent {
        Sent::Nothing => true,
        Sent::Perhaps => repeat == Repeat::Harmless,
        Sent::Heard => false,
    }
}

fn health(tried: &Tried) -> Health {
    use policy::Code::{NetProtocol, NetTls};
    match tried {
        Ok(Answer::Here(incoming)) => match incoming.status {
            500 | 502..=504 => Health::Bad,
            429 => Health::Untold,
            _ => Health::Good,
        },
        Ok(Answer::Elsewhere(_)) => Health::Good,
        Err(fault) if fault.is_passing() || matches!(fault.code, NetTls | NetProtocol) => Health::Bad,
        Err(_) => Health::Untold,
    }
}

fn outcome(tried: &Tried) -> Outcome {
    match tried {
        Ok(Answer::Here(incoming)) => Outcome::Status(incoming.status),
        Ok(Answer::Elsewhere(_)) => Outcome::Failed(policy::Code::NetRedirectSame),
        Err(fault) => Outcome::Failed(fault.code),
    }
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}
