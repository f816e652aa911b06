//! Where a pattern may stand in its language: an expression is no file.

use crate::Language;

/// Code before and after a pattern, in the order in which it is tried. An expression comes
/// first where the same text as a statement would be read as a declaration.
pub(super) fn contexts(language: Language) -> &'static [(&'static str, &'static str)] {
    match language {
        Language::C | Language::Cpp => {
            &[("void f(void) { int x = ", "; }"), ("void f(void) { ", " }"), ("", ""), ("struct s { ", " };")]
        }
        Language::CSharp => &[
            ("class C { void F() { var x = ", "; } }"),
            ("class C { void F() { ", " } }"),
            ("class C { ", " }"),
            ("", ""),
        ],
        Language::Go => &[
            ("package p\nfunc f() {\n_ = ", "\n}\n"),
            ("package p\nfunc f() {\n", "\n}\n"),
            ("package p\n", "\n"),
        ],
        Language::Java => &[
            ("class C { void f() { Object x = ", "; } }"),
            ("class C { void f() { ", " } }"),
            ("class C { ", " }"),
            ("", ""),
        ],
        Language::JavaScript => &[("", ""), ("x = ", ";"), ("class C { ", " }")],
        Language::Tsx | Language::TypeScript => {
            &[("", ""), ("x = ", ";"), ("class C { ", " }"), ("type T = ", ";")]
        }
        Language::Php => &[("<?php $x = ", ";"), ("<?php ", ""), ("<?php class C { ", " }")],
        Language::Python | Language::Ruby => &[("", "")],
        Language::Rust => &[
            ("fn f() { let x = ", "; }"),
            ("fn f() { ", " }"),
            ("", ""),
            ("impl C { ", " }"),
            ("type T = ", ";"),
        ],
    }
}
