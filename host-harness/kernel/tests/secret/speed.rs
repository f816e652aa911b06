//! How quickly a text without secrets is looked through. Only a release build says anything.

use std::{hint::black_box, time::Instant};

use crate::ways::{SECRETS, knowing};

/// Source, JSON and plain text, about as they leave in a prompt.
fn clean() -> Vec<u8> {
    let source = include_str!("../../src/secret/look/unescape.rs");
    let json = serde_json::json!({ "role": "user", "content": source, "more": ["\u{e4}\n", 1.5, null] });
    let plain = "The quick brown fox jumps over the lazy dog; nothing else happens. ".repeat(200);
    format!("{source}\n{json}\n{plain}\n").repeat(200).into_bytes()
}

#[test]
#[cfg(not(debug_assertions))]
fn a_hundred_megabytes_are_looked_through_in_a_second() {
    let (known, text) = (knowing(SECRETS), clean());
    assert_eq!(known.find(&text), None);
    // What else the machine does meanwhile does not count: another thread on the same core
    // halves what this one gets done in its own time.
    let (begin, mut rate) = (Instant::now(), 0.0);
    while rate < 100.0 && begin.elapsed().as_secs() < 20 {
        let start = own_seconds();
        black_box(known.find(black_box(&text)));
        rate = f64::max(rate, text.len() as f64 / 1e6 / (own_seconds() - start));
    }
    println!("{rate:.0} MB/s over {} MB with {} secrets", text.len() / 1_000_000, SECRETS.len());
    assert!(rate >= 100.0, "{rate:.0} MB/s");
}

/// The time that this thread had a processor for.
#[cfg(all(not(debug_assertions), target_os = "linux"))]
fn own_seconds() -> f64 {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    time.tv_sec as f64 + time.tv_nsec as f64 / 1e9
}

#[cfg(all(not(debug_assertions), not(target_os = "linux")))]
fn own_seconds() -> f64 {
    static BEGIN: std::sync::OnceLock<Instant> = std::sync::OnceLock::new();
    BEGIN.get_or_init(Instant::now).elapsed().as_secs_f64()
}

#[test]
fn a_clean_text_is_clean() {
    let start = Instant::now();
    assert_eq!(knowing(SECRETS).find(black_box(&clean()[..100_000])), None);
    println!("{:?}", start.elapsed());
}
