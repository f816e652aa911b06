//! enterprise
