//! Pieces of the patterns in the schemas that mean the same to every reader of regular
//! expressions.

/// Nothing more. Some take `$` for the place before a last line end too.
pub(crate) const END: &str = r"(?![\s\S])";

/// White space, inside a class: Unicode's, and what JavaScript adds. `\s` is not the
/// same everywhere.
pub(crate) const BLANK: &str =
    r"\u0009-\u000d\u0020\u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff";
