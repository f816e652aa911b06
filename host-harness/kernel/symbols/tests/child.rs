//! The child goes away, answers nonsense, or can't be had.

mod common;

use std::{
    cell::Cell,
    io::{self, Read, Write},
};

use common::{reader, source, spawn, spawn_as};
use symbols::{Language, Lines, Reader, Skipped, Source, serve};

/// A child that dies of a file that says so, in the middle of its work.
fn mortal(mut input: Box<dyn Read + Send>, output: Box<dyn Write + Send>) {
    let mut served = Vec::new();
    let mut output = output;
    loop {
        let mut length = [0; 4];
        if input.read_exact(&mut length).is_err() {
            return;
        }
        let mut frame = vec![0; u32::from_le_bytes(length) as usize];
        input.read_exact(&mut frame).unwrap();
        if frame.windows(4).any(|window| window == b"kill") {
            return;
        }
        served.clear();
        let whole = [length.as_slice(), &frame].concat();
        serve(whole.as_slice(), &mut served).unwrap();
        output.write_all(&served).unwrap();
    }
}

fn sources(texts: &[&str]) -> Vec<Source> {
    texts.iter().map(|text| source(Language::Rust, text)).collect()
}

fn names(answers: Vec<Result<symbols::Tags, Skipped>>) -> Vec<String> {
    let name =
        |tags: symbols::Tags| tags.definitions().next().map_or(String::new(), |one| one.name.to_owned());
    answers.into_iter().map(|answer| answer.map_or_else(|fault| fault.to_string(), name)).collect()
}

#[test]
fn a_file_that_kills_its_reader_costs_nobody_else() {
    let spawned = Cell::new(0);
    let mut reader = Reader::new(|| {
        spawned.set(spawned.get() + 1);
        spawn_as(mortal)
    });
    let sources = sources(&["fn a() {}", "fn kill() {}", "fn b() {}", "fn c() {}", "fn kill2() {}"]);
    let answers = names(reader.tags(&sources, Lines::Untold));
    assert_eq!(answers, ["a", "unavailable", "b", "c", "unavailable"]);
    assert_eq!(spawned.get(), 2);
    assert_eq!(names(reader.tags(&sources[..1], Lines::Untold)), ["a"]);
    assert_eq!(spawned.get(), 3);
}

/// A child that went away between two files is nobody's fault.
#[test]
fn a_child_that_left_is_replaced() {
    let spawned = Cell::new(0);
    let mut reader = Reader::new(|| {
        spawned.set(spawned.get() + 1);
        let once = |mut input: Box<dyn Read + Send>, output: Box<dyn Write + Send>| {
            let mut length = [0; 4];
            input.read_exact(&mut length).unwrap();
            let frame = input.take(u64::from(u32::from_le_bytes(length)));
            serve(length.as_slice().chain(frame), output).unwrap();
        };
        spawn_as(once)
    });
    for name in ["a", "b", "c"] {
        let sources = sources(&[&format!("fn {name}() {{}}")]);
        assert_eq!(names(reader.tags(&sources, Lines::Untold)), [name]);
    }
    assert_eq!(spawned.get(), 3);
}

#[test]
fn files_that_all_kill_are_given_up() {
    let spawned = Cell::new(0);
    let mut reader = Reader::new(|| {
        spawned.set(spawned.get() + 1);
        spawn_as(mortal)
    });
    let answers = names(reader.tags(&vec![source(Language::Rust, "fn kill() {}"); 1_000], Lines::Untold));
    assert!(answers.iter().all(|answer| answer == "unavailable"));
    assert_eq!((answers.len(), spawned.get()), (1_000, 32));
}

#[test]
fn a_child_that_cannot_be_had_is_asked_for_once() {
    let asked = Cell::new(0);
    let mut reader = Reader::new(|| {
        asked.set(asked.get() + 1);
        Err(io::ErrorKind::NotFound.into())
    });
    let sources = sources(&["fn a() {}"; 40]);
    assert!(names(reader.tags(&sources, Lines::Untold)).iter().all(|answer| answer == "unavailable"));
    assert_eq!(asked.get(), 1);
}

/// A child that was taken over by what it read answers what it likes.
#[test]
fn nonsense_is_no_answer() {
    let honest = {
        let mut bytes = Vec::new();
        let asked = [&[15, 0, 0, 0, 1, 9, 1, 0][..], b"struct A;  ".as_slice()].concat();
        serve(asked.as_slice(), &mut bytes).unwrap();
        bytes
    };
    let nonsense: Vec<Vec<u8>> = vec![
        vec![],
        vec![0; 4],
        vec![1, 0],
        vec![0xff; 4],
        vec![5, 0, 0, 0, 1, 0],
        b"HTTP/1.1 200 OK\r\n\r\n".to_vec(),
        [&honest[..], &[0]].concat()[..honest.len() - 1].to_vec(),
        // Another file's answer.
        {
            let mut other = honest.clone();
            other[4] = 2;
            other
        },
        // A reason that there is none.
        vec![2, 0, 0, 0, 1, 200],
        // More definitions than bytes.
        vec![9, 0, 0, 0, 1, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0x0f],
    ];
    for answer in nonsense {
        let given = answer.clone();
        let mut reader = Reader::new(move || {
            let given = given.clone();
            spawn_as(move |mut input, mut output| {
                let mut asked = [0; 16];
                drop(input.read(&mut asked));
                drop(output.write_all(&given));
            })
        });
        let answers = names(reader.tags(&sources(&["struct A;  "]), Lines::Untold));
        assert_eq!(answers, ["unavailable"], "{answer:?}");
    }
    let given = honest.clone();
    let mut reader = Reader::new(move || {
        let given = given.clone();
        spawn_as(move |mut input, mut output| {
            let mut asked = [0; 19];
            input.read_exact(&mut asked).unwrap();
            output.write_all(&given).unwrap();
        })
    });
    assert_eq!(names(reader.tags(&sources(&["struct A;  "]), Lines::Untold)), ["A"]);
}

#[test]
fn what_is_no_question_ends_the_child() {
    for bytes in [&[1, 0][..], &[0xff; 4], &[2, 0, 0, 0, 1], &[0, 0, 0, 0], &[4, 0, 0, 0, 1, 99, 0, 0]] {
        let mut output = Vec::new();
        assert!(serve(bytes, &mut output).is_err(), "{bytes:?}");
        assert!(output.is_empty());
    }
    serve(&[][..], Vec::new()).unwrap();
}

/// Neither end waits for the other for ever, whatever the sizes.
#[test]
fn many_files_of_all_sizes_go_through() {
    let sizes = [0, 10, 3_000, 11_000, 13_000, 70_000, 150_000, 200_000, 5, 70_000];
    let texts: Vec<String> = sizes
        .iter()
        .cycle()
        .take(60)
        .enumerate()
        .map(|(number, size)| {
            let unit = format!("fn f{number}() {{ g{number}(1) }}\n");
            unit.repeat(size / unit.len())
        })
        .collect();
    let sources: Vec<_> = texts.iter().map(|text| source(Language::Rust, text)).collect();
    let answers = Reader::new(spawn).tags(&sources, Lines::Told);
    for (number, (answer, text)) in answers.into_iter().zip(&texts).enumerate() {
        let tags = answer.unwrap();
        let name = tags.definitions().next().map(|one| one.name.to_owned());
        assert_eq!(name, (!text.is_empty()).then(|| format!("f{number}")));
    }
}

#[test]
fn what_is_looked_for_has_a_bound() {
    let long = "a".repeat(10_000);
    let sources = sources(&["fn a() {}"]);
    assert_eq!(reader().find(&sources, &long).remove(0).err(), Some(Skipped::PatternTooLarge));
    assert_eq!(reader().matches(&sources, &long).remove(0).err(), Some(Skipped::PatternTooLarge));
}
