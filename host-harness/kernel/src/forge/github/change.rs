//! A change as it leaves.

use agent_contract::{branch::BranchName, fault::shown};
use policy::Code;
use serde::Serialize;

use crate::{KernelError, forge::ObjectId, workspace::Net};

/// What makes a repeated operation the same one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OperationId(String);

impl OperationId {
    /// Parses an id: 1 to 100 letters, digits and `-`, `_`, `.`.
    pub fn parse(text: &str) -> Result<Self, KernelError> {
        let plain = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
        match (1..=100).contains(&text.len()) && text.chars().all(plain) {
            true => Ok(Self(text.to_owned())),
            false => Err(malformed(format!("`{}` is no operation id", shown(text)))),
        }
    }

    /// The id.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A change that is to leave.
#[derive(Debug, Clone)]
pub struct Change {
    /// The same for every repetition, and for nothing else.
    pub operation: OperationId,
    /// The commit that it follows, which the forge has.
    pub parent: ObjectId,
    /// Where it goes.
    pub branch: BranchName,
    /// Whether the branch is new.
    pub onto: Onto,
    /// The message of the commit, without trailers.
    pub message: String,
    /// The trailers that name run and trace.
    pub trailers: Vec<(String, String)>,
    /// Who made it, and when: the same for every repetition.
    pub author: Signature,
    /// The files, as `Workspace::changes` gives them.
    pub files: Vec<Net>,
}

/// Whether a branch is new.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Onto {
    /// It is not there, and is made.
    NewBranch,
    /// It is there, at the parent, and is moved on; never by force.
    ExistingBranch,
}

/// Who made a commit, and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature {
    /// The name.
    pub name: String,
    /// The address.
    pub email: String,
    /// Seconds since 1970.
    pub at_seconds: u64,
}

/// What a pull request says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PullRequestText {
    /// Its title.
    pub title: String,
    /// Its text; the trailers are added to it.
    pub body: String,
}

/// The trailer by which a repetition is known.
const OPERATION: &str = "Code-Assist-Operation";

impl Change {
    /// The trailers, as lines.
    fn trailer_lines(&self) -> String {
        let operation = (OPERATION, self.operation.as_str());
        let given = self.trailers.iter().map(|(key, value)| (key.as_str(), value.as_str()));
        given.chain([operation]).map(|(key, value)| format!("{key}: {value}\n")).collect()
    }

    /// The whole message of the commit.
    pub(super) fn commit_message(&self) -> String {
        format!("{}\n\n{}", self.message.trim_end(), self.trailer_lines())
    }

    /// What no change can be, whatever the forge has.
    pub(super) fn check(&self) -> Result<(), KernelError> {
        let odd = |text: &str| text.chars().any(|c| c.is_control() && c != '\n' && c != '\t');
        if self.message.trim().is_empty() || odd(&self.message) {
            return Err(malformed("a commit needs a message, without control characters".to_owned()));
        }
        let key = |key: &str| {
            !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        };
        if let Some((name, _)) =
            self.trailers.iter().find(|(name, value)| !key(name) || value.contains('\n') || odd(value))
        {
            return Err(malformed(format!("`{}` is no trailer of one line", shown(name))));
        }
        let person = [&self.author.name, &self.author.email];
        if person.iter().any(|text| text.is_empty() || text.contains(['<', '>', '\n']) || odd(text)) {
            return Err(malformed(
                "the author's name and address must be one line, without `<` and `>`".to_owned(),
            ));
        }
        match self.files.is_empty() {
            true => Err(KernelError::new(Code::NothingChanged, "the change has no file")),
            false => Ok(()),
        }
    }

    /// The text of the pull request, with the mark by which it is found again.
    pub(super) fn pull_request_body(&self, text: &PullRequestText) -> String {
        format!("{}\n\n{}\n{}\n", text.body.trim_end(), self.trailer_lines(), self.mark())
    }

    /// What the text of a pull request of this change holds.
    pub(super) fn mark(&self) -> String {
        format!("<!-- code-assist-operation: {} -->", self.operation.as_str())
    }
}

impl PullRequestText {
    pub(super) fn check(&self) -> Result<(), KernelError> {
        let title = self.title.chars().count();
        if !(1..=TITLE_CHARS_MAX).contains(&title) || self.title.chars().any(char::is_control) {
            return Err(malformed(format!(
                "a pull request's title has 1 to {TITLE_CHARS_MAX} characters, on one line"
            )));
        }
        match self.body.chars().count() > BODY_CHARS_MAX || self.body.contains(MARK_START) {
            true => Err(malformed(format!(
                "a pull request's text has {BODY_CHARS_MAX} characters at the most, and no mark of an operation"
            ))),
            false => Ok(()),
        }
    }
}

const MARK_START: &str = "<!-- code-assist-operation:";
const TITLE_CHARS_MAX: usize = 256;
/// GitHub takes 65,536; trailers and mark need some of them.
const BODY_CHARS_MAX: usize = 60_000;

impl Signature {
    /// The moment as the forge wants it: `2026-11-21T15:00:00Z`.
    pub(super) fn date(&self) -> String {
        let (days, rest) = (self.at_seconds / 86_400, self.at_seconds % 86_400);
        let (year, month, day) = civil(days);
        let (hour, minute, second) = (rest / 3600, rest / 60 % 60, rest % 60);
        format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
    }
}

/// Year, month and day of a day since 1970. Counted from March on, so that the day that
/// leap years have more is the last one.
fn civil(days: u64) -> (u64, u64, u64) {
    let days = days + 719_468;
    let (era, day_of_era) = (days / 146_097, days % 146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    (era * 400 + year_of_era + u64::from(month <= 2), month, day)
}

fn malformed(message: String) -> KernelError {
    KernelError::new(Code::ArgumentMalformed, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_those_of_the_calendar() {
        for (at_seconds, date) in [
            (0, "1970-01-01T00:00:00Z"),
            (951_782_399, "2000-02-28T23:59:59Z"),
            (951_782_400, "2000-02-29T00:00:00Z"),
            (1_709_251_199, "2024-02-29T23:59:59Z"),
            (4_107_542_400, "2100-03-01T00:00:00Z"),
            (1_795_273_407, "2026-11-21T15:03:27Z"),
        ] {
            let signature = Signature { name: String::new(), email: String::new(), at_seconds };
            assert_eq!(signature.date(), date);
        }
    }

    #[test]
    fn operation_ids_are_plain() {
        assert!(OperationId::parse("0199aa3c-7a30.run_1").is_ok());
        for text in ["", "a b", "a\nb", "-->", &"a".repeat(101)] {
            assert!(OperationId::parse(text).is_err(), "{text:?}");
        }
    }
}
