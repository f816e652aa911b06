//! The attempts, by what they are after.

mod bomb;
mod device;
mod forge;
mod kernel;
mod linger;
mod mount;
mod network;
mod process;
mod race;
mod raise;
mod read;
mod rights;
mod write;

pub use bomb::{HOG, be_hog};
pub use read::BELOW_SYSTEM;

use super::attempt::Attempt;

/// Every attempt, with the title of its group, in the order of the table.
pub const GROUPS: &[(&str, &[Attempt])] = &[
    ("Writing outside", write::ATTEMPTS),
    ("The checkout and its links", race::ATTEMPTS),
    ("Reading what is not shown", read::ATTEMPTS),
    ("Other processes", process::ATTEMPTS),
    ("The process that holds it", forge::ATTEMPTS),
    ("Outliving the check", linger::ATTEMPTS),
    ("Using more than is given", bomb::ATTEMPTS),
    ("Giving itself more", raise::ATTEMPTS),
    ("Other users' rights", rights::ATTEMPTS),
    ("Mounts and namespaces", mount::ATTEMPTS),
    ("The network and sockets", network::ATTEMPTS),
    ("Devices and terminals", device::ATTEMPTS),
    ("The system's own doors", kernel::ATTEMPTS),
];

/// All of them.
pub fn all() -> impl Iterator<Item = &'static Attempt> {
    GROUPS.iter().flat_map(|(_, attempts)| attempts.iter())
}
