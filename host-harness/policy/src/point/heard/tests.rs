use serde_json::json;

use super::*;

const NOW_MS: u64 = 1_800_000_000_000;

fn heard(status: u16, headers: &[(&str, &str)], body: &[u8]) -> Heard {
    let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    Heard { status, headers, date_ms: None, body: body.to_vec() }
}

const JSON: (&str, &str) = ("content-type", "application/json");

fn read(heard: &Heard) -> Result<Value, (Code, String)> {
    let expected = Expected { request_id: None, now_ms: NOW_MS, skew_ms_max: 30_000 };
    object(heard, &expected).map_err(|objection| (objection.code, objection.message))
}

fn refused(heard: &Heard) -> (Code, String) {
    read(heard).expect_err("an objection")
}

#[test]
fn a_good_answer_is_its_object() {
    let good = heard(200, &[JSON], br#"{"decision":true}"#);
    assert_eq!(read(&good), Ok(json!({ "decision": true })));
}

#[test]
fn only_200_is_an_answer() {
    use Code::*;
    for (status, code) in [
        (100, PointStatus),
        (101, PointStatus),
        (201, PointStatus),
        (204, PointStatus),
        (206, PointStatus),
        (299, PointStatus),
        (301, PointRedirect),
        (304, PointRedirect),
        (307, PointRedirect),
        (400, PointStatus),
        (401, PointUnauthorized),
        (403, PointUnauthorized),
        (404, PointStatus),
        (429, PointBusy),
        (500, PointBroken),
        (503, PointBroken),
        (599, PointBroken),
        (600, PointStatus),
    ] {
        let (said, message) = refused(&heard(status, &[JSON], br#"{"decision":true}"#));
        assert_eq!(said, code, "{status}");
        assert!(message.contains(&status.to_string()), "{message}");
    }
}

#[test]
fn a_redirect_is_shown_without_its_secrets() {
    let (_, message) = refused(&heard(302, &[("location", "https://u:s3cret@evil.example/")], b""));
    assert!(!message.contains("s3cret"), "{message}");
    let (_, message) = refused(&heard(302, &[("location", "https://evil.example/x")], b""));
    assert!(message.contains("`https://evil.example/x`"), "{message}");
}

#[test]
fn the_content_type_is_json_in_utf_8() {
    for good in [
        "application/json",
        "Application/JSON",
        "application/json;charset=utf-8",
        "application/json; charset=\"UTF-8\"",
        "application/json; profile=x; charset=utf-8",
        "application/json;",
    ] {
        assert!(read(&heard(200, &[("content-type", good)], b"{}")).is_ok(), "{good}");
    }
    for bad in [
        "",
        "text/html",
        "text/json",
        "application/jsonp",
        "application/json, text/html",
        "application/problem+json",
        "application/json; charset=latin1",
        "application/json; charset=utf-8; charset=utf-16",
        "application/json; charset",
        "application/json; =x",
    ] {
        let (code, message) = refused(&heard(200, &[("content-type", bad)], b"{}"));
        assert_eq!(code, Code::PointContentType, "{bad}");
        assert!(message.contains(&format!("`{bad}`")), "{message}");
    }
    assert_eq!(refused(&heard(200, &[], b"{}")).1, "the answer has no content type");
}

#[test]
fn headers_that_differ_are_a_clash() {
    for (name, first, second) in [
        ("content-type", "application/json", "text/html"),
        ("content-type", "application/json", "application/json;charset=utf-8"),
        ("x-request-id", "1", "2"),
        ("date", "Fri, 15 Jan 2027 08:00:00 GMT", "Fri, 15 Jan 2027 08:00:01 GMT"),
    ] {
        let (code, _) = refused(&heard(200, &[JSON, (name, first), (name, second)], b"{}"));
        assert_eq!(code, Code::PointClash, "{name}");
    }
    assert!(read(&heard(200, &[JSON, JSON], b"{}")).is_ok(), "twice the same is the same");
}

#[test]
fn an_encoding_that_nobody_asked_for_is_refused() {
    for bad in ["gzip", "br", "identity, gzip", ""] {
        let (code, _) = refused(&heard(200, &[JSON, ("content-encoding", bad)], b"{}"));
        assert_eq!(code, Code::PointEncoding, "{bad}");
    }
    assert!(read(&heard(200, &[JSON, ("content-encoding", "Identity")], b"{}")).is_ok());
}

#[test]
fn the_id_is_the_one_that_was_sent() {
    let asked = |id: Option<&str>, headers: &[(&str, &str)]| {
        let expected = Expected { request_id: id, now_ms: NOW_MS, skew_ms_max: 0 };
        object(&heard(200, headers, b"{}"), &expected).map_err(|objection| objection.code)
    };
    assert!(asked(Some("a"), &[JSON, ("x-request-id", "a")]).is_ok());
    assert_eq!(asked(Some("a"), &[JSON, ("x-request-id", "A")]), Err(Code::PointRequestId));
    assert_eq!(asked(Some("a"), &[JSON, ("x-request-id", "")]), Err(Code::PointRequestId));
    assert_eq!(asked(Some("a"), &[JSON]), Err(Code::PointRequestId));
    assert!(asked(None, &[JSON]).is_ok());
    assert!(asked(None, &[JSON, ("x-request-id", "a gateway's")]).is_ok());
}

#[test]
fn a_date_is_near_the_runners() {
    let dated = |date_ms: Option<u64>| {
        let header = ("date", "what it says is in `date_ms`");
        refused_or_ok(&Heard { date_ms, ..heard(200, &[JSON, header], b"{}") })
    };
    for near in [NOW_MS, NOW_MS - 30_000, NOW_MS + 30_000] {
        assert_eq!(dated(Some(near)), None);
    }
    for (far, words) in [
        (NOW_MS - 30_001, "30001 ms behind the Runner's"),
        (NOW_MS + 30_001, "30001 ms ahead of the Runner's"),
    ] {
        let (code, message) = dated(Some(far)).expect("an objection");
        assert_eq!(code, Code::PointClock);
        assert!(message.contains(words), "{message}");
    }
    let (code, message) = dated(None).expect("an objection");
    assert_eq!((code, message.contains("can't be read")), (Code::PointClock, true));
    assert_eq!(refused_or_ok(&heard(200, &[JSON], b"{}")), None, "no date is no fault");
}

fn refused_or_ok(heard: &Heard) -> Option<(Code, String)> {
    read(heard).err()
}

#[test]
fn a_body_is_one_json_object() {
    use Code::*;
    let nested = format!("{{\"a\":{}{}}}", "[".repeat(70), "]".repeat(70));
    for (body, code) in [
        (&b""[..], PointEmpty),
        (b" \r\n\t ", PointEmpty),
        (b"{\"decision\":\xff}", PointText),
        (b"{", PointTruncated),
        (b"{\"decision\"", PointTruncated),
        (b"{\"decision\":tru", PointTruncated),
        (b"{\"decision\":true", PointTruncated),
        (b"{\"a\":1,\"a\":2", PointTruncated),
        (b"{\"decision\":\"tr", PointTruncated),
        (b"{\"decision\":true}}", PointJson),
        (b"{\"decision\":true} true", PointJson),
        (b"{'decision':true}", PointJson),
        (b"{\"decision\":True}", PointJson),
        (b"\xef\xbb\xbf{}", PointJson),
        (b"{\"decision\":1e999}", PointJson),
        (b"{\"decision\":9007199254740993}", PointJson),
        (b"{\"decision\":\"\\ud800\"}", PointJson),
        (nested.as_bytes(), PointJson),
        (b"<html>", PointJson),
        (b"{\"decision\":true,\"decision\":true}", PointDuplicate),
        (b"{\"a\":[{\"x\":1,\"x\":1}]}", PointDuplicate),
        (b"{\"decision\":true,\"d\\u0065cision\":false}", PointDuplicate),
        (b"[true]", PointShape),
        (b"true", PointShape),
        (b"null", PointShape),
        (b"\"true\"", PointShape),
        (b"1", PointShape),
    ] {
        let (said, message) = refused(&heard(200, &[JSON], body));
        assert_eq!(said, code, "{}: {message}", String::from_utf8_lossy(body));
    }
}

#[test]
fn what_is_wrong_first_is_told_first() {
    use Code::*;
    let (date, gzip, other) = (("date", "?"), ("content-encoding", "gzip"), ("x-request-id", "2"));
    let expected = Expected { request_id: Some("1"), now_ms: NOW_MS, skew_ms_max: 0 };
    for (told, heard) in [
        (PointBroken, heard(500, &[date, gzip, other], b"")),
        (PointClock, heard(200, &[date, gzip, other], b"")),
        (PointEncoding, heard(200, &[gzip, other], b"")),
        (PointContentType, heard(200, &[other], b"")),
        (PointRequestId, heard(200, &[JSON, other], b"")),
    ] {
        assert_eq!(object(&heard, &expected).expect_err("an objection").code, told);
    }
}
