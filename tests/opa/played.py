"""A played Open Policy Agent: its data API, over an independent Rego engine (rego-cpp).

    python played.py FOLDER PORT

FOLDER holds `.rego` modules and `data.json` documents; port 0 is any free one. Prints
`listening on PORT`. Needs the package `regopy`.
"""

import json
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Lock
from urllib.parse import unquote

from regopy import Interpreter, RegoError


class Policy:
    """The modules and documents of a folder."""

    def __init__(self, folder: Path):
        self.engine = Interpreter()
        self.lock = Lock()
        for module in sorted(folder.rglob("*.rego")):
            self.engine.add_module(module.name, module.read_text(encoding="utf-8"))
        for document in sorted(folder.rglob("data.json")):
            value = json.loads(document.read_text(encoding="utf-8"))
            for name in reversed(document.parent.relative_to(folder).parts):
                value = {name: value}
            self.engine.add_data(value)

    def result(self, segments: list[str], given: object) -> dict:
        """What the data API answers; nothing where the document is undefined."""
        path = "data" + "".join(f"[{json.dumps(segment)}]" for segment in segments)
        with self.lock:
            self.engine.set_input(given)
            output = self.engine.query(f"answer = {path}")
        if not output.ok():
            raise RegoError(str(output))
        if str(output) == "undefined":
            return {}
        return {"result": json.loads(str(output))["bindings"]["answer"]}


class DataApi(BaseHTTPRequestHandler):
    """POST /v1/data/<path> with {"input": ...}."""

    policy: Policy

    def do_POST(self):
        prefix = "/v1/data/"
        if not self.path.startswith(prefix):
            return self.answer(404, {"code": "resource_not_found", "message": "no such resource"})
        segments = [unquote(segment) for segment in self.path[len(prefix):].split("/")]
        try:
            asked = json.loads(self.rfile.read(int(self.headers.get("Content-Length", 0))))
            return self.answer(200, self.policy.result(segments, asked.get("input")))
        except ValueError as error:
            return self.answer(400, {"code": "invalid_parameter", "message": str(error)})
        except RegoError as error:
            return self.answer(500, {"code": "internal_error", "message": str(error)})

    def answer(self, status: int, document: dict):
        body = json.dumps(document).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def main():
    folder, port = Path(sys.argv[1]), int(sys.argv[2])
    DataApi.policy = Policy(folder)
    server = ThreadingHTTPServer(("127.0.0.1", port), DataApi)
    print(f"listening on {server.server_port}", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
