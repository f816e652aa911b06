//! Checkpoints: what a tree was, as a signed note (C2SP tlog-checkpoint and signed-note).

use signed_note::{Note, NoteError, Signature, VerificationError, Verifier, Verifiers};
use tlog_tiles::{checkpoint::Checkpoint, tlog::Hash};

use crate::{LedgerError, PublicKey, Signer, chain::hex, reader::unhex};

/// Whose signatures somebody goes by.
#[derive(Debug, Clone, Default)]
pub struct Trust {
    /// The keys of ledgers, and of witnesses that cosign.
    pub keys: Vec<PublicKey>,
    /// Whether one of the keys, and no witness's, must have signed.
    pub demands: bool,
}

/// What a checkpoint says, and who stands by it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opened {
    /// The tree.
    pub origin: String,
    /// Its leaves.
    pub size: u64,
    /// Its root, in hexadecimal.
    pub root: String,
    /// The keys among those that somebody goes by whose signatures hold, by their names.
    pub signed_by: Vec<String>,
    /// Witnesses among them.
    pub witnessed_by: Vec<String>,
    /// Everybody else who is said to have signed.
    pub unknown: Vec<String>,
}

impl Opened {
    /// Whether a note is this checkpoint and its signatures, and nothing else.
    pub(crate) fn is_all_of(&self, note: &str) -> bool {
        let hash = <[u8; 32]>::try_from(unhex(&self.root)).map(Hash);
        let text = hash.ok().and_then(|hash| Checkpoint::new(&self.origin, self.size, hash, "").ok());
        let rest = text.and_then(|text| note.as_bytes().strip_prefix(text.to_bytes().as_slice()));
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(b"\n"))
    }
}

impl Verifiers for Trust {
    fn verifier(&self, name: &str, id: u32) -> Result<&dyn Verifier, VerificationError> {
        let known = self.keys.iter().find(|key| key.name() == name && key.key_id() == id);
        let unknown = || VerificationError::UnknownKey { name: name.to_owned(), id };
        known.map(|key| key as &dyn Verifier).ok_or_else(unknown)
    }
}

/// Writes a checkpoint. Without a signer it is its text alone, and nobody stands by it.
pub(crate) fn write(
    origin: &str,
    size: u64,
    root: Hash,
    signer: Option<&dyn Signer>,
) -> Result<String, LedgerError> {
    let malformed = |_| LedgerError::Signature("the checkpoint can't be written".to_owned());
    let text = Checkpoint::new(origin, size, root, "").map_err(malformed)?.to_bytes();
    let Some(signer) = signer else { return Ok(String::from_utf8_lossy(&text).into_owned()) };
    let signature = signer.sign(&text).map_err(LedgerError::Signature)?;
    if !signer.key().verifies(&text, &signature) {
        let message =
            format!("the signer gave a signature that the key `{}` does not verify", signer.key().name());
        return Err(LedgerError::Signature(message));
    }
    let fault = |error: NoteError| LedgerError::Signature(error.to_string());
    let key = signer.key();
    let signature = Signature::new(key.name().to_owned(), key.key_id(), signature.to_vec()).map_err(fault)?;
    let note = Note::new(&text, &[signature]).map_err(fault)?;
    Ok(String::from_utf8_lossy(&note.to_bytes()).into_owned())
}

impl Trust {
    /// Trusts these keys, and nothing that none of them has signed.
    pub fn of(keys: Vec<PublicKey>) -> Self {
        let demands = keys.iter().any(|key| !key.cosigns());
        Self { keys, demands }
    }

    /// That somebody who must sign has signed.
    pub fn demand(&self, opened: &Opened) -> Result<(), String> {
        match (self.demands && opened.signed_by.is_empty(), opened.unknown.as_slice()) {
            (false, _) => Ok(()),
            (true, []) => Err("nobody signed it".to_owned()),
            (true, names) => {
                Err(format!("it is signed by `{}`, and by none of the keys gone by", names.join("`, `")))
            }
        }
    }

    /// Opens a checkpoint. With keys to go by, one of them that is no witness must have signed it.
    pub fn open(&self, note: &str) -> Result<Opened, String> {
        let (text, sigs) = match Note::from_bytes(note.as_bytes()) {
            Ok(parsed) => (parsed.text().to_vec(), self.signatures(&parsed)?),
            Err(_) if !note.contains("\n\n") => (note.as_bytes().to_vec(), Default::default()),
            Err(error) => return Err(error.to_string()),
        };
        let (known, unknown) = sigs;
        let checkpoint = Checkpoint::from_bytes(&text).map_err(|error| error.to_string())?;
        let (witnessed_by, signed_by): (Vec<_>, Vec<_>) = known
            .into_iter()
            .partition(|name| self.keys.iter().any(|key| key.name() == name && key.cosigns()));
        Ok(Opened {
            origin: checkpoint.origin().to_owned(),
            size: checkpoint.size(),
            root: hex(checkpoint.hash()),
            signed_by,
            witnessed_by,
            unknown,
        })
    }

    /// The names of those who signed, known and unknown.
    fn signatures(&self, note: &Note) -> Result<(Vec<String>, Vec<String>), String> {
        let names = |signatures: Vec<Signature>| -> Vec<String> {
            signatures.iter().map(|signature| signature.name().to_owned()).collect()
        };
        match note.verify(self) {
            Ok((known, unknown)) => Ok((names(known), names(unknown))),
            Err(NoteError::UnverifiedNote) => Ok((Vec::new(), unverified(note))),
            Err(error) => Err(error.to_string()),
        }
    }
}

/// Who is said to have signed a note that nobody who is known did.
fn unverified(note: &Note) -> Vec<String> {
    let bytes = note.to_bytes();
    let text = String::from_utf8_lossy(&bytes);
    let lines = text.rsplit("\n\n").next().unwrap_or_default().lines();
    lines
        .filter_map(|line| Signature::from_bytes(line.as_bytes()).ok())
        .map(|one| one.name().to_owned())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Key;
    use tlog_tiles::tlog::record_hash;

    #[test]
    fn a_checkpoint_is_opened_with_the_key_that_signed_it() {
        let key = Key::new(&[7; 32]).unwrap();
        let note = write("example.com/log", 3, record_hash(b"x"), Some(&key)).unwrap();
        let trusted = Trust::of(vec![key.key().clone()]).open(&note).unwrap();
        assert_eq!((trusted.size, trusted.signed_by.len(), trusted.unknown.len()), (3, 1, 0));
        let stranger = Trust::default().open(&note).unwrap();
        assert_eq!((stranger.signed_by.len(), stranger.unknown), (0, vec![key.key().name().to_owned()]));
        assert!(Trust::of(vec![key.key().clone()]).open(&note.replacen("\n3\n", "\n4\n", 1)).is_err());
    }

    #[test]
    fn a_checkpoint_without_a_signature_is_opened_by_nobody() {
        let note = write("example.com/log", 3, record_hash(b"x"), None).unwrap();
        let opened = Trust::default().open(&note).unwrap();
        assert_eq!((opened.size, opened.signed_by.len(), opened.unknown.len()), (3, 0, 0));
    }
}
