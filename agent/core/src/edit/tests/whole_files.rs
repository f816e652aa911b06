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
    gives("a.rs\n```\nx\n```\nRun it:\n```sh\nls\n```\n", &[], &[("a.rs", "x\n")]);
    refused("../a.rs\n```\nx\n```\n", &[], "path-outside");
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
