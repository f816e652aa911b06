//! OPA from the outside: policies in the process, bundles, and the data API.

mod api;
mod archive;
mod bundle;
mod contexts;
mod decide;
mod example;
mod load;
mod signing;
