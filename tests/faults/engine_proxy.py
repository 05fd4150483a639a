"""A socket between a client and an engine, on which answers come late, or break off."""

from __future__ import annotations

import re
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path


@dataclass
class EngineProxy:
    """Hands bytes on between `path` and the engine's own socket, as it is told to."""

    path: Path
    engine_socket: Path
    answers_after_seconds: float = 0.0
    """How late each chunk of an answer is handed on."""
    cut: re.Pattern[bytes] | None = None
    """Requests that match, by their first line, are cut off in the middle of the answer."""
    cut_after_bytes: int = 0
    """How much of the answer still comes."""
    cuts_left: int = 0
    cut_requests: list[bytes] = field(default_factory=list)

    @property
    def address(self) -> str:
        """What DOCKER_HOST says to mean it."""
        return f"unix://{self.path}"

    def serve(self, listening: socket.socket) -> None:
        """Accept connections until the socket is closed."""
        while True:
            try:
                client, _ = listening.accept()
            except OSError:
                return
            threading.Thread(target=self._connection, args=(client,), daemon=True).start()

    def _connection(self, client: socket.socket) -> None:
        with client, socket.socket(socket.AF_UNIX) as engine:
            engine.connect(str(self.engine_socket))
            room: list[int] = []
            up = threading.Thread(target=self._requests, args=(client, engine, room), daemon=True)
            up.start()
            self._answers(engine, client, room)
            up.join()

    def _requests(self, client: socket.socket, engine: socket.socket, room: list[int]) -> None:
        with suppress(OSError):
            while data := client.recv(65536):
                if self.cuts_left and self.cut and self.cut.search(data.partition(b"\r\n")[0]):
                    self.cuts_left -= 1
                    self.cut_requests.append(data.partition(b"\r\n")[0])
                    room.append(self.cut_after_bytes)
                engine.sendall(data)
        with suppress(OSError):
            engine.shutdown(socket.SHUT_WR)

    def _answers(self, engine: socket.socket, client: socket.socket, room: list[int]) -> None:
        with suppress(OSError):
            while data := engine.recv(65536):
                time.sleep(self.answers_after_seconds)
                if room:
                    data = data[: room[0]]
                    room[0] -= len(data)
                client.sendall(data)
                if room and room[0] <= 0:
                    break
        for connection in (client, engine):
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)


@contextmanager
def engine_proxy(folder: Path, engine_socket: Path) -> Iterator[EngineProxy]:
    """Give a proxy that listens."""
    proxy = EngineProxy(folder / "p", engine_socket)
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(proxy.path))
        listening.listen(64)
        threading.Thread(target=proxy.serve, args=(listening,), daemon=True).start()
        yield proxy
        listening.shutdown(socket.SHUT_RDWR)
