use jsonc_parser::{CollectOptions, ParseOptions, ast, parse_to_ast};

use super::{Lines, Node, Value, fault};

/// Reads JSON.
pub(crate) fn json(text: &str) -> Result<Node, String> {
    read(text, false)
}

/// Reads JSON with comments and commas before ends.
pub(crate) fn json_with_comments(text: &str) -> Result<Node, String> {
    read(text, true)
}

fn read(text: &str, loose: bool) -> Result<Node, String> {
    let options = ParseOptions {
        allow_comments: loose,
        allow_loose_object_property_names: false,
        allow_trailing_commas: loose,
        allow_missing_commas: false,
        allow_single_quoted_strings: false,
        allow_hexadecimal_numbers: false,
        allow_unary_plus_numbers: false,
        allow_bare_decimal_point_numbers: false,
        allow_non_finite_numbers: false,
        allow_extended_string_escapes: false,
    };
    let read = parse_to_ast(text, &CollectOptions::default(), &options)
        .map_err(|error| fault(error.line_display(), error.kind()))?;
    let value = read.value.ok_or("it holds no value")?;
    let lines = Lines::of(text);
    Ok(Node { line: 1, value: plain(value, &lines) })
}

/// Recursive as deep as the parser goes, which has a bound of its own.
fn plain(value: ast::Value<'_>, lines: &Lines) -> Value {
    match value {
        ast::Value::NullKeyword(_) => Value::Nothing,
        ast::Value::BooleanLit(lit) => Value::Truth(lit.value),
        ast::Value::NumberLit(lit) => Value::Text(lit.value.to_owned()),
        ast::Value::StringLit(lit) => Value::Text(lit.value.into_owned()),
        ast::Value::Array(array) => {
            Value::List(array.elements.into_iter().map(|item| element(item, lines)).collect())
        }
        ast::Value::Object(object) => {
            let entry = |prop: ast::ObjectProp<'_>| {
                let line = lines.at(prop.range.start);
                (prop.name.into_string(), Node { line, value: plain(prop.value, lines) })
            };
            Value::Table(object.properties.into_iter().map(entry).collect())
        }
    }
}

fn element(value: ast::Value<'_>, lines: &Lines) -> Node {
    use jsonc_parser::common::Ranged as _;
    let line = lines.at(value.range().start);
    Node { line, value: plain(value, lines) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_know_the_lines_of_their_keys() {
        let read = json("{\n \"a\": {\n  \"b\": [1, \"x\",\n true]},\n \"c\": null}").unwrap();
        assert_eq!((read.at("a").line, read.at("a").at("b").line), (2, 3));
        assert_eq!(read.at("a").at("b").texts().collect::<Vec<_>>(), ["1", "x"]);
        assert!(read.at("a").at("b").items()[2].is_true());
        assert!(!read.at("c").exists());
    }

    #[test]
    fn what_is_not_json_is_refused_with_its_line() {
        for text in ["", "{", "{\"a\": 1,}", "// c\n{}", "{'a': 1}", "{a: 1}", "[1 2]", &"[".repeat(100_000)]
        {
            assert!(json(text).is_err(), "{text:.20}");
        }
        assert!(json("{\n\n]").unwrap_err().starts_with("line 3"));
        assert!(json_with_comments("// c\n{\"a\": 1,}").is_ok());
    }
}
