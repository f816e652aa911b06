//! The edit engine.
