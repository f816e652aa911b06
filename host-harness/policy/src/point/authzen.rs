//! OpenID AuthZEN Authorization API 1.0: where a decision point is asked, what it is
//! asked, and what its answer comes to.

mod ask;
mod discovery;
mod obligation;
mod read;

pub use ask::{evaluation, evaluations};
pub use discovery::{Endpoints, discovery_path, origin};
pub use read::{read, read_batch};
