use finding::Finding;

use super::{About, Document, Statement, Status, VexError, last};

/// What those say whom the operator hears on vulnerabilities.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Statements {
    documents: Vec<Document>,
    products: Vec<String>,
}

impl Statements {
    /// Reads a document of OpenVEX. It has to be valid: half a statement is none.
    pub fn read(bytes: &[u8]) -> Result<Self, VexError> {
        Ok(Self { documents: vec![Document::read(bytes)?], products: Vec::new() })
    }

    /// With those of other documents. Of statements of one time the later read counts.
    pub fn and(mut self, other: Self) -> Self {
        self.documents.extend(other.documents);
        self.products.extend(other.products);
        self
    }

    /// With the package URLs of what is being judged itself: statements may name it, and a
    /// package as a part of it.
    pub fn of_products(mut self, products: impl IntoIterator<Item = String>) -> Self {
        self.products.extend(products);
        self
    }

    /// The last word up to now on a package's vulnerability, where it says that nothing needs
    /// mending. What is dated in the future is not said yet.
    pub fn settled(&self, about: &About, now_ms: u64) -> Option<Settled<'_>> {
        let (document, statement) = last(about, &self.products, &self.documents, now_ms)?;
        statement.status.settles().then_some(Settled { document, statement })
    }
}

/// A statement that a vulnerability needs no mending, and who made it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settled<'s> {
    document: &'s Document,
    statement: &'s Statement,
}

impl Settled<'_> {
    /// Whether it is not affected, or was and is mended.
    pub fn status(&self) -> Status {
        self.statement.status
    }

    /// Who says so.
    pub fn author(&self) -> &str {
        &self.document.author
    }

    /// Why nothing needs mending, in words.
    pub fn justification(&self) -> String {
        let status = match self.statement.status {
            Status::Fixed => "fixed",
            _ => "not affected",
        };
        let code = self.statement.justification.map(super::Justification::as_str);
        let words =
            [code, self.statement.impact_statement.as_deref(), self.statement.status_notes.as_deref()];
        let why: Vec<&str> = words.into_iter().flatten().collect();
        match why.is_empty() {
            true => format!("{status}, says {}", self.document.author),
            false => format!("{status}, says {}: {}", self.document.author, why.join(": ")),
        }
    }

    /// The same about this package alone.
    fn restated(&self, about: &About) -> Statement {
        let mut statement = Statement::new(about);
        statement.status = self.statement.status;
        statement.justification = self.statement.justification;
        statement.impact_statement.clone_from(&self.statement.impact_statement);
        statement.status_notes = Some(self.justification());
        statement
    }
}

/// Writes what the gate found as OpenVEX: the same findings and statements, the same bytes. What
/// a statement settles is said again; everything else is affected, with what to do or who lets
/// it be. None where there is nothing to state.
pub fn write(
    author: &str,
    at_ms: u64,
    found: &[(About, Finding)],
    statements: &Statements,
) -> Result<Option<Vec<u8>>, VexError> {
    let state = |(about, finding): &(About, Finding)| match statements.settled(about, at_ms) {
        Some(settled) => settled.restated(about),
        None => Statement::of(about, finding),
    };
    if found.is_empty() {
        return Ok(None);
    }
    Document::new(author, at_ms, found.iter().map(state).collect()).map(|document| Some(document.bytes()))
}
