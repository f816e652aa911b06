//! What a run has used of a binding, and whether there is more.

use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use policy::{
    Code,
    config::{BindingLimits, Price},
};

use super::{failure::Fault, purse::Purse};

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
    /// Tokens that were sent, all of them.
    pub input_tokens: u64,
    /// Tokens that came back.
    pub output_tokens: u64,
    /// Of those that were sent, those found in a cache.
    pub cached_input_tokens: u64,
    /// Of those that were sent, those put into a cache.
    pub written_input_tokens: u64,
}

impl Usage {
    /// Both ways together.
    pub(super) fn tokens(self) -> u64 {
        self.input_tokens.saturating_add(self.output_tokens)
    }

    /// What it costs, rounded up.
    pub(super) fn money_micros(self, price: Price) -> u64 {
        let of = |tokens: u64, micros: u64| (u128::from(tokens) * u128::from(micros)).div_ceil(1_000_000);
        let fresh = self.input_tokens.saturating_sub(self.cached_input_tokens);
        let fresh = fresh.saturating_sub(self.written_input_tokens);
        let sum = of(fresh, price.input_micros)
            + of(self.cached_input_tokens, price.cached_micros)
            + of(self.written_input_tokens, price.written_micros)
            + of(self.output_tokens, price.output_micros);
        u64::try_from(sum).unwrap_or(u64::MAX)
    }
}

/// Counts what is used. Clones share what they count.
#[derive(Debug, Clone)]
pub(super) struct Meter {
    limits: BindingLimits,
    price: Option<Price>,
    used: Arc<Mutex<Used>>,
    /// What it shares with other bindings.
    purse: Arc<OnceLock<Purse>>,
}

impl Meter {
    pub(super) fn new(limits: BindingLimits, price: Option<Price>) -> Self {
        Self { limits, price, used: Arc::default(), purse: Arc::default() }
    }

    /// Shares a purse from now on.
    pub(super) fn share(&self, purse: &Purse) -> Result<(), Fault> {
        if purse.needs_price() && self.price.is_none() {
            let what = "the request has a budget of money, and nobody said what this model costs";
            return Err(Fault::own(Code::BudgetUnpriced, what.to_owned())
                .hint("give the model `input_per_million` and `output_per_million`"));
        }
        let twice = |_| Fault::own(Code::ArgumentMalformed, "it shares a budget already".to_owned());
        self.purse.set(purse.clone()).map_err(twice)
    }

    /// Refuses what the shared purse can't pay.
    pub(super) fn afford(&self, body_bytes: u64) -> Result<(), Fault> {
        self.purse.get().map_or(Ok(()), |purse| purse.afford(body_bytes, self.price))
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
        if let Some(purse) = self.purse.get() {
            purse.spend(usage, self.price);
        }
        let mut used = self.lock();
        let Some(usage) = usage else {
            used.untold += 1;
            return;
        };
        used.tokens = used.tokens.saturating_add(usage.tokens());
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

    fn price(input_micros: u64, output_micros: u64) -> Price {
        Price { input_micros, output_micros, cached_micros: input_micros, written_micros: input_micros }
    }

    #[test]
    fn what_a_cache_is_part_of_costs_its_own_price() {
        let price = Price { input_micros: 100, output_micros: 1000, cached_micros: 10, written_micros: 200 };
        let usage = |input, cached, written| Usage {
            input_tokens: input,
            output_tokens: 1_000_000,
            cached_input_tokens: cached,
            written_input_tokens: written,
        };
        for (usage, expected) in [
            (usage(3_000_000, 0, 0), 1300),
            (usage(3_000_000, 1_000_000, 0), 1210),
            (usage(3_000_000, 1_000_000, 1_000_000), 1310),
            (usage(0, 1_000_000, 1_000_000), 1210),
        ] {
            assert_eq!(usage.money_micros(price), expected, "{usage:?}");
        }
    }

    #[test]
    fn a_budget_of_money_needs_prices_and_is_shared_once() {
        let meter = Meter::new(BindingLimits::default(), None);
        let unpriced = meter.share(&Purse::new(None, Some(1))).unwrap_err();
        assert_eq!(unpriced.code, Code::BudgetUnpriced);
        meter.share(&Purse::new(Some(1), None)).unwrap();
        assert!(meter.share(&Purse::new(Some(2), None)).is_err());
        meter.spend(Some(Usage { input_tokens: 1, ..Usage::default() }));
        assert_eq!(meter.afford(1).unwrap_err().code, Code::BudgetTokens);
    }

    #[test]
    fn each_limit_stops_the_next_call_with_what_was_used() {
        let usage = Some(Usage { input_tokens: 10, output_tokens: 5, ..Usage::default() });
        let price = Some(price(3_000_000, 15_000_000));
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
        let meter = Meter::new(BindingLimits::default(), Some(price(u64::MAX, 1)));
        let much = Usage { input_tokens: u64::MAX, output_tokens: u64::MAX, ..Usage::default() };
        for _ in 0..2 {
            meter.admit(u64::MAX).unwrap();
            meter.spend(Some(much));
        }
        assert_eq!((meter.used().tokens, meter.used().money_micros), (u64::MAX, u64::MAX));
    }
}
