use std::{
    io::{self, IsTerminal as _, Write as _},
    sync::mpsc::{self, RecvTimeoutError},
    time::Duration,
};

use indicatif::ProgressBar;
use kernel::input;
use runner::{
    Control,
    approver::{Approver, Effect, Said},
};

use super::{line, style};

/// Characters of a line; a longer one would push the others away.
const LINE_CHARS_MAX: usize = 400;
/// Lines of an effect that a person can still read. What has more can't be answered here.
const LINES_MAX: usize = 500;
/// How often the run's end is looked for while a person thinks.
const GLANCE: Duration = Duration::from_millis(100);

/// The person at the terminal.
pub(crate) struct Person {
    bar: ProgressBar,
}

impl Person {
    /// `bar` is what shows on the terminal meanwhile.
    pub fn new(bar: ProgressBar) -> Self {
        Self { bar }
    }
}

impl Approver for Person {
    fn ask(&mut self, effect: &Effect, control: &Control) -> Said {
        match io::stdin().is_terminal() && io::stderr().is_terminal() {
            true => self.bar.suspend(|| ask(effect, control)),
            false => Said::Nobody,
        }
    }
}

fn ask(effect: &Effect, control: &Control) -> Said {
    if effect.lines.len() > LINES_MAX || show(effect).is_err() {
        return Said::Nobody;
    }
    input::forget_typed();
    match answer(control) {
        Some(text) if text.trim() == "yes" => Said::Yes,
        Some(_) => Said::No,
        None => Said::Nobody,
    }
}

/// A line that says how much of it is missing.
fn cut(text: &str) -> String {
    let more = text.chars().count().saturating_sub(LINE_CHARS_MAX);
    let start: String = text.chars().take(LINE_CHARS_MAX).collect();
    if more == 0 { start } else { format!("{start}... ({more} characters more)") }
}

fn show(effect: &Effect) -> io::Result<()> {
    let mut out = anstream::stderr().lock();
    let (title, faint, reset) = (style::TITLE, style::FAINT, style::RESET);
    writeln!(out, "{title}May this happen?{reset}  {}", effect.function)?;
    for text in &effect.lines {
        writeln!(out, "    {}", cut(&line(text)))?;
    }
    for why in &effect.why {
        writeln!(out, "  {faint}asked because{reset} {}", cut(&line(why)))?;
    }
    writeln!(out, "  {faint}request{reset}       {}", effect.request_sha256)?;
    write!(out, "  {title}yes{reset} to let it happen, anything else to refuse: ")?;
    out.flush()
}

/// The line that is typed; nothing when the run has to end or the terminal goes away.
fn answer(control: &Control) -> Option<String> {
    let (send, receive) = mpsc::channel();
    std::thread::spawn(move || {
        let mut text = String::new();
        let read = io::stdin().read_line(&mut text);
        let _ = send.send(read.ok().filter(|bytes| *bytes > 0).map(|_| text));
    });
    loop {
        match receive.recv_timeout(GLANCE) {
            Ok(text) => return text,
            Err(RecvTimeoutError::Timeout) if !control.must_end() => {}
            Err(_) => return None,
        }
    }
}
