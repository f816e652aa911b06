//! It writes a file that the capability does not reach.

use guests::{scoped, write};

guests::agent!(|| {
    write(&scoped("repo.write", r#"{"paths":["docs"]}"#), "a.txt");
});
