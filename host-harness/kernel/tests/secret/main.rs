//! Secrets: where they come from, in what forms they are found, and that none leaves.

mod json;
mod properties;
mod speed;
mod stream;
mod ways;
