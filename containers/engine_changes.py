"""The engine's list of what a container changed, read back."""

from __future__ import annotations

import json
from collections.abc import Iterator

from harness.sandbox import UNLISTED, Change, ChangeKind

MAX_ANSWER_BYTES = 16 * 1024 * 1024
"""How much of the list is read; what a box changes beyond it is `UNLISTED`."""

_KINDS = (ChangeKind.MODIFIED, ChangeKind.ADDED, ChangeKind.DELETED)  # the API's 0, 1, 2
_BETWEEN = b"},{"
"""Between two entries, and nowhere else: inside a name, quotes are escaped."""


def read_changes(answer: Iterator[bytes]) -> tuple[Change, ...]:
    """Return the changes that an answer lists, in the order of paths.

    https://docs.docker.com/reference/api/engine/version/v1.41/#tag/Container/operation/ContainerChanges
    """
    said = bytearray()
    for chunk in answer:
        said += chunk
        if len(said) > MAX_ANSWER_BYTES:
            break
    cut = len(said) > MAX_ANSWER_BYTES
    if cut:
        end = said.rfind(_BETWEEN, 0, MAX_ANSWER_BYTES)
        said[end + 1 :] = b"]"
    listed = json.loads(said) or ()  # null where nothing changed
    changes = [Change(entry["Path"], _KINDS[entry["Kind"]]) for entry in listed]
    return tuple(sorted([*changes, *([UNLISTED] * cut)], key=lambda change: change.path))
