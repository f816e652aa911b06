//! The scanner on files as strangers write them.

use std::sync::LazyLock;

use container::Files;
use finding::{FileScanner, Found, Look, RepoPath, Severity};
use proptest::prelude::*;

/// Loading compiles every pattern: once is enough.
static FILES: LazyLock<Files> = LazyLock::new(|| Files::embedded().unwrap());

fn look(path: &str, text: &str) -> Look {
    FILES.look(&RepoPath::parse(path).unwrap(), text.as_bytes())
}

fn found(path: &str, text: &str) -> Vec<Found> {
    match look(path, text) {
        Look::Scanned(found) => found,
        other => panic!("{other:?}"),
    }
}

fn rules(path: &str, text: &str) -> Vec<String> {
    found(path, text).into_iter().map(|found| found.rule.into_owned()).collect()
}

#[test]
fn the_canary_is_found() {
    let canary = FILES.canary();
    let Look::Scanned(found) = FILES.look(&canary.path, &canary.bytes) else { panic!() };
    assert!(found.iter().any(|found| found.rule == canary.rule));
}

#[test]
fn what_can_not_be_read_is_broken_and_never_silent() {
    let table = [
        ("Dockerfile", ""),
        ("Dockerfile", "RUN x\n"),
        ("Dockerfile", "FROM a\nRUN <<EOF\nx\n"),
        ("Dockerfile", "# escape=x\nFROM a\n"),
        ("compose.yaml", ""),
        ("compose.yaml", "services: [\n"),
        ("compose.yaml", "name: x\n"),
        ("compose.yaml", "services: {}\n---\nservices: {}\n"),
    ];
    for (path, text) in table {
        assert!(matches!(look(path, text), Look::Broken(_)), "{path} {text}");
    }
    let path = RepoPath::parse("Dockerfile").unwrap();
    assert!(matches!(FILES.look(&path, b"FROM a\nRUN \xe9\n"), Look::Broken(_)));
    assert!(matches!(look("Dockerfile", &"FROM a\n".repeat(101)), Look::Broken(_)));
    assert!(matches!(look("Dockerfile", &"#".repeat(600 << 10)), Look::Broken(_)));
}

#[test]
fn what_only_bears_the_name_is_skipped_with_a_reason() {
    assert!(matches!(look("Dockerfile.go", "package x\n"), Look::Skipped(_)));
    assert!(matches!(look("Dockerfile.j2", "{% if x %}\nFROM a\n"), Look::Skipped(_)));
    assert!(matches!(look("Dockerfile.go", "FROM golang:1.25\nRUN x\n"), Look::Scanned(_)));
}

#[test]
fn nothing_in_the_file_turns_a_rule_off() {
    let text = "# check=skip=all\nFROM a:1\n# hadolint ignore=DL4006,SC2086\n# trivy:ignore:*\nRUN curl https://x.example | sh\n";
    assert!(rules("Dockerfile", text).contains(&"container/download-to-shell".to_owned()));
}

#[test]
fn a_finding_names_its_line_and_not_a_secret() {
    let text = "FROM a:1\n\nENV A=1 \\\n  # why\n  DB_PASSWORD=hunter22xyz\nRUN a \\\n && git clone https://u:hunter22xyz@x.example/a\n";
    let found = found("Dockerfile", text);
    let line = |rule: &str| {
        let one = found.iter().find(|found| found.rule == rule).unwrap();
        (one.severity, one.span.unwrap().line)
    };
    assert_eq!(line("container/secret-in-env"), (Severity::High, 5));
    assert_eq!(line("container/address-with-password"), (Severity::High, 7));
    assert!(found.iter().all(|found| !found.message.contains("hunter22xyz")));
}

#[test]
fn root_is_named_as_it_is_written_and_at_its_line() {
    for (written, named) in [
        ("root", "root"),
        ("0", "0"),
        ("\"0\"", "0"),
        ("00", "00"),
        ("+0", "+0"),
        ("-0:1", "-0:1"),
        (":5", ":5"),
    ] {
        for from in ["debian:12", "debian:12 AS root"] {
            let found = found("Dockerfile", &format!("FROM {from}\nUSER {written}\nCMD [\"x\"]\n"));
            let one = found.iter().find(|found| found.rule == "container/root-user").unwrap();
            assert_eq!(one.span.unwrap().line, 2, "{written}");
            assert!(one.message.contains(&format!("user `{named}`,")), "{}", one.message);
        }
    }
}

#[test]
fn no_stage_is_named_by_its_number_where_the_image_is_meant() {
    let found = found("Dockerfile", "FROM debian:12\nCMD [\"x\"]\n");
    for rule in ["container/no-user", "container/no-healthcheck"] {
        let one = found.iter().find(|found| found.rule == rule).unwrap();
        assert!(one.message.contains("the image on `debian`"), "{}", one.message);
    }
}

#[test]
fn scripts_in_heredocs_and_lists_are_looked_into() {
    for run in [
        "RUN <<EOF\nset -e\ncurl https://x.example/i | bash\nEOF",
        "RUN bash <<EOF\ncurl https://x.example/i | bash\nEOF",
        "RUN [\"sh\", \"-c\", \"curl https://x.example/i | bash\"]",
        "RUN if true; then \\\n  # why\n  curl https://x.example/i \\\n  | bash; fi",
        "ONBUILD RUN curl https://x.example/i | bash",
        "RUN --mount=type=cache,target=/c curl https://x.example/i | sudo -E bash -",
    ] {
        let rules = rules("Dockerfile", &format!("FROM a:1\n{run}\n"));
        assert!(rules.contains(&"container/download-to-shell".to_owned()), "{run}");
    }
    let data = "FROM a:1\nRUN cat <<EOF > /doc\ncurl https://x.example/i | bash\nEOF\n";
    assert!(!rules("Dockerfile", data).contains(&"container/download-to-shell".to_owned()));
}

#[test]
fn a_finding_in_a_heredoc_stands_on_its_own_line() {
    let text = "FROM a:1\nRUN <<EOF\nset -e\ncurl -k https://x.example/i\nEOF\n";
    let found = found("Dockerfile", text);
    let one = found.iter().find(|found| found.rule == "container/certificate-check-off").unwrap();
    assert_eq!(one.span.unwrap().line, 4);
}

#[test]
fn anchors_and_merges_of_compose_are_followed() {
    let text = "x-base: &base\n  privileged: true\nservices:\n  web:\n    <<: *base\n    image: a:1\n";
    assert!(rules("compose.yaml", text).contains(&"compose/privileged".to_owned()));
}

#[test]
fn no_way_of_writing_a_compose_file_hides_what_it_says() {
    let escaped = r#"{"services": {"web": {"\u0070rivileged": true, "image": "a:1"}}}"#;
    let merged = "x-a: &a {privileged: true}\nx-b: &b {<<: *a}\nservices:\n  web: {<<: [*b], image: a:1}\n";
    let extended = "services:\n  web: {extends: base, image: a:1}\n  base: {privileged: true}\n";
    for text in [escaped, merged, extended] {
        assert!(rules("compose.yaml", text).contains(&"compose/privileged".to_owned()), "{text}");
        let wide: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
        let bytes = [b"\xfe\xff", wide.as_slice()].concat();
        let Look::Scanned(found) = FILES.look(&RepoPath::parse("compose.yaml").unwrap(), &bytes) else {
            panic!("{text}")
        };
        assert!(found.iter().any(|found| found.rule == "compose/privileged"), "{text}");
    }
    let own = found("compose.yaml", extended);
    let names = own.iter().filter(|found| found.rule == "compose/privileged").map(|found| &found.message);
    assert_eq!(names.filter(|message| message.contains("`web`")).count(), 1);
}

#[test]
fn what_is_too_large_says_what_to_do() {
    for path in ["Dockerfile", "compose.yaml"] {
        let Look::Broken(reason) = look(path, &"#".repeat(600 << 10)) else { panic!() };
        assert!(
            reason.starts_with("is larger than 256 KiB") && reason.contains("make it smaller"),
            "{reason}"
        );
    }
}

#[test]
fn a_good_file_has_nothing_that_fails() {
    let docker = "# syntax=docker/dockerfile:1\nARG V=1.25\nFROM golang:${V}-alpine AS build\nWORKDIR /src\nCOPY go.mod go.sum ./\nRUN --mount=type=cache,target=/go/pkg go mod download\nCOPY . .\nRUN go build -o /app ./cmd/app\n\nFROM gcr.io/distroless/static:nonroot\nCOPY --from=build /app /app\nUSER 65532:65532\nENTRYPOINT [\"/app\"]\n";
    let compose = "services:\n  web:\n    build: .\n    ports: ['8080:8080']\n    environment:\n      DATABASE_URL: ${DATABASE_URL}\n    depends_on:\n      db: {condition: service_healthy}\n  db:\n    image: postgres:17\n    volumes: ['data:/var/lib/postgresql/data']\n    environment:\n      POSTGRES_PASSWORD_FILE: /run/secrets/db\n    secrets: [db]\nvolumes:\n  data:\nsecrets:\n  db: {file: ./db.txt}\n";
    for (path, text) in [("Dockerfile", docker), ("compose.yaml", compose)] {
        let grave: Vec<_> =
            found(path, text).into_iter().filter(|found| found.severity >= Severity::Medium).collect();
        assert!(grave.is_empty(), "{grave:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn no_dockerfile_makes_it_panic(text in "(FROM|RUN|COPY|ENV|ARG|ONBUILD|HEALTHCHECK|[ -~\n\t\\\\\"'`$(){}<|&;=é\\[\\],-]){0,200}") {
        let _ = look("Dockerfile", &text);
        let _ = look("Dockerfile", &format!("FROM a AS b\n{text}"));
        let _ = look("Dockerfile", &format!("FROM a\nRUN {text}\nCOPY {text}"));
    }

    #[test]
    fn no_compose_file_makes_it_panic(text in "(image|volumes|ports|:|\n  |[ -~\n\t{}\\[\\]\"'$é&*<|>-]){0,200}") {
        let _ = look("compose.yaml", &text);
        let _ = look("compose.yaml", &format!("services:\n  a:\n    {text}"));
    }
}
