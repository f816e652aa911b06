use super::*;

fn recording(text: &str) -> Result<Recording, KernelError> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("talk.jsonl");
    std::fs::write(&file, text).unwrap();
    Recording::load(&file)
}

fn bodies(recording: &Recording, calls: &[(&str, &str, &str)]) -> Vec<String> {
    let body = |(binding, action, sha): &(&str, &str, &str)| match recording.answer(binding, action, sha) {
        Ok(answer) => answer["body"].to_string(),
        Err(error) => error.code.to_string(),
    };
    calls.iter().map(body).collect()
}

#[test]
fn what_was_recorded_answers_the_same_call_as_often_as_it_was_made() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("talk.jsonl");
    for (binding, sha, body) in
        [("model.a", "1", 1), ("model.b", "1", 2), ("model.a", "1", 3), ("model.a", "2", 4)]
    {
        append(&file, &Recorded::of(binding, "stream", sha, json!({ "status": 200, "body": body }))).unwrap();
    }
    let recording = Recording::load(&file).unwrap();
    let calls = [
        ("model.a", "stream", "2"),
        ("model.a", "stream", "1"),
        ("model.a", "converse", "1"),
        ("model.a", "stream", "1"),
        ("model.a", "stream", "1"),
        ("model.b", "stream", "3"),
        ("model.b", "stream", "1"),
    ];
    let ended = "model-recording-ended";
    assert_eq!(bodies(&recording, &calls), ["4", "1", ended, "3", ended, ended, "2"]);
}

#[test]
fn what_was_written_answers_in_order() {
    let text = r#"
{"answer":{"body":1}}
{"binding":"model.b","answer":{"body":2}}

{"binding":"model.a","input_sha256":"x","answer":{"body":3}}
{"binding":"model.a","action":"converse","answer":{"body":4}}
{"answer":{"body":5}}
"#;
    let calls = [
        ("model.a", "stream", "x"),
        ("model.a", "stream", "x"),
        ("model.b", "stream", "y"),
        ("model.a", "stream", "z"),
        ("model.a", "stream", "z"),
        ("model.a", "converse", "z"),
    ];
    let recording = recording(text).unwrap();
    assert_eq!(bodies(&recording, &calls), ["3", "1", "2", "5", "model-recording-ended", "4"]);
    let error = recording.answer("model.c", "stream", "").unwrap_err();
    assert!(error.message.starts_with("binding `model.c`: `stream` was called, and the recording `talk.jsonl` has no answer any more\nhint: record"), "{error}");
}

#[test]
fn what_nobody_wrote_is_as_usual() {
    let text = "{\"answer\":{\"body\":\"data: a\\n\\n\"}}\n{\"answer\":{\"status\":503}}\n";
    let recording = recording(text).unwrap();
    let answer = || recording.answer("m", "a", "").unwrap();
    let usual =
        json!({ "status": 200, "content_type": "text/event-stream", "headers": {}, "body": "data: a\n\n" });
    assert_eq!(answer(), usual);
    let failed = json!({ "status": 503, "content_type": "application/json", "headers": {}, "body": null });
    assert_eq!(answer(), failed);
}

#[test]
fn what_can_not_be_read_is_refused_with_its_line() {
    for (text, why) in [
        ("{", "line 1: "),
        ("\n[]", "line 2: "),
        ("{\"answer\":{}}\n{}", "line 2: "),
        ("{\"answer\":{},\"answer\":{}}", "line 1: "),
        ("{\"answer\":{},\"input\":1}", "`input`"),
        ("{\"answer\":{\"text\":1}}", "line 1: `answer` has the key `text`"),
        ("{\"answer\":{\"status\":99}}", "`answer.status` is not a number from 100"),
        ("{\"answer\":{\"status\":\"200\"}}", "`answer.status` is not"),
        ("{\"answer\":{\"headers\":{\"a\":1}}}", "`answer.headers` is not an object of texts"),
        ("{\"answer\":{\"cut\":true}}", "`answer.cut` is not a text"),
        ("{\"answer\":{\"content_type\":1}}", "`answer.content_type` is not a text"),
    ] {
        let error = recording(text).unwrap_err();
        assert_eq!(error.code, Code::RecordingMalformed);
        assert!(error.message.contains(why), "{text}: {error}");
    }
    assert!(Recording::load(Path::new("no/such/file")).is_err());
}
