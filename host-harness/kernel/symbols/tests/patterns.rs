//! Code that looks like a pattern.

mod common;

use common::matched;
use symbols::{Language, Skipped};

/// A pattern, a source, and what of it looks like the pattern.
const CASES: &[(Language, &str, &str, &[&str])] = &[
    (
        Language::Rust,
        "$A.unwrap()",
        "fn f() { a.b().unwrap(); let x = c . unwrap ( ); /* d.unwrap() */ \"e.unwrap()\"; g.unwrap(1); }",
        &["a.b().unwrap() A=`a.b()`", "c . unwrap ( ) A=`c`"],
    ),
    (
        Language::Rust,
        "foo($FIRST, $$$REST)",
        "fn f() { foo(1); foo(1, 2, (3, 4),); foo(); bar(1, 2) }",
        &["foo(1) FIRST=`1` REST=``", "foo(1, 2, (3, 4),) FIRST=`1` REST=`2, (3, 4)`"],
    ),
    (
        Language::Rust,
        "$A == $A",
        "fn f() { a == a; a == b; a.b == a.b; c == /* x */ c }",
        &["a == a A=`a`", "a.b == a.b A=`a.b`", "c == /* x */ c A=`c`"],
    ),
    (
        Language::Rust,
        "assert_eq!($LEFT, true)",
        "fn f() { assert_eq!(a.b(1, \"x, true)\"), true); assert_eq!(a, true,); assert_eq!(a, b); assert_eq!(a, b, true) }",
        &[
            "assert_eq!(a.b(1, \"x, true)\"), true) LEFT=`a.b(1, \"x, true)\")`",
            "assert_eq!(a, true,) LEFT=`a`",
        ],
    ),
    (
        Language::Rust,
        "f!($A + $B; $$$REST)",
        "fn g() { f!(x.y + z(1); 2, 3); f!(x + y, 1); f!(+ 1; 2) }",
        &["f!(x.y + z(1); 2, 3) A=`x.y` B=`z(1)` REST=`2, 3`"],
    ),
    (Language::Rust, "foo(foo($A))", "fn f() { foo(foo(foo(1))) }", &["foo(foo(foo(1))) A=`foo(1)`"]),
    (
        Language::Rust,
        "if $C { $$$BODY }",
        "fn f() { if a { b(); c } if d { } if e { 1 } else { 2 } }",
        &["if a { b(); c } C=`a` BODY=`b(); c`", "if d { } C=`d` BODY=``"],
    ),
    (
        Language::Rust,
        "fn $NAME() -> $T { $$$ }",
        "fn a() -> u8 { 1 } fn b() {} pub fn c() -> u8 { 2 }",
        &["fn a() -> u8 { 1 } NAME=`a` T=`u8`"],
    ),
    (
        Language::Rust,
        "Vec<$T>",
        "type A = Vec<u8>; fn f(x: Vec<Vec<A>>) {}",
        &["Vec<u8> T=`u8`", "Vec<Vec<A>> T=`Vec<A>`"],
    ),
    (
        Language::Python,
        "print($$$A)",
        "print(1, b)\nprint()\n# print(2)\nx.print(3)\nprint('größe')",
        &["print(1, b) A=`1, b`", "print() A=``", "print('größe') A=`'größe'`"],
    ),
    (
        Language::Python,
        "def $F($$$P):\n    return $X",
        "def a(x, y=1):\n  return x\ndef b():\n  pass\n  return 1",
        &["def a(x, y=1):\n  return x F=`a` P=`x, y=1` X=`x`"],
    ),
    (
        Language::JavaScript,
        "console.log($$$A)",
        "console.log(`a ${console.log(1)}`); console.error(2); console.log('x', 2)",
        &["console.log(`a ${console.log(1)}`) A=``a ${console.log(1)}``", "console.log('x', 2) A=`'x', 2`"],
    ),
    (
        Language::JavaScript,
        "\"use strict\"",
        "\"use strict\"; 'use strict'; \"use loose\"",
        &["\"use strict\""],
    ),
    (Language::TypeScript, "$A as any", "f(x as any, y as string)", &["x as any A=`x`"]),
    (
        Language::Tsx,
        "<$T>{$C}</$T>",
        "x = <b>{y}</b>; z = <i>{y}</i>",
        &["<b>{y}</b> T=`b` C=`y`", "<i>{y}</i> T=`i` C=`y`"],
    ),
    (
        Language::Go,
        "if err != nil { $$$BODY }",
        "package p\nfunc f() {\nif err != nil {\nreturn err\n}\n}",
        &["if err != nil {\nreturn err\n} BODY=`return err`"],
    ),
    (
        Language::Go,
        "fmt.Println($A)",
        "package p\nfunc f() { fmt.Println(\"x\"); fmt.Print(1) }",
        &["fmt.Println(\"x\") A=`\"x\"`"],
    ),
    (
        Language::Java,
        "System.out.println($A);",
        "class A { void f() { System.out.println(1 + 2); } }",
        &["System.out.println(1 + 2); A=`1 + 2`"],
    ),
    (
        Language::Java,
        "new $T($$$)",
        "class A { Object a = new B(1, 2); Object c = new D<E>(); }",
        &["new B(1, 2) T=`B`", "new D<E>() T=`D<E>`"],
    ),
    (
        Language::C,
        "free($P)",
        "void f(void) { free(a->b); if (x) free(y); }",
        &["free(a->b) P=`a->b`", "free(y) P=`y`"],
    ),
    (
        Language::C,
        "if ($C) { $$$B }",
        "void f(void) { if (a) { b(); c(); } }",
        &["if (a) { b(); c(); } C=`a` B=`b(); c();`"],
    ),
    (
        Language::Cpp,
        "std::move($A)",
        "void f() { g(std::move(x), std::forward(y)); }",
        &["std::move(x) A=`x`"],
    ),
    (
        Language::CSharp,
        "Log.Info($$$A)",
        "class A { void F() { Log.Info(\"a\", b); } }",
        &["Log.Info(\"a\", b) A=`\"a\", b`"],
    ),
    (Language::Ruby, "puts $A", "puts 1\nputs(2)\nputs 'x'", &["puts 1 A=`1`", "puts 'x' A=`'x'`"]),
    (
        Language::Ruby,
        "class $N < Base\nend",
        "class A < Base\nend\nclass B < Other\nend",
        &["class A < Base\nend N=`A`"],
    ),
    (Language::Php, "foo($A)", "<?php foo($x); foo(1, 2); $this->foo(3);", &["foo($x) A=`$x`"]),
];

#[test]
fn code_that_looks_like_a_pattern_is_found() {
    for (language, pattern, text, expected) in CASES {
        let matched = matched(*language, pattern, text).unwrap_or_else(|fault| panic!("{pattern}: {fault}"));
        assert_eq!(matched, *expected, "{language:?} {pattern}");
    }
}

#[test]
fn what_is_no_pattern_is_refused() {
    for (pattern, fault) in [
        ("", Skipped::PatternWithoutText),
        (" \n", Skipped::PatternWithoutText),
        ("$A", Skipped::PatternWithoutText),
        ("$$$", Skipped::PatternWithoutText),
        ("foo(", Skipped::PatternNotUnderstood),
        ("} fn g() {", Skipped::PatternNotUnderstood),
        ("a(); b()", Skipped::PatternNotUnderstood),
        ("x\0y", Skipped::PatternNotUnderstood),
        (&"(".repeat(3_000), Skipped::PatternNotUnderstood),
        (&format!("{}a{}", "(".repeat(500), ")".repeat(500)), Skipped::PatternTooLarge),
        (&"a".repeat(5_000), Skipped::PatternTooLarge),
    ] {
        let refused = matched(Language::Rust, pattern, "fn f() { foo(1) }");
        assert_eq!(refused, Err(fault), "{}", &pattern[..pattern.len().min(40)]);
    }
}

#[test]
fn a_pattern_with_very_many_ways_ends() {
    let pattern = format!("f({} x)", (0..30).map(|n| format!("$$$A{n}, ")).collect::<String>());
    let text = format!("fn g() {{ f({}) }}", "y, ".repeat(300));
    assert_eq!(matched(Language::Rust, &pattern, &text), Err(Skipped::Slow));
}
