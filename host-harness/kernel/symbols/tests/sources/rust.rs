//! Greeter in a comment is no reference.
use std::fmt::{self, Display};

/// A greeter.
#[derive(Debug, Clone)]
pub struct Greeter<'a, T: Display> {
    pub größe: usize,
    name: &'a T,
}

impl<'a, T> Greeter<'a, T>
where
    T: Display,
{
    pub const LIMIT: usize = 3;

    pub(crate) async fn greet<F>(
        &self,
        other: &str,
        finish: F,
    ) -> Result<String, fmt::Error>
    where
        F: Fn(&str) -> String,
    {
        fn inner_only(x: u8) -> u8 {
            x
        }
        let text = format!("Greeter {} {other}", self.name);
        Ok(finish(&text))
    }
}

impl<T: Display> Display for Greeter<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Greeter")
    }
}

pub trait Größenänderung {
    type Item;
    fn change(&mut self, by: i32) -> Self::Item;
}

pub enum Shape { Round { radius: f64 }, Square(f64) }
pub union Bits { whole: u32, part: [u8; 4] }
pub type Pair<T> = (T, T);
static GREETINGS: &[&str] = &["a", "b"];

macro_rules! twice {
    ($e:expr) => {
        $e + $e
    };
}

mod inner {
    pub(super) fn helper() -> u32 { twice!(super::GREETINGS.len() as u32) }
}
