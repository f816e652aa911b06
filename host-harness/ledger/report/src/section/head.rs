//! What is read in five seconds: how it ended, whether it is ready, what changed, whether the
//! proof is whole.

use maud::{Markup, html};

use crate::{
    Proof,
    account::Account,
    count::{counted, duration, moment},
    look::Look,
    mark::{Mark, code, meaning, words},
    shown,
};

/// The title of the page.
pub(crate) fn title(account: &Account, proof: &Proof) -> String {
    let outcome = match account.outcome() {
        "" => &proof.status,
        outcome => outcome,
    };
    let asked = first_line(account.request.text("instruction"));
    let parts = [(words(outcome), 40), (asked.to_owned(), 60), (account.run_id.to_owned(), 80)];
    let parts = parts.iter().filter(|(part, _)| !part.is_empty());
    parts.map(|(part, chars_max)| shown::line(part, *chars_max)).collect::<Vec<_>>().join(" · ")
}

fn first_line(text: &str) -> &str {
    text.lines().next().unwrap_or_default()
}

pub(crate) fn head(account: &Account, proof: &Proof) -> Markup {
    html! {
        header.head {
            p.over { "Audit report · " (code(account.run_id)) }
            h1 { (sentence(account, proof)) }
            @if let Some(lead) = lead(account, proof) { p.lead { (shown::line(lead, 600)) } }
            dl.glance {
                (cell("Outcome", outcome(account, proof)))
                (cell("Production", production(account, proof)))
                (cell("Change", change(account)))
                (cell("Proof", whole(proof)))
            }
            p.when { (moment(account.started_ms)) ", "
                (duration(account.ended_ms.saturating_sub(account.started_ms))) " from the first record to the last" }
        }
    }
}

fn cell(term: &str, (word, more): (Markup, String)) -> Markup {
    html! { div { dt { (term) } dd { (word) span.more { (shown::line(&more, 300)) } } } }
}

fn sentence(account: &Account, proof: &Proof) -> String {
    let ready = account.result.is("verdict.production_ready");
    match (proof.status.as_str(), account.outcome()) {
        _ if !is_sound(proof) => "The proof is broken: nothing on this page can be relied on".to_owned(),
        ("running", "") => "The run is still going on".to_owned(),
        (_, "") => "The run was interrupted before it came to a result".to_owned(),
        (_, "succeeded") if ready => "The run succeeded and the change is ready for production".to_owned(),
        (_, outcome) => meaning(outcome).to_owned(),
    }
}

/// Whether the records can be relied on at all.
fn is_sound(proof: &Proof) -> bool {
    proof.faults.is_empty() && proof.status != "corrupt"
}

/// The first thing to know about it.
fn lead<'a>(account: &'a Account, proof: &'a Proof) -> Option<&'a str> {
    let fault = proof.faults.first().map(String::as_str);
    let reason = account.result.list("verdict.reasons").first().map(|reason| reason.text("message"));
    let summary = Some(account.result.text("summary"));
    let known = match account.outcome() {
        "succeeded" => summary,
        _ => reason,
    };
    fault.or(known).filter(|text| !text.is_empty())
}

fn outcome(account: &Account, proof: &Proof) -> (Markup, String) {
    let exit = account.result.number("exit_code").or(account.finished.number("exit_code"));
    let more = exit.map(|code| format!("exit code {code}")).unwrap_or_default();
    match account.outcome() {
        "" => (Mark::of(&proof.status).word(&words(&proof.status)), "no result is on record".to_owned()),
        outcome if is_sound(proof) => (Mark::of(outcome).word(&words(outcome)), more),
        outcome => (Mark::Care.word(&words(outcome)), "so it says, and it is not proved".to_owned()),
    }
}

fn production(account: &Account, proof: &Proof) -> (Markup, String) {
    let mode = words(match account.result.text("mode") {
        "" => account.started.text("mode"),
        mode => mode,
    });
    match account.result.is("verdict.production_ready") {
        true if !is_sound(proof) => (Mark::Bad.word("not proved"), mode),
        true => (Mark::Good.word("ready"), mode),
        false if mode.starts_with("production") => (Mark::Bad.word("not ready"), mode),
        false => (Mark::Calm.word("not ready"), mode),
    }
}

fn change(account: &Account) -> (Markup, String) {
    let changed = account.changed();
    let sum = |name: &str| changed.iter().filter_map(|file| file.number(name)).fold(0, u64::saturating_add);
    let lines = format!("+{} −{} lines", sum("lines_added"), sum("lines_removed"));
    let place = match account.result.text("placement") {
        "" => String::new(),
        "nowhere" => ", placed nowhere".to_owned(),
        place => format!(", in the {}", words(place)),
    };
    let what = match account.result.is_object() {
        true => counted(changed.len(), "file", "files"),
        false => counted(changed.len(), "operation", "operations"),
    };
    let more = if account.result.is_object() { format!("{lines}{place}") } else { String::new() };
    (html! { span.mark.plain { (what) } }, more)
}

fn whole(proof: &Proof) -> (Markup, String) {
    let records = counted(usize::try_from(proof.records).unwrap_or(usize::MAX), "record", "records");
    let signed = match (&proof.signed_by, proof.trusted) {
        (None, _) => "not signed".to_owned(),
        (Some(name), true) => format!("signed by {name}, a trusted key"),
        (Some(name), false) => format!("signed by {name}, a key that is not trusted here"),
    };
    let more = format!("{records}, {signed}");
    match (is_sound(proof), proof.status.as_str(), proof.trusted) {
        (false, ..) => (Mark::Bad.word("broken"), more),
        (true, "complete", true) => (Mark::Good.word("whole"), more),
        (true, "complete", false) => (Mark::Care.word("whole"), more),
        (true, status, _) => (Mark::Care.word(&words(status)), more),
    }
}
