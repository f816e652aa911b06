use kernel::input;
use policy::{approval, waiver};
use serde_json::json;

use crate::terminal::out::say;
use crate::{Problem, cli::WaiverCommand};

const FILE_BYTES_MAX: u64 = 1024 * 1024;

/// Signs waivers.
pub(super) fn run(command: WaiverCommand) -> Result<u8, Problem> {
    let WaiverCommand::Sign { file, key, name } = command;
    let invalid = |message: String| Problem::invalid("waiver-invalid", message);
    let waivers = waiver::written(&input::read_text(&file, FILE_BYTES_MAX)?)
        .map_err(|fault| invalid(format!("{}: {fault}", file.display())))?;
    let secret = approval::read_secret(&input::read_text(&key, FILE_BYTES_MAX)?).ok_or_else(|| {
        let hint = "hint: `code-assist approval key FILE` makes one";
        invalid(format!("`{}` holds no secret key\n{hint}", key.display()))
    })?;
    say!("{:#}", json!(waiver::sign(waivers, &name, &secret)));
    Ok(0)
}
