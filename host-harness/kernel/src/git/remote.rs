//! A remote, reached with what the operator configured and nothing else.

use std::{fs, path::Path, time::Duration};

use base64::{Engine as _, prelude::BASE64_STANDARD};
use policy::{
    Code,
    config::{GitRemote, Transport},
};
use secrecy::{ExposeSecret, SecretString};

use super::{
    command::{Answer, Git, absolute},
    own::OwnRepository,
    program,
};
use crate::{KernelError, input, process::Cancel, secret::Known};

const KNOWN_HOSTS_BYTES_MAX: u64 = 4 * 1024 * 1024;
const USER: &str = "x-access-token";

/// A way to a remote.
pub(super) struct Way<'a> {
    pub own: &'a OwnRepository,
    pub remote: &'a GitRemote,
    pub transport: Transport,
    pub credential: Option<&'a SecretString>,
    pub known: &'a Known,
    pub time_max: Duration,
    pub cancel: &'a Cancel,
}

impl<'a> Way<'a> {
    /// A git command that may go to the remote, over its own protocol alone.
    pub fn git(&self, arguments: &[&str]) -> Result<Git, KernelError> {
        let git = self.own.git(arguments).time_max(self.time_max).until(self.cancel);
        let git = git.setting(&format!("protocol.{}.allow", self.transport.scheme()), "always");
        match self.transport {
            Transport::File => Ok(git),
            Transport::Https => self.https(git),
            Transport::Ssh => self.ssh(git),
        }
    }

    fn https(&self, git: Git) -> Result<Git, KernelError> {
        let mut git = git;
        if let Some(file) = &self.remote.ca_file {
            git = git.setting("http.sslCAInfo", absolute(file)?);
        }
        if let Some(proxy) = &self.remote.proxy {
            git = git.setting("http.proxy", proxy);
        }
        Ok(match self.basic() {
            Some(basic) => {
                git.setting("http.extraHeader", format!("Authorization: Basic {}", basic.expose_secret()))
            }
            None => git,
        })
    }

    /// User and secret as HTTP carries them.
    fn basic(&self) -> Option<SecretString> {
        let user = self.remote.user.as_deref().unwrap_or(USER);
        let secret = self.credential?.expose_secret();
        Some(SecretString::from(BASE64_STANDARD.encode(format!("{user}:{secret}"))))
    }

    /// One key, one list of hosts, and nothing of the user's own SSH.
    fn ssh(&self, git: Git) -> Result<Git, KernelError> {
        let ssh = program::find("ssh").ok_or_else(|| {
            KernelError::new(Code::PrimitiveUnavailable, "can't run `ssh`\nhint: install OpenSSH's client")
        })?;
        let hosts = self.own.folder().join("known_hosts");
        let text = input::read_text(
            Path::new(self.remote.known_hosts.as_deref().unwrap_or_default()),
            KNOWN_HOSTS_BYTES_MAX,
        )?;
        fs::write(&hosts, text).map_err(KernelError::io("write", hosts.display()))?;
        let key = absolute(self.remote.key.as_deref().unwrap_or_default())?.to_string_lossy().into_owned();
        if key.contains(['$', '%']) {
            let message = format!("`{}` can't be told to ssh: it holds `$` or `%`", key.escape_debug());
            return Err(KernelError::new(Code::ArgumentMalformed, message));
        }
        let settings = [
            "BatchMode=yes".to_owned(),
            "StrictHostKeyChecking=yes".to_owned(),
            format!("UserKnownHostsFile=\"{}\"", hosts.display()),
            "GlobalKnownHostsFile=/dev/null".to_owned(),
            "UpdateHostKeys=no".to_owned(),
            "IdentitiesOnly=yes".to_owned(),
            "IdentityAgent=none".to_owned(),
            "PreferredAuthentications=publickey".to_owned(),
            "ForwardAgent=no".to_owned(),
            "ClearAllForwardings=yes".to_owned(),
            "ControlMaster=no".to_owned(),
            "ControlPath=none".to_owned(),
            "PermitLocalCommand=no".to_owned(),
            "ProxyCommand=none".to_owned(),
        ];
        let words =
            [ssh.to_string_lossy().into_owned(), "-F".to_owned(), "none".to_owned(), "-i".to_owned(), key];
        let options = settings.into_iter().flat_map(|setting| ["-o".to_owned(), setting]);
        let line: Vec<_> = words.into_iter().chain(options).map(|word| for_shell(&word)).collect();
        Ok(git.env("GIT_SSH_COMMAND", line.join(" ")).env("GIT_SSH_VARIANT", "ssh"))
    }

    /// What the remote said, without a secret in any form.
    pub fn said(&self, answer: &Answer) -> String {
        let secrets = [self.basic(), self.credential.cloned()];
        let shown = secrets.iter().flatten().filter(|secret| !secret.expose_secret().is_empty());
        let text =
            shown.fold(answer.line(), |text, secret| text.replace(secret.expose_secret(), "[redacted]"));
        String::from_utf8_lossy(&self.known.redact(text.into_bytes())).into_owned()
    }

    /// Why the remote could not be asked.
    pub fn failed(&self, answer: &Answer) -> KernelError {
        let said = self.said(answer);
        let stranger = [
            "terminal prompts disabled",
            "Authentication failed",
            "Permission denied",
            "Host key verification failed",
            "returned error: 401",
            "returned error: 403",
            "certificate",
            "could not read Username",
            "could not read Password",
        ];
        let (code, hint) = match stranger.iter().any(|sign| said.contains(sign)) {
            true => (
                Code::RemoteUnauthorized,
                "mend the remote's `credential`, `key`, `known_hosts` or `ca_file`",
            ),
            false => (Code::RemoteUnreachable, "mend the remote's `url`, or the way there"),
        };
        let name = &self.remote.name;
        KernelError::new(
            code,
            format!("can't reach remote `{name}` at `{}`: {said}\nhint: {hint}", self.remote.url),
        )
    }
}

/// Refuses a remote that a push would fail at for want of a file, before a run is for nothing.
pub fn refuse_unready(remote: &GitRemote) -> Result<(), KernelError> {
    let files = [("key", &remote.key), ("known_hosts", &remote.known_hosts), ("ca_file", &remote.ca_file)];
    for (key, file) in files.into_iter().filter_map(|(key, file)| Some((key, file.as_ref()?))) {
        let unread = |error| {
            let message = format!("remote `{}`: can't read its `{key}`, `{file}`: {error}", remote.name);
            KernelError::new(Code::RemoteUnauthorized, message)
        };
        fs::File::open(absolute(file)?).map_err(unread)?;
    }
    Ok(())
}

/// Git hands the line to a shell.
fn for_shell(word: &str) -> String {
    format!("'{}'", word.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_stays_one_word_in_a_shell() {
        for word in ["a b", "it's", "$(touch x)", "`x`", "\\", "\"", "a\nb"] {
            let output = std::process::Command::new("sh")
                .args(["-c", &format!("printf %s {}", for_shell(word))])
                .output();
            assert_eq!(String::from_utf8_lossy(&output.unwrap().stdout), word);
        }
    }
}
