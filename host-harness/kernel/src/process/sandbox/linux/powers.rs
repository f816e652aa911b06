use std::{
    io,
    path::{Path, PathBuf},
};

use landlock::{
    ABI, Access as _, AccessFs, BitFlags, CompatLevel, Compatible as _, LandlockStatus, PathBeneath, PathFd,
    Ruleset, RulesetAttr as _, RulesetCreatedAttr as _, Scope,
};
use rustix::thread::{
    CapabilitiesSecureBits, CapabilitySet, CapabilitySets, clear_ambient_capability_set,
    remove_capability_from_bounding_set, set_capabilities, set_capabilities_secure_bits, set_no_new_privs,
};

use super::{kept::Kept, view::DEVICES};

/// The newest form of Landlock that is asked for; older kernels give what they have.
const NEWEST: ABI = ABI::V7;

/// What came of Landlock.
pub(super) enum Fence {
    /// It holds, in this form.
    Stands(i32),
    /// The kernel does not have it.
    Unknown,
}

/// Gives up all capabilities, for good: no program that is run gets any of them back,
/// whosever it is and whatever its mode.
pub(super) fn give_up() -> io::Result<()> {
    set_no_new_privs(true)?;
    set_capabilities_secure_bits(
        CapabilitiesSecureBits::NO_ROOT
            | CapabilitiesSecureBits::NO_ROOT_LOCKED
            | CapabilitiesSecureBits::NO_SETUID_FIXUP
            | CapabilitiesSecureBits::NO_SETUID_FIXUP_LOCKED
            | CapabilitiesSecureBits::KEEP_CAPS_LOCKED
            | CapabilitiesSecureBits::NO_CAP_AMBIENT_RAISE
            | CapabilitiesSecureBits::NO_CAP_AMBIENT_RAISE_LOCKED,
    )?;
    for bit in 0..u64::BITS {
        // The first that the kernel does not know is the first after the last.
        if remove_capability_from_bounding_set(CapabilitySet::from_bits_retain(1 << bit)).is_err() {
            break;
        }
    }
    clear_ambient_capability_set()?;
    let none = CapabilitySet::empty();
    Ok(set_capabilities(None, CapabilitySets { effective: none, permitted: none, inheritable: none })?)
}

/// Lets everything be read that is seen, and only the named places be written, once more
/// and independently of how they are mounted.
pub(super) fn fence(writable: &[PathBuf], kept: Option<&Kept>) -> io::Result<Fence> {
    let (read, all) = (AccessFs::from_read(NEWEST), AccessFs::from_all(NEWEST));
    let rules = Ruleset::default().set_compatibility(CompatLevel::BestEffort);
    let rules = rules.handle_access(all).and_then(|rules| rules.scope(Scope::from_all(NEWEST)));
    let mut rules = rules.and_then(Ruleset::create).map_err(io::Error::other)?;
    // Nothing becomes a device there, whatever powers one may have come by.
    let write = all & !(AccessFs::MakeChar | AccessFs::MakeBlock);
    let device: BitFlags<AccessFs> = AccessFs::ReadFile | AccessFs::WriteFile;
    let devices = DEVICES.iter().map(|name| (Path::new("/dev").join(name), device));
    let places = writable.iter().map(|place| (place.clone(), write));
    for (path, access) in places.chain(devices).chain([(PathBuf::from("/"), read)]) {
        let path = PathFd::new(path).map_err(io::Error::other)?;
        rules = rules.add_rule(PathBeneath::new(path, access)).map_err(io::Error::other)?;
    }
    // They have no path any more; only who holds them gets there.
    let look: BitFlags<AccessFs> = AccessFs::ReadFile | AccessFs::ReadDir;
    for folder in kept.into_iter().flat_map(Kept::folders) {
        rules = rules.add_rule(PathBeneath::new(folder, look)).map_err(io::Error::other)?;
    }
    let status = rules.restrict_self().map_err(io::Error::other)?;
    match status.landlock {
        LandlockStatus::Available { effective_abi, .. } => {
            Ok(Fence::Stands(effective_abi.min(NEWEST) as i32))
        }
        LandlockStatus::NotEnabled | LandlockStatus::NotImplemented => Ok(Fence::Unknown),
    }
}
