//! Documents read and written, held against the official schema where the machine has it.

mod official;
mod reading;
mod writing;
