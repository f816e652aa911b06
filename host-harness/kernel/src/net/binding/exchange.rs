//! An exchange: as many attempts as it takes and as there may be.

use std::time::{Duration, SystemTime};

use tokio::time::{Instant, sleep};

use super::{
    Incoming, Method, Outgoing, Repeat,
    asked::Asked,
    attempt::{Answer, Sink},
    open::Opened,
    until::Until,
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
        if self.recording.is_some() {
            let what = "it answers from a recording and reaches nobody";
            return Err(Fault::own(policy::Code::NetKind, what.to_owned()).told(&self.name, 1));
        }
        let until = Until::of(self.times);
        let mut attempts = Vec::new();
        let mut next = outgoing;
        for _ in 0..=HOPS_MAX {
            let told = |fault: Fault| fault.told(&self.name, 1);
            let (headers, asked) = (next.headers.clone(), self.asked(next).map_err(told)?);
            match self.tried(&asked, until, &mut sink, &mut attempts).await {
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
        until: Until,
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
            let tried = self.attempt(asked, until, sink).await;
            pass.tell(if ran_out(&tried, until) { Health::Dead } else { health(&tried) });
            attempts.push(Attempt { outcome: outcome(&tried), waited_ms: millis(waited) });
            failed += 1;
            waited = match self.pause(&tried, asked.repeat, failed) {
                Some(pause) if Instant::now() + pause < until.patience => pause,
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
        self.meter.afford(asked.body.len() as u64)?;
        self.meter.admit(asked.bytes)?;
        Ok(pass)
    }

    /// How long to wait before the next attempt, if there is to be one.
    fn pause(&self, tried: &Tried, repeat: Repeat, failed: usize) -> Option<Duration> {
        let asked_for = match tried {
            Ok(Answer::Here(incoming)) if repeat == Repeat::Harmless && self.is_passing(incoming.status) => {
                let millis = incoming.header("retry-after-ms").and_then(retry::retry_after_ms);
                let header = incoming.header("retry-after");
                millis.or_else(|| header.and_then(|text| retry::retry_after(text, SystemTime::now())))
            }
            Err(fault) if fault.is_passing() && may_repeat(fault.sent, repeat) => None,
            _ => return None,
        };
        let first = self.model.as_ref().map_or(retry::PAUSE_FIRST, |_| retry::PAUSE_FIRST_OF_MODEL);
        (failed < self.attempts_max).then(|| retry::pause(first, failed, asked_for, retry::dice()))
    }
}

impl Opened {
    fn is_passing(&self, status: u16) -> bool {
        match self.model {
            Some(_) => retry::is_passing_of_model(status),
            None => retry::is_passing(status),
        }
    }
}

fn may_repeat(sent: Sent, repeat: Repeat) -> bool {
    match sent {
        Sent::Nothing => true,
        Sent::Perhaps => repeat == Repeat::Harmless,
        Sent::Heard => false,
    }
}

/// Whether nothing came for as long as anybody has patience.
fn ran_out(tried: &Tried, until: Until) -> bool {
    let silent = tried.as_ref().is_err_and(|fault| fault.code == policy::Code::NetTimeout);
    silent && until.patience < until.end && Instant::now() >= until.patience
}

fn health(tried: &Tried) -> Health {
    use policy::Code::{NetProtocol, NetTls};
    match tried {
        Ok(Answer::Here(incoming)) => match incoming.status {
            _ if incoming.cut.is_some() => Health::Bad,
            500 | 502..=504 | 529 => Health::Bad,
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
        Ok(Answer::Here(Incoming { cut: Some(code), .. })) => Outcome::Failed(*code),
        Ok(Answer::Here(incoming)) => Outcome::Status(incoming.status),
        Ok(Answer::Elsewhere(_)) => Outcome::Failed(policy::Code::NetRedirectSame),
        Err(fault) => Outcome::Failed(fault.code),
    }
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}
