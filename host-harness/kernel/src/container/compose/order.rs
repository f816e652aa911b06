use super::{Read, refused};
use crate::container::composition::Service;

/// The services, each after those that it waits for.
pub(super) fn ordered(mut left: Vec<Service>) -> Read<Vec<Service>> {
    let mut done: Vec<Service> = Vec::new();
    while !left.is_empty() {
        let is_there = |name: &str| done.iter().any(|service| service.name == name);
        let ready =
            left.iter().position(|service| service.after.iter().all(|after| is_there(&after.service)));
        match ready {
            Some(index) => done.push(left.remove(index)),
            None => {
                let at = format!("services.{}.depends_on", left[0].name);
                return refused(&at, "waits for what is not started, or for itself");
            }
        }
    }
    Ok(done)
}
