use proptest::prelude::*;

use super::*;

fn header(name: &str, value: &str) -> Vec<u8> {
    let mut bytes = vec![u8::try_from(name.len()).unwrap()];
    bytes.extend_from_slice(name.as_bytes());
    bytes.push(7);
    bytes.extend_from_slice(&u16::try_from(value.len()).unwrap().to_be_bytes());
    bytes.extend_from_slice(value.as_bytes());
    bytes
}

fn frame(headers: &[u8], payload: &str) -> Vec<u8> {
    let total = u32::try_from(PRELUDE + headers.len() + payload.len() + TAIL).unwrap();
    let mut bytes = total.to_be_bytes().to_vec();
    bytes.extend_from_slice(&u32::try_from(headers.len()).unwrap().to_be_bytes());
    bytes.extend_from_slice(&crc32fast::hash(&bytes).to_be_bytes());
    bytes.extend_from_slice(headers);
    bytes.extend_from_slice(payload.as_bytes());
    bytes.extend_from_slice(&crc32fast::hash(&bytes).to_be_bytes());
    bytes
}

fn said(kind: &str, name: &str, payload: &str) -> Vec<u8> {
    let headers = [header(":message-type", kind), header(&format!(":{kind}-type"), name)].concat();
    frame(&headers, payload)
}

/// With a header of each kind that there is.
fn with_all_kinds() -> Vec<u8> {
    let mut headers = header(":message-type", "event");
    for (kind, length) in [(0_u8, 0), (1, 0), (2, 1), (3, 2), (4, 4), (5, 8), (8, 8), (9, 16)] {
        headers.extend_from_slice(&[1, b'a' + kind, kind]);
        headers.extend(vec![0xff; length]);
    }
    headers.extend_from_slice(&[1, b'z', 6, 0, 3, 0xff, 0xfe, 0xfd]);
    headers.extend(header(":event-type", "metadata"));
    frame(&headers, "{}")
}

fn told(bytes: &[u8], piece: usize) -> Result<String, String> {
    let mut frames = Frames::default();
    let mut text = Vec::new();
    for piece in bytes.chunks(piece) {
        text.extend(frames.push(piece).map_err(|fault| fault.told("m", 1).message)?);
    }
    assert!(frames.is_whole());
    Ok(String::from_utf8(text).unwrap())
}

#[test]
fn frames_become_events_however_they_are_split() {
    let error = [
        header(":message-type", "error"),
        header(":error-code", "internal"),
        header(":error-message", "a\"b"),
    ];
    let bytes = [
        said("event", "contentBlockDelta", "{\"delta\":{\"text\":\"h\u{e9}\"}}"),
        said("exception", "throttlingException", "{\"message\":\"slow\"}"),
        with_all_kinds(),
        frame(&error.concat(), ""),
        said("event", "two", "{\n\"a\":1}"),
    ]
    .concat();
    let expected = "event: contentBlockDelta\ndata: {\"delta\":{\"text\":\"h\u{e9}\"}}\n\nevent: throttlingException\ndata: {\"message\":\"slow\"}\n\nevent: metadata\ndata: {}\n\nevent: internal\ndata: {\"message\":\"a\\\"b\"}\n\nevent: two\ndata: {\ndata: \"a\":1}\n\n";
    for piece in [1, 2, 3, 7, 11, 12, 13, 64, 10_000] {
        assert_eq!(told(&bytes, piece).as_deref(), Ok(expected), "{piece}");
    }
}

#[test]
fn a_stream_that_ends_within_a_frame_is_not_whole() {
    let bytes = said("event", "a", "{}");
    for end in 1..bytes.len() {
        let mut frames = Frames::default();
        assert_eq!(frames.push(&bytes[..end]).unwrap(), b"");
        assert!(!frames.is_whole(), "{end}");
    }
}

#[test]
fn what_is_broken_is_refused_with_its_reason() {
    let good = said("event", "a", "{}");
    let changed = |at: usize| {
        let mut bytes = good.clone();
        bytes[at] ^= 1;
        bytes
    };
    let lengths = |total: u32, headers: u32| {
        let mut bytes = [total.to_be_bytes(), headers.to_be_bytes()].concat();
        bytes.extend_from_slice(&crc32fast::hash(&bytes).to_be_bytes());
        bytes.extend_from_slice(&good[PRELUDE..]);
        bytes
    };
    let kind = header(":message-type", "event");
    let with = |more: &[u8]| frame(&[&kind, more].concat(), "{}");
    for (bytes, why) in [
        (changed(0), "lengths is wrong"),
        (changed(5), "lengths is wrong"),
        (changed(9), "lengths is wrong"),
        (changed(PRELUDE + 3), "checksum of a frame is wrong"),
        (changed(good.len() - TAIL - 1), "checksum of a frame is wrong"),
        (changed(good.len() - 1), "checksum of a frame is wrong"),
        (lengths(u32::MAX, 0), "longer than any"),
        (lengths(64, 1 << 20), "longer than any"),
        (lengths(15, 0), "shorter than its headers"),
        (lengths(64, 60), "shorter than its headers"),
        (frame(&[5, b'a'], ""), "header ends before"),
        (with(&[1, b'a', 7, 0, 9, b'x']), "header ends before"),
        (with(&[1, b'a', 10]), "of a kind that nobody knows"),
        (with(&[1, 0xff, 0]), "header is no text"),
        (with(&kind), "stands twice"),
        (with(b""), "has no name"),
        (frame(b"", "{}"), "neither an event nor"),
        (said("event", "a\ndata: x", "{}"), "has no name"),
        (said("event", "", "{}"), "has no name"),
        (frame(&[kind.clone(), header(":event-type", "a")].concat(), "x"), ""),
    ] {
        match told(&bytes, 5) {
            Err(message) => assert!(!why.is_empty() && message.contains(why), "{why}: {message}"),
            Ok(_) => assert_eq!(why, ""),
        }
    }
}

proptest! {
    #[test]
    fn nothing_breaks_what_reads_it(bytes in proptest::collection::vec(any::<u8>(), 0..200), at in 0_usize..60, byte: u8) {
        let mut frames = Frames::default();
        let _ = frames.push(&bytes);
        let mut changed = said("event", "a", "{\"b\":1}");
        let at = at.min(changed.len() - 1);
        let same = changed[at] == byte;
        changed[at] = byte;
        prop_assert_eq!(told_or_waits(&changed), same);
    }
}

/// Whether the frame is taken. One that is not may be refused or waited for.
fn told_or_waits(bytes: &[u8]) -> bool {
    let mut frames = Frames::default();
    frames.push(bytes).is_ok_and(|told| !told.is_empty())
}
