//! What a run has used of a binding, and whether there is more.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use policy::{
    Code,
    config::{BindingLimits, Price},
};

use super::failure::Fault;

/// What was used of a binding.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Used {
    /// Requests, each attempt counted.
    pub requests: u64,
    /// Bytes, both ways together.
    pub bytes: u64,
    /// Tokens, both ways together.
    pub tokens: u64,
    /// Money, in millionths of its unit.
    pub money_micros: u64,
    /// Answers that should have told what they cost, and did not.
    pub untold: u64,
}

/// What an answer says that it cost.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Usage {
    /// Tokens that were sent.
    pub input_tokens: u64,
    /// Tokens that came back.
    pub output_tokens: u64,
}

impl Usage {
    /// What it costs, rounded up.
    fn money_micros(self, price: Price) -> u64 {
        let of = |tokens: u64, micros: u64| (u128::from(tokens) * u128::from(micros)).div_ceil(1_000_000);
        let sum = of(self.input_tokens, price.input_micros) + of(self.output_tokens, price.output_micros);
        u64::try_from(sum).unwrap_or(u64::MAX)
    }
}

/// Counts what is used. Clones share what they count.
#[derive(Debug, Clone)]
pub(super) struct Meter {
    limits: BindingLimits,
    price: Option<Price>,
    used: Arc<Mutex<Used>>,
}

impl Meter {
    pub(super) fn new(limits: BindingLimits, price: Option<Price>) -> Self {
        Self { limits, price, used: Arc::default() }
    }

    pub(super) fn used(&self) -> Used {
        *self.lock()
    }

    /// Counts a request of so many bytes, or says why it is not to be sent.
    pub(super) fn admit(&self, bytes: u64) -> Result<(), Fault> {
        let mut used = self.lock();
        let limits = &self.limits;
        exhausted(Code::NetLimitRequests, "requests", used.requests, 1, limits.requests)?;
        exhausted(Code::NetLimitBytes, "bytes", used.bytes, bytes, limits.bytes)?;
        exhausted(Code::NetLimitTokens, "tokens", used.tokens, 1, limits.tokens)?;
        exhausted(Code::NetLimitMoney, "millionths of money", used.money_micros, 1, limits.money_micros)?;
        if used.untold > 0 && (limits.tokens.is_some() || limits.money_micros.is_some()) {
            let what = "an answer before did not tell what it cost, so that the limit can't be kept";
            return Err(Fault::own(Code::NetUsageUnknown, what.to_owned())
                .hint("look whether `usage` points at where its answers tell it"));
        }
        used.requests += 1;
        used.bytes = used.bytes.saturating_add(bytes);
        Ok(())
    }

    /// Counts bytes of an answer, or says that they are too many.
    pub(super) fn hear(&self, bytes: u64) -> Result<(), Fault> {
        let mut used = self.lock();
        used.bytes = used.bytes.saturating_add(bytes);
        match self.limits.bytes {
            Some(max) if used.bytes > max => {
                let what = format!("the answer goes beyond the {max} bytes that a run may use of it");
                Err(Fault::late(Code::NetLimitBytes, what))
            }
            _ => Ok(()),
        }
    }

    /// Counts what an answer cost; nothing stands for one that did not tell.
    pub(super) fn spend(&self, usage: Option<Usage>) {
        let mut used = self.lock();
        let Some(usage) = usage else {
            used.untold += 1;
            return;
        };
        let tokens = usage.input_tokens.saturating_add(usage.output_tokens);
        used.tokens = used.tokens.saturating_add(tokens);
        let money = self.price.map_or(0, |price| usage.money_micros(price));
        used.money_micros = used.money_micros.saturating_add(money);
    }

    fn lock(&self) -> MutexGuard<'_, Used> {
        self.used.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn exhausted(code: Code, what: &str, used: u64, more: u64, max: Option<u64>) -> Result<(), Fault> {
    match max {
        Some(max) if used.saturating_add(more) > max => Err(Fault::own(
            code,
            format!("a run may use {max} {what} of it, {used} are used, and this would be {more} more"),
        )),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_limit_stops_the_next_call_with_what_was_used() {
        let usage = Some(Usage { input_tokens: 10, output_tokens: 5 });
        let price = Some(Price { input_micros: 3_000_000, output_micros: 15_000_000 });
        for (limits, code, told) in [
            (BindingLimits { requests: Some(1), ..Default::default() }, Code::NetLimitRequests, "1 requests"),
            (BindingLimits { bytes: Some(150), ..Default::default() }, Code::NetLimitBytes, "100 are used"),
            (BindingLimits { tokens: Some(15), ..Default::default() }, Code::NetLimitTokens, "15 are used"),
            (
                BindingLimits { money_micros: Some(105), ..Default::default() },
                Code::NetLimitMoney,
                "105 are used",
            ),
        ] {
            let meter = Meter::new(limits, price);
            meter.admit(80).unwrap();
            meter.hear(20).unwrap();
            meter.spend(usage);
            let fault = meter.clone().admit(60).unwrap_err();
            assert_eq!(fault.code, code);
            let message = fault.told("m", 1).message;
            assert!(message.contains(told), "{message}");
            assert_eq!(meter.used().requests, 1, "what is refused is not counted");
        }
    }

    #[test]
    fn an_answer_that_does_not_tell_its_cost_stops_what_is_limited() {
        for (limits, stops) in [
            (BindingLimits::default(), false),
            (BindingLimits { tokens: Some(100), ..Default::default() }, true),
            (BindingLimits { money_micros: Some(100), ..Default::default() }, true),
        ] {
            let meter = Meter::new(limits, None);
            meter.admit(1).unwrap();
            meter.spend(None);
            assert_eq!(meter.admit(1).is_err_and(|fault| fault.code == Code::NetUsageUnknown), stops);
        }
    }

    #[test]
    fn nothing_overflows() {
        let meter =
            Meter::new(BindingLimits::default(), Some(Price { input_micros: u64::MAX, output_micros: 1 }));
        let much = Usage { input_tokens: u64::MAX, output_tokens: u64::MAX };
        for _ in 0..2 {
            meter.admit(u64::MAX).unwrap();
            meter.spend(Some(much));
        }
        assert_eq!((meter.used().tokens, meter.used().money_micros), (u64::MAX, u64::MAX));
    }
}
