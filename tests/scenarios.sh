#!/usr/bin/env bash
# Runs every apply-patch scenario of a folder through the program: `input/`, `patch.txt`,
# `expected/`. A scenario that expects half of a failing patch to stay is the one
# divergence: here an edit set applies as a whole, so nothing may have changed.
set -uo pipefail
scenarios=$1 program=$(realpath "$2")
passed=0 failed=0
for scenario in "$scenarios"/*/; do
    name=$(basename "$scenario")
    scratch=$(mktemp -d)
    mkdir "$scratch/repository" "$scratch/expected"
    [ -d "$scenario/input" ] && cp -r "$scenario/input/." "$scratch/repository"
    case $name in
        015_*) [ -d "$scenario/input" ] && cp -r "$scenario/input/." "$scratch/expected" ;;
        *) cp -r "$scenario/expected/." "$scratch/expected" ;;
    esac
    chmod -R u+w "$scratch"
    "$program" run --repo "$scratch/repository" --proposal "$scenario/patch.txt" --mode proposed_change \
        --state-dir "$scratch/state" >"$scratch/said" 2>&1
    code=$?
    if diff -r "$scratch/expected" "$scratch/repository" >"$scratch/diff"; then
        passed=$((passed + 1))
        printf 'ok      %s (exit %s)\n' "$name" "$code"
    else
        failed=$((failed + 1))
        printf 'FAILED  %s (exit %s)\n' "$name" "$code"
        cat "$scratch/diff" "$scratch/said"
    fi
    rm -rf "$scratch"
done
printf 'scenarios: %s passed, %s failed\n' "$passed" "$failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
