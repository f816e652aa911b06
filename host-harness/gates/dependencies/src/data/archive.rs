use std::io::{Cursor, Read};

use super::DataError;

/// The largest advisory that is read; the largest known has 5 MB.
pub const FILE_BYTES_MAX: u64 = 32 * 1024 * 1024;
/// What an archive may hold when it is unpacked: all of OSV has about 4 GB.
const TOTAL_BYTES_MAX: u64 = 32 * 1024 * 1024 * 1024;
const FILES_MAX: usize = 4_000_000;
/// A dictionary beyond this is a demand for memory, not compression.
const XZ_MEMORY_KIB_MAX: u32 = 128 * 1024;

/// A file of an archive, or why it can't be had.
pub type Entry<'a> = Result<&'a [u8], String>;

/// Whether a file is an archive rather than an advisory, told from its first bytes.
pub fn is_archive(bytes: &[u8]) -> bool {
    kind(bytes).is_some()
}

enum Packing {
    Zip,
    Gzip,
    Xz,
    Tar,
}

fn kind(bytes: &[u8]) -> Option<Packing> {
    match bytes {
        [b'P', b'K', 3, 4, ..] | [b'P', b'K', 5, 6, ..] => Some(Packing::Zip),
        [0x1f, 0x8b, ..] => Some(Packing::Gzip),
        [0xfd, b'7', b'z', b'X', b'Z', 0, ..] => Some(Packing::Xz),
        _ if bytes.get(257..262) == Some(b"ustar") => Some(Packing::Tar),
        _ => None,
    }
}

/// Hands over each file of a zip, tar, tar.gz or tar.xz.
pub fn each(name: &str, bytes: &[u8], mut take: impl FnMut(&str, Entry)) -> Result<(), DataError> {
    let broken = |reason: String| DataError::Archive { name: name.to_owned(), reason };
    let mut meter = Meter { name, files: 0, bytes: 0 };
    match kind(bytes) {
        Some(Packing::Zip) => zip(bytes, &mut meter, &mut take),
        Some(Packing::Gzip) => tar(flate2::read::MultiGzDecoder::new(bytes), &mut meter, &mut take),
        Some(Packing::Xz) => {
            tar(lzma_rust2::XzReader::new_mem_limit(bytes, true, XZ_MEMORY_KIB_MAX), &mut meter, &mut take)
        }
        Some(Packing::Tar) => tar(bytes, &mut meter, &mut take),
        None => Err(broken("it is neither a zip nor a tar".to_owned())),
    }
}

/// Counts what an archive yields, so that a small one can't unpack without end.
struct Meter<'a> {
    name: &'a str,
    files: usize,
    bytes: u64,
}

impl Meter<'_> {
    fn count(&mut self, bytes: u64) -> Result<(), DataError> {
        self.files += 1;
        self.bytes = self.bytes.saturating_add(bytes);
        let limit = match (self.files > FILES_MAX, self.bytes > TOTAL_BYTES_MAX) {
            (true, _) => "4000000 files",
            (_, true) => "32 GiB",
            _ => return Ok(()),
        };
        Err(DataError::TooLarge { name: self.name.to_owned(), limit })
    }

    fn broken(&self, reason: impl ToString) -> DataError {
        DataError::Archive { name: self.name.to_owned(), reason: reason.to_string() }
    }
}

fn zip(bytes: &[u8], meter: &mut Meter, take: &mut impl FnMut(&str, Entry)) -> Result<(), DataError> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).map_err(|error| meter.broken(error))?;
    let mut buffer = Vec::new();
    for at in 0..archive.len() {
        let mut file = match archive.by_index(at) {
            Ok(file) => file,
            Err(error) => {
                meter.count(0)?;
                take(&format!("entry {at}"), Err(error.to_string()));
                continue;
            }
        };
        if file.is_file() {
            let name = file.name().map_or_else(|_| format!("entry {at}"), |name| name.into_owned());
            hand_over(&name, &mut file, &mut buffer, meter, take)?;
        }
    }
    Ok(())
}

fn tar(reader: impl Read, meter: &mut Meter, take: &mut impl FnMut(&str, Entry)) -> Result<(), DataError> {
    // A header alone can claim any size: what is skipped over is metered too.
    let mut archive = tar::Archive::new(reader.take(TOTAL_BYTES_MAX));
    let entries = archive.entries().map_err(|error| meter.broken(error))?;
    let mut buffer = Vec::new();
    for entry in entries {
        let mut entry = entry.map_err(|error| meter.broken(error))?;
        if !entry.header().entry_type().is_file() {
            meter.count(0)?;
            continue;
        }
        let name = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
        hand_over(&name, &mut entry, &mut buffer, meter, take)?;
    }
    Ok(())
}

fn hand_over(
    name: &str,
    file: &mut impl Read,
    buffer: &mut Vec<u8>,
    meter: &mut Meter,
    take: &mut impl FnMut(&str, Entry),
) -> Result<(), DataError> {
    buffer.clear();
    let read = file.take(FILE_BYTES_MAX + 1).read_to_end(buffer);
    meter.count(buffer.len() as u64)?;
    match read {
        Ok(_) if buffer.len() as u64 > FILE_BYTES_MAX => {
            take(name, Err("it has more than 32 MiB".to_owned()))
        }
        Ok(_) => take(name, Ok(buffer)),
        Err(error) => take(name, Err(error.to_string())),
    }
    Ok(())
}
