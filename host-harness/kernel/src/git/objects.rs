use policy::Code;

use super::own::OwnRepository;
use crate::KernelError;

/// An object as git tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Object {
    /// Its id.
    pub id: String,
    /// Its kind: `blob`, `tree`, `commit` or `tag`.
    pub kind: String,
    /// Its content.
    pub content: Vec<u8>,
}

/// The objects of these names, in their order; `None` for each that is not there.
pub(super) fn read(own: &OwnRepository, names: &[String]) -> Result<Vec<Option<Object>>, KernelError> {
    if names.is_empty() {
        return Ok(Vec::new());
    }
    let questions: String = names.iter().map(|name| format!("{name}\n")).collect();
    let answers = own.git(&["cat-file", "--batch"]).run(questions.as_bytes())?;
    let mut rest = answers.as_slice();
    names.iter().map(|_| next_answer(&mut rest)).collect()
}

/// What a push looks at, and what it does not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A commit.
    Commit,
    /// What a file holds.
    Blob,
    /// Something else.
    Other,
}

/// The kinds and sizes of objects, in their order; `None` for each that is not there.
pub(super) fn sizes(own: &OwnRepository, ids: &[String]) -> Result<Vec<Option<(Kind, u64)>>, KernelError> {
    let questions: String = ids.iter().map(|id| format!("{id}\n")).collect();
    let answers = own.git(&["cat-file", "--batch-check"]).run(questions.as_bytes())?;
    let text = String::from_utf8_lossy(&answers).into_owned();
    let sizes: Vec<_> = text.lines().map(|line| parse(line).map(sized)).collect();
    match sizes.len() == ids.len() {
        true => Ok(sizes),
        false => Err(KernelError::new(Code::KernelFailed, "`git cat-file` gave half an answer")),
    }
}

fn sized((_, kind, bytes): (&str, &str, usize)) -> (Kind, u64) {
    let kind = match kind {
        "commit" => Kind::Commit,
        "blob" => Kind::Blob,
        _ => Kind::Other,
    };
    (kind, bytes as u64)
}

/// `<id> <kind> <size>\n<content>\n`, or a line that says that there is none.
fn next_answer(rest: &mut &[u8]) -> Result<Option<Object>, KernelError> {
    let cut = || KernelError::new(Code::KernelFailed, "`git cat-file` gave half an answer");
    let end = rest.iter().position(|byte| *byte == b'\n').ok_or_else(cut)?;
    let header = String::from_utf8_lossy(&rest[..end]).into_owned();
    *rest = &rest[end + 1..];
    let Some((id, kind, size)) = parse(&header) else { return Ok(None) };
    let content = rest.get(..size).ok_or_else(cut)?.to_vec();
    *rest = rest.get(size + 1..).ok_or_else(cut)?;
    Ok(Some(Object { id: id.to_owned(), kind: kind.to_owned(), content }))
}

fn parse(header: &str) -> Option<(&str, &str, usize)> {
    let mut words = header.split(' ');
    let (id, kind, size) = (words.next()?, words.next()?, words.next()?.parse().ok()?);
    (words.next().is_none() && super::refs::is_id(id)).then_some((id, kind, size))
}

/// What of a commit tells whose it is: all of it but when it was made, by which run, and
/// its signature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Commit {
    pub tree: String,
    pub parents: Vec<String>,
    pub operation: Option<String>,
    pub is_signed: bool,
    /// Who made it, and whatever else stands above the message.
    headers: Vec<String>,
    message: String,
}

/// A commit; `None` where there is none of this id.
pub(super) fn commit(own: &OwnRepository, id: &str) -> Result<Option<Commit>, KernelError> {
    let object = read(own, &[id.to_owned()])?.pop().flatten().filter(|object| object.kind == "commit");
    Ok(object.map(|object| parse_commit(&String::from_utf8_lossy(&object.content))))
}

fn parse_commit(text: &str) -> Commit {
    let (headers, message) = text.split_once("\n\n").unwrap_or((text, ""));
    let values = |key: &'static str| headers.lines().filter_map(move |line| line.strip_prefix(key));
    let tree = values("tree ").next().unwrap_or_default().to_owned();
    let parents = values("parent ").map(str::to_owned).collect();
    let is_signed = headers.lines().any(is_signature);
    Commit {
        tree,
        parents,
        operation: super::message::operation(message),
        is_signed,
        headers: lasting(headers),
        message: super::message::lasting(message),
    }
}

fn is_signature(line: &str) -> bool {
    line.starts_with("gpgsig")
}

/// The headers without tree, parents, signature and times.
fn lasting(headers: &str) -> Vec<String> {
    let mut in_signature = false;
    let mut lasting = Vec::new();
    for line in headers.lines() {
        in_signature = is_signature(line) || in_signature && line.starts_with(' ');
        if in_signature || line.starts_with("tree ") || line.starts_with("parent ") {
            continue;
        }
        let is_person = line.starts_with("author ") || line.starts_with("committer ");
        let person = is_person.then(|| line.rsplit_once('>').map(|(person, _)| person)).flatten();
        lasting.push(person.unwrap_or(line).to_owned());
    }
    lasting
}

#[cfg(test)]
mod tests {
    use super::*;

    const OURS: &str = "tree 1\nparent 2\nauthor A <a@b> 17 +0000\ncommitter A <a@b> 17 +0000\n\nShout\n\nCode-Assist-Run: r1\nCode-Assist-Trace: t1\nCode-Assist-Operation: op-1\n";

    #[test]
    fn a_commit_is_the_same_but_for_its_time_its_run_and_its_signature() {
        let ours = parse_commit(OURS);
        for (from, to) in [("17 +0000", "99 +0200"), ("Run: r1", "Run: r2"), ("Trace: t1", "Trace: t2")] {
            assert_eq!(parse_commit(&OURS.replace(from, to)), ours, "{to}");
        }
        let signed = OURS.replace("\n\nShout", "\ngpgsig -----BEGIN\n abc\n -----END\n\nShout");
        assert_eq!(Commit { is_signed: false, ..parse_commit(&signed) }, ours);
        for (from, to) in [
            ("author A", "author B"),
            ("committer A <a@b>", "committer A <b@b>"),
            ("tree 1", "tree 3"),
            ("parent 2", "parent 2\nparent 3"),
            ("\n\nShout", "\nencoding latin-1\n\nShout"),
            ("Shout", "Shout louder"),
            ("op-1", "op-2"),
            ("Code-Assist-Trace: t1\n", "Code-Assist-Trace: t1\nSigned-off-by: B\n"),
        ] {
            assert_ne!(parse_commit(&OURS.replacen(from, to, 1)), ours, "{to}");
        }
    }
}
