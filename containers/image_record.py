"""What swe-verify fetched or built on an engine, for which run: so that it removes nothing else.

One small JSON file for each reference, replaced as a whole, so that whoever reads it meanwhile
sees the old one or the new one. Its time of modification is when the image was last used. A file
that cannot be read counts as absent: then the image is nobody's, and is left alone.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from containers.file_lock import file_lock
from containers.image_reference import ImageReference
from task_specs.cache_dir import cache_dir

_MOST_FETCHES = 12
"""Fetches of one reference that are remembered, the latest."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Fetch:
    """One time that an image was absent and swe-verify brought it."""

    run: str
    """Names the run that wanted it."""
    how: str
    """pulled or built."""
    at: float
    """Seconds since the epoch."""
    image_id: str = ""
    """Empty while it goes on, and for ever where its process was killed."""
    digest: str = ""
    """What pins its content: the registry's digest, or the id of what was built."""
    removed: bool = False
    """Whether swe-verify has removed it again."""


@dataclass(frozen=True, slots=True)
class ReferenceRecord:
    """What is known of one reference."""

    reference: str
    fetches: tuple[Fetch, ...]
    """In the order of time; never empty."""
    last_used: float
    """Seconds since the epoch."""


class ImageRecord:
    """The records of one engine's images. Failing to write one is logged, and stops nobody."""

    def __init__(self, engine_id: str) -> None:
        self._engine_id = engine_id
        self._folder = cache_dir("images") / _digest(engine_id)

    def of(self, reference: str) -> ReferenceRecord | None:
        """Return what is known of a reference; None where it was never fetched."""
        return _read(self._path(reference))

    def all(self) -> list[ReferenceRecord]:
        """Return everything that is known."""
        records = (_read(path) for path in sorted(self._folder.glob("*.json")))
        return [record for record in records if record is not None]

    def latest(self, reference: str) -> Fetch | None:
        """Return the last fetch of a reference, whoever it was for."""
        record = self.of(reference)
        return record.fetches[-1] if record is not None else None

    def first_digest(self, reference: str, run: str) -> str:
        """Return the digest that a run had when it first fetched a reference; empty if never."""
        record = self.of(reference)
        fetches = record.fetches if record is not None else ()
        return next((each.digest for each in fetches if each.run == run and each.image_id), "")

    def begun(self, reference: str, run: str, how: str) -> None:
        """Note that an image is absent and about to be fetched."""
        with self._changing(reference) as fetches:
            fetches.append(Fetch(run, how, time.time()))

    def ended(self, reference: str, run: str, image_id: str, digest: str) -> None:
        """Note what the fetch that had begun brought."""
        with self._changing(reference) as fetches:
            begun = [each for each in fetches if each.run == run and not each.image_id]
            fetches[:] = [each for each in fetches if each not in begun]
            if not begun:
                return
            brought = replace(begun[-1], image_id=image_id, digest=digest)
            if fetches and (fetches[-1].run, fetches[-1].digest) == (run, digest):
                fetches.pop()  # removed and fetched again, under a disk budget many times
            fetches.append(brought)

    def failed(self, reference: str, run: str) -> None:
        """Forget a fetch that had begun and brought nothing."""
        with self._changing(reference) as fetches:
            begun = [each for each in fetches if each.run == run and not each.image_id]
            if begun:  # another thread of the run may be at it, too, and succeed
                fetches.remove(begun[-1])

    def removed(self, reference: str) -> None:
        """Note that swe-verify has removed an image: whoever brings it again, owns it."""
        with self._changing(reference) as fetches:
            if fetches:
                fetches[-1] = replace(fetches[-1], removed=True)

    def used(self, reference: str) -> None:
        """Note that an image is used now."""
        with suppress(OSError):  # of what was never fetched, nothing is known
            os.utime(self._path(reference))

    @contextmanager
    def _changing(self, reference: str) -> Iterator[list[Fetch]]:
        path = self._path(reference)
        try:
            with file_lock(f"image record {self._engine_id} {path.stem}"):
                record = _read(path)
                fetches = list(record.fetches) if record is not None else []
                yield fetches
                _write(path, reference, fetches[-_MOST_FETCHES:])
        except OSError as error:
            _log.warning("the record of the image %s cannot be kept: %s", reference, error)

    def _path(self, reference: str) -> Path:
        return self._folder / f"{_digest(str(ImageReference.parse(reference)))}.json"


def _read(path: Path) -> ReferenceRecord | None:
    try:
        with path.open(encoding="utf-8") as file:
            content = json.load(file)
            last_used = os.fstat(file.fileno()).st_mtime
        fetches = tuple(Fetch(**each) for each in content["fetches"])
        reference = str(content["reference"])
    except (OSError, ValueError, TypeError, KeyError):
        return None
    return ReferenceRecord(reference, fetches, last_used) if fetches else None


def _write(path: Path, reference: str, fetches: list[Fetch]) -> None:
    if not fetches:
        path.unlink(missing_ok=True)
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    content = {"reference": reference, "fetches": [asdict(fetch) for fetch in fetches]}
    draft = path.with_suffix(f".{os.getpid()}.draft")
    draft.write_text(json.dumps(content, indent=1), encoding="utf-8")
    draft.replace(path)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:24]
