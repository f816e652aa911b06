//! Takes all the memory that there is.

fn main() {
    let mut held = Vec::new();
    loop {
        held.push(std::hint::black_box(vec![1_u8; 16 * 1024 * 1024]));
    }
}
