//! Tables: each with a caption, headers, a region of its own to scroll in, and an end.

use maud::{Markup, PreEscaped, html};

use crate::count::counted;

/// How much of a table is shown.
#[derive(Clone, Copy)]
pub(crate) struct Room {
    pub rows: usize,
    pub bytes: usize,
}

/// What most tables need.
pub(crate) const ROOM: Room = Room { rows: 500, bytes: 120_000 };
/// What the tables need that a reader looks at first.
pub(crate) const WIDE_ROOM: Room = Room { rows: 1_000, bytes: 200_000 };
/// What a list needs.
const LIST_ROOM: Room = Room { rows: 100, bytes: 80_000 };

/// A list with an end; none for no items.
pub(crate) fn list<T>(
    class: &str,
    missing: usize,
    items: impl IntoIterator<Item = T>,
    mut item: impl FnMut(T) -> Markup,
) -> Markup {
    let (items, left) = fill(LIST_ROOM, items.into_iter(), |one| html! { li { (item(one)) } });
    let left = left + missing;
    html! {
        @if !items.is_empty() { ul class=[(!class.is_empty()).then_some(class)] { (PreEscaped(items)) } }
        @if left > 0 { p.left { (counted(left, "entry is", "entries are")) " left out here. The trace has all." } }
    }
}

/// A table before it has rows.
pub(crate) struct Table<'a> {
    /// Its name in the page.
    pub id: &'a str,
    pub caption: &'a str,
    pub heads: &'a [&'a str],
    pub room: Room,
    pub class: &'static str,
}

impl<'a> Table<'a> {
    pub fn new(id: &'a str, caption: &'a str, heads: &'a [&'a str]) -> Self {
        Self { id, caption, heads, room: ROOM, class: "" }
    }

    /// The table with its rows; none for no rows.
    pub fn rows<T>(&self, items: impl IntoIterator<Item = T>, row: impl FnMut(T) -> Markup) -> Markup {
        self.rows_of(0, items, row)
    }

    /// The same, where some rows were left out before.
    pub fn rows_of<T>(
        &self,
        missing: usize,
        items: impl IntoIterator<Item = T>,
        row: impl FnMut(T) -> Markup,
    ) -> Markup {
        let (rows, left) = fill(self.room, items.into_iter(), row);
        let left = left + missing;
        html! {
            @if !rows.is_empty() { (self.framed(&rows)) }
            @if left > 0 { p.left { (counted(left, "row is", "rows are")) " left out here. The trace has all." } }
        }
    }

    fn framed(&self, rows: &str) -> Markup {
        html! {
            div.scroll role="region" tabindex="0" aria-labelledby=(self.id) {
                table class=[(!self.class.is_empty()).then_some(self.class)] {
                    caption id=(self.id) { (self.caption) }
                    thead { tr { @for head in self.heads { th scope="col" { (head) } } } }
                    tbody { (PreEscaped(rows)) }
                }
            }
        }
    }
}

/// The rows that there is room for, and how many there is none for.
fn fill<T>(room: Room, items: impl Iterator<Item = T>, mut row: impl FnMut(T) -> Markup) -> (String, usize) {
    let (mut rows, mut count, mut left) = (String::new(), 0, 0);
    for item in items {
        match count < room.rows && rows.len() < room.bytes {
            true => rows.push_str(&row(item).0),
            false => left += 1,
        }
        count += 1;
    }
    (rows, left)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(room: Room, items: usize) -> String {
        let table = Table { room, ..Table::new("t", "Things", &["Name"]) };
        table.rows(0..items, |item| html! { tr { th scope="row" { (item) } } }).into_string()
    }

    #[test]
    fn a_table_has_an_end_and_says_so() {
        let wide = Room { rows: 9, bytes: 9_000 };
        assert!(!table(wide, 9).contains("left out"));
        assert!(table(wide, 1_009).contains("1,000 rows are left out"));
        assert!(table(Room { bytes: 30, ..wide }, 9).contains("8 rows are left out"));
        assert_eq!(table(wide, 0), "");
        assert!(list("", 0, 0..103, |item| html! { (item) }).0.contains("3 entries are left out"));
    }
}
