//! `RUN` instructions as runs and commands.

use finding::Span;

use super::Item;
use crate::{
    dockerfile::{Form, Instruction},
    shell::{Command, commands},
};

/// Values shown of one command: an argument list of a stranger may be long.
const WORDS_MAX: usize = 4096;

/// What a stage says of how its scripts are run.
#[derive(Debug, Clone, Default)]
pub(super) struct Shell {
    /// It is no shell of Unix.
    pub(super) foreign: bool,
    pub(super) pipefail: bool,
    /// It knows no `pipefail` or none is known to be meant.
    pub(super) named: bool,
}

struct Script {
    commands: Vec<(Command, Span)>,
    pipefail: bool,
}

/// What is run when a container starts or is asked for its health.
pub(super) fn started(one: &Instruction, shell: &Shell, out: &mut Vec<Item>) {
    let script = script(one, shell);
    let mounts = one.flag("mount").is_some();
    out.extend(script.commands.iter().map(|(command, span)| command_item("start", command, *span, mounts)));
}

pub(super) fn items(run: &Instruction, shell: &Shell, stage: usize, out: &mut Vec<Item>) {
    let script = script(run, shell);
    let mounts = run.flag("mount").is_some();
    let mut item = Item::new("run", "RUN", run.span);
    item.put("text", run.rest.as_str());
    item.put("stage", stage.to_string());
    for flag in &run.flags {
        item.put_at(format!("flag.{}", flag.name), flag.value.as_str(), flag.span);
    }
    item.mark("pipefail", script.pipefail);
    item.mark("shell-named", shell.named);
    let mut last = usize::MAX;
    for (command, span) in &script.commands {
        item.put_at("command", text(command), *span);
        item.put_at("program", command.program.as_str(), *span);
        if command.pipeline == last && !command.piped_from.is_empty() && !command.forgiven {
            item.put_at("piped", command.piped_from.join(" | "), *span);
        }
        last = command.pipeline;
    }
    out.push(item);
    out.extend(script.commands.iter().map(|(command, span)| command_item("command", command, *span, mounts)));
}

fn command_item(each: &'static str, command: &Command, span: Span, mounts: bool) -> Item {
    let mut item = Item::new(each, command.program.as_str(), span);
    item.put("program", command.program.as_str());
    item.put("text", text(command));
    for word in command.words.iter().take(WORDS_MAX) {
        let field =
            if word.text.len() > 1 && word.text.starts_with(['-', '+']) { "option" } else { "operand" };
        item.put(field, word.text.as_str());
    }
    if let Some(first) = command.words.iter().find(|word| !word.text.starts_with('-')) {
        item.put("sub", first.text.as_str());
    }
    for word in command.words.iter().filter(|word| !word.text.starts_with('-')).skip(1).take(WORDS_MAX) {
        item.put("target", word.text.as_str());
    }
    command.wrappers.iter().for_each(|wrapper| item.put("wrapper", wrapper.as_str()));
    command.assigned.iter().for_each(|text| item.put("assigned", text.as_str()));
    command.redirects.iter().for_each(|word| item.put("redirect", word.text.as_str()));
    command.piped_from.iter().for_each(|name| item.put("piped-from", name.as_str()));
    command.inside.iter().for_each(|name| item.put("inside", name.as_str()));
    item.mark("mounts", mounts);
    item
}

/// A command on one line, without what it was started through.
fn text(command: &Command) -> String {
    let mut text = command.program.clone();
    for word in command.words.iter().take(WORDS_MAX) {
        text.push(' ');
        text.push_str(&word.text);
    }
    text
}

fn script(run: &Instruction, shell: &Shell) -> Script {
    if shell.foreign {
        return Script { commands: Vec::new(), pipefail: false };
    }
    if run.form == Form::Exec {
        return exec(run, shell);
    }
    let mut script = Script { commands: Vec::new(), pipefail: shell.pipefail };
    let text = without_heredoc_signs(run);
    let own = commands(&text);
    let feeds =
        own.is_empty() || own.iter().any(|command| is_shell(&command.program) && !has_script(command));
    script.pipefail |= sets_pipefail(&own);
    script.commands.extend(own.into_iter().map(|command| {
        let span = run.span_at(command.at);
        (command, span)
    }));
    if feeds {
        for (doc, start) in run.heredocs.iter().zip(&run.heredoc_spans) {
            heredoc(&doc.body, start.line, &mut script);
        }
    }
    script
}

fn exec(run: &Instruction, shell: &Shell) -> Script {
    let quoted = run.words.iter().map(|word| format!("'{}'", word.text.replace('\'', "'\\''")));
    let own = commands(&quoted.collect::<Vec<_>>().join(" "));
    let pipefail = shell.pipefail || sets_pipefail(&own);
    let placed = own.into_iter().map(|command| (command, run.span));
    Script { commands: placed.collect(), pipefail }
}

fn heredoc(body: &str, line: u32, script: &mut Script) {
    if let Some(first) = body.lines().next().filter(|first| first.starts_with("#!"))
        && !first.contains("sh")
    {
        return;
    }
    let own = commands(body);
    script.pipefail |=
        sets_pipefail(&own) || body.lines().next().is_some_and(|line| line.contains("pipefail"));
    let mut at = 0;
    let mut number = line;
    for command in own {
        // A substitution stands before the command that it is in: it may lead back a little.
        let breaks = |text: &str| u32::try_from(text.matches('\n').count()).unwrap_or(u32::MAX);
        if command.at >= at {
            number = number.saturating_add(body.get(at..command.at).map_or(0, breaks));
            at = command.at;
        }
        script.commands.push((command, Span::line(number)));
    }
}

fn without_heredoc_signs(run: &Instruction) -> String {
    if run.heredocs.is_empty() {
        return run.rest.clone();
    }
    // Their bodies are not in this text: a shell would look for them on the next line.
    run.rest
        .replace("<<", "  ")
        .split(' ')
        .map(|word| {
            let bare = word.trim_start_matches('-').trim_matches(['"', '\'']);
            let names_one = run.heredocs.iter().any(|doc| doc.name == bare);
            if names_one { " ".repeat(word.len()) } else { word.to_owned() }
        })
        .collect::<Vec<_>>()
        .join(" ")
}

fn is_shell(program: &str) -> bool {
    ["sh", "bash", "ash", "dash", "zsh", "ksh"].contains(&program)
}

fn has_script(command: &Command) -> bool {
    command.words.iter().any(|word| !word.text.starts_with(['-', '+']) && word.text != "pipefail")
}

fn sets_pipefail(commands: &[Command]) -> bool {
    let sets = |command: &Command| {
        (command.program == "set" || is_shell(&command.program))
            && command.words.iter().any(|word| word.text == "pipefail" || word.text.ends_with("pipefail"))
    };
    commands.iter().any(sets)
}
