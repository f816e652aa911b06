//! Canonical JSON (RFC 8785) of records.

use serde::Serialize;
use serde_json::Value;

use crate::LedgerError;

/// What every reader of JSON takes for the same number.
const EXACT_MAX: u64 = (1 << 53) - 1;

/// The canonical text of a record whose fields stand in canonical order, around its body
/// and its numbers. Most need nothing but to be written down as they are.
pub(crate) fn text(record: &impl Serialize, body: &Value, numbers: [u64; 2]) -> Result<String, LedgerError> {
    let plain = is_plain(body) && numbers.iter().all(|number| *number <= EXACT_MAX);
    let written =
        if plain { serde_json::to_string(record) } else { serde_json_canonicalizer::to_string(record) };
    written.map_err(LedgerError::Canonical)
}

/// Whether serde_json writes a value as RFC 8785 does: no number to be rounded, and no
/// keys that UTF-8 and UTF-16 put in another order.
fn is_plain(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(_) | Value::String(_) => true,
        Value::Number(number) => number.as_i64().is_some_and(|number| number.unsigned_abs() <= EXACT_MAX),
        Value::Array(list) => list.iter().all(is_plain),
        Value::Object(fields) => {
            fields.keys().all(|key| key.is_ascii())
                && fields.keys().is_sorted()
                && fields.values().all(is_plain)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::{Number, json};

    fn any_value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::Bool),
            any::<i64>().prop_map(|number| json!(number)),
            any::<u64>().prop_map(|number| json!(number)),
            (-9_007_199_254_740_993_i64..=-9_007_199_254_740_989).prop_map(|number| json!(number)),
            any::<f64>().prop_map(|number| Number::from_f64(number).map_or(Value::Null, Value::Number)),
            any::<String>().prop_map(Value::String),
            "[\u{0}-\u{9f}]{0,4}".prop_map(Value::String),
        ];
        leaf.prop_recursive(4, 32, 6, |inner| {
            let key = prop_oneof!["[a-z]{0,3}", any::<String>(), "[\u{e000}-\u{10ffff}]{1,2}"];
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..6).prop_map(Value::Array),
                prop::collection::btree_map(key, inner, 0..6)
                    .prop_map(|fields| Value::Object(fields.into_iter().collect())),
            ]
        })
    }

    #[derive(Serialize)]
    struct Around<'a> {
        body: &'a Value,
        seq: u64,
        time_ms: u64,
    }

    proptest! {
        #[test]
        fn the_short_way_leads_to_the_same_text(body in any_value(), seq: u64, time_ms in 0..=u64::MAX >> 10) {
            let record = Around { body: &body, seq, time_ms };
            let expected = serde_json_canonicalizer::to_string(&record).unwrap();
            prop_assert_eq!(text(&record, &body, [seq, time_ms]).unwrap(), expected);
        }
    }

    #[test]
    fn what_needs_care_is_not_plain() {
        for value in
            [json!(1.0), json!(1e300), json!(u64::MAX), json!(-9_007_199_254_740_992_i64), json!({ "é": 1 })]
        {
            assert!(!is_plain(&value), "{value}");
        }
        assert!(is_plain(&json!({ "a": [1, "é\u{1}", null, { "b": -5 }] })));
    }
}
