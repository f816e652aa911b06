//! Repositories of odd kinds.
