use proptest::prelude::*;

use super::*;
use crate::{Definition, Kind};

fn tags(names: &[String]) -> Tags {
    let mut tags = Tags::default();
    for (number, name) in names.iter().enumerate() {
        let line = number as u32 + 1;
        let signature = format!("fn {name}()");
        let inside = number.checked_sub(1);
        let (first_line, last_line, signature) = (line, line, signature.as_str());
        tags.define(Definition { name, kind: Kind::Function, first_line, last_line, signature, inside });
        tags.refer(name, 2, &[line, line + 1]);
    }
    tags
}

fn key(number: u8) -> Key {
    Key::new(Language::Rust, &[number])
}

fn cache() -> Cache {
    let mut cache = Cache::default();
    cache.begin(10_000_000_000);
    for number in 0..20_u8 {
        let outcome = match number {
            7 => Err(Skipped::Binary),
            _ => Ok(Arc::new(tags(&[format!("größe{number}"), "b".to_owned()]))),
        };
        cache.keep(key(number), outcome);
        let stamp = Stamp { bytes: 1, modified_ns: 1, changed_ns: -1, inode: u64::MAX };
        cache.keep_path(&format!("src/ü/file{number}.rs"), stamp, Known::Source(key(number)));
    }
    cache.keep_path("bin/tool", Stamp::default(), Known::Other);
    cache
}

/// All that a cache knows.
fn known(cache: &mut Cache) -> Vec<(String, Option<Known>, Option<Outcome>)> {
    cache.begin(20_000_000_000);
    let paths: Vec<_> = cache.paths.iter().map(|(path, entry)| (path.clone(), entry.stamp)).collect();
    let mut all = Vec::new();
    for (path, stamp) in paths {
        let known = cache.by_stamp(&path, &stamp);
        let outcome = match known {
            Some(Known::Source(key)) => cache.by_content(&key),
            _ => None,
        };
        all.push((path, known, outcome));
    }
    all
}

#[test]
fn a_cache_comes_back_as_it_was() {
    let mut cache = cache();
    let bytes = cache.save();
    assert_eq!(bytes, cache.save());
    let mut loaded = Cache::load(&bytes);
    assert_eq!(loaded.save(), bytes);
    let known_then = known(&mut loaded);
    assert_eq!(known_then.len(), 21);
    assert!(known_then.iter().all(|(_, known, _)| known.is_some()));
    assert_eq!(known_then, known(&mut cache));
}

#[test]
fn what_was_not_seen_for_long_is_forgotten() {
    let mut cache = cache();
    let stamp = Stamp { bytes: 1, modified_ns: 1, changed_ns: -1, inode: u64::MAX };
    for round in 0..12_i64 {
        cache = Cache::load(&cache.save());
        cache.begin((20 + round) * 1_000_000_000);
        assert_eq!(cache.by_stamp("src/ü/file3.rs", &stamp), Some(Known::Source(key(3))));
        assert!(cache.by_content(&key(3)).is_some());
        assert_eq!(Cache::load(&cache.save()).len(), if round < 8 { 20 } else { 1 }, "{round}");
    }
    assert_eq!((cache.len(), cache.paths.len()), (1, 1));
}

/// A stamp that the last map did not look at is not known to be settled then.
#[test]
fn a_path_that_a_map_left_out_is_not_trusted_after_it() {
    let mut cache = cache();
    cache.begin(30_000_000_000);
    cache.begin(40_000_000_000);
    let stamp = Stamp { bytes: 1, modified_ns: 1, changed_ns: -1, inode: u64::MAX };
    assert_eq!(cache.by_stamp("src/ü/file3.rs", &stamp), None);
}

#[test]
fn another_version_is_an_empty_cache() {
    let mut bytes = cache().save();
    // The version stands after the mark and the checksum, and is under the checksum.
    bytes[16] ^= 1;
    assert!(Cache::load(&bytes).is_empty());
    assert!(Cache::load(b"").is_empty());
    assert!(Cache::load(b"symbols1").is_empty());
}

/// The checksum alone does not keep a cache from being taken apart with care.
#[test]
fn every_broken_entry_is_none() {
    let outcome = pack::pack_outcome(&Ok(Arc::new(tags(&["größe".to_owned(), "b".to_owned()]))));
    assert!(pack::unpack_outcome(&outcome).is_some());
    for end in 0..outcome.len() {
        assert!(pack::unpack_outcome(&outcome[..end]).is_none(), "{end}");
    }
    for at in 0..outcome.len() {
        for bit in 0..8 {
            let mut broken = outcome.clone();
            broken[at] ^= 1 << bit;
            if let Some(Ok(tags)) = pack::unpack_outcome(&broken) {
                let read = tags.definitions().map(|one| one.name.len() + one.signature.len()).sum::<usize>();
                assert!(read <= outcome.len() * 4 && (0..2).all(|number| tags.qualified(number).len() < 99));
                tags.references().for_each(|one| assert!(one.lines.len() <= one.count as usize));
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..Default::default() })]

    #[test]
    fn any_symbols_come_back(names in prop::collection::vec("[a-zäß]{1,20}", 0..20)) {
        let outcome = Ok(Arc::new(tags(&names)));
        prop_assert_eq!(pack::unpack_outcome(&pack::pack_outcome(&outcome)), Some(outcome));
    }

    #[test]
    fn broken_bytes_are_an_empty_cache(at in any::<prop::sample::Index>(), flip in 1..=255_u8, cut in any::<bool>()) {
        let mut bytes = cache().save();
        let at = at.index(bytes.len());
        if cut { bytes.truncate(at) } else { bytes[at] ^= flip }
        prop_assert!(Cache::load(&bytes).is_empty());
    }

    #[test]
    fn any_bytes_are_an_empty_cache(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        prop_assert!(Cache::load(&bytes).is_empty());
    }

    #[test]
    fn any_bytes_are_no_symbols_or_sound_ones(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let tags = pack::unpack_outcome(&bytes);
        prop_assert!(tags.is_none_or(|outcome| outcome.is_err() || outcome.is_ok_and(|tags| tags.definitions().len() < 200)));
    }
}
