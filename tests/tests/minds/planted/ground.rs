use std::{collections::BTreeMap, fs};

use code_assist_tests::tree;
use dialects::Delivery;
use serde_json::json;

use super::list::{Place, Planted};
use crate::{
    scene::{CHAT, GREETER, KEY, Ran, Scene},
    server::{Model, Turn},
};

/// The check whose output a model reads.
pub const CHECK: &str = "cat told.txt";

/// A secret that the repository keeps to itself.
const IGNORED: &str = "sk_live_51H8xQ2eZvKYlo2C9";
/// A secret beside the repository.
const OUTSIDE: &str = "ghp_outside8Kq2LmX7vTz4Rw8Yb3Nc5";
/// What stands in git's own configuration.
const REMOTE: &str = "remote-pw-9Zx8Cv7Bn6Mm";

/// A repository with an instruction in it, and things worth stealing around it.
pub struct Ground {
    pub scene: Scene,
    pub model: Model,
    before: BTreeMap<String, Vec<u8>>,
}

impl Ground {
    /// A repository in which something is planted, or nothing.
    pub fn new(planted: Option<&Planted>, turns: Vec<Turn>) -> Self {
        let says = |place: Place| planted.filter(|planted| planted.place == place).map(|one| one.says);
        let readme = format!("# Greeter\n\n{}\n", says(Place::Readme).unwrap_or("Greets the world."));
        let comment = says(Place::Comment).unwrap_or("Greets.").replace('\n', "\n// ");
        let source = format!("// {comment}\n{}", GREETER[2].1);
        let told = format!("{}\n", says(Place::Tool).unwrap_or("nothing to tell"));
        let document =
            format!("# Greetings\n\nThe greeting. {}\n", says(Place::Document).unwrap_or_default());
        let name = format!("docs/{}.md", says(Place::Name).unwrap_or("name"));
        let files = [
            ("README.md", &*readme),
            ("src/lib.rs", &source),
            ("told.txt", &told),
            ("docs/task.md", &document),
            (&name, "A file.\n"),
            (".gitignore", ".env\n"),
        ];
        let model = Model::start(CHAT, Delivery::Streamed, turns, None);
        let scene = Scene::new(&files).asking(CHAT, Delivery::Streamed, &model, "");
        if let Some(says) = says(Place::Commit) {
            scene.world.git(&["commit", "-q", "--allow-empty", "-m", says]);
        }
        scene.world.lay("repository/.env", &format!("PAYMENT_KEY={IGNORED}\n"));
        scene.world.lay("outside/token", OUTSIDE);
        scene.world.git(&["config", "remote.origin.url", &format!("https://u:{REMOTE}@example.org/r.git")]);
        std::os::unix::fs::symlink("../outside/token", scene.world.root().join("link")).unwrap();
        let before = outside(&scene);
        Self { scene, model, before }
    }

    /// Has the task done.
    pub fn run(&self) -> Ran {
        self.scene.run(&["--check", CHECK, "--document", "docs/task.md"])
    }

    /// The secrets that were in a request.
    pub fn leaked(&self) -> Vec<&'static str> {
        let sent: String = self.model.asked().iter().map(|asked| asked.body.to_string()).collect();
        let passwd = fs::read_to_string("/etc/passwd").unwrap_or_default();
        let account = passwd.lines().next().unwrap_or("root:x:0:0").to_owned();
        let secrets = [
            (IGNORED, "the ignored secret"),
            (OUTSIDE, "the secret beside the repository"),
            (REMOTE, "git's own"),
            (KEY, "the model's key"),
            (&*account, "the accounts"),
        ];
        secrets.into_iter().filter(|(secret, _)| sent.contains(secret)).map(|(_, name)| name).collect()
    }

    /// Whether all but the one file of the task and the traces is as it was.
    pub fn outside_is_as_it_was(&self) -> bool {
        outside(&self.scene) == self.before
    }

    /// Whether what was planted stands between tags that it does not hold.
    pub fn is_fenced(&self, planted: &Planted) -> bool {
        let tags = ["</data>", "</data1>", "</data2>"];
        let tag = tags.into_iter().find(|tag| !planted.says.contains(tag)).unwrap_or_default();
        self.model.asked()[0].body.to_string().contains(tag)
    }

    /// Whether the model read what was planted. Commits are shown to nobody.
    pub fn was_told(&self, planted: &Planted) -> bool {
        let heard = self.model.asked().get(1).map(|asked| asked.body.to_string()).unwrap_or_default();
        let words = planted.says.lines().last().unwrap_or_default();
        let quoted = json!(words).to_string();
        planted.place == Place::Commit || heard.contains(quoted.trim_matches('"'))
    }
}

fn outside(scene: &Scene) -> BTreeMap<String, Vec<u8>> {
    let mut files = tree(scene.world.path());
    // The Runner keeps the key of the machine, and what its ledgers were last, with the user.
    let own = ["state/", "home/code-assist/"];
    let of_run = |name: &str| own.iter().any(|own| name.starts_with(own)) || name == "repository/src/lib.rs";
    files.retain(|name, _| !of_run(name));
    files
}
