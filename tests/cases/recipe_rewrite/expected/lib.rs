fn check() {
    assert!(is_ready(1, "a, true)"));
    assert_eq!(count(), 3);
    // assert_eq!(old(), true);
}
