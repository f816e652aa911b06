//! It asks for capabilities for ever.

use guests::capability;

guests::agent!(|| {
    let mut all = Vec::new();
    loop {
        all.push(capability("repo.read"));
    }
});
