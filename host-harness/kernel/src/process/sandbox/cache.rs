use policy::config::LanguageCache;

use super::Sandbox;

/// Shows the caches of languages.
pub(super) fn show(_caches: &[LanguageCache], _sandbox: &mut Sandbox) {}
