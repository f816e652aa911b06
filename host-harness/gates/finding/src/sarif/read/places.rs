use std::collections::BTreeMap;

use super::super::{Fault, Node, Place};
use crate::Span;

/// How many bases may lie on one another.
const BASES_MAX: usize = 16;

/// The files that a run tells of apart from its results.
pub(super) struct Artifacts<'a> {
    artifacts: Vec<Node<'a>>,
    bases: BTreeMap<&'a str, Node<'a>>,
}

impl<'a> Artifacts<'a> {
    pub(super) fn of(run: &Node<'a>) -> Result<Self, Fault> {
        let bases = match run.get("originalUriBaseIds")? {
            Some(bases) => bases.members()?.into_iter().collect(),
            None => BTreeMap::new(),
        };
        Ok(Self { artifacts: run.list("artifacts")?, bases })
    }

    /// Where a result is; where it names no place, the file that was being looked at.
    pub(super) fn places(&self, result: &Node<'a>) -> Result<Vec<Place>, Fault> {
        let mut places = Vec::new();
        for location in result.list("locations")? {
            places.push(self.place(&location)?);
        }
        if places.is_empty()
            && let Some(target) = result.get("analysisTarget")?
        {
            places.push(Place { uri: self.uri(&target)?, ..Place::default() });
        }
        Ok(places)
    }

    fn place(&self, location: &Node<'a>) -> Result<Place, Fault> {
        let mut place = Place::default();
        if let Some(physical) = location.get("physicalLocation")? {
            if let Some(file) = physical.get("artifactLocation")? {
                place.uri = self.uri(&file)?;
            }
            place.span = physical.get("region")?.map(|region| span(&region)).transpose()?.flatten();
        }
        if let Some(logical) = location.list("logicalLocations")?.first() {
            let name = logical.text_of("fullyQualifiedName")?;
            place.logical = match name {
                Some(name) => Some(name.to_owned()),
                None => logical.text_of("name")?.map(str::to_owned),
            };
        }
        Ok(place)
    }

    fn uri(&self, location: &Node<'a>) -> Result<Option<String>, Fault> {
        let indexed = match location.index_of("index")? {
            Some(index) => match self.artifacts.get(index) {
                Some(artifact) => artifact.get("location")?,
                None => return Err(location.fault(format!("there is no artifact {index}"))),
            },
            None => None,
        };
        // What the result says of the file itself goes before what the index says.
        let location = if location.get("uri")?.is_some() { Some(location.clone()) } else { indexed };
        let Some(location) = location else { return Ok(None) };
        let Some(uri) = location.text_of("uri")? else { return Ok(None) };
        let mut uri = uri.to_owned();
        let mut base = location.text_of("uriBaseId")?;
        for _ in 0..BASES_MAX {
            let Some(node) = base.and_then(|base| self.bases.get(base)) else { return Ok(Some(uri)) };
            // A base that is the root of everything says nothing: trivy writes it for any tree.
            if let Some(folder) = node.text_of("uri")?
                && !matches!(folder, "" | "/" | "file:///")
            {
                uri = format!("{}/{uri}", folder.trim_end_matches('/'));
            }
            base = node.text_of("uriBaseId")?;
        }
        Err(location.fault("its bases lead in a circle"))
    }
}

/// A region of lines. Some tools write 0 for what they do not know.
fn span(region: &Node) -> Result<Option<Span>, Fault> {
    let number = |name: &str| -> Result<Option<u32>, Fault> {
        let found = region.number_of(name)?.filter(|number| *number > 0);
        Ok(found.map(|number| u32::try_from(number).unwrap_or(u32::MAX)))
    };
    let Some(line) = number("startLine")? else { return Ok(None) };
    let end_line = number("endLine")?.unwrap_or(line).max(line);
    let column = number("startColumn")?.unwrap_or(1);
    let least = if end_line == line { column } else { 1 };
    let end_column = number("endColumn")?.unwrap_or(least).max(least);
    Ok(Some(Span { line, column, end_line, end_column }))
}
