//! How long the gate takes over a hundred thousand files of which few are its own.

use std::time::Instant;

use finding::{Held, Tree as _, TreeScanner as _};
use iac::Together;

const FILES: usize = 100_000;
const POD: &str =
    "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec:\n  containers: [{name: a, image: 'a:1'}]\n";

fn main() {
    let source = (0..FILES).map(|at| (name(at), "fn main() {}\n".to_owned()));
    let own = (0..20).map(|at| (format!("deploy/area{at}/pod.yaml"), POD.to_owned()));
    let tree: Held = source.chain(own).collect();
    let start = Instant::now();
    let together = Together::embedded().expect("the rules that this crate brings along");
    println!("rules: {:?}", start.elapsed());
    for _ in 0..3 {
        let start = Instant::now();
        let survey = together.survey(&tree, None);
        println!("survey: {:?}, {} scanned", start.elapsed(), survey.scanned.len());
    }
    let paths = tree.paths();
    let start = Instant::now();
    let passed = paths.iter().filter(|path| together.passes_over(path).is_some()).count();
    println!("passes over {passed}: {:?}", start.elapsed());
}

fn name(at: usize) -> String {
    let ending = ["rs", "ts", "py", "go", "java", "c", "h", "png"][at % 8];
    format!("packages/part{}/src/area{}/file_{at}.{ending}", at / 1000, at / 100)
}
