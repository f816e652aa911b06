//! How long a map of a large tree takes. `cargo test --release -p
//! code-assist-host-harness-kernel-symbols --test speed -- --nocapture` prints it.

#![cfg(unix)]

mod common;

use std::{collections::BTreeMap, fmt::Write, io, time::Duration};

use rustix::time::{ClockId, clock_gettime};

use common::reader;
use symbols::{
    Entry, Mapped,
    cache::{Cache, Stamp},
    map::MapQuery,
    mapped,
};

const FILES: usize = 10_000;
const ROUNDS: usize = 40;
const SECOND: i64 = 1_000_000_000;

/// One language: the end of its names, a head, and a function with a name, what it uses,
/// and a number.
type Written = (&'static str, &'static str, fn(&str, [&str; 3], usize) -> String);

const LANGUAGES: [Written; 6] = [
    ("rs", "use std::fmt;\n\npub struct Held { inner: u32 }\n\n", |name, uses, n| {
        format!(
            "/// Does {name} with a few words of explanation.\npub fn {name}(input: &str, count: usize) -> Option<usize> {{\n    let found = {}(input, count + {n})?;\n    if found > count {{\n        return {}(input, found);\n    }}\n    {}(&format!(\"{{input}}-{n}\"), found)\n}}\n\n",
            uses[0], uses[1], uses[2]
        )
    }),
    ("py", "import os\n\nclass Held:\n    pass\n\n", |name, uses, n| {
        format!(
            "def {name}(first, count=None):\n    \"\"\"Does {name} with a few words of explanation.\"\"\"\n    # and a remark\n    found = {}(first, count + {n})\n    if found is not None:\n        return {}(first, found)\n    for one in range({n}):\n        {}(one, count)\n    return first\n\n",
            uses[0], uses[1], uses[2]
        )
    }),
    ("ts", "import { x } from './x';\n\nexport class Held { inner = 1; }\n\n", |name, uses, n| {
        format!(
            "/** Does {name} with a few words of explanation. */\nexport function {name}(first: string, count: number): number {{\n  const found = {}(first, count + {n});\n  if (found > count) {{\n    return {}(`${{first}}-{n}`, found);\n  }}\n  return {}(first, found);\n}}\n\n",
            uses[0], uses[1], uses[2]
        )
    }),
    ("go", "package held\n\nimport \"fmt\"\n\ntype Held struct{ inner int }\n\n", |name, uses, n| {
        format!(
            "// {name} does it with a few words of explanation.\nfunc {name}(first string, count int) (int, error) {{\n\tfound, err := {}(first, count+{n})\n\tif err != nil {{\n\t\treturn {}(fmt.Sprint(first), found)\n\t}}\n\treturn {}(first, found)\n}}\n\n",
            uses[0], uses[1], uses[2]
        )
    }),
    ("java", "package held;\n\nimport java.util.List;\n\nclass Held {\n", |name, uses, n| {
        format!(
            "    /** Does {name} with a few words of explanation. */\n    public static int {name}(String first, int count) {{\n        int found = {}(first, count + {n});\n        if (found > count) {{\n            return {}(first + \"-{n}\", found);\n        }}\n        return {}(first, found);\n    }}\n\n",
            uses[0], uses[1], uses[2]
        )
    }),
    ("c", "#include <stdio.h>\n\nstruct held { int inner; };\n\n", |name, uses, n| {
        format!(
            "/* Does {name} with a few words of explanation. */\nint {name}(const char *first, int count)\n{{\n    int found = {}(first, count + {n});\n    if (found > count) {{\n        return {}(first, found);\n    }}\n    return {}(first, found);\n}}\n\n",
            uses[0], uses[1], uses[2]
        )
    }),
];

fn name(file: usize, number: usize) -> String {
    const VERBS: [&str; 7] = ["load", "store", "parse", "render", "check", "merge", "split"];
    const NOUNS: [&str; 5] = ["config", "session", "packet", "header", "record"];
    format!("{}_{}_{file}_{number}", VERBS[(file + number) % 7], NOUNS[number % 5])
}

/// About a hundred lines, using functions of other files, some of them far more than others.
fn text(file: usize) -> String {
    let (_, head, function) = LANGUAGES[file % LANGUAGES.len()];
    let mut text = head.to_owned();
    for number in 0..10 {
        let uses = [1, 7, 131].map(|step| name((file * step + number * number) % (FILES / step), number % 3));
        let uses = [uses[0].as_str(), uses[1].as_str(), uses[2].as_str()];
        write!(text, "{}", function(&name(file, number), uses, number)).unwrap();
    }
    if head.ends_with("Held {\n") { text + "}\n" } else { text }
}

fn tree() -> BTreeMap<String, (Stamp, String)> {
    let files = (0..FILES).map(|file| {
        let (end, ..) = LANGUAGES[file % LANGUAGES.len()];
        let text = text(file);
        let inode = file as u64;
        let stamp = Stamp { bytes: text.len() as u64, modified_ns: 1, changed_ns: 1, inode };
        (format!("src/part{}/room{}/file{file}.{end}", file % 9, file % 83), (stamp, text))
    });
    files.collect()
}

fn map(tree: &BTreeMap<String, (Stamp, String)>, cache: &mut Cache, now: i64) -> Mapped {
    let entries = tree.iter().map(|(path, (stamp, _))| Entry { path: path.clone(), stamp: *stamp });
    let read = |path: &str| -> io::Result<Vec<u8>> { Ok(tree[path].1.clone().into_bytes()) };
    cache.begin(now);
    let words = "fix how the packet header is parsed".split(' ').map(str::to_owned).collect();
    let query = MapQuery { words, files: vec!["src/part0/room0/file0.rs".to_owned()], tokens_max: 2_000 };
    mapped(entries, read, &mut reader(), cache, &query)
}

/// What this process has worked so far, both ends of the pipes together: other work on
/// the machine does not show in it.
fn worked() -> Duration {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
}

/// Does the work until once it took less than the most it may: another thread on the same
/// core halves what this one gets done in its own time.
fn timed<T>(what: &str, most: Duration, mut work: impl FnMut() -> T) -> T {
    for _ in 0..ROUNDS {
        let begun = worked();
        let made = work();
        let took = worked() - begun;
        println!("{what}: {took:?}");
        if took < most {
            return made;
        }
    }
    panic!("{what} took more than {most:?} each time");
}

#[test]
#[cfg_attr(debug_assertions, ignore = "only release builds are measured")]
fn ten_thousand_files_are_mapped_in_their_time() {
    let mut tree = tree();
    let lines: usize = tree.values().map(|(_, text)| text.lines().count()).sum();
    println!("{} files, {lines} lines", tree.len());
    let mut cache = Cache::default();
    let first = timed("first", Duration::from_secs(20), || {
        cache = Cache::default();
        map(&tree, &mut cache, 100 * SECOND)
    });
    assert_eq!((first.counts.parsed, first.counts.skipped.len()), (FILES, 0));
    assert!(first.map.tokens() <= 2_000);
    println!("{}", first.map.text.lines().take(40).collect::<Vec<_>>().join("\n"));

    let bytes = timed("saved", Duration::from_millis(300), || cache.save());
    println!("{} bytes of cache", bytes.len());
    let mut cache = timed("loaded", Duration::from_millis(60), || Cache::load(&bytes));
    let again = timed("again", Duration::from_millis(300), || map(&tree, &mut cache, 200 * SECOND));
    assert_eq!((again.counts.parsed, again.counts.read), (0, 0));
    assert_eq!(again.map, first.map);

    let path = "src/part0/room0/file0.rs";
    let text = text(0) + "pub fn brand_new_packet() {}\n";
    let stamp = Stamp { bytes: text.len() as u64, modified_ns: 150 * SECOND + 1, changed_ns: 1, inode: 0 };
    tree.insert(path.to_owned(), (stamp, text));
    let changed = timed("after one change, with load and save", Duration::from_millis(300), || {
        let mut cache = Cache::load(&bytes);
        let changed = map(&tree, &mut cache, 300 * SECOND);
        assert!(cache.save().len() > 1_000);
        changed
    });
    assert_eq!((changed.counts.read, changed.counts.parsed), (1, 1));
    assert!(changed.map.text.contains("brand_new_packet"));
}
