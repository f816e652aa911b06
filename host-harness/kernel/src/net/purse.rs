//! What a run may spend on all its models together.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use policy::{Code, config::Price};

use super::{failure::Fault, meter::Usage};

/// So many bytes of a request are hardly ever more than one token: by that alone a call is
/// known to go beyond what is left.
const BYTES_OF_A_TOKEN: u64 = 8;

/// A budget that the bindings of a run's models share. Clones are the same purse.
#[derive(Debug, Clone, Default)]
pub struct Purse {
    tokens: Option<u64>,
    micro_usd: Option<u64>,
    spent: Arc<Mutex<Spent>>,
}

/// What was spent.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Spent {
    /// Tokens, both ways together.
    pub tokens: u64,
    /// Millionths of a dollar.
    pub micro_usd: u64,
    /// Answers that should have told what they cost, and did not.
    pub untold: u64,
}

impl Purse {
    /// A purse with so many tokens and so much money. What is left out is not limited.
    pub fn new(tokens: Option<u64>, micro_usd: Option<u64>) -> Self {
        Self { tokens, micro_usd, spent: Arc::default() }
    }

    /// What was spent so far.
    pub fn spent(&self) -> Spent {
        *self.lock()
    }

    pub(super) fn needs_price(&self) -> bool {
        self.micro_usd.is_some()
    }

    /// Refuses a call that costs more than is left.
    pub(super) fn afford(&self, body_bytes: u64, price: Option<Price>) -> Result<(), Fault> {
        let spent = self.lock();
        let usage = Usage { input_tokens: (body_bytes / BYTES_OF_A_TOKEN).max(1), ..Usage::default() };
        // Nobody knows yet what of it is in a cache.
        let least =
            price.map(|price| Price { input_micros: price.input_micros.min(price.cached_micros), ..price });
        let money = least.map_or(0, |price| usage.money_micros(price)).max(1);
        let tokens = (Code::BudgetTokens, "tokens", spent.tokens, usage.input_tokens, self.tokens);
        let money = (Code::BudgetMoney, "millionths of a dollar", spent.micro_usd, money, self.micro_usd);
        for (code, what, spent, more, max) in [tokens, money] {
            if let Some(max) = max.filter(|max| spent.saturating_add(more) > *max) {
                return Err(Fault::own(
                    code,
                    format!(
                        "the request's budget has {max} {what}, {spent} are spent, and this call takes {more} or more"
                    ),
                ));
            }
        }
        match spent.untold > 0 && (self.tokens.is_some() || self.micro_usd.is_some()) {
            true => Err(Fault::own(
                Code::NetUsageUnknown,
                "an answer before did not tell what it cost, so that the request's budget can't be kept"
                    .to_owned(),
            )),
            false => Ok(()),
        }
    }

    pub(super) fn spend(&self, usage: Option<Usage>, price: Option<Price>) {
        let mut spent = self.lock();
        let Some(usage) = usage else {
            spent.untold += 1;
            return;
        };
        spent.tokens = spent.tokens.saturating_add(usage.tokens());
        let money = price.map_or(0, |price| usage.money_micros(price));
        spent.micro_usd = spent.micro_usd.saturating_add(money);
    }

    fn lock(&self) -> MutexGuard<'_, Spent> {
        self.spent.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PRICE: Price = Price {
        input_micros: 3_000_000,
        output_micros: 15_000_000,
        cached_micros: 300_000,
        written_micros: 3_750_000,
    };

    fn used(input_tokens: u64, output_tokens: u64) -> Option<Usage> {
        Some(Usage { input_tokens, output_tokens, ..Usage::default() })
    }

    #[test]
    fn what_is_left_is_shared() {
        let purse = Purse::new(Some(100), None);
        let other = purse.clone();
        purse.afford(80, None).unwrap();
        purse.spend(used(40, 50), None);
        other.afford(80, None).unwrap();
        let fault = other.afford(88, None).unwrap_err();
        assert_eq!(fault.code, Code::BudgetTokens);
        let message = fault.told("model.a", 1).message;
        assert!(
            message.contains("has 100 tokens, 90 are spent, and this call takes 11 or more"),
            "{message}"
        );
    }

    #[test]
    fn money_is_counted_at_each_models_price() {
        let purse = Purse::new(None, Some(500));
        purse.afford(1000, Some(PRICE)).unwrap();
        purse.spend(used(100, 10), Some(PRICE));
        assert_eq!(purse.spent(), Spent { tokens: 110, micro_usd: 450, untold: 0 });
        // 125 tokens at the price of the cache are 38.
        purse.afford(1000, Some(PRICE)).unwrap();
        assert_eq!(purse.afford(8000, Some(PRICE)).unwrap_err().code, Code::BudgetMoney);
        purse.spend(used(0, 4), Some(PRICE));
        assert_eq!(
            purse.afford(1, Some(PRICE)).unwrap_err().code,
            Code::BudgetMoney,
            "beyond, even for nothing"
        );
    }

    #[test]
    fn what_is_not_told_stops_what_is_limited() {
        for (purse, stops) in [
            (Purse::new(None, None), false),
            (Purse::new(Some(10), None), true),
            (Purse::new(None, Some(10)), true),
        ] {
            purse.spend(None, None);
            let stopped = purse.afford(1, None).is_err_and(|fault| fault.code == Code::NetUsageUnknown);
            assert_eq!(stopped, stops);
        }
    }
}
