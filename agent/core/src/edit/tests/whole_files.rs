use super::{gives, refused};

#[test]
fn whole_files_are_written() {
    gives(
        "Here it is.\n\n`src/a.rs`\n```rust\none\n```\n",
        &[("src/a.rs", "old\n")],
        &[("src/a.rs", "one\n")],
    );
    gives("### b.md\n````\n```\ninner\n```\n````\n", &[], &[("b.md", "```\ninner\n```\n")]);
    gives("```py path=c.py\nx\n```\n", &[], &[("c.py", "x\n")]);
    refused("a.md\n```\nx\n", &[], "proposal-malformed");
    refused("a.md\n```\nx\n```\na.md\n```\ny\n```\n", &[], "proposal-malformed");
}

#[test]
fn only_what_is_surely_a_path_names_a_file() {
    refused("Output:\n```\nhello\n```\n", &[], "proposal-format-unknown");
    refused("### Usage\n```sh\nls\n```\n", &[], "proposal-format-unknown");
    gives("Makefile\n```make\nall:\n```\n", &[], &[("Makefile", "all:\n")]);
    gives("`run`\n```sh\nls\n```\n", &[], &[("run", "ls\n")]);
    refused("../a.rs\n```\nx\n```\n", &[], "path-outside");
    for above in
        ["Update src/a.rs", "Inside src/a.rs:", "Here is src/a.rs:", "### New a.rs", "**Update a.rs**"]
    {
        refused(&format!("{above}\n```\nx\n```\n"), &[], "proposal-format-unknown");
        refused(&format!("b.rs\n```\nx\n```\n{above}\n```\nx\n```\n"), &[], "proposal-malformed");
    }
    gives("**File: my docs/a.md**:\n```\nx\n```\n", &[], &[("my docs/a.md", "x\n")]);
    gives("my docs/a.md\n```\nx\n```\n", &[], &[("my docs/a.md", "x\n")]);
}

#[test]
fn a_text_with_fences_of_its_own_is_not_cut_short() {
    refused("README.md\n```\n# Hi\n```\nls\n```\nmore\n```\n", &[], "proposal-malformed");
    gives(
        "README.md\n~~~~\n# Hi\n~~~\nls\n~~~\n```\n~~~~~\n",
        &[],
        &[("README.md", "# Hi\n~~~\nls\n~~~\n```\n")],
    );
}

#[test]
fn no_fence_is_left_out() {
    let other = "x.txt\n```\nnew\n```\n";
    for (fence, line) in [
        ("noext\n```\nnew\n```\n", "line 2: a fence without a path"),
        ("```sh\nls\n```\n", "line 1: a fence without a path"),
        ("Run it:\n```sh\nls\n```\n", "line 2: a fence without a path"),
    ] {
        let hints = refused(&format!("{fence}\n{other}"), &[], "proposal-malformed");
        assert!(hints[0].starts_with(line), "{hints:?}");
        refused(&format!("{other}{fence}"), &[], "proposal-malformed");
    }
    let makefile = "```Makefile\nall:\n```\n";
    gives(&format!("{makefile}\n{other}"), &[], &[("Makefile", "all:\n"), ("x.txt", "new\n")]);
    gives(&format!("`sub/Makefile`\n{makefile}"), &[], &[("sub/Makefile", "all:\n")]);
    gives(&format!("`noext`\n```\nnew\n```\n{other}"), &[], &[("noext", "new\n"), ("x.txt", "new\n")]);
}

#[test]
fn a_fences_first_line_names_one_file_or_none() {
    for (info, path) in [
        ("a b.md", "a b.md"),
        ("my docs/a.md", "my docs/a.md"),
        ("a b c.md", "a b c.md"),
        ("rust src/a.rs", "src/a.rs"),
        ("Rust my file.rs", "my file.rs"),
        ("nu script.nu", "script.nu"),
        ("rust:src/a.rs", "src/a.rs"),
        ("python src/a.py linenos=1", "src/a.py"),
        ("js {1,3} path=\"a b.js\"", "a b.js"),
        ("title='c.md' md", "c.md"),
        ("src/a.rs", "src/a.rs"),
        ("make Makefile", "Makefile"),
    ] {
        gives(&format!("```{info}\nx\n```\ny.md\n```\nx\n```\n"), &[], &[(path, "x\n"), ("y.md", "x\n")]);
    }
    for info in [
        "c notes.md",
        "text notes.txt",
        "nushell script.nu",
        "src/a.rs wide",
        "a.rs b.rs",
        "a:b.txt",
        "12:15:src/a.ts",
        "path=a b.md",
    ] {
        let hints = refused(&format!("```{info}\nx\n```\n"), &[], "proposal-malformed");
        assert!(hints[0].contains("two ways"), "{hints:?}");
    }
    for info in ["", "rust", "rust ignore", "js title=\"A fine example\"", "{.rust}"] {
        gives(&format!("`a`\n```{info}\nx\n```\n"), &[], &[("a", "x\n")]);
    }
}
