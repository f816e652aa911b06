//! Lists the rule files, so that one that lies in the folder is one that the program holds.

use std::{env, fmt::Write as _, fs, path::Path};

fn main() {
    println!("cargo::rerun-if-changed=rules");
    let folder = Path::new(&env::var_os("CARGO_MANIFEST_DIR").unwrap()).join("rules");
    let entries = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<_> =
        entries.filter(|path| path.extension().is_some_and(|kind| kind == "toml")).collect();
    files.sort();
    let mut list = String::from("&[\n");
    for path in files {
        let name = path.file_name().unwrap();
        writeln!(list, "    RuleFile {{ name: {name:?}, text: include_str!({path:?}) }},").unwrap();
    }
    list.push_str("]\n");
    fs::write(Path::new(&env::var_os("OUT_DIR").unwrap()).join("files.rs"), list).unwrap();
}
