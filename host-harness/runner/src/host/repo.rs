use agent_contract::operation::Operation;
use kernel::workspace::{EntryKind, HeldFile, Hits as Found, Listing as Listed, Shows};
use policy::call::{
    self, CommitCall, DiffCall, FindCall, ListCall, MapCall, Parsed, ReadCall, SearchCall, SymbolsCall,
    WriteCall,
};
use serde_json::json;
use wasmtime::component::Resource;

use crate::{
    bindings::agennext::code_assist::repo::{Change, Content, Entry, Hit, Hits, Host, Listing},
    done::Done,
    gate::{self, Answer},
    grants::Held,
    lookup, placement,
    state::Run,
    transcript::Said,
};

type Handle = Resource<Held>;

impl Host for Run {
    async fn list(
        &mut self,
        handle: Handle,
        folder: Option<String>,
        after: Option<String>,
        limit: u32,
    ) -> Answer<Listing> {
        let said = Said::all(&[&folder, &after, &limit]);
        let call = ListCall::parse(folder.as_deref(), after.as_deref(), limit);
        gate::run(self, &handle, said, call, async |outside, permit| {
            outside.workspace.list(permit, &|path| outside.reading.shows(path)).map(listing)
        })
        .await
    }

    async fn read(&mut self, handle: Handle, path: String) -> Answer<Content> {
        gate::run(self, &handle, Said::all(&[&path]), ReadCall::parse(&path), async |outside, permit| {
            let file = outside.workspace.read(permit)?;
            outside.secrets.refuse_held("the file", file.blob.bytes())?;
            Ok(content(file))
        })
        .await
    }

    async fn search(
        &mut self,
        handle: Handle,
        text: String,
        folder: Option<String>,
        limit: u32,
    ) -> Answer<Hits> {
        let said = Said::all(&[&text, &folder, &limit]);
        let call = SearchCall::parse(&text, folder.as_deref(), limit);
        gate::run(self, &handle, said, call, async |outside, permit| {
            let shows = Shows {
                path: &|path| outside.reading.shows(path),
                content: &|bytes| outside.secrets.refuse_held("the file", bytes).is_ok(),
            };
            outside.workspace.search(permit, &shows).map(hits)
        })
        .await
    }

    async fn symbols(&mut self, handle: Handle, path: String) -> Answer<String> {
        gate::run(self, &handle, Said::all(&[&path]), SymbolsCall::parse(&path), async |outside, permit| {
            lookup::symbols(outside, permit)
        })
        .await
    }

    async fn map(&mut self, handle: Handle, query: String) -> Answer<String> {
        gate::run(self, &handle, Said::all(&[&query]), MapCall::parse(&query), async |outside, permit| {
            lookup::map(outside, permit)
        })
        .await
    }

    async fn find(&mut self, handle: Handle, query: String) -> Answer<String> {
        gate::run(self, &handle, Said::all(&[&query]), FindCall::parse(&query), async |outside, permit| {
            lookup::find(outside, permit)
        })
        .await
    }

    async fn write(&mut self, handle: Handle, changes: Vec<Change>) -> Answer<Vec<String>> {
        let said = Said::all(&[&changes]);
        let call = WriteCall::parse(changes.into_iter().map(change).collect());
        let call = call.and_then(|call| self.outside.secrets.refuse_written(call));
        let answer = gate::run(self, &handle, said, call, async |outside, permit| {
            let operations = outside.workspace.write(permit)?;
            outside.forget_results();
            Ok(written(operations))
        })
        .await?;
        if answer.is_ok() {
            self.gate_status.clear();
        }
        Ok(answer)
    }

    async fn diff(&mut self, handle: Handle) -> Answer<String> {
        let call = self.outside.touched().map(|changed| DiffCall { changed });
        gate::run(self, &handle, Said::all(&[]), call, async |outside, permit| {
            placement::diff(&mut outside.workspace, permit, &outside.reading, &outside.secrets)
        })
        .await
    }

    async fn commit(&mut self, handle: Handle, message: String) -> Answer<String> {
        let (run, trace) = (self.id.clone(), self.trace.head());
        let branch = self.request.branches.work.clone();
        let changed = self.outside.touched();
        let call = changed.and_then(|changed| CommitCall::parse(&message, branch, changed));
        gate::run(self, &handle, Said::all(&[&message]), call, async |outside, permit| {
            placement::commit(outside, permit, &run, &trace)
        })
        .await
    }

    async fn push(&mut self, handle: Handle) -> Answer<String> {
        let call = self.outside.push_call(&self.id);
        gate::run(self, &handle, Said::all(&[]), call, async |outside, permit| outside.promise_push(permit))
            .await
    }

    async fn open_pull_request(&mut self, handle: Handle, title: String, body: String) -> Answer<String> {
        let call = self.outside.pull_request_call(&self.id, &title, &body);
        let said = Said::all(&[&title, &body]);
        gate::run(self, &handle, said, call, async |outside, permit| outside.promise_pull_request(permit))
            .await
    }
}

fn change(change: Change) -> Parsed<call::Change> {
    match change {
        Change::Write(file) => call::Change::write(&file.path, file.bytes, file.mode.as_deref()),
        Change::Delete(path) => call::Change::delete(&path),
        Change::Rename(rename) => call::Change::rename(&rename.from, &rename.to),
    }
}

fn written(operations: Vec<Operation>) -> Done<Vec<String>> {
    let ids = operations.iter().map(|operation| operation.id.clone()).collect();
    Done { operations, ..Done::new(ids, json!({})) }
}

fn content(file: HeldFile) -> Done<Content> {
    let record = json!({ "state": file.state() });
    let bytes = file.blob.bytes().to_vec();
    let size = bytes.len();
    Done::new(Content { bytes, mode: file.mode.to_string() }, record).with_bytes(size)
}

fn listing(listed: Listed) -> Done<Listing> {
    let record = json!({ "entries": listed.entries.len(), "unreadable": listed.unreadable });
    let size = listed.entries.iter().map(|entry| entry.path.as_str().len() + 16).sum();
    let entries = listed.entries.into_iter().map(|entry| Entry {
        path: entry.path.to_string(),
        kind: kind(entry.kind).to_owned(),
        bytes: entry.bytes,
    });
    let value = Listing { entries: entries.collect(), next: listed.next, unreadable: listed.unreadable };
    Done::new(value, record).with_bytes(size)
}

fn kind(kind: EntryKind) -> &'static str {
    match kind {
        EntryKind::File => "file",
        EntryKind::Folder => "folder",
        EntryKind::Link => "link",
    }
}

fn hits(found: Found) -> Done<Hits> {
    let record = json!({ "hits": found.hits.len(), "more": found.more });
    let size = found.hits.iter().map(|hit| hit.text.len() + hit.path.as_str().len() + 8).sum();
    let hits =
        found.hits.into_iter().map(|hit| Hit { path: hit.path.to_string(), line: hit.line, text: hit.text });
    Done::new(Hits { hits: hits.collect(), more: found.more }, record).with_bytes(size)
}
