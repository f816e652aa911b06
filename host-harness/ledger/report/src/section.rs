//! The sections of the page, in the order in which they are read.

mod advice;
mod board;
mod capability;
mod compact;
mod decision;
mod finding;
mod head;
mod made;
mod model;
mod outcome;
mod proof;
mod request;
mod timeline;

use maud::{Markup, html};

use crate::{Proof, account::Account, diff::diff};

pub(crate) use head::{head, title};

/// A section before it stands in the page.
pub(crate) struct Section {
    pub id: &'static str,
    pub title: &'static str,
    pub body: Markup,
}

/// All sections below the head.
pub(crate) fn sections(account: &Account, proof: &Proof) -> Vec<Section> {
    let section = |id, title, body| Section { id, title, body };
    vec![
        section("request", "What was asked", request::request(account)),
        section("result", "What was done", outcome::outcome(account)),
        section("capabilities", "Capabilities", capability::capabilities(account)),
        section("timeline", "Timeline", timeline::timeline(account)),
        section("decisions", "Decisions", decision::decisions(account)),
        section("change", "The change", change(account)),
        section("board", "Checks and gates", board::board(account)),
        section("findings", "Findings", finding::findings(account)),
        section("models", "Models, tokens and cost", model::models(account)),
        section("approvals", "Approvals", decision::approvals(account)),
        section("artifacts", "Artifacts", made::artifacts(account)),
        section("warnings", "Warnings", advice::warnings(account)),
        section("next", "Next steps", advice::next_steps(account)),
        section("proof", "Proof", proof::proof(account, proof)),
    ]
}

fn change(account: &Account) -> Markup {
    match account.diff.is_empty() {
        true => nothing("No diff is on record."),
        false => diff(&account.diff),
    }
}

/// What a section says that has nothing to show.
fn nothing(text: &str) -> Markup {
    html! { p.nothing { (text) } }
}
