"""The streams of JSON lines in which the engine reports pulls, builds and imports."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class PullProgress:
    """How far a pull has come, all layers together."""

    reference: str
    layers: int
    layers_done: int
    bytes_done: int
    """Bytes downloaded of the layers whose size is known."""
    bytes_total: int
    """Bytes of the layers whose size is known; grows while the pull goes on."""

    @property
    def text(self) -> str:
        """The same in words."""
        if not self.bytes_total:
            return "pulling"
        return (
            f"pulling {self.bytes_done / 1e6:.0f} of {self.bytes_total / 1e6:.0f} MB, "
            f"{self.layers_done} of {self.layers} layers"
        )


def json_lines(chunks: Iterable[bytes]) -> Iterator[Mapping[str, Any]]:
    """Yield the JSON objects of a stream that has one to a line, however it was chunked."""
    rest = b""
    for chunk in chunks:
        *lines, rest = (rest + chunk).split(b"\n")
        yield from (json.loads(line) for line in lines if line.strip())
    if rest.strip():
        yield json.loads(rest)


def stream_error(event: Mapping[str, Any]) -> str | None:
    """Return the message where an event reports a failure.

    The engine answers 200 before it begins, so failures come as an event in the stream.
    """
    if "error" not in event and "errorDetail" not in event:
        return None
    detail = event.get("errorDetail") or {}
    return str(detail.get("message") or event.get("error")).strip()


class PullTracker:
    """Adds the events of the layers of one pull up to one PullProgress."""

    def __init__(self, reference: str) -> None:
        self._reference = reference
        self._downloads: dict[str, tuple[int, int]] = {}
        self._done: set[str] = set()

    def after(self, event: Mapping[str, Any]) -> PullProgress | None:
        """Take in one event; return the progress, or None where it tells of no layer."""
        layer = event.get("id", "")
        status = event.get("status", "")
        if not layer or status.startswith("Pulling from"):
            return None
        downloaded, total = self._downloads.get(layer, (0, 0))
        detail = event.get("progressDetail") or {}
        if status == "Downloading" and detail.get("total"):
            downloaded, total = detail.get("current", 0), detail["total"]
        elif status in {"Download complete", "Verifying Checksum", "Extracting"}:
            downloaded = total
        elif status in {"Pull complete", "Already exists"}:
            downloaded = total
            self._done.add(layer)
        self._downloads[layer] = (downloaded, total)
        return PullProgress(
            reference=self._reference,
            layers=len(self._downloads),
            layers_done=len(self._done),
            bytes_done=sum(done for done, _ in self._downloads.values()),
            bytes_total=sum(total for _, total in self._downloads.values()),
        )


class BuildLog:
    """Turns a build's events into the lines that it printed and the id of its image."""

    def __init__(self) -> None:
        self.image_id = ""
        self._partial = ""

    def lines_of(self, event: Mapping[str, Any]) -> list[str]:
        """Take in one event; return the lines that it completes."""
        self.image_id = (event.get("aux") or {}).get("ID", self.image_id)
        self._partial += event.get("stream", "")
        *lines, self._partial = self._partial.split("\n")
        return [line.rstrip("\r") for line in lines if line.strip()]

    def last_line(self) -> list[str]:
        """Return the line that the build left unfinished, if any."""
        return [self._partial] if self._partial.strip() else []
