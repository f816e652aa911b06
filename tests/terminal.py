"""Plays a person at a terminal who is asked whether something may happen.

    python3 tests/terminal.py PROGRAM

Exits 1 when a person's yes does not let it happen, when anything else does, or when what
is asked does not name the exact effect.
"""

import os
import pty
import select
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ASK = """
[[policy.rules]]
name = "people-look"
effect = "ask"
reason = "people look at a.txt"
capabilities = ["repo.write"]
paths = ["a.txt"]
"""
PATCH = "*** Begin Patch\n*** Update File: a.txt\n@@\n-a\n+b\n*** End Patch\n"
WANTED = ["May this happen?", "repo.write", "write a.txt (2 bytes, sha256 ", "people look at a.txt"]


def until(terminal: int, text: str, seconds: float) -> str:
    """Reads until a text was shown; what was shown so far when it never is."""
    seen, end = "", time.monotonic() + seconds
    while text not in seen and time.monotonic() < end:
        if select.select([terminal], [], [], 0.1)[0]:
            try:
                piece = os.read(terminal, 65536)
            except OSError:
                break
            if not piece:
                break
            seen += piece.decode(errors="replace")
    return seen


def run(program: str, answer: bytes, mode: str) -> tuple[int, str, str]:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder, "repository")
        root.mkdir()
        (root / "a.txt").write_text("a\n")
        Path(folder, "ask.toml").write_text(ASK)
        Path(folder, "good.patch").write_text(PATCH)
        terminal, inside = pty.openpty()
        words = [program, "run", "--repo", "repository", "--proposal", "good.patch", "--mode", mode]
        words += ["--config", "ask.toml", "--state-dir", str(Path(folder, "state"))]
        process = subprocess.Popen(
            words, cwd=folder, stdin=inside, stdout=inside, stderr=inside, start_new_session=True
        )
        os.close(inside)
        os.write(terminal, b"yes\n")  # typed before anything was asked: no answer
        seen = until(terminal, "to refuse: ", 20)
        time.sleep(0.3)
        if process.poll() is None:
            os.write(terminal, answer)
        seen += until(terminal, "proof ", 20)
        code = process.wait(20)
        os.close(terminal)
        return code, seen, (root / "a.txt").read_text()


def main() -> int:
    program, faults = str(Path(sys.argv[1]).resolve()), []
    for answer, mode, code, content in [
        (b"yes\n", "proposed_change", 0, "b\n"),
        (b"no\n", "proposed_change", 3, "a\n"),
        (b"\n", "proposed_change", 3, "a\n"),
        (b"yess\n", "proposed_change", 3, "a\n"),
        (b"yes\n", "production_change", 3, "a\n"),
    ]:
        ended, seen, held = run(program, answer, mode)
        missing = [words for words in WANTED if words not in seen]
        if (ended, held) != (code, content) or missing:
            faults.append(f"{answer!r} in a {mode}: exit {ended}, file {held!r}, not shown {missing}\n{seen}")
    print("\n".join(faults) or "5 answers at a terminal, each as it should be")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
