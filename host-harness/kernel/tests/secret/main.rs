//! Secrets: where they come from, in what forms they are found, and that none leaves.

mod guard;
mod json;
mod leaving;
mod planted;
mod properties;
mod sources;
mod speed;
mod standin;
mod stream;
mod vault;
mod ways;
