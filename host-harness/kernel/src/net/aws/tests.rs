use std::time::Duration;

use super::*;

const TOKEN_TOLD: &str = "6e86291e8372ff2a2260956d9b8aae1d763fbf315fa00fa31553b73ebf194267";

fn headers(more: &[(&str, &str)]) -> BTreeMap<String, String> {
    let usual = [("host", "example.amazonaws.com"), ("x-amz-date", "20150830T123600Z")];
    usual.iter().chain(more).map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

fn signature(method: &str, target: &str, more: &[(&str, &str)], body: &[u8]) -> String {
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let signed = Signed { method, path, query, headers: headers(more), body };
    let scope = Scope { stamp: "20150830T123600Z", region: "us-east-1", service: "service" };
    let secret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY".into();
    signed.authorization(&scope, &"AKIDEXAMPLE".into(), &secret)
}

/// The values are those of the test suite that AWS publishes for Signature Version 4.
#[test]
fn signatures_are_those_of_the_published_suite() {
    let form = [
        ("content-length", "13"),
        ("content-type", "application/x-www-form-urlencoded"),
        ("x-amz-content-sha256", "9095672bbd1f56dfc5b65f3e153adc8731a4a654192329106275f4c7b24d0b6e"),
    ];
    let trimmed = [("my-header1", " value1"), ("my-header2", " \"a   b   c\"")];
    for (method, target, more, body, expected) in [
        ("GET", "/", &[][..], "", "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"),
        ("POST", "/", &[], "", "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"),
        (
            "GET",
            "/?Param2=value2&Param1=value1",
            &[],
            "",
            "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500",
        ),
        ("GET", "/\u{1234}", &[], "", "8318018e0b0f223aa2bbf98705b62bb787dc9c0e678f255a891fd03141be5d85"),
        (
            "GET",
            "/example space/",
            &[],
            "",
            "652487583200325589f1fba4c7e578f72c47cb61beeca81406b39ddec1366741",
        ),
        ("GET", "/", &trimmed, "", "acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736"),
        (
            "GET",
            "/",
            &[("x-amz-security-token", TOKEN_TOLD)],
            "",
            "07ec1639c89043aa0e3e2de82b96708f198cceab042d4a97044c66dd9f74e7f8",
        ),
        (
            "POST",
            "/",
            &form,
            "Param1=value1",
            "d3875051da38690788ef43de4db0d8f280229d82040bfac253562e56c3f20e0b",
        ),
    ] {
        let found = signature(method, target, more, body.as_bytes());
        assert!(found.ends_with(&format!("Signature={expected}")), "{method} {target}: {found}");
    }
    let whole = "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=host;x-amz-date, Signature=";
    assert!(signature("GET", "/", &[], b"").starts_with(whole));
}

/// What is sent as `%3A` is signed as `%253A`.
#[test]
fn a_path_is_encoded_once_more() {
    let signed = Signed {
        method: "POST",
        path: "/model/a.b-v1%3A0/converse",
        query: "",
        headers: headers(&[]),
        body: b"",
    };
    assert!(signed.canonical().starts_with("POST\n/model/a.b-v1%253A0/converse\n\nhost:"));
}

#[test]
fn times_are_written_as_they_are_signed() {
    for (seconds, expected) in [
        (0, "19700101T000000Z"),
        (951_782_399, "20000228T235959Z"),
        (951_782_400, "20000229T000000Z"),
        (1_440_938_160, "20150830T123600Z"),
        (1_709_251_199, "20240229T235959Z"),
        (4_107_542_400, "21000301T000000Z"),
        (253_402_300_799, "99991231T235959Z"),
    ] {
        assert_eq!(stamp(SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)), expected);
    }
}
