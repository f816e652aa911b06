//! Bedrock's binary events, made of the text that `dialects` writes for them.

/// What they are called.
pub const CONTENT_TYPE: &str = "application/vnd.amazon.eventstream";

/// The frames of a stream that was written as text.
pub fn of(text: &str) -> Vec<u8> {
    let event = |block: &str| {
        let name = block.lines().find_map(|line| line.strip_prefix("event: ")).unwrap_or_default();
        let payload = block.lines().find_map(|line| line.strip_prefix("data: ")).unwrap_or_default();
        frame(name, payload.as_bytes())
    };
    text.split("\n\n").filter(|block| !block.trim().is_empty()).flat_map(event).collect()
}

fn frame(name: &str, payload: &[u8]) -> Vec<u8> {
    let kind = if name.ends_with("Exception") { "exception" } else { "event" };
    let told = [
        (format!(":{kind}-type"), name),
        (":content-type".to_owned(), "application/json"),
        (":message-type".to_owned(), kind),
    ];
    let headers: Vec<u8> = told.iter().flat_map(|(name, value)| header(name, value)).collect();
    let total = (16 + headers.len() + payload.len()) as u32;
    let mut bytes = [total.to_be_bytes(), (headers.len() as u32).to_be_bytes()].concat();
    bytes.extend(crc32(&bytes).to_be_bytes());
    bytes.extend(headers);
    bytes.extend(payload);
    bytes.extend(crc32(&bytes).to_be_bytes());
    bytes
}

/// A header that holds a text, which is of the kind 7.
fn header(name: &str, value: &str) -> Vec<u8> {
    let length = (value.len() as u16).to_be_bytes();
    [&[name.len() as u8], name.as_bytes(), &[7], &length, value.as_bytes()].concat()
}

fn crc32(bytes: &[u8]) -> u32 {
    let step = |sum: u32| if sum & 1 == 1 { (sum >> 1) ^ 0xEDB8_8320 } else { sum >> 1 };
    let byte = |sum: u32, byte: &u8| (0..8).fold(sum ^ u32::from(*byte), |sum, _| step(sum));
    !bytes.iter().fold(!0, byte)
}

#[test]
fn the_sum_is_the_one_that_everybody_uses() {
    assert_eq!(crc32(b"123456789"), 0xCBF4_3926);
}
