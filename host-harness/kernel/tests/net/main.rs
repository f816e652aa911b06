//! Bindings, over real connections: where they go, what they refuse, when they try again,
//! what they cost, and what people are told.

#[path = "../common/mod.rs"]
mod common;
mod support;

mod addresses;
mod faults;
mod limits;
mod mail;
mod notifications;
mod passing;
mod proxies;
mod retries;
mod streams;
mod transports;
