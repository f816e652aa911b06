//! One automaton over the anchors of all rules, and over the keywords of those that want one
//! wherever it stands.

use std::collections::BTreeMap;

use aho_corasick::{
    Anchored,
    automaton::{Automaton as _, StateID},
    dfa::DFA,
};

use crate::rules::{Plan, Rule};

/// What stands behind a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Target {
    /// A form of a rule is to be tried here.
    Branch { rule: u16, branch: u16, slot: u16 },
    /// A rule may be tried in this text.
    Gate { rule: u16 },
}

#[derive(Debug)]
pub(crate) struct Automaton {
    dfa: DFA,
    start: StateID,
    targets: Vec<Vec<Target>>,
    lengths: Vec<u8>,
    /// How many forms there are; each has a slot in a worker.
    pub(crate) slots: usize,
    /// The rules that go over whole texts: each with whether it needs its gate open.
    pub(crate) whole: Vec<(u16, Plan)>,
    pub(crate) gated: Vec<bool>,
}

const KEYWORD_BYTES_MAX: usize = u8::MAX as usize;

impl Automaton {
    pub(crate) fn of(rules: &[Rule]) -> Result<Self, String> {
        let mut words: BTreeMap<Vec<u8>, Vec<Target>> = BTreeMap::new();
        let mut slots: u16 = 0;
        let mut whole = Vec::new();
        for (rule, number) in rules.iter().zip(0..) {
            let plan = rule.plan();
            if matches!(plan, Plan::Whole | Plan::Always | Plan::Path) {
                whole.push((number, plan));
            }
            if matches!(plan, Plan::Whole | Plan::Gated) {
                for word in &rule.keywords {
                    let word = word.as_bytes()[..word.len().min(KEYWORD_BYTES_MAX)].to_vec();
                    words.entry(word).or_default().push(Target::Gate { rule: number });
                }
            }
            let branches = rule.pattern.iter().flat_map(|pattern| &pattern.branches);
            for (branch, at) in branches.zip(0..) {
                for word in &branch.anchors {
                    let target = Target::Branch { rule: number, branch: at, slot: slots };
                    words.entry(word.clone()).or_default().push(target);
                }
                slots = slots.checked_add(1).ok_or("the rules have too many forms")?;
            }
        }
        let gated = rules.iter().map(|rule| rule.plan() == Plan::Gated).collect();
        Self::build(words, slots.into(), whole, gated)
    }

    fn build(
        words: BTreeMap<Vec<u8>, Vec<Target>>,
        slots: usize,
        whole: Vec<(u16, Plan)>,
        gated: Vec<bool>,
    ) -> Result<Self, String> {
        let dfa = DFA::builder()
            .ascii_case_insensitive(true)
            .build(words.keys())
            .map_err(|fault| format!("its keywords: {fault}"))?;
        let start = dfa.start_state(Anchored::No).map_err(|fault| fault.to_string())?;
        let lengths = words.keys().map(|word| u8::try_from(word.len()).unwrap_or(u8::MAX)).collect();
        Ok(Self { dfa, start, targets: words.into_values().collect(), lengths, slots, whole, gated })
    }

    /// Calls for every word that stands in a text, with where it starts and what is behind it.
    pub(crate) fn each(&self, text: &[u8], mut call: impl FnMut(usize, &[Target])) {
        let mut state = self.start;
        for (at, byte) in text.iter().enumerate() {
            state = self.dfa.next_state(Anchored::No, state, *byte);
            if self.dfa.is_match(state) {
                for index in 0..self.dfa.match_len(state) {
                    let word = self.dfa.match_pattern(state, index).as_usize();
                    call(at + 1 - usize::from(self.lengths[word]), &self.targets[word]);
                }
            }
        }
    }
}
