//! What verification said, and how anybody can have it say so again.

use maud::{Markup, html};

use crate::{
    Proof,
    account::Account,
    count::{counted, grouped},
    mark::{Mark, facts, pre, words},
    shown,
    table::list,
};

const OPEN_MAX: usize = 100;

pub(crate) fn proof(account: &Account, proof: &Proof) -> Markup {
    html! {
        (facts(told(proof)))
        (lines("Faults", &proof.faults))
        (lines("Notes", &proof.notes))
        (left_open(&proof.left_open))
        @if let Some(checkpoint) = &proof.checkpoint {
            h3 { "Checkpoint" }
            p { "The signed note, as it stands." }
            (pre("Checkpoint", checkpoint, 8_000))
        }
        h3 { "Verify it yourself" }
        p { "This page is a view of the records and proves nothing by itself. The proof is in the records:" }
        (pre("The command that verifies the run", &command(account), 300))
    }
}

fn command(account: &Account) -> String {
    // What is copied into a shell is never a stranger's to choose.
    let plain = |char: char| char.is_ascii_alphanumeric() || "-_.".contains(char);
    let named = !account.run_id.is_empty() && account.run_id.chars().all(plain);
    let run = if named { account.run_id } else { "RUN" };
    format!("code-assist audit verify {run}")
}

fn told(proof: &Proof) -> Vec<(&'static str, Option<Markup>)> {
    let mark = match (proof.status.as_str(), proof.faults.is_empty()) {
        ("complete", true) => Mark::Good,
        ("corrupt", _) | (_, false) => Mark::Bad,
        _ => Mark::Care,
    };
    let whole = |hash: &str| html! { code.whole { (shown::line(hash, 128)) } };
    vec![
        ("Status", Some(mark.word(&words(&proof.status)))),
        ("Records", Some(html! { (grouped(proof.records)) })),
        ("Signature", Some(signature(proof))),
        ("Head", Some(whole(&proof.head))),
        ("Merkle root", proof.root.as_deref().map(whole)),
    ]
}

fn signature(proof: &Proof) -> Markup {
    match (&proof.signed_by, proof.trusted) {
        (None, _) => Mark::Care.word("not signed"),
        (Some(name), true) => html! {
            (Mark::Good.word("signed")) " by " code { (shown::line(name, 200)) } ", a key that the reader trusts"
        },
        (Some(name), false) => html! {
            (Mark::Care.word("signed, not trusted")) " by " code { (shown::line(name, 200)) }
            ", a key that is not among those that the reader trusts"
        },
    }
}

fn lines(title: &str, lines: &[String]) -> Markup {
    html! {
        @if !lines.is_empty() {
            h3 { (title) }
            (list("", 0, lines, |line| html! { span.said { (shown::block(line, 600)) } }))
        }
    }
}

/// Effects that were begun and of which nothing more is known.
fn left_open(records: &[u64]) -> Markup {
    let told: Vec<_> = records.iter().take(OPEN_MAX).map(u64::to_string).collect();
    html! {
        @if !records.is_empty() {
            h3 { "Left open" }
            p { "Begun, and nothing is known of what came of it: "
                (counted(records.len(), "record", "records")) ", " (told.join(", "))
                @if records.len() > OPEN_MAX { ", …" } "." }
        }
    }
}
