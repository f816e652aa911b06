//! Whether lock files hold what their manifests ask for.

use finding::{Found, placed};
use packages::{Discord, Inventory, disagreements};

use super::Sbom;

/// Tells what a manifest asks for and its lock file lacks, or has in other versions. That a
/// manifest has no lock file at all is for the dependencies gate to tell.
pub(super) fn look(gate: &Sbom, inventory: &Inventory, found: &mut Vec<Found>) {
    for one in disagreements(inventory) {
        let (lock, has) = match &one.discord {
            Discord::Missing { lock } => (lock, "lacks it".to_owned()),
            Discord::Unmet { lock, locked } => (lock, format!("has {}", locked.join(", "))),
            Discord::NoLock | Discord::NoManifest => continue,
        };
        let name = one.name.as_deref().unwrap_or_default();
        let wanted = if one.wanted.is_empty() { "in any version" } else { &one.wanted };
        let told = [
            ("manifest", one.path.as_str()),
            ("name", name),
            ("wanted", wanted),
            ("lock", lock.as_str()),
            ("has", has.as_str()),
        ];
        found.push(placed(gate.catalogue.found("sbom/lock-disagrees", &told, name), &one.path, one.line));
    }
}
