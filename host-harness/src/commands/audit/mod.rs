//! Looking at traces: what happened, and the proof of it.

mod keep;
mod list;
mod prove;
mod recover;
mod replay;
mod shown;
mod verify;

use std::path::{Path, PathBuf};

use kernel::input;
use ledger::{PublicKey, Reader, Status, Store, Trust, Verification, open_export};
use policy::Config;

use crate::{
    Problem,
    cli::{AuditArgs, AuditCommand},
    set_up,
    terminal::{line, style},
};

const KEY_BYTES_MAX: u64 = 64 * 1024;

/// Looks at traces.
pub(super) fn run(args: AuditArgs, json: bool, state_dir: Option<PathBuf>) -> Result<u8, Problem> {
    let config = set_up::config(args.config.as_deref())?;
    let keys = args.keys.iter().map(|key| read_key(key)).collect::<Result<Vec<_>, _>>()?;
    let seen = Seen { state_dir, config, keys, json };
    match args.command {
        AuditCommand::List => list::list(&seen),
        AuditCommand::Show { run, payload } => list::show(&seen, &run, payload.as_deref()),
        AuditCommand::Verify(args) => verify::run(&seen, &args),
        AuditCommand::Prove { run, record, since } => {
            prove::run(&seen, run.as_deref(), record, since.as_deref())
        }
        AuditCommand::Export { run, output } => keep::export(&seen, &run, output),
        AuditCommand::Import { file } => keep::import(&seen, &file),
        AuditCommand::Replay(args) => replay::run(&seen, &args),
        AuditCommand::Diff { one, other } => replay::diff(&seen, &one, &other),
        AuditCommand::Report { run, output } => shown::report(&seen, &run, output),
        AuditCommand::Metrics { run } => shown::metrics(&seen, &run),
        AuditCommand::Prune { older_than, dry_run } => keep::prune(&seen, older_than, dry_run),
        AuditCommand::Hold { run, reason, .. } => keep::hold(&seen, &run, reason.as_deref()),
        AuditCommand::Redact { sha256, reason } => keep::redact(&seen, &sha256, &reason),
        AuditCommand::Key { pem } => keep::key(&seen, pem),
        AuditCommand::Recover { run } => recover::run(&seen, &run),
    }
}

/// What the traces are looked at with.
struct Seen {
    state_dir: Option<PathBuf>,
    config: Config,
    keys: Vec<PublicKey>,
    json: bool,
}

impl Seen {
    /// The store, to look at.
    fn store(&self) -> Result<Store, Problem> {
        let store = set_up::reading(self.state_dir.clone(), &self.config)?;
        Ok(store.trusting(Trust::of(self.keys.clone())))
    }

    /// The store, to write to.
    fn writer(&self) -> Result<Store, Problem> {
        set_up::store(self.state_dir.clone(), &self.config)
    }

    /// The store as an export is looked at: signatures are demanded of it where somebody said
    /// whose. The key of this machine is gone by as well, unless one was named with the command.
    fn for_exports(&self) -> Result<Store, Problem> {
        let ledger = &self.config.ledger;
        let named = ledger.trusted.iter().chain(ledger.witnesses.iter().map(|witness| &witness.key));
        let named = named.map(|key| read_key(key)).collect::<Result<Vec<_>, _>>()?;
        let demands = self.keys.iter().chain(&named).any(|key| !key.cosigns());
        let own = self.store()?.signer().map(|signer| signer.key().clone());
        let own = own.filter(|_| self.keys.iter().all(PublicKey::cosigns));
        let keys = self.keys.iter().cloned().chain(named).chain(own).collect();
        Ok(Store::new(set_up::state_folder(self.state_dir.clone())?).trusting(Trust { keys, demands }))
    }

    /// Reads and verifies a run of the store, or the one in the file of an export.
    fn look(&self, run: &str) -> Result<Looked, Problem> {
        if is_export(run) {
            let export = open_export(Path::new(run), &self.for_exports()?)?;
            let verification = export.verify()?;
            return Ok(Looked { reader: export.reader, run_id: export.run_id, verification });
        }
        let store = self.store()?;
        let reader = store.reader()?;
        let run_id = reader.find(run)?;
        let verification = ledger::verify(&store, &run_id)?;
        Ok(Looked { reader, run_id, verification })
    }

    /// The same, for what is shown whether it verifies or not; says where it does not.
    fn show(&self, run: &str) -> Result<Looked, Problem> {
        let looked = self.look(run)?;
        if let Some(fault) = looked.verification.faults.first() {
            warn(&format!("`{}` does not verify: {fault}", looked.run_id));
        }
        Ok(looked)
    }
}

/// A run that was read and verified.
struct Looked {
    reader: Reader,
    run_id: String,
    verification: Verification,
}

impl Looked {
    fn is_corrupt(&self) -> bool {
        self.verification.status == Status::Corrupt
    }
}

/// Says something beside the output.
fn warn(text: &str) {
    anstream::eprintln!("{}warning{}: {}", style::NOTE, style::RESET, line(text));
}

/// Whether a word is meant as a file, and not as the id of a run.
fn is_export(word: &str) -> bool {
    let path = Path::new(word);
    path.is_file() || path.extension().is_some_and(|extension| extension == "tar")
}

/// A key as it is written on the command line, or in a file.
fn read_key(text: &str) -> Result<PublicKey, Problem> {
    let invalid =
        |fault: String| Problem::invalid("key-invalid", format!("--key `{}`: {fault}", text.escape_debug()));
    let text = match Path::new(text).is_file() {
        true => &input::read_text(Path::new(text), KEY_BYTES_MAX)?,
        false => text,
    };
    PublicKey::parse(text).map_err(invalid)
}
