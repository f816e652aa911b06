//! Holds a value against a grammar.

use std::{collections::BTreeSet, fmt::Write as _};

use agent_contract::Fault;
use serde_json::{Map, Number, Value};

use super::shape::{Bounds, Grammar, Kind, Listing, Object, Shape};

/// Holds a value against a shape; the fault is the first, or of several ways the one that
/// went deepest.
pub(super) fn check(grammar: &Grammar, shape: &str, value: &Value) -> Result<(), Fault> {
    Checker { grammar }.named(shape, value, &Place::Top)
}

/// Where a value stands. It is written out only where something is wrong.
enum Place<'a> {
    Top,
    Key(&'a Place<'a>, &'a str),
    Item(&'a Place<'a>, usize),
}

impl Place<'_> {
    fn pointer(&self) -> String {
        match self {
            Self::Top => String::new(),
            Self::Key(outer, key) => {
                format!("{}/{}", outer.pointer(), key.replace('~', "~0").replace('/', "~1"))
            }
            Self::Item(outer, at) => format!("{}/{at}", outer.pointer()),
        }
    }

    fn fault(&self, message: impl Into<String>) -> Fault {
        Fault::new(self.pointer(), message)
    }
}

struct Checker<'g> {
    grammar: &'g Grammar,
}

impl Checker<'_> {
    fn named(&self, name: &str, value: &Value, place: &Place<'_>) -> Result<(), Fault> {
        match self.grammar.0.get(name) {
            Some(Shape::Object(object)) => self.object(object, value, place),
            Some(Shape::Alias(kind)) => self.kind(kind, value, place),
            Some(Shape::Words(words)) => one_of(words, value, place),
            None => Err(place.fault(format!("has a shape `{name}` that is not known"))),
        }
    }

    fn kind(&self, kind: &Kind, value: &Value, place: &Place<'_>) -> Result<(), Fault> {
        match kind {
            Kind::Text(format) => {
                let text = value.as_str().ok_or_else(|| wrong("a text", value, place))?;
                format.check(text).map_err(|reason| place.fault(reason))
            }
            Kind::YesNo if value.is_boolean() => Ok(()),
            Kind::YesNo => Err(wrong("true or false", value, place)),
            Kind::Number(bounds) => number(*bounds, value, place),
            Kind::Integer(bounds) => {
                let whole = value.as_number().is_some_and(is_whole);
                if whole { number(*bounds, value, place) } else { Err(wrong("a whole number", value, place)) }
            }
            Kind::List(item, listing) => self.list(item, *listing, value, place),
            Kind::Either(kinds) => self.either(kinds, value, place),
            Kind::Named(name) => self.named(name, value, place),
        }
    }

    fn object(&self, object: &Object, value: &Value, place: &Place<'_>) -> Result<(), Fault> {
        let fields = value.as_object().ok_or_else(|| wrong("an object", value, place))?;
        for (name, held) in fields {
            let place = Place::Key(place, name);
            match object.fields.get(name) {
                Some(field) => self.kind(&field.kind, held, &place)?,
                None if object.open => {}
                None => return Err(place.fault("is no field of the format here")),
            }
        }
        let mut required = object.fields.iter().filter(|(_, field)| field.required);
        if let Some((name, _)) = required.find(|(name, _)| !fields.contains_key(*name)) {
            return Err(place.fault(format!("lacks `{name}`")));
        }
        exactly_one(&object.exactly, fields, place)
    }

    fn list(&self, item: &Kind, listing: Listing, value: &Value, place: &Place<'_>) -> Result<(), Fault> {
        let items = value.as_array().ok_or_else(|| wrong("a list", value, place))?;
        for (at, held) in items.iter().enumerate() {
            self.kind(item, held, &Place::Item(place, at))?;
        }
        match listing {
            Listing::Any => Ok(()),
            Listing::Single if items.len() == 1 => Ok(()),
            Listing::Single => Err(place.fault("has to hold exactly one item")),
            Listing::Unique => unique(items, place),
        }
    }

    fn either(&self, kinds: &[Kind], value: &Value, place: &Place<'_>) -> Result<(), Fault> {
        let mut deepest: Option<Fault> = None;
        for kind in kinds {
            let Err(fault) = self.kind(kind, value, place) else { return Ok(()) };
            let deeper = deepest.as_ref().is_none_or(|known| fault.at.len() > known.at.len());
            if deeper {
                deepest = Some(fault);
            }
        }
        Err(deepest.unwrap_or_else(|| place.fault("can't be anything")))
    }
}

fn one_of(words: &BTreeSet<String>, value: &Value, place: &Place<'_>) -> Result<(), Fault> {
    let text = value.as_str().ok_or_else(|| wrong("a text", value, place))?;
    if words.contains(text) {
        return Ok(());
    }
    let known: Vec<&str> = words.iter().map(String::as_str).collect();
    Err(place.fault(format!("is none of `{}`", known.join("`, `"))))
}

fn wrong(wanted: &str, value: &Value, place: &Place<'_>) -> Fault {
    let is = match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    };
    place.fault(format!("is {is} and has to be {wanted}"))
}

fn number(bounds: Bounds, value: &Value, place: &Place<'_>) -> Result<(), Fault> {
    let number = value.as_f64().ok_or_else(|| wrong("a number", value, place))?;
    if let Some(least) = bounds.least.filter(|least| number < *least) {
        return Err(place.fault(format!("is less than {least}")));
    }
    match bounds.most.filter(|most| number > *most) {
        Some(most) => Err(place.fault(format!("is greater than {most}"))),
        None => Ok(()),
    }
}

/// To JSON Schema `1.0` is whole.
fn is_whole(number: &Number) -> bool {
    !number.is_f64() || number.as_f64().is_some_and(|number| number.fract() == 0.0)
}

fn exactly_one(groups: &[Vec<String>], fields: &Map<String, Value>, place: &Place<'_>) -> Result<(), Fault> {
    let there = |group: &&Vec<String>| group.iter().all(|name| fields.contains_key(name));
    if groups.is_empty() || groups.iter().filter(there).count() == 1 {
        return Ok(());
    }
    let names: Vec<String> = groups.iter().map(|group| format!("`{}`", group.join("` and `"))).collect();
    Err(place.fault(format!("has to hold exactly one of {}", names.join(", "))))
}

fn unique(items: &[Value], place: &Place<'_>) -> Result<(), Fault> {
    let mut seen = BTreeSet::new();
    for (at, item) in items.iter().enumerate() {
        let mut plain = String::new();
        canonical(item, &mut plain);
        if !seen.insert(plain) {
            return Err(Place::Item(place, at).fault("is in the list twice"));
        }
    }
    Ok(())
}

/// The same text for what is equal: keys in order, and `1.0` is `1`.
fn canonical(value: &Value, out: &mut String) {
    match value {
        Value::Array(items) => {
            out.push('[');
            for item in items {
                canonical(item, out);
                out.push(',');
            }
            out.push(']');
        }
        Value::Object(fields) => {
            let mut keys: Vec<&String> = fields.keys().collect();
            keys.sort_unstable();
            out.push('{');
            for key in keys {
                let _ = write!(out, "{}:", Value::from(key.as_str()));
                canonical(&fields[key.as_str()], out);
                out.push(',');
            }
            out.push('}');
        }
        Value::Number(number) => {
            let _ = write!(out, "{:?}", number.as_f64());
        }
        plain => {
            let _ = write!(out, "{plain}");
        }
    }
}
