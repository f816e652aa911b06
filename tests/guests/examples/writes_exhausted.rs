//! It writes more often than the capability is good for.

use guests::{scoped, write};

guests::agent!(|| {
    let once = scoped("repo.write", r#"{"uses":1}"#);
    write(&once, "a.txt");
    write(&once, "b.txt");
});
