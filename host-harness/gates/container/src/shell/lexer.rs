//! A script as words and the signs between them.

/// A word without its quotes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Word {
    pub(crate) text: String,
    /// Where it begins in the script.
    pub(crate) at: usize,
}

/// A command as it stands, with keywords and wrappers in front.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Raw {
    pub(crate) words: Vec<Word>,
    /// Commands of one pipeline share a number.
    pub(crate) pipeline: usize,
    /// The first words of the command in whose substitution this one stands.
    pub(crate) inside: Vec<Word>,
    pub(crate) redirects: Vec<Word>,
    /// What follows is done whether or not this succeeds.
    pub(crate) forgiven: bool,
}

/// Substitutions deeper than this are taken for text.
const NESTING_MAX: usize = 24;
/// So far the end of a `${…}` or `$((…))` is looked for.
const WINDOW_BYTES: usize = 256;

const NAME_CHARS: usize = 40;

pub(crate) fn lex(text: &str) -> Vec<Raw> {
    let bytes = text.as_bytes();
    let mut lexer =
        Lexer { bytes, at: 0, out: Vec::new(), pipelines: 0, heredocs: Vec::new(), depth: 0, ticks: 0 };
    while lexer.at < bytes.len() {
        // A closing bracket without an opening one ends the list; the rest goes on.
        lexer.list(None, &[]);
    }
    lexer.out
}

struct Lexer<'a> {
    bytes: &'a [u8],
    at: usize,
    out: Vec<Raw>,
    pipelines: usize,
    heredocs: Vec<(Vec<u8>, bool)>,
    depth: usize,
    ticks: usize,
}

impl Lexer<'_> {
    fn peek(&self, ahead: usize) -> u8 {
        self.bytes.get(self.at + ahead).copied().unwrap_or(0)
    }

    fn list(&mut self, close: Option<u8>, inside: &[Word]) {
        self.pipelines += 1;
        let mut raw = self.fresh(self.pipelines, inside);
        while self.at < self.bytes.len() {
            let byte = self.peek(0);
            if Some(byte) == close {
                self.at += 1;
                break;
            }
            match byte {
                b' ' | b'\t' | b'\r' => self.at += 1,
                b'\n' => {
                    self.at += 1;
                    self.finish(&mut raw, false, inside);
                    self.pass_heredocs();
                }
                b'#' => self.pass_comment(),
                b'&' if self.peek(1) == b'>' => {
                    self.at += 1;
                    self.redirect(&mut raw);
                }
                b';' | b'&' | b'|' | b'(' | b')' => self.operator(byte, &mut raw, inside),
                b'<' | b'>' => self.redirect(&mut raw),
                _ => {
                    let word = self.word(&raw.words);
                    let number = word.text.bytes().all(|byte| byte.is_ascii_digit());
                    if !(number && matches!(self.peek(0), b'<' | b'>')) {
                        raw.words.push(word);
                    }
                }
            }
        }
        self.finish(&mut raw, false, inside);
    }

    fn fresh(&self, pipeline: usize, inside: &[Word]) -> Raw {
        // The name of the outer command is all that is asked for: more would be copied each time.
        let short = |word: &Word| Word { text: word.text.chars().take(NAME_CHARS).collect(), at: word.at };
        Raw { pipeline, inside: inside.iter().take(6).map(short).collect(), ..Raw::default() }
    }

    fn finish(&mut self, raw: &mut Raw, piped: bool, inside: &[Word]) {
        if !piped {
            self.pipelines += 1;
        }
        let pipeline = if piped { raw.pipeline } else { self.pipelines };
        let done = std::mem::replace(raw, self.fresh(pipeline, inside));
        if !done.words.is_empty() || !done.redirects.is_empty() {
            self.out.push(done);
        }
    }

    fn operator(&mut self, byte: u8, raw: &mut Raw, inside: &[Word]) {
        self.at += 1;
        let twice = byte != b'(' && byte != b')' && self.peek(0) == byte;
        self.at += usize::from(twice);
        let piped = byte == b'|' && !twice;
        if piped && self.peek(0) == b'&' {
            self.at += 1;
        }
        raw.forgiven = byte == b'|' && twice;
        self.finish(raw, piped, inside);
    }

    fn pass_comment(&mut self) {
        while self.at < self.bytes.len() && self.peek(0) != b'\n' {
            self.at += 1;
        }
    }

    fn redirect(&mut self, raw: &mut Raw) {
        let sign = self.peek(0);
        if self.peek(1) == b'(' {
            self.at += 2;
            let at = self.at;
            self.nested(b')', &raw.words);
            raw.words.push(Word { text: "<()".to_owned(), at });
            return;
        }
        self.at += 1;
        if sign == b'<' && self.peek(0) == b'<' {
            self.at += 1;
            if self.peek(0) == b'<' {
                self.at += 1;
            } else {
                return self.heredoc();
            }
        }
        while matches!(self.peek(0), b'>' | b'&' | b'|') {
            self.at += 1;
        }
        self.pass_blanks();
        if !self.ends_word() {
            let word = self.word(&raw.words);
            raw.redirects.push(word);
        }
    }

    fn heredoc(&mut self) {
        let tabs = self.peek(0) == b'-';
        self.at += usize::from(tabs);
        self.pass_blanks();
        if !self.ends_word() {
            let name = self.word(&[]).text.into_bytes();
            self.heredocs.push((name, tabs));
        }
    }

    fn pass_blanks(&mut self) {
        while matches!(self.peek(0), b' ' | b'\t') {
            self.at += 1;
        }
    }

    fn pass_heredocs(&mut self) {
        for (name, tabs) in std::mem::take(&mut self.heredocs) {
            while self.at < self.bytes.len() {
                let rest = &self.bytes[self.at..];
                let length = rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len());
                let mut line = &rest[..length];
                self.at = (self.at + length + 1).min(self.bytes.len());
                while tabs && line.first() == Some(&b'\t') {
                    line = &line[1..];
                }
                if line == name {
                    break;
                }
            }
        }
    }

    fn ends_word(&self) -> bool {
        let closing_tick = self.ticks > 0 && self.peek(0) == b'`';
        self.at >= self.bytes.len() || closing_tick || b" \t\r\n;&|()<>".contains(&self.peek(0))
    }

    fn word(&mut self, before: &[Word]) -> Word {
        let start = self.at;
        let mut text = Vec::new();
        while !self.ends_word() {
            match self.peek(0) {
                b'\\' => self.escaped(&mut text),
                b'\'' => self.single(&mut text),
                b'"' => self.double(before, &mut text),
                b'$' | b'`' => self.substitution(before, &mut text),
                byte => {
                    text.push(byte);
                    self.at += 1;
                }
            }
        }
        if self.at == start {
            self.at += 1;
        }
        Word { text: String::from_utf8_lossy(&text).into_owned(), at: start }
    }

    fn escaped(&mut self, text: &mut Vec<u8>) {
        if self.peek(1) != b'\n' && self.at + 1 < self.bytes.len() {
            text.push(self.peek(1));
        }
        self.at += 2;
    }

    fn single(&mut self, text: &mut Vec<u8>) {
        self.at += 1;
        while self.at < self.bytes.len() && self.peek(0) != b'\'' {
            text.push(self.peek(0));
            self.at += 1;
        }
        self.at += 1;
    }

    fn double(&mut self, before: &[Word], text: &mut Vec<u8>) {
        self.at += 1;
        while self.at < self.bytes.len() {
            match self.peek(0) {
                b'"' => break,
                b'\\' if b"$`\"\\\n".contains(&self.peek(1)) => self.escaped(text),
                b'$' => self.substitution(before, text),
                b'`' if self.ticks == 0 => self.substitution(before, text),
                byte => {
                    text.push(byte);
                    self.at += 1;
                }
            }
        }
        self.at += 1;
    }

    fn substitution(&mut self, before: &[Word], text: &mut Vec<u8>) {
        let deep = self.depth >= NESTING_MAX;
        match (self.peek(0), self.peek(1), self.peek(2)) {
            (b'$', b'(', b'(') if self.copied(b"))", text) => {}
            (b'$', b'{', _) if self.copied(b"}", text) => {}
            (b'$', b'(', _) if !deep => {
                self.at += 2;
                self.nested(b')', before);
                text.extend(b"$()");
            }
            (b'`', ..) if !deep => {
                self.at += 1;
                self.ticks += 1;
                self.nested(b'`', before);
                self.ticks -= 1;
                text.extend(b"$()");
            }
            (byte, ..) => {
                text.push(byte);
                self.at += 1;
            }
        }
    }

    fn nested(&mut self, close: u8, before: &[Word]) {
        if self.depth >= NESTING_MAX {
            return;
        }
        self.depth += 1;
        let ticks = std::mem::take(&mut self.ticks);
        self.ticks = if close == b'`' { ticks } else { 0 };
        self.list(Some(close), before);
        self.ticks = ticks;
        self.depth -= 1;
    }

    /// Copies up to an end that is not far; none is no end.
    fn copied(&mut self, end: &[u8], text: &mut Vec<u8>) -> bool {
        let rest = &self.bytes[self.at..];
        let window = &rest[..rest.len().min(WINDOW_BYTES)];
        let Some(length) = window.windows(end.len()).position(|bytes| bytes == end) else { return false };
        text.extend(&window[..length + end.len()]);
        self.at += length + end.len();
        true
    }
}
