//! It panics.

guests::agent!(|| {
    let text: Option<&str> = None;
    text.expect("the hostile word");
});
