//! The suite: what is called for, by the first argument.

mod attempt;
mod attempts;
mod cost;
mod judge;
mod listener;
mod proc;
mod raw;
mod read;
mod report;
mod run;
mod scene;
mod seen;
mod snapshot;
mod stage;
mod table;
mod trial;
mod victim;
mod who;

use std::process::ExitCode;

/// Does what it is called for.
pub fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["hold", ..] => hold(),
        ["cost"] => code(cost::print().is_ok()),
        ["attempt", name, marks] => attempt(name, marks),
        [attempts::HOG, what, ..] => code(attempts::be_hog(what).is_ok()),
        [victim::VICTIM, ..] => code(victim::be_victim().is_ok()),
        _ if !who::is_ready() && !is_listing(&words) => code(who::again(&arguments).unwrap_or(false)),
        _ => trial::all(),
    }
}

/// Whether only the names are asked for.
fn is_listing(words: &[&str]) -> bool {
    words.contains(&"--list")
}

fn hold() -> ExitCode {
    let rest: Vec<_> = std::env::args_os().skip(2).skip_while(|argument| argument == "--").collect();
    code(kernel::process::hold(&rest))
}

fn attempt(name: &str, marks: &str) -> ExitCode {
    let attempt = attempts::all().find(|attempt| attempt.name == name).expect("a name from the table");
    let marks = serde_json::from_str(marks).expect("marks from the scene");
    let told = (attempt.act)(&marks);
    println!("{}", told.line());
    code(told == attempt::Told::Reached)
}

fn code(is_good: bool) -> ExitCode {
    if is_good { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
