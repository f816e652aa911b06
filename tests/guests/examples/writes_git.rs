//! It writes a hook.
#![cfg(target_arch = "wasm32")]

use guests::{capability, write};

guests::agent!(|| {
    write(&capability("repo.write"), ".git/hooks/pre-commit");
    write(&capability("repo.write"), ".GIT/hooks/pre-commit");
});
