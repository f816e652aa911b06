//! Notifications through an incoming webhook of Slack, whose path is its secret.

use std::{
    sync::Arc,
    time::{Duration, SystemTime},
};

use policy::{
    Code,
    config::{BindingConfig, is_plain_path},
};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};
use tokio::time::{Instant, sleep};

use super::{Told, taken};
use crate::{
    KernelError,
    net::{
        Attempt, Binding, Keys, Method, Names, Outgoing, Repeat, Used,
        binding::{Carried, Manner},
        failure::Fault,
        retry,
    },
};

/// Characters that a block may hold, and blocks that a message may.
const BLOCK_CHARS_MAX: usize = 3000;
const BLOCKS_MAX: usize = 48;
const SUMMARY_CHARS_MAX: usize = 150;

#[derive(Debug, Clone)]
pub(super) struct Slack {
    binding: Binding,
    times: usize,
    whole: Duration,
}

impl Slack {
    pub(super) fn open(
        config: &BindingConfig,
        keys: Keys,
        names: Arc<dyn Names>,
    ) -> Result<Self, KernelError> {
        let path = path(config, &keys).map_err(|fault| fault.told(&config.name, 1))?;
        let manner = Manner::Fixed { path, credential: Carried::Kept };
        let binding = Binding::open_fixed(config, keys, names, manner)?;
        Ok(Self { binding, times: config.attempts as usize, whole: Duration::from_millis(config.timeout_ms) })
    }

    pub(super) fn used(&self) -> Used {
        self.binding.used()
    }

    /// Slack has no ids that make a repeat harmless; but what it answers with 429 it did not
    /// take.
    pub(super) async fn tell(&self, told: &Told<'_>) -> Result<Vec<Attempt>, KernelError> {
        let (end, mut attempts) = (Instant::now() + self.whole, Vec::new());
        loop {
            let mut answer = self.binding.send(outgoing(told)).await?;
            attempts.append(&mut answer.attempts);
            let asked = answer.header("retry-after");
            let asked = asked.and_then(|text| retry::retry_after(text, SystemTime::now()));
            let pause = retry::pause(retry::PAUSE_FIRST, attempts.len(), asked, retry::dice());
            if answer.status != 429 || attempts.len() >= self.times || Instant::now() + pause >= end {
                answer.attempts = attempts;
                return taken(answer, self.binding.name());
            }
            sleep(pause).await;
        }
    }
}

fn outgoing(told: &Told<'_>) -> Outgoing {
    Outgoing {
        method: Method::Post,
        path: "/".to_owned(),
        headers: vec![("content-type".to_owned(), "application/json".to_owned())],
        body: message(told).to_string().into_bytes(),
        repeat: Repeat::Never,
    }
}

/// The secret is the path, or the whole address as Slack shows it.
fn path(config: &BindingConfig, keys: &Keys) -> Result<SecretString, Fault> {
    let odd = |why: &str| Fault::own(Code::ArgumentMalformed, format!("the credential {why}"));
    let secret = keys.credential.as_ref().map(|credential| credential.exposed());
    let secret = secret.ok_or_else(|| odd("is missing: the path of an incoming webhook is its secret"))?;
    let text = secret.expose_secret();
    let path = text.strip_prefix(config.url.trim_end_matches('/')).unwrap_or(text);
    match is_plain_path(path) && path.len() > 1 {
        true => Ok(SecretString::from(path)),
        false => {
            Err(odd("is neither a path such as /services/T0/B0/x nor an address that begins with `url`"))
        }
    }
}

fn message(told: &Told<'_>) -> Value {
    let section = |text: String| json!({ "type": "section", "text": { "type": "mrkdwn", "text": text, "verbatim": true } });
    let mut blocks: Vec<_> = pieces(&told.notification.text).into_iter().map(section).collect();
    let origin = escaped(&format!("run {}, message {}", told.notification.run_id, told.id));
    blocks.push(
        json!({ "type": "context", "elements": [{ "type": "plain_text", "text": origin, "emoji": false }] }),
    );
    let summary: String = told.notification.text.chars().take(SUMMARY_CHARS_MAX).collect();
    json!({ "text": escaped(&summary), "blocks": blocks, "unfurl_links": false, "unfurl_media": false })
}

/// The text, escaped, in pieces that a block can hold. No escape is cut in two.
fn pieces(text: &str) -> Vec<String> {
    let mut pieces = vec![String::new()];
    let mut room = BLOCK_CHARS_MAX;
    for c in text.chars() {
        let written = escaped(c.encode_utf8(&mut [0; 4]));
        let chars = written.chars().count();
        if chars > room {
            if pieces.len() == BLOCKS_MAX {
                pieces.push("[the rest is too long for a message]".to_owned());
                return pieces;
            }
            pieces.push(String::new());
            room = BLOCK_CHARS_MAX;
        }
        room -= chars;
        if let Some(piece) = pieces.last_mut() {
            piece.push_str(&written);
        }
    }
    pieces
}

/// The three characters that Slack reads as its own; without them nobody can be called and
/// no link can be hidden behind a text.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::net::{Credential, notify::Notification};

    fn sent(text: &str) -> Value {
        let notification = Notification { run_id: "r-1".to_owned(), text: text.to_owned() };
        message(&Told { id: "i-1", notification: &notification })
    }

    #[test]
    fn nobody_is_called_and_nothing_hides() {
        let message = sent("<!channel> <https://evil|good> a & b");
        let text = "&lt;!channel&gt; &lt;https://evil|good&gt; a &amp; b";
        assert_eq!(message["blocks"][0]["text"]["text"], text);
        assert_eq!(message["text"], text);
        assert_eq!(message["blocks"][1]["elements"][0]["text"], "run r-1, message i-1");
    }

    #[test]
    fn a_long_text_is_in_pieces_and_none_is_too_long() {
        let text = "&x".repeat(5000);
        let pieces = pieces(&text);
        assert!(pieces.iter().all(|piece| piece.chars().count() <= BLOCK_CHARS_MAX));
        assert_eq!(pieces.concat(), escaped(&text));
        assert!(pieces.iter().all(|piece| !piece.starts_with("amp;") && !piece.starts_with(';')));
        let message = sent(&"&".repeat(65_536));
        assert_eq!(message["blocks"].as_array().unwrap().len(), BLOCKS_MAX + 2);
    }

    #[test]
    fn the_secret_is_a_path_of_the_address() {
        let config = BindingConfig { url: "https://hooks.slack.com".to_owned(), ..Default::default() };
        let found = |secret: &str| {
            let keys = Keys { credential: Some(Credential::Bearer(secret.into())), ..Keys::default() };
            path(&config, &keys).ok().map(|path| path.expose_secret().to_owned())
        };
        for secret in ["/services/T0/B0/x", "https://hooks.slack.com/services/T0/B0/x"] {
            assert_eq!(found(secret).as_deref(), Some("/services/T0/B0/x"));
        }
        for secret in
            ["https://evil.example/services/T0/B0/x", "services/T0", "/", "/a/../b", "/a?b", "@evil/x"]
        {
            assert_eq!(found(secret), None, "{secret}");
        }
    }
}
