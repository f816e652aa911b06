mod left;

use super::*;

const MIT: &[(&str, &str)] = &[("spdx", "MIT"), ("holder", "Acme"), ("year", "2026")];
const SLASHED: &str = "// SPDX-FileCopyrightText: 2026 Acme\n// SPDX-License-Identifier: MIT\n";
const HASHED: &str = "# SPDX-FileCopyrightText: 2026 Acme\n# SPDX-License-Identifier: MIT\n";

/// The file afterwards; a second time nothing changes.
fn headed(name: &str, text: &str, parameters: &[(&str, &str)]) -> String {
    let mut there = shelf(&[(name, text)]);
    there.did("headers", parameters);
    let (code, message) = there.fault("headers", parameters);
    assert_eq!(code, "edit-without-effect", "{name} {text:?} {message}");
    there.text(name).to_owned()
}

/// Why the file is left.
fn left(name: &str, text: &str, parameters: &[(&str, &str)]) -> String {
    let mut there = shelf(&[(name, text), ("z.rs", "z\n")]);
    let outcome = there.did("headers", parameters);
    assert_eq!(there.text(name), text);
    let lines = outcome.told.into_iter().chain(outcome.warnings).filter(|line| !line.contains("z.rs"));
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn a_header_is_put_after_what_has_to_come_first() {
    for (name, before, after) in [
        ("a.rs", "", "fn main() {}\n"),
        ("a.rs", "", "\nfn main() {}\n"),
        ("a.rs", "", "//! What it is.\n"),
        ("a.rs", "\u{feff}", "fn main() {}"),
        ("a.js", "#!/usr/bin/env node\n", "run()\n"),
        ("a.rs", "", "#![no_std]\n"),
        ("a.php", "<?php\n", "echo 1;\n"),
        ("a.go", "", "// Package a is one.\npackage a\n"),
    ] {
        let gap = if after.starts_with('\n') { "" } else { "\n" };
        assert_eq!(
            headed(name, &format!("{before}{after}"), MIT),
            format!("{before}{SLASHED}{gap}{after}"),
            "{name}"
        );
    }
    for (name, before, after) in [
        ("a.py", "#!/usr/bin/python\n# -*- coding: utf-8 -*-\n", "import a\n"),
        ("a.rb", "# encoding: utf-8\n", "a\n"),
        ("a.sh", "#!/bin/sh\n", "a\n"),
        ("Dockerfile", "# syntax=docker/dockerfile:1\n", "FROM a\n"),
        ("Makefile", "", "a:\n"),
    ] {
        assert_eq!(
            headed(name, &format!("{before}{after}"), MIT),
            format!("{before}{HASHED}\n{after}"),
            "{name}"
        );
    }
    assert_eq!(headed("a.sh", "#!/bin/sh", MIT), format!("#!/bin/sh\n{HASHED}"));
}

#[test]
fn comments_are_those_of_the_language() {
    let spdx = &[("spdx", "MIT")];
    for (name, text, expected) in [
        (
            "a.css",
            "@charset \"utf-8\";\na {}\n",
            "@charset \"utf-8\";\n/*\n * SPDX-License-Identifier: MIT\n */\n\na {}\n",
        ),
        (
            "a.xml",
            "<?xml version=\"1.0\"?>\n<a/>\n",
            "<?xml version=\"1.0\"?>\n<!--\n  SPDX-License-Identifier: MIT\n-->\n\n<a/>\n",
        ),
        (
            "a.html",
            "<!DOCTYPE html>\n<p>\n",
            "<!DOCTYPE html>\n<!--\n  SPDX-License-Identifier: MIT\n-->\n\n<p>\n",
        ),
        ("a.sql", "select 1\n", "-- SPDX-License-Identifier: MIT\n\nselect 1\n"),
        ("a.el", "(a)\n", ";; SPDX-License-Identifier: MIT\n\n(a)\n"),
        ("a.erl", "a.\n", "% SPDX-License-Identifier: MIT\n\na.\n"),
    ] {
        assert_eq!(headed(name, text, spdx), expected);
    }
}

#[test]
fn a_licence_has_to_be_known() {
    for spdx in [
        "MIT",
        "GPL-2.0",
        "Apache-2.0+",
        "curl",
        "MIT OR Apache-2.0",
        "(MIT AND (ISC OR Zlib)) OR 0BSD",
        "GPL-2.0-or-later WITH Classpath-exception-2.0",
        "Apache-2.0 WITH LLVM-exception OR MIT",
        "LicenseRef-Acme-1.0",
    ] {
        assert!(headed("a.rs", "a\n", &[("spdx", spdx)]).contains(spdx), "{spdx}");
    }
    for spdx in [
        "HTTP",
        "mit",
        "MIT2",
        "GPLv3",
        "Proprietary",
        "LicenseRef-",
        "LicenseRef-a b",
        "LicenseRef-a_b",
        "MIT or ISC",
        "MIT OR",
        "MIT ISC",
        "(MIT",
        "MIT)",
        "MIT WITH ISC",
        "(MIT OR ISC) WITH LLVM-exception",
        "MIT WITH LLVM-exception WITH LLVM-exception",
        "LLVM-exception",
        "MIT\nOR ISC",
        "+",
    ] {
        let (code, message) = shelf(&[("a.rs", "a\n")]).fault("headers", &[("spdx", spdx)]);
        assert_eq!(code, "recipe-parameter-malformed", "{spdx}");
        assert!(message.contains("`LicenseRef-NAME` for one's own"), "{message}");
    }
}

#[test]
fn other_headers_than_a_licences_choose_no_recipe() {
    for instruction in [
        "add HTTP headers",
        "add the CORS headers to src",
        "update CSV headers",
        "add licence headers (GPLv3, 2026 Acme)",
    ] {
        assert_eq!(told_by(instruction), Ok(None), "{instruction}");
    }
    assert!(matches!(told_by("add LicenseRef-Acme headers"), Ok(Some(_))));
}

#[test]
fn nothing_in_a_header_ends_its_comment() {
    for holder in
        ["A */ B", "A --> B", "A -- B", "A ]] B", "A ?> B", "A\nB", "A\tB", "A\u{7}", "A\u{2028}B", "A \\"]
    {
        for source in [("spdx", "MIT"), ("text", "{holder} wrote it")] {
            let (code, message) = shelf(&[("a.rs", "a\n")]).fault("headers", &[source, ("holder", holder)]);
            assert_eq!(code, "recipe-parameter-malformed", "{holder}");
            assert!(message.contains("parameter `holder` holds") || holder.ends_with('\\'), "{message}");
        }
    }
    for text in ["A */ B", "A --> B", "A ?> B", "A\rB", "A\u{7}", "A\u{2029}B", "A \\\nB"] {
        let (code, _) = shelf(&[("a.rs", "a\n")]).fault("headers", &[("text", text)]);
        assert_eq!(code, "recipe-parameter-malformed", "{text}");
    }
}

#[test]
fn lines_that_are_read_on_top_alone_stay_there() {
    for (name, before, after) in [
        ("a.py", "# -*- mode: python -*-\n", "import a\n"),
        ("a.py", "\n# coding: latin-1\n", "import a\n"),
        ("a.py", "# What it is.\n# -*- coding: latin-1 -*-\n", "import a\n"),
        ("a.sh", "#!/bin/sh\n# -*- mode: sh -*-\n", "a\n"),
        ("a.py", "", "a = 1\n# coding: latin-1\n"),
        ("a.py", "", "# a\n# b\n# coding: latin-1\n"),
        ("a.sh", "", "a\n# -*- mode: sh -*-\n"),
    ] {
        assert_eq!(headed(name, &format!("{before}{after}"), MIT), format!("{before}{HASHED}\n{after}"));
    }
    for (name, before, after) in [
        ("Package.swift", "// swift-tools-version:5.9\n", "import a\n"),
        ("a.c", "/* -*- mode: c -*- */\n", "int a;\n"),
        ("a.c", "/* -*- mode: c -*-\n * a.c: it does a.\n */\n", "int a;\n"),
        ("a.swift", "", "import a\n// swift-tools-version:5.9\n"),
    ] {
        assert_eq!(headed(name, &format!("{before}{after}"), MIT), format!("{before}{SLASHED}\n{after}"));
    }
    let told = left("a.c", "/* -*- mode: c -*-\n * Copyright Jane Doe\n */\nint a;\n", MIT);
    assert_eq!(told, "`a.c`: left, its licence notice has another form");
}

#[test]
fn line_ends_are_kept() {
    assert_eq!(
        headed("a.rs", "a\r\nb\r\n", &[("spdx", "MIT")]),
        "// SPDX-License-Identifier: MIT\r\n\r\na\r\nb\r\n"
    );
}

#[test]
fn a_header_that_is_there_is_brought_up_to_date() {
    for (there, expected) in [
        (
            "// SPDX-FileCopyrightText: 2019 Acme\n// SPDX-License-Identifier: Apache-2.0\na\n",
            "// SPDX-FileCopyrightText: 2026 Acme\n// SPDX-License-Identifier: MIT\na\n",
        ),
        (
            "/*\n * Copyright (c) 2019-2020 ACME.\n * SPDX-License-Identifier: MIT\n * It does a.\n */\na\n",
            "/*\n * SPDX-FileCopyrightText: 2026 Acme\n * SPDX-License-Identifier: MIT\n * It does a.\n */\na\n",
        ),
        (
            "// SPDX-License-Identifier: MIT\na\n",
            "// SPDX-FileCopyrightText: 2026 Acme\n// SPDX-License-Identifier: MIT\na\n",
        ),
        (
            "// vim: ft=rust\n\n// SPDX-License-Identifier: MIT\r\na\n",
            "// vim: ft=rust\n\n// SPDX-FileCopyrightText: 2026 Acme\n// SPDX-License-Identifier: MIT\r\na\n",
        ),
    ] {
        assert_eq!(headed("a.rs", there, MIT), expected);
    }
}

#[test]
fn the_year_stays_where_none_is_told() {
    let parameters = &[("spdx", "MIT"), ("holder", "Acme")];
    assert_eq!(
        headed(
            "a.rs",
            "// SPDX-FileCopyrightText: 2019 acme\n// SPDX-License-Identifier: ISC\na\n",
            parameters
        ),
        "// SPDX-FileCopyrightText: 2019 Acme\n// SPDX-License-Identifier: MIT\na\n"
    );
}

#[test]
fn a_text_is_known_again_by_its_words() {
    let text = "Copyright {year} {holder}\n\nLicensed under the X License:\n    https://example.com/x";
    let parameters = &[("text", text), ("holder", "Acme"), ("year", "2026")];
    let header =
        "// Copyright 2026 Acme\n//\n// Licensed under the X License:\n//     https://example.com/x\n";
    assert_eq!(headed("a.rs", "a\n", parameters), format!("{header}\na\n"));
    let older = header.replace("2026", "2020, 2022");
    assert_eq!(headed("a.rs", &format!("{older}\na\n"), parameters), format!("{header}\na\n"));
    let others = header.replace("Acme", "Jane Doe");
    assert_eq!(left("a.rs", &others, parameters), "`a.rs`: left, its licence notice names somebody else");
    let replace = [parameters.as_slice(), &[("other_holders", "replace")]].concat();
    assert_eq!(headed("a.rs", &format!("{others}\na\n"), &replace), format!("{header}\na\n"));
    let literal = &[("text", "Copyright 2026 Acme")];
    assert_eq!(headed("a.py", "# Copyright 2020 Acme\na\n", literal), "# Copyright 2026 Acme\na\n");
}

#[test]
fn a_header_can_be_in_a_file() {
    let mut there = shelf(&[("HEADER.rs", "(c) {year} A\n"), ("a.rs", "a\n")]);
    there.did("headers", &[("file", "HEADER.rs"), ("year", "2026")]);
    assert_eq!((there.text("a.rs"), there.text("HEADER.rs")), ("// (c) 2026 A\n\na\n", "(c) {year} A\n"));
    assert_eq!(there.fault("headers", &[("file", "nope")]).0, "file-missing");
    let mut there = shelf(&[("HEADER", "a */ b\n"), ("a.rs", "a\n")]);
    assert_eq!(there.fault("headers", &[("file", "HEADER")]).0, "recipe-parameter-malformed");
}

#[test]
fn a_part_of_the_files_is_not_all() {
    let mut there = Shelf { more: true, ..shelf(&[("a.rs", "a\n")]) };
    assert_eq!(there.fault("headers", MIT).0, "recipe-incomplete");
}
