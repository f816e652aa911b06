//! The loop, from an instruction to a change that holds, without wasm and without network.

mod ends;
mod injections;
mod plans;
mod rounds;
mod world;
