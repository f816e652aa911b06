use proptest::prelude::*;

use super::*;

const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";
const PARENT: &str = "b7ad6b7169203331";

fn well_formed() -> String {
    format!("00-{TRACE}-{PARENT}-01")
}

#[test]
fn a_traceparent_is_read_strictly() {
    let upper = TRACE.to_uppercase();
    let zeros = "0".repeat(32);
    let cases = [
        (well_formed(), true),
        (format!("00-{TRACE}-{PARENT}-00"), true),
        (format!("00-{TRACE}-{PARENT}-ff"), true),
        (format!("01-{TRACE}-{PARENT}-01"), true),
        (format!("cc-{TRACE}-{PARENT}-01-what-comes-later"), true),
        (format!("cc-{TRACE}-{PARENT}-01-"), true),
        (String::new(), false),
        (format!("ff-{TRACE}-{PARENT}-01"), false),
        (format!("00-{TRACE}-{PARENT}-01-more"), false),
        (format!("00-{TRACE}-{PARENT}-01-"), false),
        (format!("cc-{TRACE}-{PARENT}-01.more"), false),
        (format!("cc-{TRACE}-{PARENT}-011"), false),
        (format!("00-{zeros}-{PARENT}-01"), false),
        (format!("00-{TRACE}-0000000000000000-01"), false),
        (format!("00-{upper}-{PARENT}-01"), false),
        (format!("00-{TRACE}-{}-01", PARENT.to_uppercase()), false),
        (format!("00-{TRACE}-{PARENT}-0A"), false),
        (format!("0A-{TRACE}-{PARENT}-01"), false),
        (format!("00-{TRACE}-{PARENT}-0"), false),
        (format!("00-{TRACE}-{PARENT}-"), false),
        (format!("00-{TRACE}-{PARENT}"), false),
        (format!("0-{TRACE}-{PARENT}-01"), false),
        (format!("00-{TRACE}-{PARENT}-0x"), false),
        (format!("00_{TRACE}_{PARENT}_01"), false),
        (format!("00-{}-{PARENT}-01", &TRACE[1..]), false),
        (format!("00-{TRACE}0-{}-01", &PARENT[1..]), false),
        (format!(" {}", well_formed()), false),
        (format!("{} ", well_formed()), false),
        (format!("00-{}é-{PARENT}-01", &TRACE[2..]), false),
    ];
    for (text, fits) in cases {
        assert_eq!(TraceContext::parse(&text, None).is_some(), fits, "{text}");
    }
}

#[test]
fn what_goes_out_is_the_same_trace_with_the_call_as_parent() {
    let carried = TraceContext::parse(&well_formed(), Some("a=1, b=2")).unwrap();
    let (parent, state) = carried.child("run-1", 12);
    let span = ids::hex(&ids::entry("run-1", 12));
    assert_eq!((parent, state.as_deref()), (format!("00-{TRACE}-{span}-01"), Some("a=1,b=2")));
    assert_ne!(carried.child("run-1", 13).0, carried.child("run-1", 12).0);
}

#[test]
fn flags_that_nobody_defined_are_not_handed_on() {
    for (flags, told, sampled) in
        [("00", "00", false), ("01", "01", true), ("fe", "02", false), ("ff", "03", true)]
    {
        let text = format!("7a-{TRACE}-{PARENT}-{flags}-later");
        let carried = TraceContext::parse(&text, None).unwrap();
        let (out, _) = carried.child("run-1", 1);
        assert!(out.starts_with("00-") && out.ends_with(&format!("-{told}")), "{out}");
        assert_eq!(carried.is_sampled(), sampled, "{flags}");
    }
}

#[test]
fn a_run_of_its_own_has_a_trace_of_its_own_each_time_the_same() {
    let (first, second) = (TraceContext::of_run("run-1"), TraceContext::of_run("run-2"));
    assert_eq!(first, TraceContext::of_run("run-1"));
    assert_ne!(first.child("run-1", 1), second.child("run-1", 1));
    assert!(first.is_sampled() && first.parent().is_none());
    let (text, state) = first.child("run-1", 1);
    assert_eq!((TraceContext::parse(&text, None).map(|one| one.trace()), state), (Some(first.trace()), None));
}

fn state(text: &str) -> Option<String> {
    let carried = TraceContext::parse(&well_formed(), Some(text)).expect("the state never matters");
    carried.child("run-1", 1).1
}

#[test]
fn a_tracestate_is_handed_on_or_left_out() {
    let key = "k".repeat(256);
    let cases: Vec<(String, Option<String>)> = [
        ("a=1", Some("a=1")),
        (" a=1 ,\tb=2\t", Some("a=1,b=2")),
        ("a=1,,b=2,", Some("a=1,b=2")),
        ("0a@system/x=v w", Some("0a@system/x=v w")),
        ("a= 1", Some("a= 1")),
        ("", None),
        (", ,", None),
        ("a", None),
        ("a=", None),
        ("=1", None),
        ("A=1", None),
        ("a=1,a=2", None),
        ("a=1=2", None),
        ("a=\u{e9}", None),
        ("a=1\n", None),
        ("@a=1", None),
        ("a b=1", None),
    ]
    .map(|(text, told)| (text.to_owned(), told.map(str::to_owned)))
    .into_iter()
    .chain([(format!("{key}=1"), Some(format!("{key}=1"))), (format!("{key}k=1"), None)])
    .collect();
    for (text, told) in cases {
        assert_eq!(state(&text), told, "{text:?}");
    }
}

#[test]
fn a_tracestate_has_limits() {
    let members = |count: usize| (0..count).map(|at| format!("k{at}=v")).collect::<Vec<_>>().join(",");
    assert_eq!(state(&members(32)), Some(members(32)));
    assert_eq!(state(&members(33)), None);
    let value = |length: usize| "v".repeat(length);
    assert_eq!(state(&format!("a={}", value(256))), Some(format!("a={}", value(256))));
    assert_eq!(state(&format!("a={}", value(257))), None);
}

#[test]
fn of_a_long_tracestate_the_long_members_go_first_and_then_the_last() {
    let long = format!("long={}", "v".repeat(200));
    let short = |name: &str| format!("{name}={}", "v".repeat(90));
    let all = [short("a"), long, short("b"), short("c"), short("d")].join(",");
    assert_eq!(state(&all), Some([short("a"), short("b"), short("c"), short("d")].join(",")));
    let many: Vec<_> = ["a", "b", "c", "d", "e", "f", "g"].map(short).into();
    assert_eq!(state(&many.join(",")), Some(many[..5].join(",")));
}

proptest! {
    #[test]
    fn anything_is_read_without_a_panic(parent in ".{0,80}", told in ".{0,700}") {
        let _ = TraceContext::parse(&parent, Some(&told));
        let _ = TraceContext::parse(&well_formed(), Some(&told));
    }

    #[test]
    fn what_went_out_is_read_again(run in "[a-z0-9-]{1,40}", seq: u64, told in "([a-z]{1,8}=[!-+./-<>-~]{1,90},?){0,9}") {
        let carried = TraceContext::parse(&well_formed(), Some(&told)).unwrap();
        let (parent, state) = carried.child(&run, seq);
        prop_assert!(state.as_ref().is_none_or(|state| state.len() <= 512));
        let again = TraceContext::parse(&parent, state.as_deref()).expect("well-formed");
        prop_assert_eq!(again.child(&run, seq), (parent, state));
    }
}
