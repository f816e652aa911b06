//! Telling people. Nothing is told unless a binding of such a kind is configured.

mod mail;
mod slack;
mod webhook;

use std::sync::Arc;

use policy::{
    Code, blob,
    config::{BindingConfig, BindingKind},
};

use super::{
    Attempt, Incoming, Keys, Names, SystemNames, Used,
    failure::{Fault, Sent},
};
use crate::KernelError;

/// What is to be told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notification {
    /// The run that tells it.
    pub run_id: String,
    /// The text, which may be the agent's.
    pub text: String,
}

/// What was told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivered {
    /// The message's id: the same run telling the same through the same binding has the
    /// same one, so that a repeat is recognised.
    pub id: String,
    /// Every attempt, where they are counted.
    pub attempts: Vec<Attempt>,
}

/// A binding through which people are told.
#[derive(Debug, Clone)]
pub struct Channel {
    name: String,
    way: Way,
}

#[derive(Debug, Clone)]
enum Way {
    Webhook(webhook::Webhook),
    Slack(slack::Slack),
    Mail(Arc<mail::Mail>),
}

/// A notification with its id.
struct Told<'a> {
    id: &'a str,
    notification: &'a Notification,
}

impl Channel {
    /// Opens a channel.
    pub fn open(config: &BindingConfig, keys: Keys) -> Result<Self, KernelError> {
        Self::open_among(config, keys, Arc::new(SystemNames))
    }

    /// Opens a channel whose name is looked up among these.
    pub fn open_among(
        config: &BindingConfig,
        keys: Keys,
        names: Arc<dyn Names>,
    ) -> Result<Self, KernelError> {
        let way = match config.kind {
            BindingKind::Webhook => Way::Webhook(webhook::Webhook::open(config, keys, names)?),
            BindingKind::Slack => Way::Slack(slack::Slack::open(config, keys, names)?),
            BindingKind::Smtp => Way::Mail(Arc::new(mail::Mail::open(config, keys, names)?)),
            BindingKind::Http | BindingKind::Model => {
                let fault =
                    Fault::own(Code::NetKind, "it answers requests and takes no notifications".to_owned());
                return Err(fault
                    .hint("notifications go through a binding of the kind `webhook`, `slack` or `smtp`")
                    .told(&config.name, 1));
            }
        };
        Ok(Self { name: config.name.clone(), way })
    }

    /// Tells something, once.
    pub async fn notify(&self, notification: &Notification) -> Result<Delivered, KernelError> {
        let id = id(&self.name, notification);
        let told = Told { id: &id, notification };
        let attempts = match &self.way {
            Way::Webhook(webhook) => webhook.tell(&told).await?,
            Way::Slack(slack) => slack.tell(&told).await?,
            Way::Mail(mail) => mail.tell(&told).await?,
        };
        Ok(Delivered { id, attempts })
    }

    /// What the run has used of it so far.
    pub fn used(&self) -> Used {
        match &self.way {
            Way::Webhook(webhook) => webhook.used(),
            Way::Slack(slack) => slack.used(),
            Way::Mail(mail) => mail.used(),
        }
    }
}

fn id(binding: &str, notification: &Notification) -> String {
    let Notification { run_id, text } = notification;
    let mut whole = blob::sha256(format!("{run_id}\0{binding}\0{text}").as_bytes());
    whole.truncate(32);
    whole
}

/// Takes an answer for what it says about the notification.
fn taken(answer: Incoming, binding: &str) -> Result<Vec<Attempt>, KernelError> {
    match rejected(&answer) {
        None => Ok(answer.attempts),
        Some(fault) => Err(fault.told(binding, answer.attempts.len())),
    }
}

fn rejected(answer: &Incoming) -> Option<Fault> {
    let status = answer.status;
    match status {
        200..=299 => None,
        429 | 503 => {
            let when =
                answer.header("retry-after").map(|text| format!(", and says to wait `{}`", shown(text)));
            let what =
                format!("it has no time for the notification (status {status}{})", when.unwrap_or_default());
            Some(Fault::own(Code::NotifyBusy, what).sent(Sent::Perhaps))
        }
        _ => {
            let said = String::from_utf8_lossy(&answer.body);
            let what = format!("it did not take the notification: status {status}, `{}`", shown(said.trim()));
            Some(Fault::late(Code::NotifyRefused, what))
        }
    }
}

fn shown(text: &str) -> String {
    agent_contract::fault::shown(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_repeat_has_the_same_id_and_nothing_else_has() {
        let told =
            |run_id: &str, text: &str| Notification { run_id: run_id.to_owned(), text: text.to_owned() };
        let first = id("a", &told("r", "done"));
        assert_eq!(first, id("a", &told("r", "done")));
        assert_eq!(first.len(), 32);
        for other in [id("b", &told("r", "done")), id("a", &told("s", "done")), id("a", &told("r", "done."))]
        {
            assert_ne!(first, other);
        }
    }
}
