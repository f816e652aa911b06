mod names;
mod schema;
mod sse;
