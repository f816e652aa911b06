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
/// Parts of a text that are walked through in step.
const LANES: usize = 4;
/// What a part has to have: each begins with some bytes of the one before.
const LANE_BYTES_MIN: usize = 1024;

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

    /// Calls for every word that stands in a text, in their order, with where it starts and what
    /// is behind it.
    ///
    /// The next state is known only when the last one is: the processor would wait for memory all
    /// the time. Parts of a long text are walked through in step, so that it waits for all at once.
    #[expect(clippy::needless_range_loop, reason = "each part is read at the same place")]
    pub(crate) fn each(&self, text: &[u8], mut call: impl FnMut(usize, &[Target])) {
        let lane = text.len() / LANES;
        if lane < LANE_BYTES_MIN {
            self.walk(self.start, text, 0, &mut call);
            return;
        }
        let lanes: [&[u8]; LANES] = std::array::from_fn(|number| &text[number * lane..][..lane]);
        let mut states: [StateID; LANES] = std::array::from_fn(|number| self.before(&text[..number * lane]));
        let mut found: [Vec<(usize, StateID)>; LANES] = Default::default();
        for at in 0..lane {
            for (number, state) in states.iter_mut().enumerate() {
                *state = self.dfa.next_state(Anchored::No, *state, lanes[number][at]);
                if self.dfa.is_match(*state) {
                    found[number].push((number * lane + at, *state));
                }
            }
        }
        found.iter().flatten().for_each(|(at, state)| self.tell(*at, *state, &mut call));
        let end = lane * LANES;
        self.walk(states[LANES - 1], &text[end..], end, &mut call);
    }

    /// The state in which a text leaves it, told from its end: no word is longer.
    fn before(&self, text: &[u8]) -> StateID {
        let from = text.len().saturating_sub(KEYWORD_BYTES_MAX);
        let next = |state, byte: &u8| self.dfa.next_state(Anchored::No, state, *byte);
        text[from..].iter().fold(self.start, next)
    }

    fn walk(&self, from: StateID, text: &[u8], begin: usize, call: &mut impl FnMut(usize, &[Target])) {
        let mut state = from;
        for (byte, at) in text.iter().zip(begin..) {
            state = self.dfa.next_state(Anchored::No, state, *byte);
            if self.dfa.is_match(state) {
                self.tell(at, state, call);
            }
        }
    }

    /// Calls for the words that end in a state, at this byte.
    fn tell(&self, at: usize, state: StateID, call: &mut impl FnMut(usize, &[Target])) {
        for index in 0..self.dfa.match_len(state) {
            let word = self.dfa.match_pattern(state, index).as_usize();
            call(at + 1 - usize::from(self.lengths[word]), &self.targets[word]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_text_gives_the_same_words_in_the_same_order_as_one_walk() {
        let words = ["ab", "abc", "bca", "token", &"x".repeat(40)];
        let words = words.iter().map(|word| (word.as_bytes().to_vec(), vec![Target::Gate { rule: 0 }]));
        let automaton = Automaton::build(words.collect(), 0, Vec::new(), Vec::new()).unwrap();
        let mut seed = 7_u32;
        for length in [0, 1, 4 * LANE_BYTES_MIN - 1, 4 * LANE_BYTES_MIN, 9_001, 20_003] {
            let mut text = Vec::new();
            while text.len() < length {
                seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                let words: [&[u8]; 5] = [b"abca", b"Token", b"xxxxxxxxxxxxx", b" ", b"bc"];
                text.extend_from_slice(words[seed as usize >> 16 & 3]);
            }
            let (mut whole, mut apart) = (Vec::new(), Vec::new());
            automaton.walk(automaton.start, &text, 0, &mut |at, targets: &[Target]| {
                whole.push((at, targets.len()))
            });
            automaton.each(&text, |at, targets| apart.push((at, targets.len())));
            assert_eq!(whole, apart, "{length}");
        }
    }
}
