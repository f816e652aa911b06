//! Regular expressions: read when rules load, compiled where one is first needed.

mod anchor;
mod go;
mod hir;

use std::sync::{Arc, OnceLock};

use regex_automata::{
    Anchored, Input, MatchKind,
    hybrid::dfa::{Cache, DFA},
    meta::{self, Regex},
    nfa::thompson::{NFA, WhichCaptures},
};
use regex_syntax::hir::Hir;

pub(crate) use anchor::{Reach, Window};

/// Whose regular expressions they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dialect {
    Rust,
    Go,
}

/// What a lazy automaton may hold before it starts anew.
const CACHE_BYTES: usize = 512 * 1024;

/// How much is looked through with a pattern at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stretch {
    /// A few thousand bytes at most: a lazy automaton would cost more memory than it saves time.
    Short,
    /// A line or a text, of any length.
    Long,
}

/// How far from an anchor it is walked on; a line of nothing but anchors must not be walked
/// from each of them to its end.
const WALK_BYTES_MAX: usize = 512;

/// A regular expression, and where to look for it.
#[derive(Debug)]
pub(crate) struct Pattern {
    source: String,
    pub(crate) groups: usize,
    /// None where nothing that it matches has to hold a certain word.
    pub(crate) branches: Vec<Branch>,
    pub(crate) window: Window,
    stretch: Stretch,
    full: OnceLock<Option<Regex>>,
}

/// One of the forms that a match has.
#[derive(Debug)]
pub(crate) struct Branch {
    /// One of them stands in every match of this form; in lower case, whatever the text's.
    pub(crate) anchors: Vec<Vec<u8>>,
    cut: usize,
    /// Whether what stands before a match decides on it.
    looks_back: bool,
    tail: OnceLock<Option<DFA>>,
}

impl Pattern {
    /// Reads a regular expression that is asked of short texts, wherever a match is in them.
    pub(crate) fn plain(source: &str, dialect: Dialect) -> Result<Arc<Self>, String> {
        Self::read(source, dialect).map(|(pattern, _)| Arc::new(pattern))
    }

    /// Reads a regular expression that is looked for in long texts.
    pub(crate) fn parse(source: &str, dialect: Dialect) -> Result<Arc<Self>, String> {
        let (mut pattern, read) = Self::read(source, dialect)?;
        if let Some((branches, window)) = anchor::branches(&read) {
            (pattern.branches, pattern.window) = (branches, window);
        }
        if !matches!(pattern.window.after, Reach::Bytes(_)) {
            pattern.stretch = Stretch::Long;
        }
        Ok(Arc::new(pattern))
    }

    fn read(source: &str, dialect: Dialect) -> Result<(Self, Hir), String> {
        let source = match dialect {
            Dialect::Rust => source.to_owned(),
            Dialect::Go => go::translated(source),
        };
        let read = hir::parse(&source).map_err(|fault| format!("`{source}` is no pattern: {fault}"))?;
        if hir::states(&read) > hir::STATES_MAX {
            return Err(format!("`{source}` is too large"));
        }
        let groups = read.properties().explicit_captures_len();
        let window = Window { before: Reach::Text, after: Reach::Text };
        let (branches, stretch, full) = (Vec::new(), Stretch::Short, OnceLock::new());
        Ok((Self { source, groups, branches, window, stretch, full }, read))
    }

    /// The compiled expression; none where that can't be, which the caller must not pass over.
    pub(crate) fn full(&self) -> Option<&Regex> {
        self.full.get_or_init(|| compile(&self.source, self.stretch)).as_ref()
    }

    pub(crate) fn is_match(&self, text: &[u8]) -> bool {
        self.full().is_some_and(|regex| regex.is_match(text))
    }

    pub(crate) fn looks_back(&self, branch: usize) -> bool {
        self.branches[branch].looks_back
    }

    /// Whether what follows an anchor is what the form wants from there on; yes, too, where
    /// that can't be told, or not soon.
    pub(crate) fn goes_on(&self, branch: usize, text: &[u8], at: usize, cache: &mut Option<Cache>) -> bool {
        let tail = self.branches[branch].tail.get_or_init(|| self.tail(branch)).as_ref();
        let Some(dfa) = tail else { return true };
        let cache = cache.get_or_insert_with(|| dfa.create_cache());
        walk(dfa, cache, text, at).unwrap_or(true)
    }

    fn tail(&self, branch: usize) -> Option<DFA> {
        let read = hir::parse(&self.source).ok()?;
        let tail: Hir = anchor::tail(&read, branch, self.branches[branch].cut);
        let nfa = NFA::compiler()
            .configure(NFA::config().which_captures(WhichCaptures::None).utf8(false))
            .build_from_hir(&tail)
            .ok()?;
        let config = DFA::config()
            .match_kind(MatchKind::LeftmostFirst)
            .unicode_word_boundary(true)
            .cache_capacity(CACHE_BYTES)
            .skip_cache_capacity_check(true);
        DFA::builder().configure(config).build_from_nfa(nfa).ok()
    }
}

/// None where the automaton does not know.
fn walk(dfa: &DFA, cache: &mut Cache, text: &[u8], at: usize) -> Option<bool> {
    let end = text.len().min(at + WALK_BYTES_MAX);
    let input = Input::new(text).range(at..).anchored(Anchored::Yes);
    let mut state = dfa.start_state_forward(cache, &input).ok()?;
    for byte in &text[at..end] {
        state = dfa.next_state(cache, state, *byte).ok()?;
        if state.is_tagged() && (state.is_match() || state.is_dead() || state.is_quit()) {
            return (!state.is_quit()).then_some(state.is_match());
        }
    }
    if end < text.len() {
        return None;
    }
    dfa.next_eoi_state(cache, state).ok().map(|state| state.is_match())
}

fn compile(source: &str, stretch: Stretch) -> Option<Regex> {
    let read = hir::parse(source).ok()?;
    let config = meta::Config::new()
        .utf8_empty(false)
        .nfa_size_limit(Some(64 << 20))
        .onepass(false)
        .hybrid(stretch == Stretch::Long)
        .hybrid_cache_capacity(CACHE_BYTES);
    Regex::builder().configure(config).build_from_hir(&read).ok()
}
