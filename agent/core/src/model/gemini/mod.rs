//! Google's generateContent.

mod body;
mod read;

pub(super) use body::body;
pub(super) use read::turn;
