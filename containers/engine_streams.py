"""The part of the gate to the engine that asks for what takes long, and can break it off."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping
from concurrent.futures import CancelledError, Future, InvalidStateError
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

from containers.engine_connection import calling, said_by
from containers.engine_events import json_lines, stream_error
from containers.errors import EngineError, engine_error

if TYPE_CHECKING:
    from docker import APIClient
    from requests import Response

ANSWER_SECONDS = 120.0
"""How long the engine may take over an ordinary request, when 64 of them wait in line."""
SILENCE_SECONDS = 1800.0
"""How long a build may say nothing: a compiler at work is silent for minutes."""


class StreamCalls:
    """Requests whose answer is a stream of reports, and those the SDK sends without a limit."""

    def __init__(self, client: APIClient) -> None:
        self._client = client
        self._lock = threading.Lock()
        self._under_way: set[Future[Response]] = set()

    @property
    def through_local_socket(self) -> bool:
        """Whether the engine is reached through a socket of this machine, not over a network."""
        return self._client.base_url == "http+docker://localhost"

    def abort(self) -> None:
        """Break off every pull, import and build that goes on; from any thread.

        Each fails as if the engine had hung up, and the engine ends what it was doing. A step of
        a build can be silent for minutes, so waiting for its next line would not do.
        """
        from docker.errors import DockerException
        from docker.types.daemon import CancellableStream

        with self._lock:
            answers = list(self._under_way)
        for answer in answers:
            if not answer.cancel() and answer.exception() is None:
                with suppress(OSError, DockerException):
                    CancellableStream(iter(()), answer.result()).close()

    def _request(self, what: str, method: str, path: str, **options: Any) -> Response:
        url = f"{self._client.base_url}/v{self._client.api_version}{path}"
        options.setdefault("timeout", ANSWER_SECONDS)
        with calling(what):
            response = self._client.request(method, url, stream=True, **options)
            if response.ok:
                return response
            with response:
                text = response.text
        with suppress(ValueError, KeyError, TypeError):
            text = json.loads(text)["message"]
        raise engine_error(what, text, response.status_code)

    @contextmanager
    def _events(
        self, what: str, path: str, **options: Any
    ) -> Iterator[Iterator[Mapping[str, Any]]]:
        """Ask for something that takes long and yield its reports; leaving early cancels it.

        The engine says nothing at all until a registry has answered it, and there are registries
        that take a connection and never do: the request waits in a thread that `abort` leaves.
        """

        from docker.types.daemon import CancellableStream

        def reports(response: Response) -> Iterator[Mapping[str, Any]]:
            stream = CancellableStream(response.iter_content(None), response)
            for event in json_lines(said_by(stream, what)):
                failure = stream_error(event)
                if failure is not None:
                    raise engine_error(what, failure)
                yield event

        answer: Future[Response] = Future()
        with self._lock:
            self._under_way.add(answer)
        try:
            asking = threading.Thread(
                target=self._ask, args=(answer, what, path, options), name=what, daemon=True
            )
            asking.start()
            with answer.result() as response:
                yield reports(response)
        except CancelledError as error:
            raise EngineError(
                "engine_unreachable", what, "it was called off", status=None, retryable=True
            ) from error
        finally:
            answer.cancel()  # an interrupt, too, leaves the thread to itself
            with self._lock:
                self._under_way.discard(answer)

    def _ask(
        self, answer: Future[Response], what: str, path: str, options: Mapping[str, Any]
    ) -> None:
        try:
            response = self._request(what, "POST", path, **{"timeout": SILENCE_SECONDS, **options})
        except BaseException as error:
            with suppress(InvalidStateError):
                answer.set_exception(error)
            return
        try:
            answer.set_result(response)
        except InvalidStateError:  # nobody waits any more
            response.close()
