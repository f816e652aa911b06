//! The subcommands that source defines with clap's derive, argparse, click or typer.

use std::collections::BTreeSet;

/// The subcommands of a program.
#[derive(Debug, Default)]
pub(crate) struct Cli {
    names: BTreeSet<String>,
    defines: bool,
    /// Whether there may be more than is seen here, or words that are no subcommands.
    open: bool,
}

impl Cli {
    /// Whether a word is none of the subcommands, and nothing else that the program takes.
    pub(crate) fn lacks(&self, word: &str) -> bool {
        self.defines && !self.open && self.names.len() > 1 && !self.names.contains(&plain(word))
    }

    /// Takes in what a source file defines.
    pub(crate) fn take(&mut self, path: &str, text: &str) {
        let comment =
            |line: &&str| !line.trim_start().starts_with(if path.ends_with(".rs") { "//" } else { "#" });
        let bare: String = text.lines().filter(comment).flat_map(|line| [line, "\n"]).collect();
        if path.ends_with(".rs") { self.rust(&bare) } else { self.python(&bare) }
    }

    fn rust(&mut self, text: &str) {
        self.open |= ["external_subcommand", "augment_subcommands"].iter().any(|word| text.contains(word));
        self.quoted_after(text, "Command::new(");
        for (at, _) in text.match_indices("derive(") {
            let rest = &text[at..];
            let list = rest.split(')').next().unwrap_or("");
            if !list.split(|c: char| !c.is_alphanumeric()).any(|word| word == "Subcommand") {
                continue;
            }
            let Some((_, after)) = rest.split_once("enum ") else { continue };
            let Some((head, body)) = after.split_once('{') else { continue };
            self.defines = true;
            // A program that also runs without a subcommand may take other words.
            self.open |= text.contains(&format!("Option<{}", head.split('<').next().unwrap_or("").trim()));
            self.variants(body);
        }
    }

    /// The cases of an enum, and every text among their attributes.
    fn variants(&mut self, body: &str) {
        let (mut depth, mut item, mut end) = (0usize, String::new(), body.len());
        for (at, c) in body.char_indices() {
            match c {
                '(' | '[' | '{' => depth += 1,
                '}' if depth == 0 => {
                    end = at;
                    break;
                }
                ')' | ']' | '}' => depth = depth.saturating_sub(1),
                ',' if depth == 0 => self.variant(&std::mem::take(&mut item)),
                _ if depth == 0 => item.push(c),
                _ => {}
            }
        }
        self.variant(&item);
        self.open |= body[..end].contains("flatten");
        self.quoted(&body[..end]);
    }

    fn variant(&mut self, item: &str) {
        let word = item.split(|c: char| !(c.is_alphanumeric() || c == '_')).rfind(|word| !word.is_empty());
        self.names.extend(word.map(plain));
    }

    fn python(&mut self, text: &str) {
        let makes = ["add_subparsers(", "click.group(", "typer.Typer("];
        self.defines |= makes.iter().any(|word| text.contains(word));
        let more = ["MultiCommand", "(click.Group", "CommandCollection", "LazyGroup", "get_command(", "cls="];
        self.open |= text.contains("click") && more.iter().any(|word| text.contains(word));
        for (at, word) in text.match_indices("add_parser(") {
            let rest = text[at + word.len()..].trim_start();
            self.open |= !rest.starts_with(['"', '\'']);
        }
        for call in ["add_parser(", ".command(", ".group(", "add_command(", "add_typer("] {
            self.quoted_after(text, call);
            self.functions_after(text, call);
        }
    }

    /// The texts that a call is given.
    fn quoted_after(&mut self, text: &str, call: &str) {
        for (at, _) in text.match_indices(call) {
            let given = text[at + call.len()..].split(')').next().unwrap_or("");
            self.quoted(given);
        }
    }

    /// The function below a decorator, or the one that a call is given.
    fn functions_after(&mut self, text: &str, call: &str) {
        for (at, _) in text.match_indices(call) {
            let rest = &text[at + call.len()..];
            let given = rest.split([')', ',']).next().unwrap_or("").trim();
            let below = rest.split_once("def ").and_then(|(_, below)| below.split('(').next());
            for name in [Some(given), below].into_iter().flatten() {
                let name = plain(name.rsplit('.').next().unwrap_or(name));
                let ends = ["command", "cmd", "group", "cli"].iter().filter_map(|end| name.strip_suffix(end));
                self.names.extend(ends.map(str::to_owned).collect::<Vec<_>>());
                self.names.insert(name);
            }
        }
    }

    fn quoted(&mut self, text: &str) {
        let mut rest = text;
        while let Some(at) = rest.find(['"', '\'']) {
            let quote = &rest[at..=at];
            let Some((inner, after)) = rest[at + 1..].split_once(quote) else { return };
            self.names.insert(plain(inner));
            rest = after;
        }
    }
}

/// Libraries differ in how they write a name on the command line.
fn plain(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::Cli;

    fn lacks(path: &str, text: &str, word: &str) -> bool {
        let mut cli = Cli::default();
        cli.take(path, text);
        cli.lacks(word)
    }

    #[test]
    fn subcommands_are_told_from_other_words() {
        let rust = "#[derive(Debug, clap::Subcommand)]\nenum Act {\n  /// It's (one\n  #[command(alias = \"ls\")]\n  ListAll { a: u8 },\n  Build(Args),\n}\n";
        let argparse =
            "s = p.add_subparsers()\ns.add_parser('list-all', aliases=['ls'])\ns.add_parser(\"build\")\n";
        let click = "@click.group()\ndef main(): pass\n@main.command('ls')\ndef x(): pass\n@main.command()\ndef list_all(): pass\nmain.add_command(build)\n";
        for (path, text) in [("a.rs", rust), ("a.py", argparse), ("a.py", click)] {
            for word in ["list-all", "ls", "build"] {
                assert!(!lacks(path, text, word), "{text} {word}");
            }
            assert!(lacks(path, text, "deploy"), "{text}");
        }
        assert!(!lacks("a.rs", &format!("{rust}struct C {{ act: Option<Act> }}"), "deploy"));
        assert!(!lacks("a.rs", &rust.replace("Build", "#[command(flatten)] Build"), "deploy"));
        assert!(!lacks("a.py", &format!("{argparse}s.add_parser(name)"), "deploy"));
        assert!(!lacks("a.rs", "fn main() {}", "deploy"));
    }
}
