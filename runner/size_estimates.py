"""What fetching an image takes on disk: as it was last time, as with others, or a guess."""

from __future__ import annotations

import json
import os
import statistics
import tempfile
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from task_specs.cache_dir import cache_dir

_KEPT = 10_000
"""Images that are remembered; the ones learned of last."""
_VERSION = 1


class Beside(StrEnum):
    """What is on the engine already when an image is fetched: that much it need not bring."""

    NOTHING = "nothing"
    OTHERS = "others"
    """Images of other families."""
    FAMILY = "family"
    """An image with which it shares all but its last layers."""


_COMPANIES = tuple(Beside)


@dataclass(frozen=True, slots=True)
class FetchSize:
    """Bytes on the engine's disk."""

    lasting: int
    """What is there afterwards and was not before."""
    passing: int
    """What is there beside it until it is complete: a download, the stages of a build."""

    @property
    def most(self) -> int:
        return self.lasting + self.passing

    def within(self, room: int) -> FetchSize:
        """Return it in proportion, and no larger than `room`."""
        if self.most <= room:
            return self
        return FetchSize(self.lasting * room // self.most, self.passing * room // self.most)

    def scaled_to_download(self, download: int) -> FetchSize:
        """Return it in proportion, for a download that has turned out larger."""
        if download <= self.passing:
            return self
        ratio = self.lasting / self.passing if self.passing else UNPACKED_PER_DOWNLOADED
        return FetchSize(int(download * max(1.0, ratio)), download)


UNPACKED_PER_DOWNLOADED = 3.0
"""The layers of published images are gzipped file systems."""

_MB = 10**6
_PULLED = {
    Beside.NOTHING: FetchSize(3000 * _MB, 1000 * _MB),
    Beside.OTHERS: FetchSize(1700 * _MB, 600 * _MB),
    Beside.FAMILY: FetchSize(240 * _MB, 80 * _MB),
}
"""Published images of SWE-bench Verified: 500 in 80 families take about 240 GB together."""
_BUILT = {
    Beside.NOTHING: FetchSize(800 * _MB, 400 * _MB),
    Beside.OTHERS: FetchSize(300 * _MB, 300 * _MB),
    Beside.FAMILY: FetchSize(100 * _MB, 50 * _MB),
}
"""Built ones: Debian with Python and git, a virtual environment, a checkout."""


@dataclass(frozen=True, slots=True)
class ImageKind:
    """What is known of an image before it is fetched."""

    reference: str
    family: str
    built: bool


class SizeEstimates:
    """Learns what images take, per user, and tells what to expect. Not for several threads."""

    def __init__(self, kinds: Iterable[ImageKind], path: Path | None = None) -> None:
        """`kinds` are the images of a run, which are judged by each other. `path` is where it is
        kept; by default in the user's cache. A file that cannot be used is as good as none."""
        self._path = path or cache_dir("image-sizes") / "sizes.json"
        self._kinds = tuple(kinds)
        self._seen = _read(self._path)
        self._learned: dict[tuple[str, Beside], FetchSize] = {}

    def known(self, kind: ImageKind, beside: Beside) -> FetchSize | None:
        """Return what this very image took in the same company; None where it never was seen."""
        return self._seen.get((kind.reference, beside))

    def lasting(self, reference: str) -> int:
        """Return what an image took that was fetched earlier; 0 where that is not known."""
        sizes = (self._seen.get((reference, beside)) for beside in Beside)
        return next((size.lasting for size in reversed([*sizes]) if size is not None), 0)

    def expected(self, kind: ImageKind, beside: Beside) -> FetchSize:
        """Return what it should take: as last time, else like others in such company, else a
        guess. Never more than it took, or others took, in less company."""
        known = self.known(kind, beside)
        if known is not None:
            return known
        *less, _ = _COMPANIES[: _COMPANIES.index(beside) + 1]
        size = self._like_others(kind, beside) or (_BUILT if kind.built else _PULLED)[beside]
        for company in less:
            bound = self.known(kind, company) or self._like_others(kind, company)
            if bound is not None and bound.most < size.most:
                size = bound
        return size

    def learn(self, kind: ImageKind, beside: Beside, size: FetchSize) -> None:
        """Remember what an image took."""
        self._seen[kind.reference, beside] = self._learned[kind.reference, beside] = size

    def save(self) -> None:
        """Keep what was learned for later runs, beside what others have written meanwhile.

        A disk that is full or read-only loses it, and nothing else.
        """
        if not self._learned:
            return
        kept = _read(self._path)
        for key, size in self._learned.items():
            kept.pop(key, None)  # what is learned last stands last
            kept[key] = size
        sizes = [
            [reference, beside.value, size.lasting, size.passing]
            for (reference, beside), size in list(kept.items())[-_KEPT:]
        ]
        with suppress(OSError):
            _write(self._path, json.dumps({"version": _VERSION, "sizes": sizes}))

    def _like_others(self, kind: ImageKind, beside: Beside) -> FetchSize | None:
        """Return what the largest of its family took, else the median of its kind."""
        seen = [
            (other.family, size)
            for other in self._kinds
            if other.built == kind.built and (size := self.known(other, beside)) is not None
        ]
        family = [size for name, size in seen if name == kind.family]
        if family:
            return max(family, key=lambda size: size.most)
        if not seen:
            return None
        return FetchSize(
            int(statistics.median(size.lasting for _, size in seen)),
            int(statistics.median(size.passing for _, size in seen)),
        )


def _read(path: Path) -> dict[tuple[str, Beside], FetchSize]:
    try:
        content: Any = json.loads(path.read_text(encoding="utf-8"))
        if content["version"] != _VERSION:
            return {}
        return {
            (str(reference), Beside(beside)): FetchSize(int(lasting), int(passing))
            for reference, beside, lasting, passing in content["sizes"]
        }
    except (OSError, ValueError, KeyError, TypeError):
        return {}


def _write(path: Path, text: str) -> None:
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=path.name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
