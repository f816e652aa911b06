//! What the modules declare, and that no two of them declare different things in the same
//! place: an engine would choose in silence.

use std::collections::BTreeMap;

use regorus::unstable::{Expr, Module, Rule, RuleHead, Span};
use serde_json::Value;

use super::{RegoError, path::spelled, place};

/// A path below `data`, without `data` itself.
pub(super) type Path = Vec<String>;

/// What kind of document a rule makes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// One value.
    Value,
    /// A set, member by member.
    Set,
    /// An object, key by key: paths may lie beneath it.
    Object,
    /// A function of so many arguments.
    Function(usize),
}

/// The rules of all modules, by path.
#[derive(Debug, Default)]
pub(super) struct Declared {
    rules: BTreeMap<Path, (Kind, String)>,
    defaults: BTreeMap<Path, String>,
}

impl Declared {
    /// What the modules declare together.
    pub(super) fn by<'a>(modules: impl Iterator<Item = &'a Module> + Clone) -> Result<Self, RegoError> {
        let mut declared = Self::default();
        for module in modules.clone() {
            let package = package(module)?;
            for rule in &module.policy {
                declared.add(&package, rule)?;
            }
        }
        declared.refuse_nested()?;
        modules.into_iter().try_for_each(|module| declared.refuse_package_within(module))?;
        Ok(declared)
    }

    fn add(&mut self, package: &[String], rule: &Rule) -> Result<(), RegoError> {
        let (path, kind, span) = declared(package, rule)?;
        let at = place(span);
        if matches!(rule, Rule::Default { .. })
            && let Some(other) = self.defaults.insert(path.clone(), at.clone())
        {
            return Err(clash(at, &path, format!("it has a default at {other} already")));
        }
        match self.rules.get(&path) {
            Some((other, where_)) if *other != kind => {
                let message = format!("it is {} here and {} at {where_}", kind.words(), other.words());
                Err(clash(at, &path, message))
            }
            Some(_) => Ok(()),
            None => {
                self.rules.insert(path, (kind, at));
                Ok(())
            }
        }
    }

    /// Nothing can lie beneath a rule that makes its document whole.
    fn refuse_nested(&self) -> Result<(), RegoError> {
        for (path, (_, at)) in &self.rules {
            let above = (1..path.len()).filter_map(|length| self.whole(&path[..length])).next();
            if let Some(other) = above {
                return Err(clash(at.clone(), path, format!("it lies within the rule at {other}")));
            }
        }
        Ok(())
    }

    fn refuse_package_within(&self, module: &Module) -> Result<(), RegoError> {
        let package = package(module)?;
        let above = (1..=package.len()).find_map(|length| self.rules.get(&package[..length]));
        above.map_or(Ok(()), |(_, other)| {
            let message = format!("the package lies within the rule at {other}");
            Err(clash(place(&module.package.span), &package, message))
        })
    }

    fn whole(&self, path: &[String]) -> Option<&str> {
        self.rules.get(path).filter(|(kind, _)| *kind != Kind::Object).map(|(_, at)| at.as_str())
    }

    /// A data document would take the place of a rule's answer.
    pub(super) fn refuse_data(&self, data: &Value) -> Result<(), RegoError> {
        for (path, (_, at)) in &self.rules {
            let mut document = data;
            let missing = path.iter().any(|segment| match document {
                Value::Object(members) => members.get(segment).map(|inner| document = inner).is_none(),
                _ => false,
            });
            if !missing {
                return Err(clash(at.clone(), path, "a data document stands in the rule's place".to_owned()));
            }
        }
        Ok(())
    }

    /// The kind of the rule at a path.
    pub(super) fn kind(&self, path: &[String]) -> Option<Kind> {
        self.rules.get(path).map(|(kind, _)| *kind)
    }

    /// Whether a function is declared there.
    pub(super) fn is_function(&self, path: &[String]) -> bool {
        matches!(self.kind(path), Some(Kind::Function(_)))
    }

    /// The rules that a reference to a path can lead to: at it, above it and beneath it.
    pub(super) fn reached(&self, path: &[String]) -> Vec<Path> {
        let above =
            (1..path.len()).map(|length| &path[..length]).filter(|path| self.rules.contains_key(*path));
        let beneath = self.rules.range(path.to_vec()..).map(|(path, _)| path);
        let beneath = beneath.take_while(|other| other.starts_with(path));
        above.map(<[String]>::to_vec).chain(beneath.cloned()).collect()
    }
}

impl Kind {
    fn words(self) -> String {
        match self {
            Self::Value => "a value".to_owned(),
            Self::Set => "a set".to_owned(),
            Self::Object => "an object".to_owned(),
            Self::Function(arguments) => format!("a function of {arguments} arguments"),
        }
    }
}

fn clash(at: String, path: &[String], message: String) -> RegoError {
    RegoError::Clash { at, name: spelled_below(path), message }
}

/// A path below `data` as Rego spells it.
pub(super) fn spelled_below(path: &[String]) -> String {
    spelled(std::iter::once("data").chain(path.iter().map(String::as_str)))
}

/// The path of a module's package.
pub(super) fn package(module: &Module) -> Result<Path, RegoError> {
    named(&module.package.refr).ok_or_else(|| RegoError::Unsupported {
        at: place(&module.package.span),
        message: "a package is named without variables".to_owned(),
    })
}

/// Where a rule is, of what kind, and where it is written.
pub(super) fn declared<'a>(package: &[String], rule: &'a Rule) -> Result<(Path, Kind, &'a Span), RegoError> {
    let (refr, kind) = match rule {
        Rule::Default { refr, args, .. } if args.is_empty() => (refr, Kind::Value),
        Rule::Default { refr, args, .. } => (refr, Kind::Function(args.len())),
        Rule::Spec { head: RuleHead::Compr { refr, .. }, .. } => (refr, Kind::Value),
        Rule::Spec { head: RuleHead::Set { refr, .. }, .. } => (refr, Kind::Set),
        // Regorus takes a function without arguments for a value.
        Rule::Spec { head: RuleHead::Func { refr, args, .. }, .. } if args.is_empty() => (refr, Kind::Value),
        Rule::Spec { head: RuleHead::Func { refr, args, .. }, .. } => (refr, Kind::Function(args.len())),
    };
    let (name, whole) = beginning(refr);
    if name.is_empty() || (!whole && !matches!(kind, Kind::Value | Kind::Set)) {
        let message = "a rule is named without variables".to_owned();
        return Err(RegoError::Unsupported { at: place(rule.span()), message });
    }
    let kind = if whole { kind } else { Kind::Object };
    Ok((package.iter().cloned().chain(name).collect(), kind, rule.span()))
}

/// The segments of a reference where it has no variables but its first.
pub(super) fn named(refr: &Expr) -> Option<Path> {
    let (path, whole) = beginning(refr);
    (whole && !path.is_empty()).then_some(path)
}

/// The segments of a reference up to its first variable, and whether that was all.
/// A loop, because references can be long.
pub(super) fn beginning(mut refr: &Expr) -> (Path, bool) {
    let mut segments = Vec::new();
    let (mut path, first) = loop {
        match refr {
            Expr::RefDot { refr: before, field, .. } => {
                segments.push(Some(field.0.text().to_owned()));
                refr = before;
            }
            Expr::RefBrack { refr: before, index, .. } => {
                segments.push(text(index));
                refr = before;
            }
            Expr::Var { span, .. } => break (vec![span.text().to_owned()], true),
            _ => break (Vec::new(), false),
        }
    };
    let count = segments.len();
    path.extend(segments.into_iter().rev().map_while(|segment| segment));
    let whole = first && path.len() == count + 1;
    (path, whole)
}

fn text(index: &Expr) -> Option<String> {
    match index {
        Expr::String { value, .. } | Expr::RawString { value, .. } => {
            value.as_string().ok().map(|text| text.to_string())
        }
        _ => None,
    }
}
