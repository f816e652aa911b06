#!/usr/bin/env bash
# An auditor's script of at most 60 lines verifies an exported run without our program, and
# finds what was changed in it: `auditor.sh PROGRAM`.
set -euo pipefail
program=$(realpath "$1") script=$(realpath "$(dirname "$0")/../../docs/guides/verify.py")
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
export HOME=$scratch/home
unset XDG_CONFIG_HOME XDG_DATA_HOME XDG_STATE_HOME
mkdir -p "$HOME" "$scratch/repository"
cd "$scratch"

fail() { echo "FAILED  $1"; exit 1; }
audit() { "$program" --state-dir state audit "$@"; }

lines=$(wc -l < "$script")
[ "$lines" -le 60 ] || fail "the script has $lines lines"

echo 'Greets the wrold.' > repository/README.md
printf '%s\n' '--- a/README.md' '+++ b/README.md' '@@ -1 +1 @@' '-Greets the wrold.' '+Greets the world.' > p.diff
"$program" --state-dir state run --repo repository --mode proposed_change --proposal p.diff \
    --check 'true' > said 2>&1 || { cat said; fail 'the run'; }
audit export last -o run.tar > said
key=$(audit key)
python3 "$script" run.tar "$key" || fail 'a whole run is found to be whole'

# Changes one thing in a copy of the export and packs it as it was packed.
cat > tamper.py <<'P'
import io, sys, tarfile
what, out = sys.argv[1], sys.argv[2]
files = {m.name: (m, tarfile.open("run.tar").extractfile(m).read()) for m in tarfile.open("run.tar")}
lines = files["records.jsonl"][1].splitlines(keepends=True)
if what.startswith("flip:"):
    name = what[5:]
    data = bytearray(files[name][1])
    data[len(data) // 2] ^= 1
    files[name] = (files[name][0], bytes(data))
elif what.startswith("lose:"):
    del files[what[5:]]
elif what == "add":
    files["payloads/" + "0" * 64] = (tarfile.TarInfo("payloads/" + "0" * 64), b"more")
else:
    at = len(lines) // 2
    if what == "drop": del lines[at]
    if what == "swap": lines[at], lines[at + 1] = lines[at + 1], lines[at]
    if what == "twice": lines.insert(at, lines[at])
    if what == "cut": del lines[at:]
    if what == "spaced": lines[at] = lines[at].replace(b'":', b'": ', 1)
    files["records.jsonl"] = (files["records.jsonl"][0], b"".join(lines))
with open(out, "wb") as file:
    for name, (info, data) in files.items():
        info.size = len(data)
        file.write(info.tobuf(tarfile.USTAR_FORMAT) + data + bytes(-len(data) % 512))
    file.write(bytes(1024))
P
payload=$(tar tf run.tar | grep payloads/ | head -1)
tried=0
for what in drop swap twice cut spaced add "flip:$payload" "lose:$payload" flip:format.json flip:records.jsonl \
    lose:notes/run.dsse.json $(tar tf run.tar | grep notes/ | sed 's/^/flip:/') $(tar tf run.tar | grep notes/log | sed 's/^/lose:/'); do
    python3 tamper.py "$what" tampered.tar
    python3 "$script" tampered.tar "$key" > said 2>&1 && fail "$what is not found"
    grep -q '^fault: ' said || { cat said; fail "$what is found without its place"; }
    tried=$((tried + 1))
done

HOME=$scratch/other "$program" --state-dir other audit key > other.key
python3 "$script" run.tar "$(cat other.key)" > said 2>&1 && fail 'another key is gone by'
grep -q 'not signed by' said || fail 'another key is refused without saying so'
echo "auditor: $lines lines, $tried changes found, another key refused"
