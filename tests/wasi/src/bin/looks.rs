//! A check as it should be: fails unless the file holds the word.

use std::process::ExitCode;

fn main() -> ExitCode {
    let words: Vec<_> = std::env::args().skip(1).collect();
    let [file, word] = words.as_slice() else { return ExitCode::FAILURE };
    let found = std::fs::read_to_string(file).is_ok_and(|text| text.contains(word));
    println!("`{word}` {} in `{file}`", if found { "is" } else { "is not" });
    if found { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
