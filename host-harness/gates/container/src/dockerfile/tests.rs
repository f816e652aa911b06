use std::collections::BTreeMap;

use super::*;

fn one(text: &str) -> Instruction {
    parse(&format!("FROM a\n{text}")).unwrap().instructions.remove(1)
}

fn words(text: &str) -> Vec<String> {
    one(text).words.into_iter().map(|word| word.text).collect()
}

#[test]
fn a_continuation_goes_over_comments_and_empty_lines() {
    let read = parse("FROM a\nRUN x \\\n  # why\n\n  y \\  \n  z\nUSER u\n").unwrap();
    let run = &read.instructions[1];
    assert_eq!(run.rest, "x   y   z");
    assert_eq!((run.span.line, run.span.end_line, run.words[1].span.line), (2, 6, 5));
    assert_eq!((read.instructions[2].keyword.as_str(), read.blanks.len()), ("USER", 1));
}

#[test]
fn the_escape_is_a_directive() {
    let read = parse("# escape=`\nFROM a\nCOPY a `\n c:\\\nUSER u").unwrap();
    assert_eq!(read.instructions[1].words[1].text, "c:\\");
    assert_eq!(read.instructions.len(), 3);
    assert!(parse("# escape=x\nFROM a").is_err());
    assert!(parse("#\n# escape=`\nFROM a").unwrap().directives.is_empty());
}

#[test]
fn heredocs_belong_to_their_instruction() {
    let run = one("RUN <<-\"A\" cat <<B\n\tone\n\tA\ntwo\nB\nUSER x\n");
    let bodies: Vec<_> = run.heredocs.iter().map(|doc| (doc.name.as_str(), doc.body.as_str())).collect();
    assert_eq!(bodies, [("A", "\tone\n"), ("B", "two\n")]);
    assert_eq!(one("RUN echo $((1<<2)) 'x <<y' <<<z").heredocs, []);
    assert!(parse("FROM a\nRUN <<EOF\nx\n").unwrap_err().contains("`EOF` has no end"));
}

#[test]
fn forms_are_told_apart() {
    assert_eq!(one("CMD [\"a\", \"b c\"]").form, Form::Exec);
    assert_eq!(one("CMD ['a', 'b']").form, Form::BadExec);
    assert_eq!(one("RUN [ -f x ]").form, Form::Shell);
    assert_eq!(words("COPY \"a b\" c\\ d 'e'"), ["a b", "c d", "e"]);
}

#[test]
fn flags_and_on_build_are_read() {
    let copy = one("ONBUILD copy --from=x --chown=1:1 a b");
    assert!(copy.onbuild);
    assert_eq!((copy.keyword.as_str(), copy.flag("from").unwrap().value.as_str()), ("COPY", "x"));
    assert_eq!((copy.words.len(), copy.flag("chown").unwrap().span.column), (2, 23));
}

#[test]
fn both_kinds_of_pairs_are_read() {
    let pairs = |text| {
        let pairs = one(text).pairs.into_iter();
        pairs.map(|pair| (pair.name.text, pair.value)).collect::<Vec<_>>()
    };
    let some = |name: &str, value: &str| (name.to_owned(), Some(value.to_owned()));
    assert_eq!(pairs("ENV a=1 b=\"2 3\""), [some("a", "1"), some("b", "2 3")]);
    assert_eq!(pairs("ENV a 1 2"), [some("a", "1 2")]);
    assert_eq!(pairs("ARG a b=c"), [("a".to_owned(), None), some("b", "c")]);
}

#[test]
fn variables_take_their_value_or_their_fallback() {
    let known = BTreeMap::from([("A".to_owned(), Some("1".to_owned())), ("U".to_owned(), None)]);
    let text = |text| expand(text, &known).text;
    assert_eq!(text("$A-${A}-${A:-2}-${B:-3}"), "1-1-1-3");
    assert_eq!(text("\\$A $ ${ $U"), "$A $ ${ $U");
    assert_eq!(expand("${U} $X", &known).unknown, ["U", "X"]);
}

#[test]
fn what_is_no_dockerfile_is_refused() {
    for text in ["", "# only\n", "RUN x\n"] {
        assert!(parse(text).is_err(), "{text}");
    }
}
