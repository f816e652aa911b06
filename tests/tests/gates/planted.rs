//! A repository that is sound, and one fault for each gate that looks into files.

/// An advisory about a package that the planted lock file names.
pub const ADVISORY: &str = r#"{
  "schema_version": "1.6.0", "id": "TEST-1", "modified": "2026-01-01T00:00:00Z",
  "summary": "left reads beyond its end",
  "affected": [{
    "package": { "ecosystem": "crates.io", "name": "left" },
    "ranges": [{ "type": "SEMVER", "events": [{ "introduced": "0" }, { "fixed": "1.2.0" }] }]
  }]
}"#;

const MANIFEST: &str = r#"[package]
name = "demo"
version = "0.1.0"
edition = "2024"
license = "MIT"

[dependencies]
left = "1"
"#;

const LOCK: &str = r#"version = 4

[[package]]
name = "demo"
version = "0.1.0"
dependencies = ["left"]

[[package]]
name = "left"
version = "1.2.0"
source = "registry+https://github.com/rust-lang/crates.io-index"
checksum = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
"#;

/// Files without a fault.
pub fn sound() -> Vec<(&'static str, String)> {
    vec![
        ("Cargo.toml", MANIFEST.to_owned()),
        ("Cargo.lock", LOCK.to_owned()),
        ("LICENSE", format!("{}\n", licence())),
        ("README.md", "# Demo\n\nSee [the source](src/main.rs).\n".to_owned()),
        ("src/main.rs", "fn main() {\n    println!(\"hello\");\n}\n".to_owned()),
        ("scripts/tool.py", "import subprocess\n\nsubprocess.run([\"ls\"], check=True)\n".to_owned()),
        ("deploy/pod.yaml", pod(false)),
    ]
}

/// Gate, file, and what it is with the fault.
pub fn faults() -> Vec<(&'static str, &'static str, String)> {
    let token = ["ghp", "_", "Wq3xZ8vN5tYk", "R7uJ2mHs9dPfL4cXbE2Rwh3a"].concat();
    vec![
        ("secrets", "src/main.rs", format!("fn main() {{\n    let token = \"{token}\";\n}}\n")),
        ("dependencies", "Cargo.lock", LOCK.replace("1.2.0", "1.1.0")),
        (
            "sast",
            "scripts/tool.py",
            "import os\n\ndef run(name):\n    os.system(\"ls \" + name)\n".to_owned(),
        ),
        (
            "container",
            "build/Dockerfile",
            "FROM debian:12\nRUN curl -s https://example.org/x | sh\n".to_owned(),
        ),
        ("iac", "deploy/pod.yaml", pod(true)),
        ("sbom", "Cargo.toml", format!("{MANIFEST}right = \"2\"\n")),
        ("licence", "Cargo.toml", MANIFEST.replace("\"MIT\"", "\"AGPL-3.0-only\"")),
        ("consistency", "README.md", "# Demo\n\nSee [the source](src/gone.rs).\n".to_owned()),
    ]
}

fn pod(privileged: bool) -> String {
    format!(
        r#"apiVersion: v1
kind: Pod
metadata:
  name: demo
  namespace: demo
spec:
  automountServiceAccountToken: false
  securityContext:
    runAsNonRoot: true
    seccompProfile:
      type: RuntimeDefault
  containers:
    - name: demo
      image: registry.example.org/demo@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef
      securityContext:
        privileged: {privileged}
        allowPrivilegeEscalation: false
        readOnlyRootFilesystem: true
        capabilities:
          drop: [ALL]
      resources:
        requests: {{ cpu: 10m, memory: 16Mi }}
        limits: {{ cpu: 100m, memory: 64Mi }}
"#
    )
}

fn licence() -> String {
    let words = "Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated documentation files (the \"Software\"), to deal in the Software without restriction, including without limitation the rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit persons to whom the Software is furnished to do so, subject to the following conditions:\n\nThe above copyright notice and this permission notice shall be included in all copies or substantial portions of the Software.\n\nTHE SOFTWARE IS PROVIDED \"AS IS\", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.";
    format!("MIT License\n\nCopyright (c) 2026 Somebody\n\n{words}")
}
