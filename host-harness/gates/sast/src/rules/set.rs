use symbols::Language;

use super::{
    RuleFault,
    written::{Pattern, Rule, Written},
};

/// The languages that rules may be for.
pub(crate) const LANGUAGES: [Language; 8] = [
    Language::C,
    Language::Cpp,
    Language::Go,
    Language::Java,
    Language::JavaScript,
    Language::Python,
    Language::Rust,
    Language::Tsx,
];

const EMBEDDED: &[(&str, &str)] = &[
    ("c.toml", include_str!("../../rules/c.toml")),
    ("go.toml", include_str!("../../rules/go.toml")),
    ("java.toml", include_str!("../../rules/java.toml")),
    ("javascript.toml", include_str!("../../rules/javascript.toml")),
    ("python.toml", include_str!("../../rules/python.toml")),
    ("rust.toml", include_str!("../../rules/rust.toml")),
];

/// Rules that one file may have; more are a mistake.
const RULES_MAX: usize = 10_000;

/// A file of rules.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleFile {
    /// What it is called in messages.
    pub name: String,
    /// What is in it.
    pub text: String,
}

/// Rules that were read and have their cases.
#[derive(Debug, Clone)]
pub struct Rules {
    pub(crate) files: Vec<RuleFile>,
    pub(crate) rules: Vec<Loaded>,
}

/// A rule and where it comes from.
#[derive(Debug, Clone)]
pub(crate) struct Loaded {
    pub rule: Rule,
    pub languages: Vec<Language>,
    pub file: usize,
}

impl Rules {
    /// The rules that this program comes with.
    pub fn embedded() -> Result<Self, RuleFault> {
        Self::of(Self::embedded_files())
    }

    /// The rules that this program comes with, and an operator's.
    pub fn with(files: Vec<RuleFile>) -> Result<Self, RuleFault> {
        Self::of(Self::embedded_files().into_iter().chain(files).collect())
    }

    /// These rules and no others.
    pub fn of(files: Vec<RuleFile>) -> Result<Self, RuleFault> {
        let mut rules: Vec<Loaded> = Vec::new();
        for (number, file) in files.iter().enumerate() {
            for loaded in read(number, file)? {
                if rules.iter().any(|known| known.rule.id == loaded.rule.id) {
                    return Err(of_rule(&loaded.rule.id, file, "there is another rule with this id"));
                }
                rules.push(loaded);
            }
        }
        let is_known = |id: &String| rules.iter().any(|known| known.rule.id == *id);
        for loaded in &rules {
            if let Some(id) = loaded.rule.covers.iter().find(|id| !is_known(id)) {
                let fault = format!("it covers `{id}`, which is no rule");
                return Err(of_rule(&loaded.rule.id, &files[loaded.file], fault));
            }
        }
        if rules.len() > RULES_MAX {
            let fault = format!("more than {RULES_MAX} rules");
            return Err(RuleFault::Malformed { file: "all".to_owned(), fault });
        }
        Ok(Self { files, rules })
    }

    fn embedded_files() -> Vec<RuleFile> {
        let file = |(name, text): &(&str, &str)| RuleFile { name: (*name).into(), text: (*text).into() };
        EMBEDDED.iter().map(file).collect()
    }

    /// How many rules there are for a language.
    pub fn count(&self, language: Language) -> usize {
        self.rules.iter().filter(|loaded| loaded.languages.contains(&language)).count()
    }
}

fn of_rule(rule: &str, file: &RuleFile, fault: impl Into<String>) -> RuleFault {
    RuleFault::Rule { rule: rule.to_owned(), file: file.name.clone(), fault: fault.into() }
}

fn read(number: usize, file: &RuleFile) -> Result<Vec<Loaded>, RuleFault> {
    let malformed =
        |fault: toml::de::Error| RuleFault::Malformed { file: file.name.clone(), fault: fault.to_string() };
    let written: Written = toml::from_str(&file.text).map_err(malformed)?;
    let load = |mut rule: Rule| {
        expand(&mut rule, &written).map_err(|fault| of_rule(&rule.id, file, fault))?;
        let languages = languages(&rule, &written).and_then(|languages| sound(&rule).map(|()| languages));
        let languages = languages.map_err(|fault| of_rule(&rule.id, file, fault))?;
        Ok(Loaded { rule, languages, file: number })
    };
    written.rule.iter().cloned().map(load).collect()
}

/// Puts the patterns of lists in the place of their names.
fn expand(rule: &mut Rule, written: &Written) -> Result<(), String> {
    let lists = [
        &mut rule.any,
        &mut rule.all,
        &mut rule.not,
        &mut rule.inside,
        &mut rule.not_inside,
        &mut rule.present,
        &mut rule.absent,
        &mut rule.sources,
        &mut rule.sinks,
        &mut rule.sanitizers,
    ];
    let conditions = rule.conditions.iter_mut().flat_map(|one| [&mut one.has, &mut one.has_not]);
    for patterns in lists.into_iter().chain(conditions) {
        *patterns = expanded(patterns, written, 0)?;
    }
    Ok(())
}

/// Lists may name lists, but not without end.
fn expanded(patterns: &[Pattern], written: &Written, depth: usize) -> Result<Vec<Pattern>, String> {
    const DEPTH_MAX: usize = 4;
    let mut expanded = Vec::with_capacity(patterns.len());
    for pattern in patterns {
        match list_name(pattern) {
            None => expanded.push(pattern.clone()),
            Some(name) if depth == DEPTH_MAX => return Err(format!("list `{name}` names lists without end")),
            Some(name) => {
                let list = written.lists.get(name).ok_or(format!("there is no list `{name}`"))?;
                expanded.extend(self::expanded(list, written, depth + 1)?);
            }
        }
    }
    Ok(expanded)
}

/// The list that a pattern names. Java writes annotations so, but with more behind the name.
fn list_name(pattern: &Pattern) -> Option<&str> {
    let Pattern::Code(code) = pattern else { return None };
    let name = code.strip_prefix('@')?;
    name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-').then_some(name)
}

fn languages(rule: &Rule, written: &Written) -> Result<Vec<Language>, String> {
    let names = if rule.languages.is_empty() { &written.languages } else { &rule.languages };
    let known = |name: &String| {
        let of_name = Language::ALL.into_iter().find(|language| language.name() == name);
        of_name.filter(|language| is_known(*language)).ok_or(format!("language `{name}` has no rules here"))
    };
    let languages: Vec<_> = names.iter().map(known).collect::<Result<_, _>>()?;
    if languages.is_empty() { Err("it has no language".to_owned()) } else { Ok(languages) }
}

/// Whether there may be rules for a language.
pub(crate) fn is_known(language: Language) -> bool {
    language == Language::TypeScript || LANGUAGES.contains(&language)
}

/// Whether a keyword can stand in a file: only words are looked for.
fn is_words(keyword: &str) -> bool {
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b' ';
    !keyword.trim().is_empty() && keyword.bytes().all(is_word)
}

fn sound(rule: &Rule) -> Result<(), String> {
    let is_id = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    let is_taint = !rule.sources.is_empty() || !rule.sinks.is_empty();
    let ways = [!rule.any.is_empty(), rule.query.is_some(), is_taint];
    match () {
        () if rule.id.is_empty() || !rule.id.bytes().all(is_id) => Err("its id is not like `an-id`".into()),
        () if rule.message.is_empty() || rule.remedy.is_empty() || rule.reference.is_empty() => {
            Err("it needs a message, a remedy and a reference".into())
        }
        () if rule.matches.is_empty() => Err("it has no case that it must match".into()),
        () if rule.misses.is_empty() => Err("it has no case that it must miss".into()),
        () if ways.iter().filter(|way| **way).count() != 1 => {
            Err("it needs one of `any`, `query`, or `sources` with `sinks`".into())
        }
        () if is_taint && (rule.sources.is_empty() || rule.sinks.is_empty()) => {
            Err("`sources` and `sinks` go together".into())
        }
        () if rule.keywords.iter().any(|keyword| !is_words(keyword)) => {
            Err("its `keywords` are letters, digits and `_`, with spaces between".into())
        }
        () if rule.query.is_some() && rule.keywords.is_empty() => {
            Err("a query needs `keywords` that tell which files it is for".into())
        }
        () => Ok(()),
    }
}
