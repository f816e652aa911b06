//! Artifacts: in a folder, in a bucket whose storage lies, and in one that does not.

mod common;

use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use common::{Asked, Wire, serve};
use kernel::{
    KernelError,
    artifact::{Artifact, Artifacts, Digest, Keys, Place},
};
use policy::{
    Blob, Code, Config,
    config::{ArtifactsConfig, S3Config},
};

const SECRET: &str = "s3cret-of-the-bucket";

fn content(text: &str) -> Blob {
    Blob::new(text.as_bytes().to_vec())
}

fn block_on<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(future)
}

/// The code of a failure, whose message never holds the key.
fn code<T: std::fmt::Debug>(result: Result<T, KernelError>) -> Code {
    let error = result.unwrap_err();
    assert!(!error.message.contains(SECRET), "{error}");
    error.code
}

struct InFolder {
    artifacts: Artifacts,
    state: tempfile::TempDir,
}

fn in_folder(more: &str) -> InFolder {
    let config = Config::parse(&format!("[artifacts]\n{more}")).unwrap().artifacts;
    let state = tempfile::tempdir().unwrap();
    InFolder { artifacts: Artifacts::open(&config, state.path(), None).unwrap(), state }
}

impl InFolder {
    fn place(&self, artifact: &Artifact) -> PathBuf {
        let (first, rest) = artifact.digest.as_str().split_at(2);
        self.state.path().join("artifacts/sha256").join(first).join(rest)
    }

    fn spoil(&self, artifact: &Artifact, bytes: &[u8]) {
        let place = self.place(artifact);
        fs::remove_file(&place).unwrap();
        fs::write(place, bytes).unwrap();
    }
}

#[test]
fn what_is_kept_comes_back_and_the_same_again_is_harmless() {
    let store = in_folder("");
    let content = content("a report");
    let first = block_on(store.artifacts.put(&content)).unwrap();
    let again = block_on(store.artifacts.put(&content)).unwrap();
    assert!(first.is_new && !again.is_new);
    assert_eq!((first.place, first.artifact.clone()), (Place::Folder, Artifact::of(&content)));
    assert!(block_on(store.artifacts.has(&first.artifact)).unwrap());
    assert_eq!(block_on(store.artifacts.get(&first.artifact)).unwrap(), content);
    assert!(store.place(&first.artifact).metadata().unwrap().permissions().readonly());
}

#[test]
fn what_was_changed_or_cut_is_never_returned_nor_replaced() {
    let store = in_folder("");
    let content = content("a report");
    let artifact = block_on(store.artifacts.put(&content)).unwrap().artifact;
    for spoilt in [&b"a rep0rt"[..], b"a rep", b"", b"a report and more"] {
        store.spoil(&artifact, spoilt);
        assert_eq!(code(block_on(store.artifacts.get(&artifact))), Code::ArtifactCorrupt, "{spoilt:?}");
        assert_eq!(code(block_on(store.artifacts.put(&content))), Code::ArtifactCorrupt, "{spoilt:?}");
        assert_eq!(fs::read(store.place(&artifact)).unwrap(), spoilt);
    }
}

#[cfg(unix)]
#[test]
fn a_link_under_an_artifacts_name_is_not_followed() {
    let store = in_folder("");
    let content = content("a report");
    let artifact = block_on(store.artifacts.put(&content)).unwrap().artifact;
    let place = store.place(&artifact);
    let elsewhere = store.state.path().join("elsewhere");
    fs::rename(&place, &elsewhere).unwrap();
    std::os::unix::fs::symlink(&elsewhere, &place).unwrap();
    assert_eq!(code(block_on(store.artifacts.get(&artifact))), Code::ArtifactCorrupt);
    assert_eq!(code(block_on(store.artifacts.has(&artifact))), Code::ArtifactCorrupt);
}

#[test]
fn what_is_not_there_is_missing_and_what_is_too_large_is_not_kept() {
    let store = in_folder("bytes_max = 4");
    let artifact = Artifact { digest: Digest::of(b"none"), bytes: 4 };
    assert_eq!(code(block_on(store.artifacts.get(&artifact))), Code::ArtifactMissing);
    assert!(!block_on(store.artifacts.has(&artifact)).unwrap());
    assert_eq!(code(block_on(store.artifacts.put(&content("12345")))), Code::ArtifactTooLarge);
    let large = Artifact { bytes: 5, ..artifact };
    assert_eq!(code(block_on(store.artifacts.get(&large))), Code::ArtifactTooLarge);
}

#[test]
fn only_64_small_hexadecimal_digits_are_a_digest() {
    let good = Digest::of(b"");
    assert_eq!(Digest::parse(good.as_str()).unwrap(), good);
    let upper = good.as_str().to_uppercase();
    for text in ["", "abc", "../../etc/passwd", upper.as_str(), &good.as_str()[1..]] {
        assert_eq!(code(Digest::parse(text)), Code::ArgumentMalformed, "{text}");
    }
}

#[test]
fn many_at_once_keep_the_same_content_once_and_leave_nothing_else() {
    let store = in_folder("");
    let content = content(&"x".repeat(100_000));
    let new = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                let kept = block_on(store.artifacts.put(&content)).unwrap();
                new.fetch_add(usize::from(kept.is_new), Ordering::SeqCst);
            });
        }
    });
    assert_eq!(new.into_inner(), 1);
    let folder = store.place(&Artifact::of(&content)).parent().unwrap().to_owned();
    assert_eq!(fs::read_dir(folder).unwrap().count(), 1);
}

fn s3_config(endpoint: &str, more: &str) -> ArtifactsConfig {
    let text = format!(
        "[artifacts]\nstore = \"s3\"\n[artifacts.s3]\nbucket = \"runs\"\nendpoint = \"{endpoint}\"\n\
         allow_http = true\npath_style = true\nprefix = \"code-assist/a\"\n{more}\n\
         access_key = {{ env = \"A\" }}\nsecret_key = {{ env = \"B\" }}\n"
    );
    Config::parse(&text).unwrap().artifacts
}

fn keys() -> Keys {
    Keys { access_key: "the-access-key".into(), secret_key: SECRET.into(), session_token: None, ca_pem: None }
}

fn in_bucket(endpoint: &str, more: &str) -> Artifacts {
    Artifacts::open(&s3_config(endpoint, more), Path::new("/nowhere"), Some(keys())).unwrap()
}

fn faulty(
    answer: impl Fn(&Asked, &mut dyn Wire) -> io::Result<()> + Send + Sync + 'static,
) -> (Artifacts, Arc<AtomicUsize>) {
    let asked_times = Arc::new(AtomicUsize::new(0));
    let counted = asked_times.clone();
    let address = serve(move |asked, wire| {
        counted.fetch_add(1, Ordering::SeqCst);
        let _ = answer(asked, wire);
    });
    (in_bucket(&format!("http://{address}"), "timeout_seconds = 2"), asked_times)
}

/// An object as S3 answers with it.
fn object(body: &[u8], length: usize) -> Vec<u8> {
    let head = format!(
        "HTTP/1.1 200 OK\r\ncontent-length: {length}\r\netag: \"e\"\r\nlast-modified: Sat, 21 Nov 2026 14:00:00 GMT\r\nconnection: close\r\n\r\n"
    );
    [head.as_bytes(), body].concat()
}

fn said(status: &str, body: &str) -> Vec<u8> {
    format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}", body.len())
        .into_bytes()
}

#[test]
fn changed_cut_and_longer_objects_of_a_bucket_are_never_returned() {
    let artifact = Artifact::of(&content("a report"));
    for (body, length, expected) in [
        (&b"a rep0rt"[..], 8, Code::ArtifactCorrupt),
        (b"a rep", 5, Code::ArtifactCorrupt),
        (b"a report and more", 17, Code::ArtifactCorrupt),
        (b"a rep", 8, Code::ArtifactStore),
    ] {
        let (artifacts, _) = faulty(move |_, wire| wire.write_all(&object(body, length)));
        assert_eq!(code(block_on(artifacts.get(&artifact))), expected, "{body:?}");
    }
}

#[test]
fn another_content_under_the_name_is_found_and_not_overwritten() {
    let (artifacts, _) = faulty(|asked, wire| match asked.line.starts_with("PUT") {
        true => {
            assert_eq!(asked.header("if-none-match"), ["*"]);
            wire.write_all(&said("412 Precondition Failed", "<Error><Code>PreconditionFailed</Code></Error>"))
        }
        false => wire.write_all(&object(b"a rep0rt", 8)),
    });
    assert_eq!(code(block_on(artifacts.put(&content("a report")))), Code::ArtifactCorrupt);
}

#[test]
fn a_broken_storage_is_asked_again_a_few_times() {
    let (artifacts, asked_times) = faulty(|_, wire| wire.write_all(&said("503 Slow Down", SECRET)));
    assert_eq!(code(block_on(artifacts.put(&content("a report")))), Code::ArtifactStore);
    assert_eq!(asked_times.load(Ordering::SeqCst), 4);
}

#[test]
fn a_storage_that_mends_itself_is_used() {
    let times = AtomicUsize::new(0);
    let (artifacts, _) = faulty(move |_, wire| match times.fetch_add(1, Ordering::SeqCst) {
        0 => wire.write_all(&said("500 Internal Server Error", "")),
        _ => wire
            .write_all(b"HTTP/1.1 200 OK\r\netag: \"e\"\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"),
    });
    assert!(block_on(artifacts.put(&content("a report"))).unwrap().is_new);
}

#[test]
fn a_storage_that_denies_repeats_or_redirects_tells_no_secret() {
    for (status, expected) in [
        ("403 Forbidden", Code::ArtifactDenied),
        ("401 Unauthorized", Code::ArtifactDenied),
        ("301 Moved Permanently", Code::ArtifactStore),
        ("404 Not Found", Code::ArtifactStore),
        ("501 Not Implemented", Code::ArtifactStore),
    ] {
        let (artifacts, _) = faulty(move |_, wire| wire.write_all(&said(status, SECRET)));
        assert_eq!(code(block_on(artifacts.put(&content("a report")))), expected, "{status}");
    }
}

#[test]
fn a_storage_that_sends_without_an_end_is_cut_off() {
    let text = "bytes_max = 1000\n";
    let address = serve(|_, wire| {
        let _ = wire.write_all(b"HTTP/1.1 200 OK\r\nlast-modified: Sat, 21 Nov 2026 14:00:00 GMT\r\n\r\n");
        while wire.write_all(&[b'x'; 65536]).is_ok() {}
    });
    let mut config = s3_config(&format!("http://{address}"), "timeout_seconds = 5");
    config.bytes_max = 1000;
    let artifacts = Artifacts::open(&config, Path::new("/nowhere"), Some(keys())).unwrap();
    assert_eq!(code(block_on(artifacts.get(&Artifact::of(&content(text))))), Code::ArtifactStore);
}

#[test]
fn a_bucket_without_keys_is_not_opened() {
    let opened = Artifacts::open(&s3_config("http://127.0.0.1:1", ""), Path::new("/nowhere"), None);
    assert_eq!(code(opened), Code::ArtifactStore);
}

#[test]
fn the_keys_of_a_bucket_are_never_printed() {
    let artifacts = in_bucket("http://127.0.0.1:1", "");
    assert!(!format!("{:?} {artifacts:?}", keys()).contains(SECRET));
}

/// A storage that somebody else wrote: `tests/artifacts/s3.sh` starts one.
mod real {
    use super::*;

    fn s3() -> S3Config {
        s3_config("http://127.0.0.1:1", "part_bytes = 5242880").s3.unwrap()
    }

    fn open() -> Artifacts {
        let endpoint = std::env::var("CODE_ASSIST_S3").expect("`CODE_ASSIST_S3` is the address of a storage");
        let config = ArtifactsConfig {
            s3: Some(S3Config { endpoint: Some(endpoint), ..s3() }),
            ..s3_config("http://127.0.0.1:1", "")
        };
        Artifacts::open(&config, Path::new("/nowhere"), Some(keys())).unwrap()
    }

    fn unique(bytes: usize) -> Blob {
        let mut content = uuid::Uuid::now_v7().as_bytes().to_vec();
        content.resize(bytes, b'x');
        Blob::new(content)
    }

    #[test]
    #[ignore = "needs a storage: tests/artifacts/s3.sh"]
    fn small_and_large_artifacts_are_kept_once_and_come_back() {
        let artifacts = open();
        for bytes in [16, 5 * 1024 * 1024, 12 * 1024 * 1024 + 7] {
            let content = unique(bytes);
            assert!(!block_on(artifacts.has(&Artifact::of(&content))).unwrap());
            let first = block_on(artifacts.put(&content)).unwrap();
            let again = block_on(artifacts.put(&content)).unwrap();
            assert!(first.is_new && !again.is_new && first.place == Place::S3, "{bytes}");
            assert!(block_on(artifacts.has(&first.artifact)).unwrap());
            assert_eq!(block_on(artifacts.get(&first.artifact)).unwrap(), content);
        }
    }

    #[test]
    #[ignore = "needs a storage: tests/artifacts/s3.sh"]
    fn an_artifact_that_is_not_there_is_missing() {
        let artifact = Artifact::of(&unique(16));
        assert_eq!(code(block_on(open().get(&artifact))), Code::ArtifactMissing);
    }

    /// The script has laid something else under the names of these two contents.
    #[test]
    #[ignore = "needs a storage: tests/artifacts/s3.sh"]
    fn what_somebody_else_laid_under_a_name_is_neither_returned_nor_replaced() {
        let artifacts = open();
        let mut large = b"spoilt, and large ".to_vec();
        large.resize(6 * 1024 * 1024, b'x');
        for content in [content("spoilt"), Blob::new(large)] {
            assert_eq!(code(block_on(artifacts.put(&content))), Code::ArtifactCorrupt);
            assert_eq!(code(block_on(artifacts.get(&Artifact::of(&content)))), Code::ArtifactCorrupt);
        }
    }
}
