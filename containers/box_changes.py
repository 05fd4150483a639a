"""What an ended box changed of its image and of what was put into it, by whatever way is open."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from containers.box_files import unpack_one
from containers.engine import Engine
from containers.engine_facts import LayerFolders
from containers.errors import EngineError
from containers.upper_layer import NotReadable, file_there, layer_changes
from harness.sandbox import UNLISTED, Change, ChangeKind

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class PutFiles:
    """What was put into a box."""

    files: Mapping[str, bytes]
    at: float
    """When all of them were there and nothing ran yet, in seconds since the epoch."""


def box_changes(
    engine: Engine, container: str, storage: Path | None, put: PutFiles
) -> tuple[Change, ...]:
    """Return what is neither as in the image nor as it was put, in the order of paths.

    `storage` is the folder in which the engine of this machine keeps its containers; where it is
    None, or not to be read, the engine itself is asked, which takes it about a second.
    """
    layers = None if storage is None else engine.layer_folders(container)
    if layers is not None:
        try:
            return _joined(layer_changes(layers), put, lambda path: _altered(layers, path, put))
        except NotReadable as error:
            _log.debug("the engine is asked for the changes of %s: %s", container[:12], error)
    told = _told_by_engine(engine, container)
    return _joined(told, put, lambda path: _altered_by_word(engine, container, path, put))


def _joined(
    changes: tuple[Change, ...], put: PutFiles, altered: Callable[[str], ChangeKind | None]
) -> tuple[Change, ...]:
    def of_put() -> Iterator[Change]:
        for path in put.files:
            kind = altered(path)
            if kind is not None:
                yield Change(path, kind)

    others = [change for change in changes if change.path not in put.files]
    return tuple(sorted([*others, *of_put()], key=lambda change: change.path))


def _altered(layers: LayerFolders, path: str, put: PutFiles) -> ChangeKind | None:
    """Tell by a file's content, and by the time of its last change, which nobody can set."""
    there = file_there(layers.upper, path)
    if there is None:
        return ChangeKind.DELETED
    content, changed = there
    return None if content == put.files[path] and changed <= put.at else ChangeKind.MODIFIED


def _altered_by_word(engine: Engine, container: str, path: str, put: PutFiles) -> ChangeKind | None:
    """Tell by a file's content alone."""
    content = put.files[path]
    with engine.archive(container, path) as chunks:
        there = None if chunks is None else unpack_one(chunks, len(content) + 1)
    if there is None:
        return ChangeKind.DELETED
    return None if there == content else ChangeKind.MODIFIED


def _told_by_engine(engine: Engine, container: str) -> tuple[Change, ...]:
    try:
        return engine.changes(container)
    except EngineError as error:
        if error.status is None or error.status < 500:
            raise
        # What a box leaves can be such that the engine fails over it: folders too deep for it.
        _log.warning("%s", error)
        return (UNLISTED,)
