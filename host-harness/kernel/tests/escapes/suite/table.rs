//! The table of all attempts, as a page of the documentation.

use std::path::PathBuf;

use super::{
    attempt::{Attempt, Outside, Under, Whose},
    attempts::GROUPS,
};

const BEGINNING: &str = "# Escape attempts

What a hostile check tries, and what comes of it. This page is written by the suite that makes the
attempts, `host-harness/kernel/tests/escapes`; `BLESS=1 cargo test -p
code-assist-host-harness-kernel --test escapes` writes it anew.

Each attempt is made inside the sandbox, as root and as a plain user, with every backend that the
machine has. Whether it was held is judged from outside: by what stands in folders, listeners,
processes, terminals and the result. Where only the system's answer can tell, the attempt's word is
taken, and that it would get there without the sandbox is shown by making it there, too; the last
column says by whom. Besides its own sign each attempt is looked at for all others: no planted
secret in its output, no folder changed, nobody heard of it, no process harmed or left, no mount.
";

const LACKS: &str = "
## What bubblewrap does not hold

| attempt | why |
|---|---|
";

const REST: &str = "
## What remains

No attempt here is known to get out. These are known to be possible, and are held by nothing:

- What is shown read-only are the machine's own files. A check can lock them (`flock`), ask to be told
  before they are written (leases) and see when somebody opens them (inotify), as long as it runs.
- A check can measure: the load of the machine, how long its caches take to answer, and what side
  channels of its processors tell.
- It shares the kernel. A fault in a system call that the filter lets through is one that it can use.
- Where no control group can be had, limits on memory and processes are kept by looking every few
  milliseconds: more may be used for as long. Memory that nothing maps any more (shared memory that
  was let go of) is then not seen.
- Reading and writing wear on disks, caches and processors that others use, within the limits.
";

/// The page.
pub fn page() -> String {
    let mut text = BEGINNING.to_owned();
    let mut number = 0;
    for (title, attempts) in GROUPS {
        text += &format!(
            "\n## {title}\n\n| | attempt | tries | expected | without the sandbox |\n|---|---|---|---|---|\n"
        );
        for attempt in *attempts {
            number += 1;
            text += &row(number, attempt);
        }
    }
    text + &lacks()
}

/// What bubblewrap does not hold.
fn lacks() -> String {
    let lacks = GROUPS.iter().flat_map(|(_, attempts)| *attempts);
    let rows = lacks.filter_map(|attempt| Some(format!("| {} | {} |\n", attempt.name, attempt.lacking?)));
    format!("{LACKS}{}{REST}", rows.collect::<String>())
}

fn row(number: usize, attempt: &Attempt) -> String {
    let outside = match attempt.outside {
        Outside::NotTried(reason) => format!("not tried: {reason}"),
        Outside::Shown(whose, under) => format!("{}{}", by(whose), held_by(under)),
    };
    let Attempt { name, tries, expected, .. } = attempt;
    format!("| {number} | {name} | {tries} | {expected} | {outside} |\n")
}

fn by(whose: Whose) -> &'static str {
    match whose {
        Whose::Anyone => "gets there",
        Whose::Root => "gets there as root",
        Whose::FullRoot => "gets there as root with every capability",
        Whose::Plain => "gets there as a plain user",
    }
}

fn held_by(under: Under) -> &'static str {
    match under {
        Under::Runner => "",
        Under::Holder => ", unsandboxed",
    }
}

/// Compares the page with the one that is there, or writes it.
pub fn check() -> Result<(), String> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../docs/reference/escapes.md");
    if std::env::var_os("BLESS").is_some() {
        return std::fs::write(&path, page()).map_err(|error| error.to_string());
    }
    let there = std::fs::read_to_string(&path).map_err(|error| error.to_string())?;
    let command = "`BLESS=1 cargo test -p code-assist-host-harness-kernel --test escapes` writes it";
    if there == page() { Ok(()) } else { Err(format!("docs/reference/escapes.md differs; {command}")) }
}
