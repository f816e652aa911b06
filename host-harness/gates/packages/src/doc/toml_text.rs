use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

use super::{Lines, Node, Value, fault};

/// Reads TOML.
pub(crate) fn toml(text: &str) -> Result<Node, String> {
    let lines = Lines::of(text);
    let table = DeTable::parse(text).map_err(|error| {
        let line = error.span().map_or(1, |span| lines.at(span.start));
        fault(line, error.message())
    })?;
    Ok(Node { line: 1, value: Value::Table(entries(table.get_ref(), &lines)) })
}

fn entries(table: &DeTable<'_>, lines: &Lines) -> std::collections::BTreeMap<String, Node> {
    let entry = |(key, value): (&Spanned<std::borrow::Cow<'_, str>>, &Spanned<DeValue<'_>>)| {
        let line = lines.at(key.span().start);
        (key.get_ref().to_string(), Node { line, value: plain(value.get_ref(), lines) })
    };
    table.iter().map(entry).collect()
}

/// Recursive as deep as the parser goes, which has a bound of its own.
fn plain(value: &DeValue<'_>, lines: &Lines) -> Value {
    match value {
        DeValue::String(text) => Value::Text(text.to_string()),
        DeValue::Integer(number) => Value::Text(number.as_str().to_owned()),
        DeValue::Float(number) => Value::Text(number.as_str().to_owned()),
        DeValue::Boolean(truth) => Value::Truth(*truth),
        DeValue::Datetime(time) => Value::Text(time.to_string()),
        DeValue::Array(items) => {
            let item = |item: &Spanned<DeValue<'_>>| Node {
                line: lines.at(item.span().start),
                value: plain(item.get_ref(), lines),
            };
            Value::List(items.iter().map(item).collect())
        }
        DeValue::Table(table) => Value::Table(entries(table, lines)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_know_the_lines_of_their_keys() {
        let read = toml("[[package]]\nname = \"a\"\n\n[[package]]\nname = \"b\"\nv = 1\n").unwrap();
        let packages = read.at("package").items();
        assert_eq!((packages[1].line, packages[1].at("name").line), (4, 5));
        assert_eq!(packages[1].at("v").text(), Some("1"));
    }

    #[test]
    fn what_is_not_toml_is_refused_with_its_line() {
        assert!(toml("a = 1\nb = \n").unwrap_err().starts_with("line 2"));
        assert!(toml(&format!("a = {}", "[".repeat(100_000))).is_err());
        assert!(toml(&format!("a{} = 1", ".a".repeat(100_000))).is_err());
    }
}
