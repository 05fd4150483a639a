"""Transcripts of earlier attempts, kept per user, so that equal work is not done twice.

What is kept is what happened, never what it means: a verdict is made anew from it every time.
"""

from __future__ import annotations

import hashlib
import json
import os
import threading
import time
import uuid
import zlib
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from harness.transcript import Transcript
from runner.as_record import as_record
from runner.transcript_json import Texts, from_json, texts_of, to_json
from task_specs.cache_dir import cache_dir
from task_specs.limits import GIB, KIB, MIB

MAX_OUTPUT_CHARACTERS = 32 * MIB
"""Longer logs and records are not kept. Of 282 real evaluations the longest log has 4 MB, the mean
is 85 kB."""
_MAX_JSON_BYTES = 8 * MAX_OUTPUT_CHARACTERS  # JSON spells one character in 6 bytes, at worst

_FORMAT = 2
_LEVEL = 1  # real logs shrink to 12 %; the usual level makes that 9 %, for 2.5 times the CPU
_SUFFIX = ".json.z"
_PARTIAL = ".partial"
_PARTIAL_SECONDS = 3600.0
"""A file that was begun so long ago is not being written any more: its writer was killed."""
_LEAST_BYTES = 16 * KIB
"""What a file counts for at least, so that there are never too many of them to go through."""
_RECOUNT_SHARE = 20
"""A process counts all files again when it has added one twentieth of what may be kept: others
add theirs at the same time."""
_ROOM_SHARE = 10
"""Where the folder is full, a tenth of it goes, so that not every new file costs a count. No
single file may be larger than that."""


@dataclass(frozen=True, slots=True)
class CacheKey:
    """All that decides what happens in a box."""

    work: str
    """Digest of the patch's identity, the task, the limits and the options."""
    patch: str
    """Digest of the patch as it is, to the byte."""
    image_digest: str


@dataclass(frozen=True, slots=True)
class Provenance:
    """Which attempt a transcript is from."""

    run_id: str
    model_name_or_path: str
    attempt: int
    instance_id: str
    finished_at: str
    """UTC, ISO 8601."""
    swe_verify_version: str


@dataclass(frozen=True, slots=True)
class KeptTranscript:
    """What happened, and in which attempt."""

    transcript: Transcript
    provenance: Provenance


class TranscriptCache:
    """A folder of compressed files, bounded in size; the least recently used go first.

    Any number of threads and processes may use it at the same time. It never fails: what cannot
    be read is not there, and what cannot be written is not kept.
    """

    def __init__(self, folder: Path | None = None, max_bytes: int = 2 * GIB) -> None:
        """`folder` is the user's own where it is left out."""
        self._given_folder = folder
        self._max_bytes = max_bytes
        self._lock = threading.Lock()
        self._counted_bytes: int | None = None
        self._added_bytes = 0

    def find(self, key: CacheKey) -> KeptTranscript | None:
        """Return what happened when this work was done before, or None.

        A patch that differs from the earlier one in what its identity leaves out is found only
        where the first rung of the ladder took the earlier one: the other rungs may look at it.
        """
        for name in (_name(key, any_patch=True), _name(key, any_patch=False)):
            kept = self._read(name)
            if kept is not None:
                return kept
        return None

    def keep(self, key: CacheKey, kept: KeptTranscript) -> None:
        """Keep what happened, unless it may happen otherwise the next time, or is huge."""
        if not _is_worth_keeping(kept.transcript):
            return
        name = _name(key, any_patch=kept.transcript.taken_by_first_rung)
        data = zlib.compress(_encoded(name, kept), _LEVEL)
        if len(data) > self._max_bytes // _ROOM_SHARE:
            return
        with suppress(OSError):
            self._write(name, data)
            self._count(len(data))

    @cached_property
    def _folder(self) -> Path:
        """Raises OSError where there is none and none can be made."""
        return self._given_folder or cache_dir("transcripts")

    def _read(self, name: str) -> KeptTranscript | None:
        try:
            path = self._folder / name
            data = path.read_bytes()
        except OSError:
            return None
        try:
            kept = _decoded(name, data)
        except (ValueError, LookupError, TypeError, RecursionError, zlib.error):
            with suppress(OSError):
                path.unlink()  # cut short, damaged, or not one of ours
            return None
        with suppress(OSError):
            os.utime(path)  # used now: it goes last
        return kept

    def _write(self, name: str, data: bytes) -> None:
        folder = self._folder
        folder.mkdir(parents=True, exist_ok=True)
        partial = folder / f"{uuid.uuid4().hex}{_PARTIAL}"
        try:
            partial.write_bytes(data)
            partial.replace(folder / name)
        finally:
            partial.unlink(missing_ok=True)

    def _count(self, size: int) -> None:
        with self._lock:
            self._added_bytes += max(size, _LEAST_BYTES)
            if (
                self._counted_bytes is None
                or self._counted_bytes + self._added_bytes > self._max_bytes
                or self._added_bytes > self._max_bytes // _RECOUNT_SHARE
            ):
                self._counted_bytes = self._bounded()
                self._added_bytes = 0

    def _bounded(self) -> int:
        """Remove what is too much, and return how many bytes there are then."""
        files: list[tuple[float, int, str]] = []
        with os.scandir(self._folder) as entries:
            for entry in entries:
                with suppress(FileNotFoundError):  # others remove files too
                    stat = entry.stat()
                    if entry.name.endswith(_SUFFIX):
                        size = max(stat.st_size, _LEAST_BYTES)
                        files.append((stat.st_mtime, size, entry.path))
                    elif _is_abandoned(entry.name, stat.st_mtime):
                        Path(entry.path).unlink()
        total = sum(size for _, size, _ in files)
        if total <= self._max_bytes:
            return total
        bound = self._max_bytes - self._max_bytes // _ROOM_SHARE
        for _, size, path in sorted(files):
            if total <= bound:
                break
            Path(path).unlink(missing_ok=True)
            total -= size
        return total


def _is_abandoned(name: str, modified: float) -> bool:
    return name.endswith(_PARTIAL) and time.time() - modified > _PARTIAL_SECONDS


def _is_worth_keeping(transcript: Transcript) -> bool:
    """Whether the same would happen again: load and networks change, and limits are about load."""
    ran = (transcript, transcript.restored) if transcript.restored else (transcript,)
    return (
        not any(each.timed_out or each.oom_killed for each in ran)
        and not any(each.output_limit_hit or each.disk_limit_hit for each in ran)
        and not transcript.limits.network
        and transcript.image_digest != ""
        and texts_of(transcript).characters <= MAX_OUTPUT_CHARACTERS
    )


def _name(key: CacheKey, *, any_patch: bool) -> str:
    """Return the file name for a key: under the patch's identity, or for this very patch."""
    parts = [key.work, key.image_digest, *([] if any_patch else [key.patch])]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest() + _SUFFIX


def _encoded(name: str, kept: KeptTranscript) -> bytes:
    record = {
        "format": _FORMAT,
        "name": name,
        "provenance": as_record(kept.provenance),
        "transcript": to_json(kept.transcript),
        "texts": as_record(texts_of(kept.transcript)),
    }
    return json.dumps(record).encode("ascii")


def _decoded(name: str, data: bytes) -> KeptTranscript:
    """Read a file back. Raises all kinds of errors where it is not what was written."""
    unpacking = zlib.decompressobj()
    record: dict[str, Any] = json.loads(unpacking.decompress(data, _MAX_JSON_BYTES))
    if not unpacking.eof or record["format"] != _FORMAT or record["name"] != name:
        raise ValueError
    return KeptTranscript(
        from_json(record["transcript"], Texts(**record["texts"])),
        Provenance(**record["provenance"]),
    )
