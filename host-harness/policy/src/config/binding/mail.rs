use agent_contract::fault::shown;
use serde::Deserialize;

/// From whom mail is, and to whom it goes. The agent names neither.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MailConfig {
    /// The sender's address.
    pub from: String,
    /// The addresses that it goes to.
    pub to: Vec<String>,
    /// Who logs in; the binding's credential is the password.
    pub user: Option<String>,
}

const ADDRESSES_MAX: usize = 50;

impl MailConfig {
    pub(super) fn fault(&self) -> Option<String> {
        let odd = |text: &&String| !is_address(text);
        if !(1..=ADDRESSES_MAX).contains(&self.to.len()) {
            return Some(format!("`mail.to` must hold 1 to {ADDRESSES_MAX} addresses"));
        }
        let user = self.user.iter().find(|user| user.is_empty() || user.contains(char::is_control));
        let address = [&self.from].into_iter().chain(&self.to).find(odd);
        address
            .map(|text| {
                format!("`mail` holds `{}`, which is no address such as `ada@example.org`", shown(text))
            })
            .or_else(|| user.map(|_| "`mail.user` is empty or holds a control character".to_owned()))
    }
}

/// An address without a display name, a comment, quotes or anything else that a header could
/// be broken with.
fn is_address(text: &str) -> bool {
    let local = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~.".contains(c);
    let domain = |c: char| c.is_ascii_alphanumeric() || ".-".contains(c);
    text.len() <= 254
        && text.split_once('@').is_some_and(|(name, host)| {
            !name.is_empty() && !host.is_empty() && name.chars().all(local) && host.chars().all(domain)
        })
}
