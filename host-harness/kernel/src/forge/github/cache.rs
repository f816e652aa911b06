//! Answers that are still good when the forge says so: it then sends nothing, and does
//! not count the request.

use std::collections::VecDeque;

use super::Answer;

/// Answers by path, the latest ones.
#[derive(Debug, Default)]
pub(super) struct Cache {
    kept: VecDeque<Kept>,
}

/// An answer with the tag that the forge knows it by.
#[derive(Debug, Clone)]
pub(super) struct Kept {
    path: String,
    /// The tag.
    pub etag: String,
    /// The answer.
    pub answer: Answer,
}

const ANSWERS_MAX: usize = 64;
const BYTES_MAX: usize = 8 * 1024 * 1024;

impl Cache {
    /// The answer that a path had the last time.
    pub fn get(&self, path: &str) -> Option<Kept> {
        self.kept.iter().find(|kept| kept.path == path).cloned()
    }

    /// Keeps an answer, if it has a tag; older ones make room for it.
    pub fn keep(&mut self, path: &str, answer: &Answer) {
        let Some(etag) = super::header(answer, "etag").map(str::to_owned) else { return };
        self.kept.retain(|kept| kept.path != path);
        self.kept.push_back(Kept { path: path.to_owned(), etag, answer: answer.clone() });
        while self.kept.len() > ANSWERS_MAX || self.bytes() > BYTES_MAX {
            self.kept.pop_front();
        }
    }

    fn bytes(&self) -> usize {
        self.kept.iter().map(|kept| kept.answer.body.len()).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(size: usize) -> Answer {
        let headers = vec![("etag".to_owned(), "W/\"1\"".to_owned())];
        Answer { status: 200, headers, body: vec![0; size] }
    }

    #[test]
    fn old_answers_make_room() {
        let mut cache = Cache::default();
        (0..=ANSWERS_MAX).for_each(|at| cache.keep(&format!("/{at}"), &answer(1)));
        assert!(cache.get("/0").is_none() && cache.get("/1").is_some());
        cache.keep("/large", &answer(BYTES_MAX));
        assert!(cache.get("/1").is_none() && cache.get("/large").is_some());
        cache.keep("/larger", &answer(BYTES_MAX + 1));
        assert!(cache.get("/larger").is_none());
    }
}
