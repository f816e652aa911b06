//! The page itself. It loads nothing and runs nothing, and its policy says so to the browser.

use maud::{DOCTYPE, Markup, PreEscaped, html};

use crate::{
    Proof,
    account::Account,
    section::{Section, head, sections, title},
};

/// Whatever a stranger might have written: nothing is loaded, nothing runs.
const POLICY: &str =
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'";

const STYLE: &str = concat!(include_str!("style.css"), include_str!("print.css"));

pub(crate) fn page(account: &Account, proof: &Proof) -> Markup {
    let sections = sections(account, proof);
    html! {
        (DOCTYPE)
        html lang="en" {
            (meta(&title(account, proof)))
            body {
                a.skip href="#main" { "Skip to the report" }
                main #main {
                    (head(account, proof))
                    (contents(&sections))
                    @for section in &sections { (framed(section)) }
                }
                footer { p { "Written by AGenNext Code Assist from the records of the run. It loads nothing and runs nothing." } }
            }
        }
    }
}

fn meta(title: &str) -> Markup {
    html! {
        head {
            meta charset="utf-8";
            meta http-equiv="Content-Security-Policy" content=(POLICY);
            meta name="viewport" content="width=device-width, initial-scale=1";
            meta name="color-scheme" content="light dark";
            meta name="referrer" content="no-referrer";
            title { (title) }
            link rel="icon" href="data:,";
            style { (PreEscaped(STYLE)) }
        }
    }
}

fn contents(sections: &[Section]) -> Markup {
    html! {
        nav aria-label="Contents" {
            ul { @for section in sections { li { a href=(format!("#{}", section.id)) { (section.title) } } } }
        }
    }
}

fn framed(section: &Section) -> Markup {
    let id = section.id;
    html! {
        section id=(id) aria-labelledby=(format!("{id}-title")) {
            h2 id=(format!("{id}-title")) { (section.title) }
            div.body { (section.body) }
        }
    }
}
