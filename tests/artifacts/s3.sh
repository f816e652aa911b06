#!/usr/bin/env bash
# Artifacts in a storage that speaks S3 and that somebody else wrote: moto's server, which
# writes on conditions and takes parts. Leaves nothing behind.
set -euo pipefail
cd "$(dirname "$0")/../.."

tools=$(mktemp -d)
server=
trap '[ -z "$server" ] || kill "$server"; rm -rf "$tools"' EXIT

python3 -m venv "$tools/python"
"$tools/python/bin/pip" install --quiet 'moto[server]==5.2.5' boto3

port=$("$tools/python/bin/python" -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
"$tools/python/bin/moto_server" --host 127.0.0.1 --port "$port" > "$tools/log" 2>&1 &
server=$!

CODE_ASSIST_S3=http://127.0.0.1:$port "$tools/python/bin/python" tests/artifacts/bucket.py before
CODE_ASSIST_S3=http://127.0.0.1:$port cargo test ${CARGO_PROFILE-} --workspace --test artifacts -- --ignored
CODE_ASSIST_S3=http://127.0.0.1:$port "$tools/python/bin/python" tests/artifacts/bucket.py after
