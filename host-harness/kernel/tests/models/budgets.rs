//! What a run may spend on all its models together.

use std::net::SocketAddr;

use kernel::net::{Purse, Spent};
use policy::Code;

use crate::{
    common::Reply,
    support::{Record, chat, chunk, code, head, open, recording, stream},
};

const PRICES: &str = "input_per_million = 1000000\noutput_per_million = 2000000\n";

fn costing(body: &'static str) -> (SocketAddr, Record) {
    recording(move |_, asked, wire| Reply::json(asked, body).send(wire))
}

const ANSWER: &str =
    r#"{"usage":{"prompt_tokens":100,"completion_tokens":20,"prompt_tokens_details":{"cached_tokens":40}}}"#;

#[tokio::test]
async fn a_budget_is_shared_by_all_models_and_refuses_before_it_is_exceeded() {
    for (purse, calls, expected) in [
        (Purse::new(Some(240), None), 2, Code::BudgetTokens),
        (Purse::new(Some(242), None), 2, Code::BudgetTokens),
        (Purse::new(None, Some(280)), 2, Code::BudgetMoney),
        (Purse::new(None, Some(279)), 2, Code::BudgetMoney),
        (Purse::new(None, Some(282)), 2, Code::BudgetMoney),
        (Purse::new(Some(1), None), 0, Code::BudgetTokens),
    ] {
        let (address, record) = costing(ANSWER);
        let models = [open(&chat(address, PRICES)), open(&chat(address, PRICES))];
        models.iter().for_each(|model| model.share(&purse).unwrap());
        for call in 0..calls {
            assert_eq!(code(stream(&models[call % 2]).await.0), Ok(200), "{purse:?}");
        }
        let refused = stream(&models[calls % 2]).await.0.unwrap_err();
        assert_eq!(refused.code, expected, "{refused}");
        assert!(refused.message.starts_with("binding `model.a`: the request's budget has "), "{refused}");
        assert_eq!(record.lock().unwrap().len(), calls, "nothing was sent");
    }
}

#[tokio::test]
async fn the_cache_has_a_price_of_its_own() {
    let (address, _) = costing(ANSWER);
    let purse = Purse::new(None, Some(1_000_000));
    let model = open(&chat(address, &format!("{PRICES}cached_input_per_million = 100000")));
    model.share(&purse).unwrap();
    assert_eq!(code(stream(&model).await.0), Ok(200));
    assert_eq!(purse.spent(), Spent { tokens: 120, micro_usd: 60 + 4 + 40, untold: 0 });
}

#[tokio::test]
async fn money_needs_a_price_and_costs_need_telling() {
    let (address, record) = costing("{}");
    let unpriced = open(&chat(address, ""));
    assert_eq!(unpriced.share(&Purse::new(None, Some(5))).unwrap_err().code, Code::BudgetUnpriced);
    unpriced.share(&Purse::new(Some(1000), None)).unwrap();
    assert_eq!(code(stream(&unpriced).await.0), Ok(200));
    assert_eq!(code(stream(&unpriced).await.0), Err(Code::NetUsageUnknown));
    assert_eq!(record.lock().unwrap().len(), 1);
}

/// What was cut off was paid for, and nobody knows how much it was: it is reckoned.
#[tokio::test]
async fn what_was_cut_off_is_reckoned() {
    let address = recording(|_, _, wire| {
        head(wire, "text/event-stream");
        chunk(wire, "data: 0123456789\n\n".repeat(10).as_bytes());
    })
    .0;
    let purse = Purse::new(Some(1000), None);
    let model = open(&chat(address, ""));
    model.share(&purse).unwrap();
    assert_eq!(stream(&model).await.0.unwrap()["cut"], "net-cut-off");
    let spent = purse.spent();
    assert!(spent.tokens > 180 / 8 && spent.tokens < 100 && spent.untold == 0, "{spent:?}");
    assert_eq!(code(stream(&model).await.0), Ok(200), "and the run goes on");
}

/// What failed cost nothing.
#[tokio::test]
async fn an_answer_that_is_no_success_costs_nothing() {
    let address =
        recording(|_, asked, wire| Reply::json(asked, ANSWER).status("400 Bad Request").send(wire)).0;
    let purse = Purse::new(Some(1000), None);
    let model = open(&chat(address, ""));
    model.share(&purse).unwrap();
    assert_eq!(code(stream(&model).await.0), Ok(400));
    assert_eq!(purse.spent(), Spent::default());
}
