//! Where a name stands: as a name, never in a comment or in the text of a string.

mod common;

use common::{reader, source};
use symbols::{Language, Role};

fn found(language: Language, name: &str, text: &str) -> Vec<String> {
    let found = reader().find(&[source(language, text)], name).remove(0).unwrap();
    let shown = found.occurrences.iter().map(|one| {
        assert_eq!(&text[one.start as usize..one.end as usize], name);
        let role = if one.role == Role::Definition { "definition" } else { "reference" };
        let around = one.enclosing.as_deref().unwrap_or("-");
        format!("{}:{} {role} {} in {around}", one.line, one.column, one.node)
    });
    shown.collect()
}

/// A name, a source, and where in it the name names something.
const CASES: &[(Language, &str, &str, &[&str])] = &[
    (
        Language::Rust,
        "größe",
        "// größe\nstruct A { größe: u8 }\nimpl A { fn größe(&self) -> u8 { println!(\"größe {}\", self.größe); x!(größe) } }",
        &[
            "2:12 reference field_identifier in A",
            "3:13 definition identifier in A",
            "3:64 reference identifier in A.größe",
            "3:77 reference identifier in A.größe",
        ],
    ),
    (
        Language::Rust,
        "A",
        "struct A;\nimpl A {}\nimpl<'A> X for &'A A {}",
        &[
            "1:8 definition type_identifier in -",
            "2:6 reference type_identifier in A",
            "3:7 reference identifier in A",
            "3:18 reference identifier in A",
            "3:20 reference type_identifier in A",
        ],
    ),
    (
        Language::Python,
        "run",
        "def run(): 'run'\nclass A:\n  def go(self):\n    # run\n    return f'run {run()}' + self.run",
        &[
            "1:5 definition identifier in -",
            "5:19 reference identifier in A.go",
            "5:34 reference identifier in A.go",
        ],
    ),
    (
        Language::TypeScript,
        "run",
        "const a = { run, b: `run ${run}` }; type T = typeof run; /* run */ obj?.run",
        &[
            "1:13 reference shorthand_property_identifier in a",
            "1:28 reference identifier in a",
            "1:53 reference identifier in T",
            "1:73 reference property_identifier in -",
        ],
    ),
    (
        Language::Php,
        "run",
        "run <?php # run\nfunction run($run) { return \"run $run\" . 'run'; }",
        &["2:10 definition name in -", "2:15 reference name in run", "2:35 reference name in run"],
    ),
    (
        Language::Ruby,
        "run",
        "def run; end # run\n:run; \"run #{run}\"",
        &["1:5 definition identifier in -", "2:14 reference identifier in -"],
    ),
    (
        Language::Go,
        "Run",
        "package p\nfunc (a *A) Run() { a.Run(); _ = \"Run\" }",
        &["2:13 definition field_identifier in -", "2:23 reference field_identifier in Run"],
    ),
];

#[test]
fn a_name_is_found_where_it_names() {
    for (language, name, text, expected) in CASES {
        assert_eq!(found(*language, name, text), *expected, "{language:?} {text}");
    }
    assert!(found(Language::Rust, "", "fn a() {}").is_empty());
    assert!(found(Language::Rust, "a b", "fn a() {}").is_empty());
}

#[test]
fn more_places_than_are_told_are_counted() {
    let text = format!("fn f() {{ {} }}", "a;".repeat(12_345));
    let found = reader().find(&[source(Language::Rust, &text)], "a").remove(0).unwrap();
    assert_eq!((found.occurrences.len(), found.left_out), (10_000, 2_345));
}
