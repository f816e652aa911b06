use std::collections::HashMap;

use super::Sight;

/// The place of what is in no function.
const FILE: u32 = u32::MAX;

/// Something that is given to a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Given {
    /// The node that gives it.
    pub at: u32,
    /// The value; none where there is none yet.
    pub value: Option<u32>,
    /// The function in which it is given.
    owner: u32,
    /// Whether the name is a parameter, of which nobody knows what it will be.
    pub parameter: bool,
    /// Whether it is added to what there was.
    pub added: bool,
}

/// What names are given, and in which functions.
pub(super) struct Scopes<'a> {
    all: Vec<(&'a [u8], Given)>,
    /// By the name and the function: short names are given something in very many.
    by_name: HashMap<(&'a [u8], u32), Vec<u32>>,
}

impl<'a> Scopes<'a> {
    pub fn of(sight: &Sight<'a>) -> Self {
        let mut scopes = Self { all: Vec::new(), by_name: HashMap::new() };
        let mut functions: Vec<(u32, u32)> = Vec::new();
        for (number, node) in sight.flat.nodes().iter().enumerate() {
            let number = number as u32;
            while functions.last().is_some_and(|(_, after)| number >= *after) {
                functions.pop();
            }
            let is_function = sight.facts.functions.has(node.kind);
            if is_function {
                functions.push((number, node.after));
            }
            let owner = functions.last().map_or(FILE, |(function, _)| *function);
            if sight.facts.parameters.has(node.kind) {
                scopes.take_parameters(sight, number, owner);
            } else if is_function {
                scopes.take_only_parameter(sight, number, owner);
            } else {
                scopes.take_assignment(sight, number, owner);
            }
        }
        for (number, (name, given)) in scopes.all.iter().enumerate() {
            scopes.by_name.entry((name, given.owner)).or_default().push(number as u32);
        }
        scopes
    }

    pub fn all(&self) -> &[(&'a [u8], Given)] {
        &self.all
    }

    fn take_parameters(&mut self, sight: &Sight<'a>, list: u32, owner: u32) {
        for parameter in sight.named(list) {
            let given = Given { at: parameter, value: Some(parameter), owner, parameter: true, added: false };
            for number in sight.within(parameter) {
                if sight.facts.names.has(sight.kind(number)) {
                    self.all.push((sight.text(number), given));
                }
            }
        }
    }

    /// `x => …` has no list.
    fn take_only_parameter(&mut self, sight: &Sight<'a>, function: u32, owner: u32) {
        let first = sight.named(function).next();
        let Some(name) = first.filter(|first| sight.facts.names.has(sight.kind(*first))) else { return };
        if sight.flat.children(function).any(|child| sight.text(child) == b"=>") {
            let given = Given { at: name, value: Some(name), owner, parameter: true, added: false };
            self.all.push((sight.text(name), given));
        }
    }

    fn take_assignment(&mut self, sight: &Sight<'a>, number: u32, owner: u32) {
        let kind = sight.kind(number);
        let Some(known) = sight.facts.assignments.iter().find(|known| known.kind == kind) else { return };
        let value = sight.flat.child(number, known.right);
        let Some(left) = sight.flat.child(number, known.left) else { return };
        let between = value.map_or(sight.node(left).end, |value| sight.node(value).start);
        let between = sight.bytes.get(sight.node(left).end as usize..between as usize).unwrap_or_default();
        let added = between.trim_ascii().starts_with(b"+=");
        let given = Given { at: number, value, owner, parameter: false, added };
        for name in targets(sight, left) {
            self.all.push((name, given));
        }
    }

    /// What a name was given, from the function it is used in outwards.
    pub fn given(&self, sight: &Sight<'a>, number: u32) -> Vec<Given> {
        let name = sight.text(number);
        let around =
            sight.flat.around(number).filter(|around| sight.facts.functions.has(sight.kind(*around)));
        for owner in around.chain([FILE]) {
            if let Some(known) = self.by_name.get(&(name, owner)) {
                let known: Vec<_> = known.iter().map(|number| self.all[*number as usize].1).collect();
                return if sight.step(known.len()) { known } else { Vec::new() };
            }
            if !sight.step(1) {
                break;
            }
        }
        Vec::new()
    }
}

/// The names on the left of an assignment: a path is one of its own.
fn targets<'a>(sight: &Sight<'a>, left: u32) -> Vec<&'a [u8]> {
    if sight.facts.names.has(sight.kind(left)) || sight.facts.paths.has(sight.kind(left)) {
        return vec![sight.text(left)];
    }
    let mut names = Vec::new();
    for number in sight.within(left) {
        if sight.facts.names.has(sight.kind(number)) {
            names.push(sight.text(number));
        }
    }
    names
}
