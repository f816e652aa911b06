#!/usr/bin/env bash
# Simulations with real engines: every one that is on this machine, and at least one. Podman
# and Docker keep what they do in a folder of ours; both are run as root.
set -euo pipefail
cd "$(dirname "$0")/../.."

need() { command -v "$1" > /dev/null || { apt-get update -q && apt-get install -qy --no-install-recommends "${@:2}"; }; }
need busybox busybox-static
need podman podman runc netavark aardvark-dns iptables
need dockerd docker.io

folder=$(mktemp -d)
daemon=
stop() {
    [ -z "$daemon" ] || { kill "$daemon" && wait "$daemon" || true; }
    rm -rf "$folder"
}
trap stop EXIT

CODE_ASSIST_BUSYBOX=$(command -v busybox)
export CODE_ASSIST_BUSYBOX
simulate() {
    CODE_ASSIST_ENGINE=$* cargo test ${CARGO_PROFILE-} --workspace --test containers -- --ignored --test-threads=1
}

simulate podman --storage-driver=vfs --root="$folder/root" --runroot="$folder/run" --runtime=runc

if docker info > /dev/null 2>&1; then
    simulate docker
else
    export DOCKER_HOST=unix://$folder/docker.sock
    dockerd --host "$DOCKER_HOST" --data-root "$folder/data" --exec-root "$folder/exec" --pidfile "$folder/pid" \
        --storage-driver vfs --bridge none > "$folder/log" 2>&1 &
    daemon=$!
    for _ in $(seq 100); do docker info > /dev/null 2>&1 && break || sleep 0.2; done
    simulate docker
fi
