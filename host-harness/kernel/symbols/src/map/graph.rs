//! Who uses what of whom, and where a walk along that is most of the time.

use hashbrown::HashMap;

use super::{FileTags, interest::Interest, shown, words::weight};

/// Steps of the walk. Further ones change nothing that shows.
const STEPS: usize = 20;
/// How often the walk goes on instead of starting again.
const GOES_ON: f64 = 0.85;

/// Files and the names between them. A name goes to all files that define it, so that a
/// walk costs as much as there are definitions and references, not their product.
pub(super) struct Graph<'a> {
    /// The names that are defined, by their numbers.
    pub names: Vec<&'a str>,
    /// The names of the definitions of each file that may be shown, in their order.
    shown: Rows<u32>,
    /// The files that define each name.
    definers: Rows<u32>,
    /// The names that each file uses of others, and how much.
    uses: Rows<(u32, f64)>,
}

/// Lists of different lengths, one after the other.
struct Rows<T> {
    all: Vec<T>,
    ends: Vec<usize>,
}

/// Where the walk was.
pub(super) struct Flow {
    /// How much of the time, for each file.
    pub files: Vec<f64>,
    /// How much of it went over each name.
    pub names: Vec<f64>,
}

impl<T> Rows<T> {
    fn new() -> Self {
        Self { all: Vec::new(), ends: Vec::new() }
    }

    fn end_row(&mut self) {
        self.ends.push(self.all.len());
    }

    fn row(&self, number: usize) -> &[T] {
        let start = if number == 0 { 0 } else { self.ends[number - 1] };
        &self.all[start..self.ends[number]]
    }
}

impl<'a> Graph<'a> {
    pub fn new(files: &[&'a FileTags]) -> Self {
        let mut numbers: HashMap<&'a str, u32> = HashMap::new();
        let mut names = Vec::new();
        let (mut defined, mut rows) = (Vec::new(), Rows::new());
        for (file, tagged) in files.iter().enumerate() {
            for definition in tagged.tags.iter().flat_map(|tags| shown(tags)) {
                let number = *numbers.entry(definition.name).or_insert_with(|| {
                    names.push(definition.name);
                    names.len() as u32 - 1
                });
                defined.push((number, file as u32));
                rows.all.push(number);
            }
            rows.end_row();
        }
        let definers = definers(names.len(), defined);
        let uses = uses(files, &numbers, &definers);
        Self { names, shown: rows, definers, uses }
    }

    /// The names of a file's definitions that may be shown, by their numbers.
    pub fn shown(&self, file: usize) -> &[u32] {
        self.shown.row(file)
    }

    /// The files that define a name.
    pub fn defining(&self, name: usize) -> &[u32] {
        self.definers.row(name)
    }

    /// Walks.
    pub fn flow(&self, interest: &Interest) -> Flow {
        let count = interest.files.len();
        let mut flow = Flow { files: interest.files.clone(), names: Vec::new() };
        let weights: Vec<Vec<f64>> = (0..count).map(|file| self.leaving(file, interest)).collect();
        for _ in 0..STEPS {
            self.step(&mut flow, &weights, interest);
        }
        flow
    }

    /// The parts of a file's visits that go over each of the names that it uses.
    fn leaving(&self, file: usize, interest: &Interest) -> Vec<f64> {
        let row = self.uses.row(file).iter();
        let weights: Vec<f64> = row.map(|(name, much)| much * interest.names[*name as usize]).collect();
        let all: f64 = weights.iter().sum();
        weights.into_iter().map(|weight| weight / all).collect()
    }

    fn step(&self, flow: &mut Flow, weights: &[Vec<f64>], interest: &Interest) {
        let mut names = vec![0.0; self.names.len()];
        let mut stuck = 0.0;
        for (file, parts) in weights.iter().enumerate() {
            let here = flow.files[file];
            if parts.is_empty() {
                stuck += here;
            }
            for ((name, _), part) in self.uses.row(file).iter().zip(parts) {
                names[*name as usize] += here * part;
            }
        }
        let again = 1.0 - GOES_ON + GOES_ON * stuck;
        let mut files: Vec<f64> = interest.files.iter().map(|much| much * again).collect();
        for (name, much) in names.iter().enumerate().filter(|(_, much)| **much > 0.0) {
            let definers = self.definers.row(name);
            let each = GOES_ON * much / definers.len() as f64;
            definers.iter().for_each(|file| files[*file as usize] += each);
        }
        *flow = Flow { files, names };
    }
}

fn definers(names: usize, mut defined: Vec<(u32, u32)>) -> Rows<u32> {
    defined.sort_unstable();
    defined.dedup();
    let mut rows = Rows::new();
    let mut rest = defined.into_iter().peekable();
    for name in 0..names as u32 {
        while let Some((_, file)) = rest.next_if(|(number, _)| *number == name) {
            rows.all.push(file);
        }
        rows.end_row();
    }
    rows
}

fn uses(files: &[&FileTags], numbers: &HashMap<&str, u32>, definers: &Rows<u32>) -> Rows<(u32, f64)> {
    let mut rows = Rows::new();
    for (file, tagged) in files.iter().enumerate() {
        for reference in tagged.tags.iter().flat_map(|tags| tags.references()) {
            let Some(name) = numbers.get(reference.name) else { continue };
            let definers = definers.row(*name as usize);
            // What a file defines itself, it means itself.
            if definers.binary_search(&(file as u32)).is_ok() {
                continue;
            }
            // Once more is less than once; and what everybody defines tells little.
            let often = f64::from(reference.count).sqrt() / (definers.len() as f64).sqrt();
            rows.all.push((*name, often * weight(reference.name)));
        }
        rows.end_row();
    }
    rows
}
