//! The built-in functions that a policy may call. Whatever is not listed is refused when
//! the policy is loaded, so that nothing is missed when it is first needed, and so that a
//! newer engine brings nothing in unseen.

/// Those of OPA that answer the same to the same question, without reaching out and
/// within bounded memory, and that the engine has.
#[rustfmt::skip]
pub(super) const ALLOWED: &[&str] = &[
    "abs", "array.concat", "array.reverse", "array.slice", "base64.decode", "base64.encode",
    "base64.is_valid", "base64url.decode", "base64url.encode", "base64url.encode_no_pad", "bits.and",
    "bits.negate", "bits.or", "bits.rsh", "bits.xor", "ceil", "concat", "contains", "count", "endswith",
    "floor", "format_int", "glob.match", "glob.quote_meta", "graph.reachable", "graph.reachable_paths",
    "hex.decode", "hex.encode", "indexof", "indexof_n", "intersection", "is_array", "is_boolean", "is_null",
    "is_number", "is_object", "is_set", "is_string", "json.filter", "json.is_valid", "json.marshal",
    "json.marshal_with_options", "json.patch", "json.remove", "json.unmarshal", "lower", "max", "min",
    "net.cidr_contains", "net.cidr_is_valid", "object.filter", "object.get", "object.keys", "object.remove",
    "object.subset", "object.union", "object.union_n", "print", "product",
    "regex.find_all_string_submatch_n", "regex.find_n", "regex.is_valid", "regex.match", "regex.replace",
    "regex.split", "regex.template_match", "replace", "round", "semver.compare", "semver.is_valid", "sort",
    "split", "sprintf", "startswith", "strings.any_prefix_match", "strings.any_suffix_match",
    "strings.count", "strings.replace_n", "strings.reverse", "substring", "sum", "time.add_date",
    "time.clock", "time.date", "time.diff", "time.format", "time.parse_duration_ns", "time.parse_ns",
    "time.parse_rfc3339_ns", "time.weekday", "to_number", "trace", "trim", "trim_left", "trim_prefix",
    "trim_right", "trim_space", "trim_suffix", "type_name", "union", "units.parse", "units.parse_bytes",
    "upper", "urlquery.decode", "urlquery.decode_object", "urlquery.encode", "urlquery.encode_object",
    "walk",
];

/// Those that are refused although an engine may have them, and why.
pub(super) const REFUSED: &[(&str, &str)] = &[
    ("http.send", REACHES_OUT),
    ("net.lookup_ip_addr", REACHES_OUT),
    ("opa.runtime", DIFFERS),
    ("rand.intn", DIFFERS),
    ("time.now_ns", "is not the same twice; the time of a decision is `input.decision.time_ms`"),
    ("uuid.rfc4122", DIFFERS),
    ("bits.lsh", FILLS),
    ("net.cidr_expand", FILLS),
    ("numbers.range", FILLS),
    ("numbers.range_step", FILLS),
    ("__builtin_sets.intersection", "is not OPA's; write `intersection`"),
    ("__builtin_sets.union", "is not OPA's; write `union`"),
];

const REACHES_OUT: &str = "reaches out, and a decision must not";
const DIFFERS: &str = "is not the same twice";
const FILLS: &str = "can fill the memory with a single call";

/// Why a built-in function can't be called; `None` where it can.
pub(super) fn objection(name: &str) -> Option<&'static str> {
    if ALLOWED.contains(&name) {
        return None;
    }
    let refused = REFUSED.iter().find(|(refused, _)| *refused == name);
    Some(refused.map_or("is neither defined here nor a built-in function of this Runner", |(_, why)| why))
}
