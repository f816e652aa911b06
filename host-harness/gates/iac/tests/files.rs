//! The scanner on files as strangers write them.

use finding::{FileScanner, Held, Look, RepoPath, Severity, TreeScanner};
use iac::{Files, Together};
use proptest::prelude::*;
use std::sync::LazyLock;

/// Loading compiles every pattern: once is enough.
static FILES: LazyLock<Files> = LazyLock::new(|| Files::embedded().unwrap());

fn look(path: &str, text: &str) -> Look {
    FILES.look(&RepoPath::parse(path).unwrap(), text.as_bytes())
}

fn rules(look: Look) -> Vec<String> {
    match look {
        Look::Scanned(found) => found.into_iter().map(|found| found.rule.into_owned()).collect(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_canaries_are_found() {
    let files = Files::embedded().unwrap();
    let canary = files.canary();
    assert!(rules(files.look(&canary.path, &canary.bytes)).contains(&canary.rule));
    let together = Together::embedded().unwrap();
    let planted = together.canary();
    let tree = Held::from_iter(planted.iter().map(|canary| (canary.path.as_str(), canary.bytes.clone())));
    assert!(together.survey(&tree, None).found.iter().any(|found| found.rule == planted[0].rule));
}

#[test]
fn what_can_not_be_read_is_broken_and_never_silent() {
    let table = [
        ("k8s/pod.yaml", "apiVersion: v1\nkind: Pod\n  bad: [\n"),
        ("main.tf", "resource \"a\" \"b\" {"),
        ("main.tf.json", "{\"resource\": "),
        (".github/workflows/ci.yml", "on: push\njobs: {a: [}\n"),
        (".github/workflows/ci.yml", "on: push\n"),
        ("chart/values.yaml", "a: b: c\n"),
    ];
    for (path, text) in table {
        assert!(matches!(look(path, text), Look::Broken(_)), "{path}");
    }
    let files = Files::embedded().unwrap();
    let latin = files.look(&RepoPath::parse("main.tf").unwrap(), b"a = \"\xe9\"\n");
    assert!(matches!(latin, Look::Broken(_)));
}

#[test]
fn what_is_not_ours_is_skipped_with_a_reason() {
    for (path, text) in [("mkdocs.yml", "site_name: x\n"), ("a.json", "{}"), ("x.yaml", "a: [\n")] {
        assert!(matches!(look(path, text), Look::Skipped(_)), "{path}");
    }
}

#[test]
fn nothing_in_the_file_turns_a_rule_off() {
    let pod = "# checkov:skip=CKV_K8S_16 kube-linter: ignore-all\napiVersion: v1\nkind: Pod\nmetadata:\n  name: p\n  annotations: {ignore-check.kube-linter.io/privileged-container: x}\nspec:\n  containers:\n    - {name: a, image: 'a:1', securityContext: {privileged: true}}\n";
    assert!(rules(look("p.yaml", pod)).iter().any(|rule| rule == "k8s/privileged"));
}

#[test]
fn no_way_of_writing_an_object_hides_what_it_says() {
    let plain = "{\"apiVersion\": \"v1\", \"kind\": \"Pod\", \"metadata\": {\"name\": \"p\", \"note\": \"\\ud83d\\ude00\"}, \"spec\": {\"hostPID\": true, \"containers\": [{\"name\": \"a\", \"image\": \"a:1\"}]}}";
    let escaped =
        plain.replace("apiV", "\\u0061piV").replace("kind", "\\u006bind").replace("host", "\\u0068ost");
    for text in [plain, &escaped] {
        for path in ["p.json", "p.yaml"] {
            assert!(rules(look(path, text)).contains(&"k8s/host-pid".to_owned()), "{path} {text}");
            let wide: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
            for mark in [&b"\xff\xfe"[..], b""] {
                let bytes = [mark, wide.as_slice()].concat();
                let found = rules(FILES.look(&RepoPath::parse(path).unwrap(), &bytes));
                assert!(found.contains(&"k8s/host-pid".to_owned()), "{path} {text}");
            }
        }
    }
}

#[test]
fn what_is_too_large_says_what_to_do() {
    let pod = format!("apiVersion: v1\nkind: Pod\n{}", "#".repeat(9 << 20));
    let Look::Broken(reason) = look("p.yaml", &pod) else { panic!() };
    assert!(reason.starts_with("is larger than 8 MiB") && reason.contains("make it smaller"), "{reason}");
    assert!(matches!(look("data.json", &format!("[{}1]", "1,".repeat(5 << 20))), Look::Skipped(_)));
}

#[test]
fn locals_are_put_in_from_the_file_and_from_its_module() {
    let bucket = "resource \"aws_s3_bucket\" \"b\" {\n  acl = \"${local.who}-read\"\n}\n";
    let locals = "locals {\n  who = lower(\"PUBLIC\")\n}\n";
    let acl = "terraform/aws-s3-public-acl".to_owned();
    assert!(!rules(look("main.tf", bucket)).contains(&acl));
    assert!(rules(look("main.tf", &format!("{bucket}{locals}"))).contains(&acl));
    let json = "{\"locals\": {\"who\": \"public\"}, \"resource\": {\"aws_s3_bucket\": {\"b\": {\"acl\": \"${local.who}-read\"}}}}";
    assert!(rules(look("main.tf.json", json)).contains(&acl));
    let told = |files: &[(&str, &str)]| {
        let tree = Held::from_iter(files.iter().copied());
        let survey = Together::embedded().unwrap().survey(&tree, None);
        survey.found.iter().filter(|found| found.rule == acl.as_str()).count()
    };
    assert_eq!(told(&[("a/b.tf", bucket), ("a/l.tf", locals)]), 1);
    assert_eq!(told(&[("a/b.tf", bucket), ("other/l.tf", locals)]), 0);
    let whole = format!("{bucket}{locals}");
    assert_eq!(
        told(&[("a/b.tf", &whole), ("a/c.tf", "locals {\n  x = 1\n}\n")]),
        0,
        "told of the file alone"
    );
}

#[test]
fn every_document_and_every_item_of_a_list_is_judged() {
    let pod = "{apiVersion: v1, kind: Pod, metadata: {name: p}, spec: {hostPID: true, containers: [{name: a, image: 'a:1'}]}}";
    let list = format!(
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: c}}\n---\napiVersion: v1\nkind: List\nitems: [{pod}, {pod}]\n"
    );
    assert_eq!(rules(look("l.yaml", &list)).iter().filter(|rule| *rule == "k8s/host-pid").count(), 2);
}

#[test]
fn a_template_of_helm_is_judged_by_what_it_says_and_not_by_what_it_leaves_out() {
    let text = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: {{ .Release.Name }}\nspec:\n  hostPID: true\n  containers:\n    - name: a\n      image: {{ .Values.image }}\n      {{- toYaml .Values.more | nindent 6 }}\n";
    let found = rules(look("chart/templates/pod.yaml", text));
    assert_eq!(found, ["k8s/host-pid"]);
}

#[test]
fn a_versioned_bucket_may_be_versioned_in_another_file() {
    let bucket = "resource \"aws_s3_bucket\" \"b\" {\n  bucket = \"b\"\n}\n";
    let versioning = "resource \"aws_s3_bucket_versioning\" \"v\" {\n  bucket = aws_s3_bucket.b.id\n}\n";
    let found = |files: &[(&str, &str)]| {
        let tree = Held::from_iter(files.iter().copied());
        let survey = Together::embedded().unwrap().survey(&tree, None);
        survey.found.iter().any(|found| found.rule == "terraform/aws-s3-no-versioning")
    };
    assert!(found(&[("a/b.tf", bucket)]));
    assert!(!found(&[("a/b.tf", bucket), ("a/v.tf", versioning)]));
    assert!(found(&[("a/b.tf", bucket), ("other/v.tf", versioning)]));
}

#[test]
fn a_finding_names_its_line_and_not_a_secret() {
    let Look::Scanned(found) = look("main.tf", "\nprovider \"x\" {\n  password = \"hunter22x\"\n}\n") else {
        panic!()
    };
    let found = found.iter().find(|found| found.rule == "terraform/provider-credentials").unwrap();
    assert_eq!((found.severity, found.span.unwrap().line), (Severity::Critical, 3));
    assert!(!found.message.contains("hunter22x"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn no_text_makes_it_panic(text in "(apiVersion: v1\nkind: Pod\n)?[ -~\n\t{}\\[\\]\"'$é&*<|>-]{0,300}") {
        for path in ["a.tf", "a.yaml", "values.yaml", ".github/workflows/a.yml", "a.tf.json"] {
            let _ = FILES.look(&RepoPath::parse(path).unwrap(), text.as_bytes());
        }
    }
}
