//! How long and how many. Each limit stands here once; the schema states it beside
//! its field and `rules` holds a request to it.

/// Up to here every integer is the same number to every reader of JSON.
pub(crate) const INTEGER_MAX: u64 = 9_007_199_254_740_991;

pub(crate) const INSTRUCTION_CHARS_MAX: usize = 65_536;
pub(crate) const PROPOSAL_CHARS_MAX: usize = 16_777_216;
pub(crate) const LOCAL_PATH_CHARS_MAX: usize = 4096;
pub(crate) const ENDPOINT_CHARS_MAX: usize = 2048;
/// Names that the caller made up: of a check, of a provider, of a binding...
pub(crate) const CHECK_NAME_CHARS_MAX: usize = 100;
pub(crate) const NAME_CHARS_MAX: usize = 200;
/// References into a stranger's records.
pub(crate) const REFERENCE_CHARS_MAX: usize = 200;
pub(crate) const RECORD_CHARS_MAX: usize = 500;

pub(crate) const FILES_MAX: usize = 1000;
pub(crate) const PRESETS_MAX: usize = 16;
pub(crate) const COMMANDS_MAX: usize = 64;
/// Files that a check which fixes hands over, at the most.
pub const FIXED_FILES_MAX: usize = 1000;
/// Bytes that they hold together at the most.
pub const FIXED_BYTES_MAX: u64 = 8 * 1024 * 1024;
pub(crate) const WORDS_MAX: usize = 256;
pub(crate) const CAPABILITIES_MAX: usize = 64;
pub(crate) const GATES_MAX: usize = 11;
pub(crate) const NOTIFY_MAX: usize = 16;
pub(crate) const ACTIONS_MAX: usize = 256;
pub(crate) const REQUIREMENTS_MAX: usize = 64;
pub(crate) const MAP_WORDS_MAX: usize = 10_000;
pub(crate) const MAP_TOKENS_MAX: u64 = 100_000;
pub(crate) const FIND_CHARS_MAX: usize = 2000;
pub(crate) const FIND_PLACES_MAX: u32 = 20_000;
pub(crate) const PARAMETERS_MAX: usize = 32;
pub(crate) const PARAMETER_CHARS_MAX: usize = 65_536;
pub(crate) const DOCUMENTS_MAX: usize = 64;
pub(crate) const STEPS_MAX: usize = 100;
pub(crate) const STEP_CHARS_MAX: usize = 2000;

pub(crate) const SECONDS_MAX: u64 = 86_400;
pub(crate) const TIMEOUT_MS_MAX: u64 = 600_000;
