//! What a policy may do is known before it is asked anything: which functions it calls,
//! that none leads back to itself, and what it replaces.

use std::collections::{BTreeMap, BTreeSet};

use regorus::unstable::{Expr, Import, Module, Rule, Span, WithModifier};

use super::{
    RegoError, builtins,
    declared::{self, Declared, Path, beginning, named, spelled_below},
    path::spelled,
    place,
    walk::{self, Seen},
};

/// How many rules may stand between a question and what it rests on. The engine has a
/// stack of fixed size.
const CHAIN_MAX: usize = 48;

/// What each rule leads to.
#[derive(Default)]
struct Leads {
    calls: BTreeMap<Path, BTreeSet<Path>>,
    all: BTreeMap<Path, BTreeSet<Path>>,
}

/// Checks every module against what all of them declare.
pub(super) fn modules<'a>(
    modules: impl Iterator<Item = &'a Module>,
    declared: &Declared,
) -> Result<(), RegoError> {
    let mut leads = Leads::default();
    for module in modules {
        if module.target.is_some() {
            return Err(unsupported(&module.package.span, "`__target__` is no Rego of OPA's"));
        }
        let scope = Scope { package: declared::package(module)?, aliases: aliases(module)?, declared };
        for rule in &module.policy {
            scope.check(rule, &mut leads)?;
        }
    }
    leads.refuse_chains()?;
    leads.refuse_circles()
}

/// The names that a module gives to documents of others.
fn aliases(module: &Module) -> Result<BTreeMap<String, Path>, RegoError> {
    let mut aliases = BTreeMap::new();
    for Import { span, refr, r#as } in &module.imports {
        let path = named(refr).unwrap_or_default();
        let (root, rest) =
            path.split_first().map_or(("", [].as_slice()), |(root, rest)| (root.as_str(), rest));
        let Some(name) = r#as.as_ref().map(|name| name.text()).or(rest.last().map(String::as_str)) else {
            return Err(unsupported(span, "an import names a document within `data` or `input`"));
        };
        match root {
            "data" => drop(aliases.insert(name.to_owned(), rest.to_vec())),
            "input" => {}
            _ if is_of_the_language(&path) => {}
            _ => return Err(unsupported(span, "no such import")),
        }
    }
    Ok(aliases)
}

/// Imports that turn on parts of the language, all of which are on.
fn is_of_the_language(path: &[String]) -> bool {
    let path: Vec<_> = path.iter().map(String::as_str).collect();
    match path.as_slice() {
        ["rego", "v1"] | ["future", "keywords"] => true,
        ["future", "keywords", keyword] => ["contains", "every", "if", "in"].contains(keyword),
        _ => false,
    }
}

/// One module among the others.
struct Scope<'a> {
    package: Path,
    aliases: BTreeMap<String, Path>,
    declared: &'a Declared,
}

impl Scope<'_> {
    fn check(&self, rule: &Rule, leads: &mut Leads) -> Result<(), RegoError> {
        let (from, _, _) = declared::declared(&self.package, rule)?;
        let mut fault = None;
        walk::rule(rule, &mut |seen| {
            if fault.is_none() {
                fault = self.see(seen, &from, leads).err();
            }
        });
        fault.map_or(Ok(()), Err)
    }

    fn see(&self, seen: Seen, from: &Path, leads: &mut Leads) -> Result<(), RegoError> {
        match seen {
            Seen::Call(span, fcn) => {
                if let Some(function) = self.called(span, fcn)? {
                    leads.calls.entry(from.clone()).or_default().insert(function.clone());
                    leads.all.entry(from.clone()).or_default().insert(function);
                }
            }
            Seen::Reference(refr) => {
                let reached = self.meant(&beginning(refr).0).map(|path| self.declared.reached(&path));
                leads.all.entry(from.clone()).or_default().extend(reached.unwrap_or_default());
            }
            Seen::With(with) => self.replaced(with)?,
        }
        Ok(())
    }

    /// The function of the policy that is called; `None` for a built-in one.
    fn called(&self, span: &Span, fcn: &Expr) -> Result<Option<Path>, RegoError> {
        let name = named(fcn).ok_or_else(|| unsupported(span, "a function is called by its name"))?;
        if let Some(function) = self.meant(&name).filter(|path| self.declared.is_function(path)) {
            return Ok(Some(function));
        }
        let name = spelled(name.iter().map(String::as_str));
        match builtins::objection(&name) {
            None => Ok(None),
            Some(why) => Err(RegoError::Function { at: place(start(fcn)), name, why }),
        }
    }

    /// The document that a reference means, below `data`; `None` for the input.
    fn meant(&self, path: &[String]) -> Option<Path> {
        let (root, rest) = path.split_first()?;
        match (root.as_str(), self.aliases.get(root)) {
            ("data", _) => Some(rest.to_vec()),
            ("input", _) => None,
            (_, Some(target)) => Some(target.iter().chain(rest).cloned().collect()),
            (_, None) => Some(self.package.iter().chain(path).cloned().collect()),
        }
    }

    /// A function in another's place hides what is called, and the engine loses an error
    /// in what stands in its place.
    fn replaced(&self, with: &WithModifier) -> Result<(), RegoError> {
        let path = named(&with.refr).unwrap_or_default();
        let document = match path.first().map(String::as_str) {
            Some("input") => true,
            Some("data") => !path.get(1..).is_some_and(|path| self.declared.is_function(path)),
            _ => false,
        };
        match document {
            true => Ok(()),
            false => Err(unsupported(&with.span, "`with` may replace documents in `input` and `data` only")),
        }
    }
}

impl Leads {
    fn refuse_circles(&self) -> Result<(), RegoError> {
        let mut done = BTreeSet::new();
        for start in self.calls.keys() {
            visit(&self.calls, start, &mut Vec::new(), &mut done)?;
        }
        Ok(())
    }

    fn refuse_chains(&self) -> Result<(), RegoError> {
        let mut lengths = BTreeMap::new();
        for start in self.all.keys() {
            if length(&self.all, start, &mut Vec::new(), &mut lengths) > CHAIN_MAX {
                let name = spelled_below(start);
                return Err(RegoError::Chain { name, max: CHAIN_MAX });
            }
        }
        Ok(())
    }
}

/// How many rules stand in the longest row that begins at one. A circle ends a row: among
/// values the engine finds it, and a variable can bear a rule's name without being it.
fn length(
    leads: &BTreeMap<Path, BTreeSet<Path>>,
    at: &Path,
    trail: &mut Vec<Path>,
    known: &mut BTreeMap<Path, usize>,
) -> usize {
    if let Some(length) = known.get(at) {
        return *length;
    }
    if trail.contains(at) || trail.len() > CHAIN_MAX {
        return usize::from(trail.len() > CHAIN_MAX);
    }
    trail.push(at.clone());
    let next = leads.get(at).into_iter().flatten();
    let length = 1 + next.map(|next| length(leads, next, trail, known)).max().unwrap_or(0);
    trail.pop();
    known.insert(at.clone(), length);
    length
}

/// Follows calls until one leads back. Rows are short already.
fn visit(
    calls: &BTreeMap<Path, BTreeSet<Path>>,
    at: &Path,
    trail: &mut Vec<Path>,
    done: &mut BTreeSet<Path>,
) -> Result<(), RegoError> {
    if trail.contains(at) {
        return Err(RegoError::Circle { name: spelled_below(at) });
    }
    if done.contains(at) {
        return Ok(());
    }
    trail.push(at.clone());
    calls.get(at).into_iter().flatten().try_for_each(|next| visit(calls, next, trail, done))?;
    trail.pop();
    done.insert(at.clone());
    Ok(())
}

/// Where a name begins.
fn start(mut name: &Expr) -> &Span {
    while let Expr::RefDot { refr, .. } | Expr::RefBrack { refr, .. } = name {
        name = refr;
    }
    name.span()
}

fn unsupported(span: &Span, message: &str) -> RegoError {
    RegoError::Unsupported { at: place(span), message: message.to_owned() }
}
