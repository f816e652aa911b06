use std::fmt::Write as _;

use super::{DeploymentPlan, Validity};

/// The plan for people. What a stranger wrote stands in code only, where it is nothing else.
pub(super) fn of(plan: &DeploymentPlan) -> String {
    let mut text = format!(
        "# Deployment of `{}` ({}), planned\n\nNothing was done. It would be:\n\n",
        plan.target, plan.kind
    );
    for (index, step) in plan.steps.iter().enumerate() {
        let argv: Vec<_> = step.argv.iter().map(|word| quoted(word)).collect();
        let _ = writeln!(text, "{}. {}\n\n{}", index + 1, step.what, fenced(&argv.join(" ")));
    }
    for document in &plan.documents {
        let _ = writeln!(text, "`{}` would hold:\n\n{}", document.name, fenced(&document.text));
    }
    if !plan.files.is_empty() {
        let _ = writeln!(
            text,
            "{} of the repository's files:\n\n{}",
            plan.files.len(),
            fenced(&plan.files.join("\n"))
        );
    }
    text.push_str("| what | outcome | by | said |\n|---|---|---|---|\n");
    for validation in &plan.validations {
        let outcome = match validation.outcome {
            Validity::Valid => "valid",
            Validity::Invalid => "**invalid**",
            Validity::NotValidated => "-",
        };
        let _ = writeln!(
            text,
            "| {} | {outcome} | {} | {} |",
            cell(&validation.what),
            cell(&validation.by),
            cell(&validation.message)
        );
    }
    text
}

fn fenced(text: &str) -> String {
    let indented: Vec<_> = text.lines().map(|line| format!("    {line}")).collect();
    format!("{}\n", indented.join("\n"))
}

fn cell(text: &str) -> String {
    match text.is_empty() {
        true => String::new(),
        false => format!("`{}`", text.replace(['`', '\n', '|'], " ")),
    }
}

/// A word as a shell would have to be given it.
pub(super) fn quoted(word: &str) -> String {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"-_./:@=,+".contains(&b);
    match !word.is_empty() && word.bytes().all(plain) {
        true => word.to_owned(),
        false => format!("'{}'", word.replace('\'', "'\\''")),
    }
}
