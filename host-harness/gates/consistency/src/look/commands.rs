//! Commands that a reader is told to type: what they name has to be there.

use super::{Told, cargo};
use crate::{
    document::{Document, Kind},
    manifest::{Manifests, Targets},
    place,
    repository::Repository,
    shell::{Command, is_plain},
};

pub(super) fn look(
    repository: &Repository<'_>,
    document: &Document,
    commands: &[Command],
    told: &mut Vec<Told>,
) {
    let known = commands.iter().filter(|command| !command.folders.is_empty());
    for command in known {
        let mut one = One { repository, document, command, told };
        match command.word(0) {
            "cargo" => cargo::look(&mut one),
            "npm" | "pnpm" | "yarn" | "bun" => one.node(),
            "make" | "gmake" => one.make(),
            "just" => one.just(),
            "python" | "python3" | "py" => one.python(),
            "node" | "bash" | "sh" | "ruby" | "deno" | "php" | "source" | "." => one.program(1),
            "pip" | "pip3" => one.pip(),
            "uv" if command.word(1) == "pip" => one.pip(),
            "go" => one.go(),
            "docker" | "docker-compose" | "podman" => one.docker(),
            "git" => one.clone(),
            word if word.starts_with("./") => one.program(0),
            _ => {}
        }
    }
}

/// Folders that a build makes.
const BUILT: [&str; 9] = ["dist", "build", "target", "out", "bin", "node_modules", "venv", ".venv", "vendor"];

/// A command that is looked at.
pub(super) struct One<'a> {
    repository: &'a Repository<'a>,
    document: &'a Document,
    pub(super) command: &'a Command,
    told: &'a mut Vec<Told>,
}

impl One<'_> {
    pub(super) fn manifests(&self) -> &Manifests {
        self.repository.manifests()
    }

    pub(super) fn tell(&mut self, rule: &'static str, object: &str, why: String) {
        self.told.push(Told::new(rule, self.command.line, object, why));
    }

    /// A file or folder that a command names, seen from wherever it may be typed.
    pub(super) fn path(&mut self, path: &str) {
        let path = path.trim_end_matches("/...").trim_end_matches('/');
        if !is_plain(path) || path.starts_with(['/', '~', '-']) || path.contains("://") {
            return;
        }
        let first = path.trim_start_matches("./").split('/').next().unwrap_or("");
        if BUILT.contains(&first) {
            return;
        }
        let inside = |folder: &String| place::resolve(folder, path);
        let places: Vec<_> = self.command.folders.iter().filter_map(inside).collect();
        let there = places.iter().any(|place| self.repository.has(place));
        // A script of a folder that is there is not one that a reader is told to write.
        let (name, bare) = (place::name(path), !path.trim_start_matches("./").contains('/'));
        let said = &self.document.said;
        if places.is_empty() || there || said.fetches(name) || (bare && said.makes(name)) {
            return;
        }
        self.tell("consistency/command", path, format!("there is no `{}`", path.trim_start_matches("./")));
    }

    /// A script that is run: one with an ending that scripts have.
    fn program(&mut self, at: usize) {
        let word = self.command.word(at).to_owned();
        let scripts = ["sh", "bash", "py", "js", "mjs", "ts", "rb", "pl", "ps1", "php"];
        let script = place::ending(&word).is_some_and(|ending| scripts.contains(&ending.as_str()));
        let bare = !word.trim_start_matches("./").contains('/');
        if script && !(bare && self.document.kind == Kind::Guide) {
            self.path(&word);
        }
    }

    fn node(&mut self) {
        let (tool, first) = (self.command.word(0), self.command.word(1));
        let name = match first {
            "run" | "run-script" => self.command.words.iter().skip(2).find(|word| !word.starts_with('-')),
            "test" if tool != "bun" => self.command.words.get(1),
            _ => None,
        };
        let Some(name) = name.filter(|name| is_plain(name)).cloned() else { return };
        let manifests = self.manifests();
        let in_text = self.document.said.keys.contains(&name);
        let file = tool == "bun" && name.contains('.');
        if manifests.node.is_empty() || manifests.scripts.contains(&name) || in_text || file {
            return;
        }
        self.tell("consistency/script", &name, "no `package.json` has such a script".to_owned());
    }

    fn make(&mut self) {
        let Some(targets) = &self.manifests().make else { return };
        let mut words = self.command.words.iter().skip(1).peekable();
        let mut wanted = Vec::new();
        while let Some(word) = words.next() {
            match word.as_str() {
                "-C" | "-f" | "-I" | "-o" | "-W" => drop(words.next()),
                "-j" | "-l" => drop(words.next_if(|next| next.chars().all(|c| c.is_ascii_digit()))),
                word if word.starts_with('-') || word.contains('=') => {}
                word => wanted.push(word.to_owned()),
            }
        }
        let missing = missing(targets, &wanted);
        // `make sure that` is no command.
        if wanted.len() <= 4 {
            for name in missing {
                self.tell("consistency/target", &name, "no Makefile has such a target".to_owned());
            }
        }
    }

    fn just(&mut self) {
        let Some(targets) = &self.manifests().just else { return };
        let name: Vec<_> = self.command.words.get(1).into_iter().cloned().collect();
        for name in missing(targets, &name).into_iter().filter(|name| !name.starts_with('-')) {
            self.tell("consistency/target", &name, "no justfile has such a recipe".to_owned());
        }
    }

    fn python(&mut self) {
        let module = self.command.values(&["-m"]).first().map(|module| (*module).to_owned());
        let Some(module) = module else { return self.program(1) };
        if module == "pip" {
            return self.pip();
        }
        let Some((package, _)) = module.split_once('.') else { return };
        let (path, roots) = (module.replace('.', "/"), ["", "src/", "python/", "lib/"]);
        let any = |path: &str| {
            let folders = self.command.folders.iter();
            folders
                .flat_map(|folder| roots.map(|root| place::resolve(folder, &format!("{root}{path}"))))
                .any(|path| path.is_some_and(|path| self.repository.has(&path)))
        };
        if any(package) && !any(&path) && !any(&format!("{path}.py")) && !any(&format!("{path}.pyx")) {
            self.tell("consistency/command", &module, "there is no such module".to_owned());
        }
    }

    fn pip(&mut self) {
        for file in self.command.values(&["-r", "--requirement"]) {
            self.path(file);
        }
        let words: Vec<_> = self.command.words.iter().filter_map(|word| word.split_once('[')).collect();
        let manifests = self.manifests();
        let Some(known) = &manifests.extras else { return };
        let plain = |name: &str| name.to_ascii_lowercase().replace(['_', '.'], "-");
        let known: Vec<_> = known.iter().map(|extra| plain(extra)).collect();
        let mut missing = Vec::new();
        for (name, extras) in words {
            let own =
                name.starts_with('.') || manifests.python.iter().any(|own| plain(&own.name) == plain(name));
            let extras = extras.split(']').next().unwrap_or("").split(',').map(str::trim);
            let plainly = extras.filter(|extra| own && is_plain(extra) && !extra.contains("..."));
            missing.extend(plainly.filter(|extra| !known.contains(&plain(extra))).map(str::to_owned));
        }
        for extra in missing {
            self.tell("consistency/command", &extra, "`pyproject.toml` has no such extra".to_owned());
        }
    }

    fn go(&mut self) {
        if !["run", "build", "test", "install", "vet"].contains(&self.command.word(1)) {
            return;
        }
        let words = self.command.words.iter().skip(2).take_while(|word| *word != "--");
        let path = words.filter(|word| word.starts_with("./")).map(|word| word.trim_end_matches("..."));
        if let Some(path) = path.clone().next().map(str::to_owned).filter(|_| !self.manifests().go.is_empty())
        {
            self.path(&path);
        }
    }

    fn docker(&mut self) {
        let words: Vec<_> = self.command.words.iter().map(String::as_str).collect();
        let compose = words[0] == "docker-compose" || self.command.word(1) == "compose";
        if self.command.word(1) == "build" || compose {
            for file in self.command.values(&["-f", "--file"]) {
                self.path(file);
            }
        }
        let action = words.iter().position(|word| ["up", "run", "exec", "logs", "restart"].contains(word));
        let Some(action) = action.filter(|_| compose) else { return };
        let several = words[action] == "up" || words[action] == "restart";
        let plain = |word: &&&str| !word.starts_with('-') && is_plain(word);
        // Options that take a word of their own make it unclear which word is a service.
        if words[..action].contains(&"-f")
            || words[action..].iter().any(|word| {
                ["-e", "-u", "-v", "-p", "-w", "-n", "-t"].contains(word)
                    || word.starts_with("--")
                        && !word.contains('=')
                        && !["--build", "--detach", "--rm", "--follow", "--force-recreate"].contains(word)
            })
        {
            return;
        }
        let names = words[action + 1..].iter().filter(plain).take(if several { 10 } else { 1 });
        let Some(services) = &self.manifests().services else { return };
        let missing: Vec<_> =
            names.filter(|name| !services.contains(**name)).map(|name| (*name).to_owned()).collect();
        for name in missing {
            self.tell("consistency/service", &name, "no compose file has such a service".to_owned());
        }
    }

    /// A clone of something by this project's name from somewhere else.
    fn clone(&mut self) {
        if self.command.word(1) != "clone" {
            return;
        }
        let Some(url) = self.command.words.iter().skip(2).find(|word| word.contains('/')).cloned() else {
            return;
        };
        let Some(own) =
            self.manifests().addresses.iter().next().filter(|_| self.manifests().addresses.len() == 1)
        else {
            return;
        };
        let (said, known) = (address(&url), address(own));
        let name = |address: &str| place::name(address).to_owned();
        let same_host = said.split('/').next() == known.split('/').next();
        if is_plain(&url) && same_host && name(&said) == name(&known) && said != known {
            let why = format!("the manifest says `{own}`");
            self.tell("consistency/clone", &url, why);
        }
    }
}

fn missing(targets: &Targets, wanted: &[String]) -> Vec<String> {
    let open = targets.open || targets.names.is_empty();
    let known = |name: &&String| is_plain(name) && !targets.names.contains(*name);
    wanted.iter().filter(|_| !open).filter(known).cloned().collect()
}

/// Host and path of a repository's address, however it is written.
pub(super) fn address(url: &str) -> String {
    let url = url.trim_start_matches("git+");
    let url = url.split_once("://").map_or(url, |(_, rest)| rest);
    let url = url.rsplit_once('@').map_or(url, |(_, rest)| rest);
    let url = url.trim_end_matches('/').trim_end_matches(".git").replace(':', "/");
    let url = url.strip_prefix("github/").map_or(url.clone(), |rest| format!("github.com/{rest}"));
    url.trim_start_matches("www.").to_ascii_lowercase()
}
