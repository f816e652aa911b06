"""python3 verify.py RUN.tar NAME+HASH+KEY verifies an exported run with openssl, and with nothing of ours."""
import base64, hashlib, json, pathlib, subprocess, sys, tarfile, tempfile
place, faults, leaves, left_open, decoded, scratch = "the archive", [], [], {}, base64.b64decode, tempfile.TemporaryDirectory()
sys.excepthook = lambda kind, error, traceback: print(f"fault: {place}: missing or unreadable: {error!r}" if sys.argv[2:] else __doc__)
def need(holds, fault): holds or faults.append(print(f"fault: {place}: {fault}"))
def sha256(*parts): return hashlib.sha256(b"".join(parts)).digest()
def canonical(value): return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
def half(size): return 1 << (size - 1).bit_length() - 1  # the largest power of two below it
def root(leaves):  # of their Merkle tree (RFC 6962)
    if len(leaves) == 1: return leaves[0]
    return sha256(b"\1", root(leaves[:half(len(leaves))]), root(leaves[half(len(leaves)):]))
def climbed(leaf, index, size, path):  # the root that a proof of inclusion leads to
    if size == 1: return leaf if index == 0 and path == [] else b""
    if index < half(size): return sha256(b"\1", climbed(leaf, index, half(size), path[:-1]), path[-1])
    return sha256(b"\1", path[-1], climbed(leaf, index - half(size), size - half(size), path[:-1]))
def signed(message, signature, folder=pathlib.Path(scratch.name)):
    for name, data in (("key", der + decoded(key)[1:]), ("in", message), ("sig", signature)): (folder / name).write_bytes(data)
    words = "openssl pkeyutl -verify -rawin -pubin -keyform DER -inkey key -in in -sigfile sig".split()
    need(subprocess.run(words, cwd=folder, capture_output=True).returncode == 0, f"not signed by {signer}")
def checkpoint(note):  # of a tree: its name, its size, its root (C2SP signed-note, tlog-checkpoint)
    *_, text, lines = note.split("\n\n")
    sig = decoded(f"\n{lines}".partition(f"\n— {signer} ")[2].partition("\n")[0])
    signed(f"{text}\n".encode(), sig[4:] if sig[:4].hex() == key_id else b"")
    return text.split("\n")[0], int(text.split("\n")[1]), decoded(text.split("\n")[2])
(signer, key_id, key), der = sys.argv[2].split("+", 2), bytes.fromhex("302a300506032b6570032100")
with tarfile.open(sys.argv[1]) as tar: files = {file.name: tar.extractfile(file).read() for file in tar}
size = 1024 + sum(512 + len(data) + -len(data) % 512 for data in files.values())
need(pathlib.Path(sys.argv[1]).stat().st_size == size, "it is cut off, or holds more than its files")
origin, run_id = checkpoint(files["notes/checkpoint"].decode())[0].split("/runs/")
removed = [name[18:-11] for name in files if name.startswith("notes/log-removed-")]
for seq, line in enumerate(files["records.jsonl"].split(b"\n")[:-1]):
    place, record = f"record {seq}", json.loads(line)
    here = {**record, "previous": (leaves or [bytes(32)])[-1].hex(), "run_id": run_id, "seq": seq}
    need(canonical(here) == line, "not in canonical form, or it does not follow the record before it")
    leaves.append(sha256(b"\0", line))
    for hash in record["body"].get("payloads", []): need(f"payloads/{hash}" in files or hash in removed, f"no payload {hash}")
    if record["kind"].endswith(".opened"): left_open[seq] = record["body"].get("function", record["kind"])
    left_open.pop(record["body"].get("opened"), None)
trace = {"head": leaves[-1].hex(), "records": len(leaves), "root": root(leaves).hex()}
said_of_it = {name[6:]: sha256(data).hex() for name, data in files.items() if name.endswith(".dsse.json")}
log = {"started": ["log.run_started", run_id, {}], "finished": ["log.run_finished", run_id, {**trace, "statements": said_of_it}]}
needed = "format.json", "notes/run.dsse.json", "notes/log-started.tlog-proof", "notes/log-finished.tlog-proof"
for place, data in {**dict.fromkeys(needed, b""), **files}.items():
    if place == "format.json": need(json.loads(data) == dict(format="code-assist-export/1", origin=origin, removed=removed, run_id=run_id), "of another run")
    elif place == "notes/checkpoint": need(checkpoint(data.decode())[1:] == (len(leaves), root(leaves)), "of other records")
    elif place.endswith(".tlog-proof"):
        (_, line, index, *path), (tree, size, top) = data.decode().split("\n\n")[0].split("\n"), checkpoint(data.decode())
        way = climbed(sha256(b"\0", decoded(line[6:])), int(index[6:]), size, [decoded(hash) for hash in path])
        need([tree, way] == [origin, top], "the log is not proved to hold its entry")
        kind, run, body = (json.loads(decoded(line[6:]))[name] for name in ("kind", "run_id", "body"))
        gone = ["log.payload_removed", "", {**body, "payload": place[18:-11]}]
        need([kind, run, body] == log.get(place[10:-11], gone), "its entry says something else")
    elif place.endswith(".dsse.json"):
        kind, said = json.loads(data)["payloadType"], decoded(json.loads(data)["payload"])
        signed(f"DSSEv1 {len(kind)} {kind} {len(said)} ".encode() + said, decoded(json.loads(data)["signatures"][0]["sig"]))
        need(json.loads(said)["predicate"].get("trace", trace) == trace, "it speaks of other records")
        for hash in sum((list(subject["digest"].values()) for subject in json.loads(said)["subject"]), []):
            need(removed or any(hash.encode() in data for data in files.values()), f"{hash} is nowhere in the run")
    elif place != "records.jsonl": need(place == f"payloads/{sha256(data).hex()}", "not what was hashed")
sys.exit(f"{len(faults)} faults" if faults else print(f"{run_id}: whole, {len(leaves)} records, left open: {left_open}"))
