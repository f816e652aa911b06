//! It writes under a capability that is for reading.

use guests::{capability, write};

guests::agent!(|| {
    write(&capability("repo.read"), "a.txt");
});
