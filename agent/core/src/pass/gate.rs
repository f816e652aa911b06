use agent_contract::{CapabilityName, gate::GateResult};

use super::{Stop, check::Checked};
use crate::Host;

/// A checked change with what the gates find, as far as the request asks for any.
pub struct Gated<H: Host> {
    pub(super) checked: Checked<H>,
    pub(super) gates: Vec<GateResult>,
}

/// Asks what the gates of the request find. Whether that stands in the way is the
/// Runner's verdict, not ours.
pub fn gate<H: Host>(checked: Checked<H>, host: &mut H) -> Result<Gated<H>, Stop> {
    let granted = &checked.proposed.granted;
    let wanted = &granted.plan.request.gates.required;
    if wanted.is_empty() {
        return Ok(Gated { checked, gates: Vec::new() });
    }
    granted.progress(host, "gate")?;
    let gates = host.scan(granted.capability(CapabilityName::SecurityScan)?, wanted)?;
    Ok(Gated { checked, gates })
}
