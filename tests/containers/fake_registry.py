"""A registry on this machine that answers as a test tells it to."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass(frozen=True, slots=True)
class Answer:
    """What the registry says to one request."""

    code: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Asked:
    """A request."""

    method: str
    path: str
    authorization: str = ""
    accept: str = ""
    agent: str = ""


Script = Callable[[Asked], Answer]


class FakeRegistry:
    """Answers by a script and remembers what it was asked."""

    def __init__(self, host: str, script: Script) -> None:
        self.host = host
        self.script = script
        self.asked: list[Asked] = []


@contextmanager
def fake_registry(script: Script) -> Iterator[FakeRegistry]:
    """Run a registry; `script` may be replaced on the way."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            authorization = self.headers.get("Authorization", "")
            accept = ", ".join(self.headers.get_all("Accept", ()))
            agent = self.headers.get("User-Agent", "")
            asked = Asked(self.command, self.path, authorization, accept, agent)
            registry.asked.append(asked)
            answer = registry.script(asked)
            self.send_response_only(answer.code)
            for name, value in {"Content-Length": str(len(answer.body)), **answer.headers}.items():
                self.send_header(name, value)
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(answer.body)

        def do_HEAD(self) -> None:
            self.do_GET()

        def log_message(self, *args: object) -> None:
            """Say nothing on the tests' stderr."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        registry = FakeRegistry(f"127.0.0.1:{server.server_port}", script)
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield registry
        server.shutdown()
