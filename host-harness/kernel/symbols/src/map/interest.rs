//! What a task is about: the files where the walk starts, and the names that it prefers.

use std::collections::BTreeSet;

use super::{
    FileTags, MapQuery,
    graph::Graph,
    words::{Mention, Words},
};

/// How much more than any other file one counts that the task names, or whose path or
/// definitions have a word of it.
const NAMED: f64 = 200.0;
const PATH_WORD: f64 = 10.0;
const WHOLE_NAME: f64 = 30.0;
const NAME_WORD: f64 = 3.0;
/// The most that names are worth to a file: a large one has them all.
const NAMES_MAX: f64 = 45.0;

/// What counts how much for a task.
pub(super) struct Interest {
    /// For each file how often the walk starts there; together one.
    pub files: Vec<f64>,
    /// For each name how much more often the walk takes it.
    pub names: Vec<f64>,
    /// For each name how much it is what the task is about.
    pub mentioned: Vec<f64>,
    /// For each file whether the task names it.
    pub named: Vec<bool>,
}

impl Interest {
    pub fn new(files: &[&FileTags], graph: &Graph<'_>, query: &MapQuery, named: &BTreeSet<&str>) -> Self {
        let named: Vec<bool> = files.iter().map(|file| named.contains(file.path.as_str())).collect();
        let mut interest = Self {
            files: named.iter().map(|named| if *named { NAMED } else { 1.0 }).collect(),
            names: vec![1.0; graph.names.len()],
            mentioned: vec![0.0; graph.names.len()],
            named,
        };
        let words = Words::new(&query.words);
        if !words.is_empty() {
            interest.prefer(files, graph, &words);
        }
        let all: f64 = interest.files.iter().sum();
        interest.files.iter_mut().for_each(|much| *much /= all);
        interest
    }

    fn prefer(&mut self, files: &[&FileTags], graph: &Graph<'_>, words: &Words) {
        let in_names = Mentions::of(graph.names.iter().copied(), words);
        let in_paths = Mentions::of(files.iter().map(|file| file.path.as_str()), words);
        let mut of_names = vec![0.0_f64; self.files.len()];
        for (name, mention) in &in_names.found {
            let definers = graph.defining(*name);
            let rare = 1.0 / definers.len() as f64;
            let (worth, factor, mentioned) = match mention {
                Mention::Whole => (WHOLE_NAME * rare, 10.0, rare),
                Mention::Part(word) => {
                    let telling = in_names.telling(*word);
                    (NAME_WORD * telling * rare, 1.0 + 4.0 * telling, 0.2 * telling * telling * rare)
                }
            };
            self.names[*name] = self.names[*name].max(factor);
            self.mentioned[*name] = self.mentioned[*name].max(mentioned);
            definers.iter().for_each(|file| of_names[*file as usize] += worth);
        }
        for (file, much) in self.files.iter_mut().zip(of_names) {
            *file += much.min(NAMES_MAX);
        }
        for (file, mention) in &in_paths.found {
            if let Mention::Part(word) = mention {
                self.files[*file] += PATH_WORD * in_paths.telling(*word);
            }
        }
    }
}

/// Where words of the task are mentioned.
struct Mentions {
    found: Vec<(usize, Mention)>,
    counts: Vec<usize>,
}

impl Mentions {
    fn of<'a>(texts: impl Iterator<Item = &'a str>, words: &Words) -> Self {
        let mut mentions = Self { found: Vec::new(), counts: vec![0; words.len()] };
        for (number, text) in texts.enumerate() {
            words.mentions(text, |mention| mentions.found.push((number, mention)));
        }
        for (_, mention) in &mentions.found {
            if let Mention::Part(word) = mention {
                mentions.counts[*word] += 1;
            }
        }
        mentions
    }

    /// How much a word tells: one that is everywhere tells nothing.
    fn telling(&self, word: usize) -> f64 {
        1.0 / (self.counts[word].max(1) as f64).sqrt()
    }
}
