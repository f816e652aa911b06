//! The layers by which a model's lines are looked for.

use super::{
    fold,
    indent::{Pair, Shift},
    layer::Layer,
    sequence::By,
    similar_lines,
    text::Text,
};

/// Pairs of lines whose indentation is compared; more than one place that would take more
/// are several, whatever their indentation is.
const PAIRS_MAX: usize = 1_000_000;

/// The first layer that finds the lines from `start` on, and every place where it does.
/// Similar lines are not among them.
pub(super) fn places(wanted: &[&str], text: &Text, start: usize) -> (Layer, Vec<usize>) {
    let filled = wanted.iter().any(|line| !line.trim().is_empty());
    let layers = Layer::ALL.into_iter().filter(|layer| filled || *layer <= Layer::LineEnds);
    let mut found = layers.map(|layer| (layer, at_layer(layer, wanted, text, start)));
    found.find(|(_, places)| !places.is_empty()).unwrap_or((Layer::Exact, Vec::new()))
}

fn at_layer(layer: Layer, wanted: &[&str], text: &Text, start: usize) -> Vec<usize> {
    let by = |by: By| text.places_by(by, wanted, start);
    let moved = |by: By| {
        let mut places = text.places_by(by, wanted, start);
        if places.len() <= 1 || places.len().saturating_mul(wanted.len()) <= PAIRS_MAX {
            places.retain(|place| shift(wanted, text, *place).is_some());
        }
        places
    };
    match layer {
        Layer::Exact => by(By::Letters),
        Layer::LineEnds => by(By::Starts),
        Layer::Indentation => moved(By::Bare),
        Layer::LookAlikes => moved(By::Looks),
        Layer::Similar => Vec::new(),
    }
}

/// The places that are similar to the lines and not told apart.
pub(super) fn similar(wanted: &[&str], text: &Text, start: usize) -> Vec<usize> {
    match similar_lines::places(wanted, text.lines(), start).as_slice() {
        [place] if shift(wanted, text, *place).is_none() => Vec::new(),
        places => places.to_vec(),
    }
}

/// The one rule by which lines are indented at a place, if there is one.
pub(super) fn shift(wanted: &[&str], text: &Text, place: usize) -> Option<Shift> {
    let held = text.lines().get(place..).unwrap_or_default();
    let pairs = wanted.iter().zip(held).filter(|(line, _)| !fold::bare(line.as_bytes()).is_empty());
    let pairs: Vec<Pair> = pairs
        .map(|(line, held)| (fold::indentation(line.as_bytes()), fold::indentation(held.text)))
        .collect();
    Shift::of(&pairs)
}
