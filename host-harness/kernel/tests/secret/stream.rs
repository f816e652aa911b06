//! What comes in pieces.

use crate::ways::{SECRETS, WAYS, knowing};

fn in_pieces(text: &[u8], size: usize) -> Vec<u8> {
    let mut redactor = knowing(SECRETS).redactor();
    let mut told = Vec::new();
    text.chunks(size).for_each(|piece| told.extend(redactor.push(piece)));
    told.extend(redactor.finish());
    told
}

#[test]
fn a_secret_that_comes_in_pieces_is_taken_out() {
    let known = knowing(SECRETS);
    let filler = "nothing to see here, but for this line\n".repeat(100);
    for (name, way) in WAYS.iter().step_by(7) {
        let text = [filler.as_bytes(), &way(SECRETS[0]), b"\n", filler.as_bytes()].concat();
        for size in [13, 1000, 4096] {
            let told = in_pieces(&text, size);
            assert_eq!(known.find(&told), None, "{name} in pieces of {size}");
            assert!(told.starts_with(filler.as_bytes()) && told.ends_with(filler.as_bytes()), "{name}");
        }
    }
}

#[test]
fn what_comes_in_pieces_without_secrets_comes_out_as_it_was() {
    let text = "a line of output\n".repeat(2000);
    assert_eq!(in_pieces(text.as_bytes(), 777), text.as_bytes());
    let mut redactor = kernel::secret::Known::default().redactor();
    assert_eq!(redactor.push(b"at once"), b"at once");
}
