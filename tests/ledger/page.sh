#!/usr/bin/env bash
# Real runs, and what a browser makes of their reports. Usage: page.sh PROGRAM
set -euo pipefail
program=$(realpath "$1")
here=$(realpath "$(dirname "$0")")
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
export XDG_CONFIG_HOME=$scratch/home XDG_DATA_HOME=$scratch/home CODE_ASSIST_STATE_DIR=$scratch/state
cd "$scratch"
mkdir repository && cd repository
git init -q -b main
printf 'fn main() {\n    println!("wrold");\n}\n' > main.rs
git add -A && git -c user.name=Somebody -c user.email=somebody@example.org commit -qm base
cd ..
cat > good.patch <<'EOF'
*** Begin Patch
*** Update File: main.rs
@@
-    println!("wrold");
+    println!("world"); // a word
*** End Patch
EOF
cat > denied.toml <<'EOF'
[[policy.rules]]
effect = "deny"
capabilities = ["repo.write"]
paths = ["**"]
EOF
"$program" run --repo repository --proposal good.patch --instruction 'Mend the word' --mode dry_run \
    --check 'grep -q world main.rs' > /dev/null
"$program" audit report --output ready.html > /dev/null
"$program" run --repo repository --proposal good.patch --config denied.toml > /dev/null || true
"$program" audit report --output denied.html > /dev/null
python3 "$here/report.py" ready.html denied.html
