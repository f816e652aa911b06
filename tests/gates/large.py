"""The embedded gates of a change that touches 3 files of 100,000, in one run beside `git status`.

    large.py OURS

Prints medians: of the gates within a run, as its events have them, and of a whole scan.
"""

import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

ROUNDS = 7
# The most that the gates may take, in milliseconds.
BOUND_MS = 500
ENDINGS = ["rs", "py", "ts", "go", "java", "c", "json", "yaml", "md", "txt"]
GATES = ["secrets", "dependencies", "sast", "container", "iac", "sbom", "licence", "consistency"]


def lay(repository):
    """A hundred thousand small files, committed."""
    for at in range(100_000):
        ending = ENDINGS[at % 10]
        path = repository / f"m{at // 1000}" / f"s{at // 100 % 10}" / f"f{at % 100}.{ending}"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f'{{"a": {at}}}\n' if ending == "json" else f"a: {at}\n")
    (repository / "LICENSE").write_text("Copyright Somebody\n")
    git(repository, "init", "-q", "-b", "main")
    git(repository, "add", "-A")
    git(repository, "-c", "user.name=Somebody", "-c", "user.email=somebody@example.org", "commit", "-qm", "base")


def git(repository, *words):
    return subprocess.run(["git", "-C", repository, "-c", "gc.auto=0", *words], check=True, capture_output=True, text=True).stdout


def timed(command, folder):
    begun = time.monotonic()
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    return (time.monotonic() - begun) * 1000, done


def of_gates(output):
    """From the last event before the gates to the last of theirs."""
    events = [json.loads(line) for line in output.splitlines() if line.startswith("{")]
    ends = [event["time_ms"] for event in events if event["event"] == "gate.finished"]
    before = [event["time_ms"] for event in events if event["event"] != "gate.finished" and event["time_ms"] <= ends[0]]
    return ends[-1] - before[-1], len(ends)


def main():
    ours = os.path.abspath(sys.argv[1])
    with tempfile.TemporaryDirectory() as folder:
        repository = pathlib.Path(folder, "repository")
        lay(repository)
        os.environ["CODE_ASSIST_STATE_DIR"] = str(pathlib.Path(folder, "state"))
        for name in ["m1/s1/f1.py", "m50/s5/f0.rs", "m99/s9/f3.go"]:
            with open(repository / name, "a", encoding="utf-8") as file:
                file.write("b: 1\n")
        patch = pathlib.Path(folder, "change.diff")
        patch.write_text(git(repository, "diff"))
        run = [ours, "run", "--proposal", str(patch), "--mode", "dry_run", "--json"]
        run += [word for gate in GATES for word in ("--gate", gate)]
        gates, scans, status = [], [], []
        for _ in range(ROUNDS):
            status.append(timed(["git", "status", "--short"], repository)[0])
            scans.append(timed([ours, "scan", ".", "--since", "HEAD"], repository)[0])
            git(repository, "stash", "-q")
            done = timed(run, repository)[1]
            assert "gate.finished" in done.stdout, (done.returncode, done.stdout[-600:], done.stderr)
            took, count = of_gates(done.stdout)
            git(repository, "stash", "pop", "-q")
            assert count > len(GATES), count
            gates.append(took)
    told = {"the gates of a run": gates, "a whole scan": scans, "git status": status}
    for name, times in told.items():
        print(f"{name:20} {statistics.median(times):6.0f} ms, median of {ROUNDS}")
    if statistics.median(gates) > BOUND_MS:
        sys.exit(f"fault: the gates take more than {BOUND_MS} ms")


if __name__ == "__main__":
    main()
