"""Asks an Open Policy Agent, played or real, about contexts that were decided on already.

    python compare.py FOLDER CONTEXTS [ADDRESS]

CONTEXTS has a line {"input": ..., "allow": ...} for each. Without ADDRESS a played one is
started on FOLDER. Exits 1 when any decision differs, and when nothing was compared.
"""

import json
import subprocess
import sys
from pathlib import Path
from urllib.request import Request, urlopen

RULE = "/v1/data/code_assist/allow"


def ask(address: str, given: object) -> bool:
    body = json.dumps({"input": given}).encode()
    request = Request(address + RULE, body, {"Content-Type": "application/json"})
    with urlopen(request, timeout=10) as answer:
        return json.load(answer).get("result") is True


def compare(address: str, lines: list[str]) -> bool:
    decided = [json.loads(line) for line in lines]
    differing = [number for number, case in enumerate(decided, 1) if ask(address, case["input"]) != case["allow"]]
    allowed = sum(case["allow"] for case in decided)
    print(f"{len(decided)} contexts: {allowed} allowed, {len(decided) - allowed} denied, {len(differing)} differ")
    for number in differing:
        print(f"line {number} differs", file=sys.stderr)
    return bool(decided) and not differing


def main() -> int:
    folder, contexts = sys.argv[1], Path(sys.argv[2]).read_text(encoding="utf-8")
    lines = [line for line in contexts.split("\n") if line]
    if len(sys.argv) > 3:
        return 0 if compare(sys.argv[3], lines) else 1
    played = [sys.executable, str(Path(__file__).with_name("played.py")), folder, "0"]
    with subprocess.Popen(played, stdout=subprocess.PIPE, text=True) as server:
        try:
            port = server.stdout.readline().rsplit(" ", 1)[-1].strip()
            return 0 if compare(f"http://127.0.0.1:{port}", lines) else 1
        finally:
            server.terminate()


if __name__ == "__main__":
    sys.exit(main())
