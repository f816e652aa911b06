//! How long the gate takes over a hundred thousand files of which few are its own.

use std::time::Instant;

use consistency::{Consistency, Options};
use finding::{Held, Tree as _, TreeScanner as _};

const FILES: usize = 100_000;
const README: &str = "# Bird\n\nSee [the code](src) and `src/area1/gone.rs`, set `BIRD_SONG`.\n\n```sh\ncargo run --bin bird -- --loud\nmake all\n```\n";
const MANIFEST: &str = "[package]\nname = \"bird\"\nversion = \"1.0.0\"\n";

fn main() {
    let source = (0..FILES).map(|at| (name(at), "fn main() {}\n".to_owned()));
    let own = (0..50).map(|at| (format!("packages/part{at}/README.md"), README.to_owned()));
    let yaml = (0..20).map(|at| (format!("deploy/area{at}/pod.yaml"), "kind: Pod\n".to_owned()));
    let manifest = [("Cargo.toml".to_owned(), MANIFEST.to_owned())];
    let tree: Held = source.chain(own).chain(yaml).chain(manifest).collect();
    let start = Instant::now();
    let gate = Consistency::new(Options::default()).expect("the rules that this crate brings along");
    println!("rules: {:?}", start.elapsed());
    for _ in 0..3 {
        let start = Instant::now();
        let survey = gate.survey(&tree, None);
        println!(
            "survey: {:?}, {} scanned, {} found",
            start.elapsed(),
            survey.scanned.len(),
            survey.found.len()
        );
    }
    let paths = tree.paths();
    let start = Instant::now();
    let passed = paths.iter().filter(|path| gate.passes_over(path).is_some()).count();
    println!("passes over {passed}: {:?}", start.elapsed());
}

fn name(at: usize) -> String {
    let ending = ["rs", "ts", "py", "go", "java", "c", "h", "png"][at % 8];
    format!("packages/part{}/src/area{}/file_{at}.{ending}", at / 1000, at / 100)
}
