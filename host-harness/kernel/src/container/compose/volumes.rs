//! Where a container may write. The machine's own files are in no container.

use serde_json::Value;

use super::{Around, Read, map, refused, text::scalar};
use crate::container::composition::{Service, Volume};

const HOST: &str = "the machine's files are in no container; copy them into the image, or name a volume";

/// Takes `volumes` in, in their short and their long form.
pub(super) fn take(at: &str, value: &Value, around: &Around<'_>, service: &mut Service) -> Read<()> {
    let Some(items) = value.as_array() else { return refused(at, "is no list") };
    for (index, item) in items.iter().enumerate() {
        let at = format!("{at}.{index}");
        match item.is_object() {
            true => long(&at, item, around, service)?,
            false => service.volumes.push(short(&at, &scalar(&at, item)?, around)?),
        }
    }
    Ok(())
}

/// `/at`, `name:/at` or `name:/at:ro`.
fn short(at: &str, text: &str, around: &Around<'_>) -> Read<Volume> {
    let parts: Vec<_> = text.split(':').collect();
    let (name, place, mode) = match parts.as_slice() {
        [place] => (None, *place, "rw"),
        [name, place] => (Some(*name), *place, "rw"),
        [name, place, mode] => (Some(*name), *place, *mode),
        _ => return refused(at, "is no volume"),
    };
    let read_only = match mode {
        "rw" => false,
        "ro" => true,
        _ => return refused(at, "has an option that is not known in a simulation"),
    };
    Ok(Volume {
        name: name.map(|name| named(at, name, around)).transpose()?,
        at: inside(at, place)?,
        read_only,
    })
}

fn long(at: &str, value: &Value, around: &Around<'_>, service: &mut Service) -> Read<()> {
    let fields = map(at, value)?;
    let text = |key: &str| fields.get(key).map(|value| scalar(&format!("{at}.{key}"), value)).transpose();
    if let Some(key) =
        fields.keys().find(|key| !["type", "source", "target", "read_only"].contains(&key.as_str()))
    {
        return refused(&format!("{at}.{key}"), "is not known in a simulation");
    }
    let Some(target) = text("target")? else { return refused(at, "has no `target`") };
    let place = inside(at, &target)?;
    match text("type")?.as_deref() {
        Some("tmpfs") => service.tmpfs.push(place),
        Some("volume") => {
            let name = text("source")?.map(|name| named(at, &name, around)).transpose()?;
            let read_only = fields.get("read_only") == Some(&Value::Bool(true));
            service.volumes.push(Volume { name, at: place, read_only });
        }
        _ => return refused(&format!("{at}.type"), HOST),
    }
    Ok(())
}

/// A volume that the file declares. Anything else could be a path of the machine.
fn named(at: &str, name: &str, around: &Around<'_>) -> Read<String> {
    match around.volumes.contains(name) {
        true => Ok(name.to_owned()),
        false => refused(at, HOST),
    }
}

/// A place in the container, which can't be read as more than that.
pub(super) fn inside(at: &str, place: &str) -> Read<String> {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"-_./".contains(&b);
    match place.starts_with('/') && place.len() > 1 && place.bytes().all(plain) && !place.contains("..") {
        true => Ok(place.to_owned()),
        false => refused(at, "is no plain absolute path in the container"),
    }
}
