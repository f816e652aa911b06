//! Rules against their own cases.

use symbols::Language;

use crate::{
    engine::{Engine, Hit},
    report::names,
    rules::{Case, Rules},
};

/// A case that did not come out right.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("rule `{rule}` of `{file}`, {language}: {fault}: `{code}`")]
pub struct CaseFault {
    /// The rule.
    pub rule: String,
    /// The file that it stands in.
    pub file: String,
    /// The language that the case was read as.
    pub language: &'static str,
    /// What is wrong.
    pub fault: String,
    /// The case.
    pub code: String,
}

/// Tries every case of every rule in every language that it is for.
pub fn check(rules: &Rules) -> Vec<CaseFault> {
    let mut engine = Engine::new(rules.clone());
    let mut faults = Vec::new();
    for number in 0..rules.rules.len() {
        let loaded = &rules.rules[number];
        let matches = loaded.rule.matches.iter().map(|case| (case, true));
        let misses = loaded.rule.misses.iter().map(|case| (case, false));
        for (case, expected) in matches.chain(misses) {
            for language in languages(case, &loaded.languages) {
                faults.extend(fault(&mut engine, number, case, language, expected));
            }
        }
    }
    faults
}

fn languages(case: &Case, all: &[Language]) -> Vec<Language> {
    match case {
        Case::Code(_) => all.to_vec(),
        Case::In { language, .. } => {
            Language::ALL.into_iter().filter(|known| known.name() == language).collect()
        }
    }
}

/// What a message names and a match does not have, so that `$NAME` itself would be told.
fn untold(message: &str, hit: &Hit) -> Option<String> {
    let names = names(message).into_iter().zip(0..);
    let mut untold = names.filter(|(_, number)| hit.bounds.iter().all(|(bound, ..)| bound != number));
    untold.next().map(|(name, _)| format!("its message names `${name}`, which this match does not have"))
}

fn fault(
    engine: &mut Engine,
    rule: usize,
    case: &Case,
    language: Language,
    expected: bool,
) -> Option<CaseFault> {
    let (Case::Code(code) | Case::In { code, .. }) = case;
    let fault = match engine.look(language, code.as_bytes()) {
        Err(unread) => crate::scanner::reason(&unread),
        Ok(said) if said.faults > 0 => "a case has to be code that can be read".to_owned(),
        Ok(said) => match (said.hits.iter().find(|hit| hit.rule as usize == rule), expected) {
            (None, true) => "it has to match".to_owned(),
            (Some(_), false) => "it must not match".to_owned(),
            (Some(hit), true) => untold(&engine.rules().rules[rule].rule.message, hit)?,
            (None, false) => return None,
        },
    };
    let loaded = &engine.rules().rules[rule];
    Some(CaseFault {
        rule: loaded.rule.id.clone(),
        file: engine.rules().files[loaded.file].name.clone(),
        language: language.name(),
        fault,
        code: code.clone(),
    })
}
