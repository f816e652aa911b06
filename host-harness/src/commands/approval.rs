use std::path::Path;

use kernel::{artifact, clock, input, place};
use policy::approval::{self, Signed, Statement};
use serde_json::json;

use crate::terminal::out::say;
use crate::{Problem, cli::ApprovalCommand, set_up};

const APPROVAL_BYTES_MAX: u64 = 64 * 1024;

/// Makes, signs and reads approvals.
pub(super) fn run(command: ApprovalCommand, json: bool) -> Result<u8, Problem> {
    match command {
        ApprovalCommand::Key { file } => key(&file, json),
        ApprovalCommand::Sign { digest, key, name, seconds } => sign(digest, &key, name, seconds),
        ApprovalCommand::Show { file, config } => show(&file, config.as_deref(), json),
    }
}

fn key(file: &Path, json: bool) -> Result<u8, Problem> {
    let secret = place::random::<32>()?;
    artifact::create_secret(file, format!("{}\n", approval::written(&secret)).as_bytes())?;
    let public = approval::public_key(&secret);
    match json {
        true => say!("{}", json!({ "key": public, "secret_file": file })),
        false => say!("[[approval.approvers]]\nname = \"user:NAME\"\nkey = \"{public}\""),
    }
    Ok(0)
}

fn sign(digest: String, key: &Path, approver: String, seconds: u64) -> Result<u8, Problem> {
    if digest.len() != 64 || !digest.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')) {
        let message =
            "the digest is not 64 hexadecimal digits\nhint: the refusal that asks for an approval shows it";
        return Err(Problem::invalid("approval-invalid", message));
    }
    let issued_ms = clock::now_ms();
    let statement = Statement {
        version: "1.0".to_owned(),
        id: policy::blob::sha256(&place::random::<32>()?),
        request_sha256: digest,
        approver,
        issued_ms,
        expires_ms: issued_ms + seconds * 1000,
    };
    say!("{:#}", json!(approval::sign(&statement, &secret(key)?)));
    Ok(0)
}

fn secret(file: &Path) -> Result<[u8; 32], Problem> {
    let text = input::read_text(file, APPROVAL_BYTES_MAX)?;
    approval::read_secret(&text).ok_or_else(|| {
        let message = format!(
            "`{}` holds no secret key\nhint: `code-assist approval key FILE` makes one",
            file.display()
        );
        Problem::invalid("approval-invalid", message)
    })
}

fn show(file: &Path, config: Option<&Path>, json: bool) -> Result<u8, Problem> {
    let config = set_up::config(config)?;
    let signed = signed(file, &config)?;
    let statement = signed.statement();
    match json {
        true => say!("{}", json!(statement)),
        false => say!(
            "approves  {}\napprover  {}\nholds     for {} s more",
            statement.request_sha256,
            crate::terminal::line(&statement.approver),
            statement.expires_ms.saturating_sub(clock::now_ms()) / 1000
        ),
    }
    Ok(0)
}

/// An approval whose signature holds.
pub(super) fn signed(file: &Path, config: &policy::Config) -> Result<Signed, Problem> {
    let text = input::read_text(file, APPROVAL_BYTES_MAX)?;
    Signed::verify(&text, &config.approval.approvers)
        .map_err(|objection| Problem::invalid(objection.code.as_str(), objection.message).at(file.display()))
}
