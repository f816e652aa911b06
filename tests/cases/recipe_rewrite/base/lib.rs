fn check() {
    assert_eq!(is_ready(1, "a, true)"), true);
    assert_eq!(count(), 3);
    // assert_eq!(old(), true);
}
