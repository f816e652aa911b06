use tree_sitter::{Tree, TreeCursor};

use crate::{Skipped, parse::Deadline};

/// A node: its kind, its place in the source, and its place in the tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Node {
    /// What it is; the number is the grammar's.
    pub kind: u16,
    /// What it is to the node around it; zero where that has no name.
    pub field: u16,
    /// Whether it stands for more than its own text.
    pub named: bool,
    /// Whether it may stand anywhere, as a comment may.
    pub extra: bool,
    /// Whether it only separates: a comma, a semicolon, the end of a line.
    pub separates: bool,
    /// The first byte.
    pub start: u32,
    /// The byte after the last.
    pub end: u32,
    /// The number of the node around it; the root's is its own.
    pub parent: u32,
    /// The number of the first node after everything in it.
    pub after: u32,
}

/// A tree as the list of its nodes in the order of the source, each before what is in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flat {
    nodes: Vec<Node>,
    faults: u32,
    first_fault: Option<(u32, u32)>,
}

impl Flat {
    /// All nodes; the first is the root.
    pub fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// How many pieces the grammar could make nothing of.
    pub fn faults(&self) -> u32 {
        self.faults
    }

    /// Where the first of them is: its first byte, and the byte after its last.
    pub fn first_fault(&self) -> Option<(u32, u32)> {
        self.first_fault
    }

    /// A node by its number. Numbers come from the tree itself; another one is the root's.
    pub fn node(&self, number: u32) -> &Node {
        self.nodes.get(number as usize).unwrap_or(&self.nodes[0])
    }

    /// The numbers of the nodes right in a node.
    pub fn children(&self, number: u32) -> impl Iterator<Item = u32> + Clone {
        let after = self.node(number).after;
        let first = Some(number + 1).filter(|first| *first < after);
        std::iter::successors(first, move |child| Some(self.node(*child).after).filter(|next| *next < after))
    }

    /// The child that is something to a node.
    pub fn child(&self, number: u32, field: u16) -> Option<u32> {
        self.children(number).find(|child| self.node(*child).field == field && field != 0)
    }

    /// The numbers of the nodes around a node, from the inside.
    pub fn around(&self, number: u32) -> impl Iterator<Item = u32> {
        let parent = |number: &u32| Some(self.node(*number).parent).filter(|parent| parent != number);
        std::iter::successors(parent(&number), parent)
    }

    /// The outermost node that covers just these bytes.
    pub fn covering(&self, start: u32, end: u32) -> Option<u32> {
        let first = self.nodes.partition_point(|node| node.start < start);
        let from = self.nodes.iter().enumerate().skip(first).take_while(|(_, node)| node.start == start);
        from.filter(|(_, node)| node.end == end).map(|(number, _)| number as u32).next()
    }
}

/// Takes a tree out of its grammar's memory.
pub(super) fn flat(tree: &Tree, deadline: Deadline) -> Result<Flat, Skipped> {
    let mut flat = Flat { nodes: Vec::new(), faults: 0, first_fault: None };
    let language = tree.language();
    let separators = [",", ";", "\n"].map(|text| language.id_for_node_kind(text, false));
    let mut cursor = tree.walk();
    let mut around: Vec<u32> = Vec::new();
    loop {
        let number = flat.nodes.len() as u32;
        if number.is_multiple_of(1 << 12) {
            deadline.held()?;
        }
        flat.take(&cursor, around.last().copied().unwrap_or(number), &separators);
        if cursor.goto_first_child() {
            around.push(number);
            continue;
        }
        flat.nodes[number as usize].after = number + 1;
        while !cursor.goto_next_sibling() {
            if !cursor.goto_parent() {
                return Ok(flat);
            }
            let after = flat.nodes.len() as u32;
            if let Some(closed) = around.pop() {
                flat.nodes[closed as usize].after = after;
            }
        }
    }
}

impl Flat {
    fn take(&mut self, cursor: &TreeCursor<'_>, parent: u32, separators: &[u16]) {
        let node = cursor.node();
        let (start, end) = (node.start_byte() as u32, node.end_byte() as u32);
        let (kind, named) = (node.kind_id(), node.is_named());
        if (named && node.is_error()) || node.is_missing() {
            self.faults += 1;
            self.first_fault.get_or_insert((start, end));
        }
        self.nodes.push(Node {
            kind,
            field: cursor.field_id().map_or(0, u16::from),
            named,
            extra: node.is_extra(),
            separates: !named && kind != 0 && separators.contains(&kind),
            start,
            end,
            parent,
            after: 0,
        });
    }
}
