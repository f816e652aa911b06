//! Commands as programs with arguments: keywords, wrappers and inner scripts are opened.

use super::lexer::{Raw, Word, lex};

/// A program that is run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Command {
    /// Its name without its folder.
    pub(crate) program: String,
    /// What it is given.
    pub(crate) words: Vec<Word>,
    /// What it was started through, such as `sudo`.
    pub(crate) wrappers: Vec<String>,
    /// Variables that are set for it.
    pub(crate) assigned: Vec<String>,
    pub(crate) redirects: Vec<Word>,
    /// The programs whose output it reads.
    pub(crate) piped_from: Vec<String>,
    /// The program in whose substitution it stands.
    pub(crate) inside: Option<String>,
    pub(crate) at: usize,
    pub(crate) pipeline: usize,
    pub(crate) forgiven: bool,
}

/// Scripts in scripts, such as `sh -c "sh -c …"`, are opened this deep.
const SCRIPTS_MAX: usize = 3;
const SHELLS: &[&str] = &["sh", "bash", "ash", "dash", "zsh", "ksh"];
const KEYWORDS: &[&str] =
    &["if", "then", "else", "elif", "while", "until", "do", "!", "{", "}", "fi", "done", "esac"];
/// Programs that run another, with those of their options that take a value.
const WRAPPERS: &[(&str, &[&str])] = &[
    ("sudo", &["-u", "-g", "-h", "-p", "-C", "-r", "-t", "-U"]),
    ("doas", &["-u"]),
    ("env", &["-u", "-C", "-S"]),
    ("exec", &["-a"]),
    ("command", &[]),
    ("builtin", &[]),
    ("nohup", &[]),
    ("time", &["-f", "-o"]),
    ("nice", &["-n"]),
    ("xargs", &["-n", "-I", "-P", "-L", "-d", "-a", "-s"]),
    ("timeout", &["-k", "-s"]),
    ("gosu", &[]),
    ("su-exec", &[]),
    ("eatmydata", &[]),
    ("busybox", &[]),
    ("retry", &["-t", "-d"]),
];
/// Of these, the first operand is not the program.
const WITH_OPERAND: &[&str] = &["timeout", "gosu", "su-exec"];

/// The commands of a script, in order.
pub(crate) fn commands(script: &str) -> Vec<Command> {
    let mut out = Vec::new();
    open(script, None, SCRIPTS_MAX, &mut out);
    out
}

fn open(script: &str, fixed: Option<usize>, depth: usize, out: &mut Vec<Command>) {
    let first = out.len();
    let base = out.last().map_or(0, |last: &Command| last.pipeline + 1);
    for raw in lex(script) {
        let Some(mut command) = command(&raw) else { continue };
        command.pipeline += base;
        if let Some(at) = fixed {
            command.at = at;
            command.words.iter_mut().for_each(|word| word.at = at);
        }
        let inner = script_of(&command).filter(|_| depth > 0).cloned();
        out.push(command);
        if let Some(inner) = inner {
            open(&inner.text, Some(inner.at), depth - 1, out);
        }
    }
    pipe(&mut out[first..]);
}

/// The names of programs that a command reads from; a pipeline of a stranger may be long.
fn pipe(commands: &mut [Command]) {
    const SOURCES_MAX: usize = 8;
    for at in 1..commands.len() {
        let (before, rest) = commands.split_at_mut(at);
        let (Some(last), Some(this)) = (before.last(), rest.first_mut()) else { continue };
        if last.pipeline == this.pipeline && this.piped_from.is_empty() {
            this.piped_from = last.piped_from.iter().rev().take(SOURCES_MAX).rev().cloned().collect();
            this.piped_from.push(last.program.clone());
        }
    }
}

fn command(raw: &Raw) -> Option<Command> {
    let mut words = raw.words.as_slice();
    let mut assigned = Vec::new();
    let mut wrappers = Vec::new();
    loop {
        let (first, rest) = words.split_first()?;
        if KEYWORDS.contains(&first.text.as_str()) {
            words = rest;
        } else if is_assignment(&first.text) {
            assigned.push(first.text.clone());
            words = rest;
            if words.is_empty() {
                break;
            }
        } else if let Some((name, options)) = wrapper(first).filter(|_| !rest.is_empty()) {
            wrappers.push(name.to_owned());
            words = after_options(rest, options, WITH_OPERAND.contains(&name));
            if words.is_empty() {
                words = raw.words.get(raw.words.len() - 1..)?;
                break;
            }
        } else {
            break;
        }
    }
    let (program, words) = match words.split_first() {
        Some((first, rest)) => (name_of(&first.text), rest.to_vec()),
        None => (String::new(), Vec::new()),
    };
    Some(Command {
        program,
        words,
        wrappers,
        assigned,
        redirects: raw.redirects.clone(),
        piped_from: Vec::new(),
        inside: outer(&raw.inside),
        at: raw.words.first().map_or(0, |word| word.at),
        pipeline: raw.pipeline,
        forgiven: raw.forgiven,
    })
}

fn outer(inside: &[Word]) -> Option<String> {
    let plain = |word: &&Word| !is_assignment(&word.text) && wrapper(word).is_none();
    let first = inside.iter().find(|word| plain(word) && !KEYWORDS.contains(&word.text.as_str()))?;
    Some(name_of(&first.text))
}

fn name_of(text: &str) -> String {
    text.rsplit('/').next().unwrap_or(text).to_owned()
}

fn wrapper(word: &Word) -> Option<(&'static str, &'static [&'static str])> {
    let name = word.text.rsplit('/').next()?;
    WRAPPERS.iter().find(|(wrapper, _)| *wrapper == name).copied()
}

fn after_options<'a>(mut words: &'a [Word], with_value: &[&str], operand: bool) -> &'a [Word] {
    while let Some((first, rest)) = words.split_first() {
        if !first.text.starts_with('-') && !is_assignment(&first.text) {
            break;
        }
        let skip = usize::from(with_value.contains(&first.text.as_str()));
        words = rest.get(skip..).unwrap_or(&[]);
    }
    if operand { words.get(1..).unwrap_or(&[]) } else { words }
}

fn is_assignment(text: &str) -> bool {
    let Some((name, _)) = text.split_once('=') else { return false };
    !name.is_empty()
        && !name.starts_with(|c: char| c.is_ascii_digit())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// The script in `sh -c "…"`, `eval "…"` and `su -c "…"`.
fn script_of(command: &Command) -> Option<&Word> {
    if command.program == "eval" {
        return command.words.first();
    }
    if !SHELLS.contains(&command.program.as_str()) && command.program != "su" {
        return None;
    }
    let is_c = |word: &Word| {
        let letters = word.text.strip_prefix('-').unwrap_or("");
        letters.ends_with('c') && letters.bytes().all(|byte| byte.is_ascii_alphabetic())
    };
    let at = command.words.iter().position(is_c)?;
    command.words.get(at + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(script: &str) -> Vec<String> {
        commands(script).into_iter().map(|command| command.program).collect()
    }

    #[test]
    fn commands_are_told_apart() {
        assert_eq!(names("a && b || c; d | e & f\ng # h"), ["a", "b", "c", "d", "e", "f", "g"]);
        assert_eq!(names("if [ -f x ]; then y; else z; fi"), ["[", "y", "z"]);
        assert_eq!(names("A=1 B='2 3' /usr/bin/x 'a && b' \"c; d\" e\\ f"), ["x"]);
        assert_eq!(names("x <<E\nrm -rf /\nE\ny"), ["x", "y"]);
        assert_eq!(names("sudo -u root env A=1 timeout -k 5 10 x"), ["x"]);
        assert_eq!(names("(a; b) 2>&1 >c &>d"), ["a", "b"]);
    }

    #[test]
    fn substitutions_and_scripts_are_opened() {
        assert_eq!(names("a \"$(b `c`)\" $((1 + 2)) ${x:-y}"), ["c", "b", "a"]);
        assert_eq!(names("bash -euxc 'a | b'"), ["bash", "a", "b"]);
        let inner = commands("sudo bash <(curl x)").into_iter().find(|command| command.program == "curl");
        assert_eq!(inner.unwrap().inside.as_deref(), Some("bash"));
    }

    #[test]
    fn pipes_are_followed() {
        let all = commands("curl x | tee y | sudo sh -s; sh z");
        assert_eq!(all[2].piped_from, ["curl", "tee"]);
        assert!(all[3].piped_from.is_empty());
    }

    #[test]
    fn what_never_ends_is_forgiven() {
        for text in ["'", "\"", "$(", "`", "${", "$((", "<<", "<(", "a \\", ")))(", "sh -c"] {
            let _ = commands(text);
            let _ = commands(&text.repeat(2000));
        }
    }
}
