//! Scans folders with the embedded rules, in this process, and tells what was found.

use std::{collections::BTreeMap, fs, path::Path, time::Instant};

use agent_contract::RepoPath;
use finding::{FileScanner as _, Look, Severity};
use sast::{Rules, Scanner};

fn main() {
    let least = std::env::var("LEAST").unwrap_or_else(|_| "high".to_owned());
    let shown = |severity: Severity| match least.as_str() {
        "low" => true,
        "medium" => severity >= Severity::Medium,
        _ => severity >= Severity::High,
    };
    let start = Instant::now();
    let scanner = Scanner::new(Rules::embedded().expect("rules"));
    eprintln!("rules read in {:?}", start.elapsed());
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    let (mut bytes_all, mut files, mut time, mut slowest) =
        (0, 0, std::time::Duration::ZERO, (0, String::new()));
    for folder in std::env::args().skip(1) {
        let mut todo = vec![Path::new(&folder).to_path_buf()];
        while let Some(path) = todo.pop() {
            if path.is_dir() {
                if path.is_symlink() {
                    continue;
                }
                todo.extend(fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
                continue;
            }
            let name = path.display().to_string();
            let Ok(short) = RepoPath::parse(name.trim_start_matches('/')) else { continue };
            if scanner.passes_over(&short).is_some() {
                continue;
            }
            let Ok(bytes) = fs::read(&path) else { continue };
            let start = Instant::now();
            let look = scanner.look(&short, &bytes);
            let took = start.elapsed();
            time += took;
            if took.as_micros() > slowest.0 {
                slowest = (took.as_micros(), name.clone());
            }
            match look {
                Look::Scanned(found) => {
                    files += 1;
                    bytes_all += bytes.len();
                    for one in found {
                        *counts.entry(format!("{} {}", one.severity, one.rule)).or_default() += 1;
                        if shown(one.severity) {
                            let line = one.span.map_or(0, |span| span.line);
                            let text = String::from_utf8_lossy(&bytes)
                                .lines()
                                .nth(line.saturating_sub(1) as usize)
                                .unwrap_or("")
                                .trim()
                                .chars()
                                .take(150)
                                .collect::<String>();
                            println!("{} {} {name}:{line}\n      {text}", one.severity, one.rule);
                        }
                    }
                }
                Look::Skipped(_) => {}
                Look::Broken(why) => println!("BROKEN {name}: {why}"),
            }
        }
    }
    for (rule, count) in counts {
        eprintln!("{count:6} {rule}");
    }
    eprintln!(
        "{files} files, {bytes_all} bytes, {time:?}, {:.1} MB/s, slowest {slowest:?}",
        bytes_all as f64 / 1e6 / time.as_secs_f64()
    );
}
