//! A played OpenFGA: a store with a model, which takes tuples, checks and batches of checks
//! as the real one does. It knows what the shipped model uses, and nothing of what the model
//! is for. Conditions are none of that.

use std::collections::{BTreeMap, BTreeSet};

use policy::point::openfga::Tuple;
use serde_json::{Map, Value, json};

/// The real one gives up on what takes more steps than this.
const STEPS_MAX: usize = 25;

/// A store.
pub struct Fga {
    types: BTreeMap<String, Value>,
    stored: BTreeSet<Tuple>,
}

impl Fga {
    /// An empty store with a model, as the API takes it.
    pub fn new(model: &Value) -> Self {
        let definitions = model["type_definitions"].as_array().expect("types");
        let named = |definition: &Value| (text(&definition["type"]).to_owned(), definition.clone());
        Self { types: definitions.iter().map(named).collect(), stored: BTreeSet::new() }
    }

    /// Stores a tuple that the model has a place for.
    pub fn write(&mut self, tuple: Tuple) -> Result<(), String> {
        self.validate(&tuple)?;
        self.stored.insert(tuple);
        Ok(())
    }

    /// What the server answers to a request's path and body.
    pub fn answer(&self, path: &str, body: &Value) -> Value {
        if path.ends_with("/check") {
            return match self.check(body) {
                Ok(allowed) => json!({ "allowed": allowed, "resolution": "" }),
                Err(message) => json!({ "code": "validation_error", "message": message }),
            };
        }
        let checks = body["checks"].as_array().expect("checks").iter();
        let result = checks.map(|check| {
            let result = match self.check(check) {
                Ok(allowed) => json!({ "allowed": allowed }),
                Err(message) => json!({ "error": { "input_error": "validation_error", "message": message } }),
            };
            (text(&check["correlation_id"]).to_owned(), result)
        });
        json!({ "result": result.collect::<Map<_, _>>() })
    }

    /// Checks one question with its contextual tuples.
    fn check(&self, check: &Value) -> Result<bool, String> {
        let contextual = check.pointer("/contextual_tuples/tuple_keys").and_then(Value::as_array);
        let contextual: Vec<Tuple> = contextual.into_iter().flatten().map(tuple).collect();
        contextual.iter().try_for_each(|tuple| self.validate(tuple))?;
        let distinct: BTreeSet<&Tuple> = contextual.iter().collect();
        if distinct.len() != contextual.len() {
            return Err("a contextual tuple comes twice".to_owned());
        }
        let asked = tuple(&check["tuple_key"]);
        self.rewrite(&asked.object, &asked.relation).ok_or("no such relation")?;
        let facts: BTreeSet<&Tuple> = self.stored.iter().chain(&contextual).collect();
        Question { fga: self, facts, user: &asked.user }.has(&asked.relation, &asked.object, &[])
    }

    fn rewrite(&self, object: &str, relation: &str) -> Option<&Value> {
        self.types.get(kind(object))?.pointer(&format!("/relations/{relation}"))
    }

    /// Whether the model lets such a user have such a relation by a tuple.
    fn validate(&self, tuple: &Tuple) -> Result<(), String> {
        let metadata = format!("/metadata/relations/{}/directly_related_user_types", tuple.relation);
        let direct = self.types.get(kind(&tuple.object)).and_then(|definition| definition.pointer(&metadata));
        let (object, relation) = tuple.user.split_once('#').unwrap_or((&tuple.user, ""));
        let takes = |direct: &Value| {
            text(&direct["type"]) == kind(object)
                && direct["relation"].as_str().unwrap_or_default() == relation
                && direct.get("wildcard").is_some() == object.ends_with(":*")
        };
        let legal =
            [object, &tuple.object].iter().all(|object| is_object(object)) && !tuple.object.ends_with(":*");
        match direct.and_then(Value::as_array).is_some_and(|list| list.iter().any(takes)) && legal {
            true => Ok(()),
            false => Err(format!("no such tuple: {tuple:?}")),
        }
    }
}

/// One question: whether a user has a relation, by what is stored and what was brought.
struct Question<'a> {
    fga: &'a Fga,
    facts: BTreeSet<&'a Tuple>,
    user: &'a str,
}

impl Question<'_> {
    /// `above` is what the answer is needed for: what needs itself does not hold.
    fn has(&self, relation: &str, object: &str, above: &[(&str, &str)]) -> Result<bool, String> {
        let Some(rewrite) = self.fga.rewrite(object, relation) else { return Ok(false) };
        if above.contains(&(relation, object)) {
            return Ok(false);
        }
        if above.len() >= STEPS_MAX {
            return Err("too many steps".to_owned());
        }
        let above: Vec<_> = above.iter().copied().chain([(relation, object)]).collect();
        self.satisfies(rewrite, relation, object, &above)
    }

    fn satisfies(
        &self,
        rewrite: &Value,
        relation: &str,
        object: &str,
        above: &[(&str, &str)],
    ) -> Result<bool, String> {
        let (name, rule) = rewrite.as_object().and_then(|fields| fields.iter().next()).expect("a rewrite");
        let one = |rewrite: &Value| self.satisfies(rewrite, relation, object, above);
        match name.as_str() {
            "this" => any(self.users(relation, object), |user| self.is_user(user, above)),
            "computedUserset" => self.has(text(&rule["relation"]), object, above),
            "tupleToUserset" => {
                let (tupleset, computed) =
                    (&rule["tupleset"]["relation"], &rule["computedUserset"]["relation"]);
                any(self.users(text(tupleset), object), |owner| self.has(text(computed), owner, above))
            }
            "union" => any(children(rule), one),
            "intersection" => Ok(!any(children(rule), |rewrite| Ok(!one(rewrite)?))?),
            "difference" => Ok(one(&rule["base"])? && !one(&rule["subtract"])?),
            other => Err(format!("no such rewrite: {other}")),
        }
    }

    /// Those to whom a tuple gives a relation.
    fn users(&self, relation: &str, object: &str) -> impl Iterator<Item = &str> {
        let given = |tuple: &&&Tuple| tuple.relation == relation && tuple.object == object;
        self.facts.iter().filter(given).map(|tuple| tuple.user.as_str()).collect::<Vec<_>>().into_iter()
    }

    /// Whether the user of a tuple is, or holds, the one that is asked about.
    fn is_user(&self, user: &str, above: &[(&str, &str)]) -> Result<bool, String> {
        match user.split_once('#') {
            Some((object, relation)) => self.has(relation, object, above),
            None => Ok(user == self.user || (user.ends_with(":*") && kind(user) == kind(self.user))),
        }
    }
}

/// Like `Iterator::any`, for what can fail.
fn any<T>(
    items: impl IntoIterator<Item = T>,
    mut holds: impl FnMut(T) -> Result<bool, String>,
) -> Result<bool, String> {
    for item in items {
        if holds(item)? {
            return Ok(true);
        }
    }
    Ok(false)
}

fn children(rule: &Value) -> &Vec<Value> {
    rule["child"].as_array().expect("children")
}

fn tuple(value: &Value) -> Tuple {
    Tuple::new(text(&value["user"]), text(&value["relation"]), text(&value["object"]))
}

fn kind(object: &str) -> &str {
    object.split(':').next().unwrap_or_default()
}

fn is_object(text: &str) -> bool {
    let parts: Vec<&str> = text.split(':').collect();
    let legal = |part: &&str| !part.is_empty() && !part.contains(|c: char| c == '#' || c.is_whitespace());
    parts.len() == 2 && parts.iter().all(legal) && (2..=256).contains(&text.len())
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}
