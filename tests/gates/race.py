"""Looks for secrets in one tree of ordinary source, with each scanner in turn, and prints medians.

    race.py OURS [NAME=PROGRAM...]

The tree is made of the sources of the crates that this workspace is built from, 50 MB at least.
Every round runs all of them, one after the other, so that the machine's moods meet all alike.
"""

import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

BYTES = 55_000_000
ROUNDS = 5
KINDS = {".rs", ".toml", ".md", ".c", ".h", ".py", ".js", ".json", ".txt", ".yml", ".sh"}
# Races, until one finds the machine quiet.
RACES = 4
# Ours, times faster than.
BOUNDS = {"gitleaks": 15, "kingfisher": 2}
KIB_MAX = 40 * 1024

COMMANDS = {
    "ours": lambda program, tree: [program, "scan", tree, "--gate", "secrets", "--json"],
    "gitleaks": lambda program, tree: [program, "dir", "--no-banner", "--log-level", "error", "--exit-code", "0",
                                       "--report-format", "json", "--report-path", "report", tree],
    "kingfisher": lambda program, tree: [program, "scan", tree, "--no-validate", "--no-update-check", "--quiet",
                                         "--git-history=none", "--format", "json", "--output", "report"],
}


def lay(tree):
    """Copies sources, file by file, until there is enough."""
    home = pathlib.Path(os.environ.get("CARGO_HOME", pathlib.Path.home() / ".cargo"))
    total = 0
    for path in sorted(home.glob("registry/src/*/*/**/*")):
        if path.suffix not in KINDS or not path.is_file() or path.is_symlink() or path.stat().st_size > 1_000_000:
            continue
        place = tree / path.parts[-2] / f"{total}{path.suffix}"
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, place)
        total += path.stat().st_size
        if total >= BYTES:
            return total
    sys.exit(f"there are only {total} bytes of sources: build the workspace first")


def peak(pid):
    """Peak memory of a program, by what the kernel keeps of it alone: what it was forked from is no part."""
    try:
        text = pathlib.Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in text.splitlines() if line.startswith("VmHWM")), 0)


def run(command, folder):
    """Wall time, processor time and peak memory of a command."""
    begun = time.monotonic()
    child = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    kib, pid = 0, 0
    while pid == 0:
        time.sleep(0.002)
        kib = max(kib, peak(child.pid))
        pid, status, used = os.wait4(child.pid, os.WNOHANG)
    child.returncode = os.waitstatus_to_exitcode(status)
    return time.monotonic() - begun, used.ru_utime + used.ru_stime, kib, child.returncode


def main():
    programs = {"ours": sys.argv[1], **dict(argument.split("=", 1) for argument in sys.argv[2:])}
    with tempfile.TemporaryDirectory() as folder:
        tree = pathlib.Path(folder, "tree")
        size = lay(tree)
        os.environ["CODE_ASSIST_STATE_DIR"] = str(pathlib.Path(folder, "state"))
        sys.exit(all(race(programs, tree, size, folder) for _ in range(RACES)))


def race(programs, tree, size, folder):
    """Prints what the rounds of one race show, and returns what is wrong with it."""
    seen = {name: [] for name in programs}
    for _ in range(ROUNDS):
        for name, program in programs.items():
            seen[name].append(run(COMMANDS[name](os.path.abspath(program), str(tree)), folder))
    medians = {name: [statistics.median(values) for values in zip(*rounds)] for name, rounds in seen.items()}
    print(f"{size:,} bytes of sources, medians of {ROUNDS} rounds")
    for name, (wall, cpu, kib, code) in medians.items():
        times = f"{wall / medians['ours'][0]:5.1f} times ours by wall, {cpu / medians['ours'][1]:5.1f} by processor"
        print(f"{name:11} {wall:6.2f} s wall {cpu:6.2f} s processor {kib:>9,.0f} KiB, exit {code:.0f}: {times}")
    faults = []
    for name, bound in BOUNDS.items():
        if name in medians and medians[name][0] < bound * medians["ours"][0]:
            faults.append(f"not {bound} times faster than {name}")
    if medians["ours"][2] > KIB_MAX:
        faults.append(f"more than {KIB_MAX} KiB")
    if medians["ours"][3] not in (0, 4):
        faults.append(f"ours ended with {medians['ours'][3]}")
    for fault in faults:
        print(f"fault: {fault}")
    return faults


if __name__ == "__main__":
    main()
