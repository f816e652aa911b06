//! Where a change could be deployed. Nothing is ever deployed: a target is planned.

use agent_contract::RepoPath;
use serde::Deserialize;

/// A deployment target. Which keys it takes depends on its kind.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TargetConfig {
    /// Its name.
    pub name: String,
    /// What it is.
    pub kind: TargetKind,
    /// Process and SSH: the program and its arguments.
    pub command: Option<Vec<String>>,
    /// Process and SSH: the folder that the files go to.
    pub folder: Option<String>,
    /// Process, Docker and SSH: the files and folders of the repository that are deployed.
    pub files: Option<Vec<String>>,
    /// Process: the user that it runs as.
    pub user: Option<String>,
    /// Docker: the image's name.
    pub image: Option<String>,
    /// Docker: the Dockerfile in the repository. Default: `Dockerfile`.
    pub dockerfile: Option<String>,
    /// Docker: the compose file in the repository, instead of a Dockerfile.
    pub compose: Option<String>,
    /// Docker: what is published, `host:container`.
    pub ports: Option<Vec<String>>,
    /// SSH: the host, or its name in `ssh_config`.
    pub host: Option<String>,
    /// SSH: the client's configuration. Default: none.
    pub ssh_config: Option<String>,
    /// Kubernetes: the manifests' files and folders in the repository.
    pub manifests: Option<Vec<String>>,
    /// Kubernetes: the namespace.
    pub namespace: Option<String>,
    /// Kubernetes: the context of the client.
    pub context: Option<String>,
}

/// What a deployment target is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TargetKind {
    /// A process of this machine, as a unit of systemd.
    Process,
    /// A container of a Docker engine.
    Docker,
    /// A machine that is reached over SSH.
    Ssh,
    /// A cluster.
    Kubernetes,
}

impl TargetKind {
    /// Its name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Process => "process",
            Self::Docker => "docker",
            Self::Ssh => "ssh",
            Self::Kubernetes => "kubernetes",
        }
    }

    /// The keys that it takes, and those of them that it needs.
    fn keys(self) -> (&'static [&'static str], &'static [&'static str]) {
        match self {
            Self::Process => (&["command", "folder", "files", "user"], &["command", "folder", "files"]),
            Self::Docker => (&["image", "dockerfile", "compose", "ports"], &[]),
            Self::Ssh => {
                (&["host", "folder", "files", "command", "ssh_config"], &["host", "folder", "files"])
            }
            Self::Kubernetes => (&["manifests", "namespace", "context"], &["manifests"]),
        }
    }
}

impl TargetConfig {
    /// Its files, sought beside the configuration.
    pub(super) fn files(&mut self) -> Vec<&mut String> {
        self.ssh_config.iter_mut().collect()
    }

    fn given(&self) -> Vec<&'static str> {
        [
            ("command", self.command.is_some()),
            ("folder", self.folder.is_some()),
            ("files", self.files.is_some()),
            ("user", self.user.is_some()),
            ("image", self.image.is_some()),
            ("dockerfile", self.dockerfile.is_some()),
            ("compose", self.compose.is_some()),
            ("ports", self.ports.is_some()),
            ("host", self.host.is_some()),
            ("ssh_config", self.ssh_config.is_some()),
            ("manifests", self.manifests.is_some()),
            ("namespace", self.namespace.is_some()),
            ("context", self.context.is_some()),
        ]
        .into_iter()
        .filter_map(|(name, given)| given.then_some(name))
        .collect()
    }

    /// What can't be.
    pub(super) fn fault(&self) -> Option<String> {
        let (taken, needed) = self.kind.keys();
        let given = self.given();
        if let Some(odd) = given.iter().find(|name| !taken.contains(name)) {
            return Some(format!("`{odd}` is no key of its kind"));
        }
        if let Some(missing) = needed.iter().find(|name| !given.contains(name)) {
            return Some(format!("`{missing}` is missing"));
        }
        self.docker_fault().or_else(|| self.word_fault()).or_else(|| self.path_fault())
    }

    fn docker_fault(&self) -> Option<String> {
        let fault = match (self.kind, &self.image, &self.dockerfile, &self.compose) {
            (TargetKind::Docker, None, _, None) => "one of `image` and `compose` is missing",
            (TargetKind::Docker, Some(_), _, Some(_)) => "`image` and `compose` are both given; give one",
            (TargetKind::Docker, _, Some(_), Some(_)) => "`dockerfile` is for an `image`",
            (TargetKind::Docker, None, _, Some(_)) if self.ports.is_some() => "`ports` are for an `image`",
            _ => return None,
        };
        Some(fault.to_owned())
    }

    /// What becomes a word of a command is never one that the command takes for an option.
    fn word_fault(&self) -> Option<String> {
        let one = [
            ("user", &self.user),
            ("image", &self.image),
            ("host", &self.host),
            ("namespace", &self.namespace),
            ("context", &self.context),
        ];
        if !is_word(&self.name) {
            return Some("`name` is empty, or holds more than letters, digits and `-_.`".to_owned());
        }
        if let Some((key, _)) = one.into_iter().find(|(_, word)| word.as_ref().is_some_and(|w| !is_word(w))) {
            return Some(format!("`{key}` holds odd characters"));
        }
        if self.ports.iter().flatten().any(|port| !is_port(port)) {
            return Some("`ports` are of the form `8080:80`".to_owned());
        }
        if self.folder.as_ref().is_some_and(|folder| !folder.starts_with('/') || !is_word(&folder[1..])) {
            return Some("`folder` is no plain absolute path".to_owned());
        }
        let command = self.command.as_ref()?;
        let odd = |word: &String| word.is_empty() || word.contains(char::is_control);
        let program = command.first().filter(|program| is_word(program.trim_start_matches('/')));
        match program.is_none() || command.iter().any(odd) {
            true => Some("`command` is empty, or holds odd characters".to_owned()),
            false => None,
        }
    }

    fn path_fault(&self) -> Option<String> {
        let lists = [("files", &self.files), ("manifests", &self.manifests)];
        let many =
            lists.into_iter().flat_map(|(key, list)| list.iter().flatten().map(move |path| (key, path)));
        let one = [("dockerfile", &self.dockerfile), ("compose", &self.compose)];
        let one = one.into_iter().filter_map(|(key, path)| Some((key, path.as_ref()?)));
        many.chain(one).find_map(|(key, path)| {
            let fault = RepoPath::parse(path).err()?;
            Some(format!("`{key}`: {fault}"))
        })
    }
}

/// Letters, digits and a few marks; an option's `-` does not begin it.
fn is_word(text: &str) -> bool {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"-_./:@+".contains(&b);
    !text.is_empty() && text.len() <= 256 && !text.starts_with('-') && text.bytes().all(plain)
}

fn is_port(text: &str) -> bool {
    let number = |text: &str| text.parse::<u16>().is_ok_and(|port| port > 0);
    text.split_once(':').is_some_and(|(host, container)| number(host) && number(container))
}

#[cfg(test)]
mod tests {
    use crate::config::Config;

    #[test]
    fn what_no_target_can_be_is_refused() {
        for (text, expected) in [
            ("kind = \"moon\"", "unknown variant `moon`"),
            ("kind = \"ssh\"\npassword = \"x\"", "unknown field `password`"),
            ("kind = \"kubernetes\"", "`manifests` is missing"),
            ("kind = \"kubernetes\"\nmanifests = [\"../k\"]", "targets[0]: `manifests`"),
            ("kind = \"docker\"", "one of `image` and `compose`"),
            ("kind = \"docker\"\nimage = \"--privileged\"", "`image` holds odd"),
            ("kind = \"docker\"\nimage = \"a\"\nports = [\"80\"]", "`ports` are of"),
            (
                "kind = \"ssh\"\nhost = \"-oProxyCommand=x\"\nfolder = \"/srv\"\nfiles = [\"a\"]",
                "`host` holds odd",
            ),
            ("kind = \"ssh\"\nhost = \"a\"\nfolder = \"srv\"\nfiles = [\"a\"]", "`folder` is no plain"),
            ("kind = \"process\"\nhost = \"a\"", "`host` is no key of its kind"),
            ("kind = \"process\"\nfolder = \"/a\"\nfiles = [\"a\"]\ncommand = []", "`command` is empty"),
        ] {
            let error = Config::parse(&format!("[[targets]]\nname = \"t\"\n{text}")).unwrap_err().to_string();
            assert!(error.contains(expected), "{text}: {error}");
        }
    }
}
