"""What a box changed of its image, read from the folders in which overlayfs keeps the two apart.

The engine's own answer compares every file of the image, which takes about a second, and believes
the times of files, which anyone may set. The upper folder holds only what the box wrote.

https://docs.kernel.org/filesystems/overlayfs.html
"""

from __future__ import annotations

import errno
import os
import stat
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from containers.engine_facts import LayerFolders
from harness.sandbox import UNLISTED, Change, ChangeKind

MAX_PATHS = 100_000
MAX_CHARACTERS = 16 * 1024 * 1024
"""How much is looked at; a box that writes more has `UNLISTED` among its changes."""

_OPAQUE = ("trusted.overlay.opaque", "user.overlay.opaque")  # the second where userxattr is set
_REDIRECT = frozenset({"trusted.overlay.redirect", "user.overlay.redirect"})
"""Marks of a folder that stands for another one. Docker mounts so that they do not arise."""
_CHUNK = 256 * 1024


class NotReadable(Exception):
    """The folders cannot be read from here, or hold what this reading does not know."""


def layer_changes(layers: LayerFolders) -> tuple[Change, ...]:
    """Return what differs between the upper folder and those beneath, in the order of paths.

    The container must have ended. A file counts as modified where its content, its mode or its
    owner is another. Links are never followed. Raises NotReadable.
    """
    try:
        reading = _Reading()
        reading.walk(_Folder("", layers.upper, layers.lowers))
    except OSError as error:
        raise NotReadable(str(error)) from error
    return with_folders(reading.found)


def file_there(upper: str, path: str) -> tuple[bytes, float] | None:
    """Return a regular file's content and the time of its last change of any kind.

    None where there is none, also where a link or another layer has it. Raises NotReadable.
    """
    try:
        here = Path(upper)
        for name in path.strip("/").split("/"):
            if not stat.S_ISDIR(here.lstat().st_mode):
                return None
            here /= name
        found = here.lstat()
        return (here.read_bytes(), found.st_ctime) if stat.S_ISREG(found.st_mode) else None
    except FileNotFoundError:
        return None
    except OSError as error:
        raise NotReadable(str(error)) from error


def with_folders(found: dict[str, ChangeKind]) -> tuple[Change, ...]:
    """Return changes in the order of paths, those of the folders they are in among them."""
    every = dict(found)
    for path in found:
        parent = path.rpartition("/")[0]
        while parent and parent not in every:
            every[parent] = ChangeKind.MODIFIED
            parent = parent.rpartition("/")[0]
    return tuple(Change(path, every[path]) for path in sorted(every))


@dataclass(frozen=True, slots=True)
class _Folder:
    """A folder of the upper layer, and the image's folders of the same path."""

    path: str
    """Within the box; empty for the root."""
    upper: str
    lowers: tuple[str, ...]
    """The uppermost first; none of them a link, none hidden by another."""
    hides: bool = False
    """Whether nothing of the image shows through."""


class _Reading:
    """One walk over an upper layer, shallow paths first."""

    def __init__(self) -> None:
        self.found: dict[str, ChangeKind] = {}
        self._paths = MAX_PATHS
        self._characters = MAX_CHARACTERS

    def walk(self, root: _Folder) -> None:
        waiting = deque([root])
        while waiting:
            try:
                waiting.extend(self._look(waiting.popleft()))
            except _Enough:
                self.found[UNLISTED.path] = UNLISTED.kind
                return
            except OSError as error:
                if error.errno != errno.ENAMETOOLONG:
                    raise
                self.found[UNLISTED.path] = UNLISTED.kind

    def _look(self, folder: _Folder) -> Iterator[_Folder]:
        """Compare one folder with the image's; yield the folders in it."""
        seen = set()
        with os.scandir(folder.upper) as entries:
            for entry in entries:
                seen.add(entry.name)
                path = self._named(folder, entry.name)
                new = entry.stat(follow_symlinks=False)
                old = _in_image(folder.lowers, entry.name)
                if _is_whiteout(new):
                    self._note(path, old, ChangeKind.DELETED)
                elif stat.S_ISDIR(new.st_mode):
                    yield self._folder(path, entry.path, new, old)
                elif old is None or _differ(entry.path, new, old):
                    self._note(path, old, ChangeKind.MODIFIED)
        if folder.hides:
            for name in _names_in_image(folder.lowers):
                if name not in seen:
                    self.found[self._named(folder, name)] = ChangeKind.DELETED

    def _folder(self, path: str, upper: str, new: os.stat_result, old: _Old | None) -> _Folder:
        hides = _is_opaque(upper)
        if old is None or _rights(new) != _rights(old.stat):
            self._note(path, old, ChangeKind.MODIFIED)
        return _Folder(path, upper, () if old is None else old.folders, hides)

    def _note(self, path: str, old: _Old | None, kind: ChangeKind) -> None:
        if old is not None:
            self.found[path] = kind
        elif kind is not ChangeKind.DELETED:
            self.found[path] = ChangeKind.ADDED

    def _named(self, folder: _Folder, name: str) -> str:
        """Return a path as text that can be stored; each costs of what may be looked at."""
        path = f"{folder.path}/{os.fsencode(name).decode(errors='replace')}"
        self._paths -= 1
        self._characters -= len(path)
        if self._paths < 0 or self._characters < 0:
            raise _Enough
        return path


class _Enough(Exception):
    """The walk has looked at as much as it may."""


@dataclass(frozen=True, slots=True)
class _Old:
    """What the image has at a path."""

    path: str
    stat: os.stat_result
    folders: tuple[str, ...] = ()
    """Where it is a folder: all of those that make it up."""


def _in_image(lowers: Sequence[str], name: str) -> _Old | None:
    first: _Old | None = None
    folders: list[str] = []
    for lower in lowers:
        path = f"{lower}/{name}"
        try:
            found = os.lstat(path)
        except FileNotFoundError:
            continue
        if _is_whiteout(found):
            break
        first = first or _Old(path, found)
        if not stat.S_ISDIR(found.st_mode):
            break
        folders.append(path)
        if _is_opaque(path):
            break
    return None if first is None else _Old(first.path, first.stat, tuple(folders))


def _names_in_image(lowers: Sequence[str]) -> Iterator[str]:
    names: dict[str, None] = {}
    for lower in lowers:
        with os.scandir(lower) as entries:
            names.update((entry.name, None) for entry in entries)
    return (name for name in names if _in_image(lowers, name) is not None)


def _is_whiteout(found: os.stat_result) -> bool:
    """Whether this stands for what was deleted."""
    return stat.S_ISCHR(found.st_mode) and found.st_rdev == 0


def _is_opaque(folder: str) -> bool:
    marks = os.listxattr(folder, follow_symlinks=False)
    if not _REDIRECT.isdisjoint(marks):
        raise NotReadable(f"{folder} stands for another folder")
    return any(
        mark in marks and os.getxattr(folder, mark, follow_symlinks=False) == b"y"
        for mark in _OPAQUE
    )


def _rights(found: os.stat_result) -> tuple[int, int, int]:
    return found.st_mode, found.st_uid, found.st_gid


def _differ(path: str, new: os.stat_result, old: _Old) -> bool:
    """Whether what is no folder is something else than it was; a touched file is the same."""
    if _rights(new) != _rights(old.stat) or new.st_rdev != old.stat.st_rdev:
        return True
    if stat.S_ISLNK(new.st_mode):
        return Path(path).readlink() != Path(old.path).readlink()
    if not stat.S_ISREG(new.st_mode):
        return False
    if new.st_size != old.stat.st_size:
        return True
    with Path(path).open("rb") as one, Path(old.path).open("rb") as other:
        while chunk := one.read(_CHUNK):
            if chunk != other.read(_CHUNK):
                return True
    return False
