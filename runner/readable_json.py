"""JSON for people, written fast: what `json.dumps` writes with an indent, without its price.

The encoder in C knows no indent, so the standard library falls back to one in Python, which takes
many times as long. But an item separator that holds a line break makes the one in C put every
item of a flat list or object on its own line; and nearly all that is long is flat.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from itertools import groupby

_INDENT = "  "
_HOLDERS = (dict, list, tuple)


def readable_json(value: object) -> str:
    """Return what `json.dumps(value, indent=2)` returns, and a newline.

    The keys of an object that holds lists or objects must be strings.
    """
    return _text(value, "\n") + "\n"


def _text(value: object, line_break: str) -> str:
    """Return the text of a value; `line_break` ends with the indent of the line that it is in."""
    if not _holds_values(value):
        return _encoder(line_break)(value)
    deeper = line_break + _INDENT
    if isinstance(value, dict):
        return f"{{{deeper}{f',{deeper}'.join(_members(value, deeper))}{line_break}}}"
    assert isinstance(value, list | tuple)
    return f"[{deeper}{f',{deeper}'.join(_items(value, deeper))}{line_break}]"


def _members(value: Mapping[str, object], line_break: str) -> Iterator[str]:
    encode = _encoder(line_break)
    for hold_values, members in groupby(value.items(), lambda member: _holds_values(member[1])):
        if hold_values:
            for key, item in members:
                yield f"{encode(key)}: {_text(item, line_break)}"
        else:
            yield encode(dict(members))[1:-1]


def _items(value: Sequence[object], line_break: str) -> Iterator[str]:
    encode = _encoder(line_break)
    for hold_values, items in groupby(value, _holds_values):
        if hold_values:
            for item in items:
                yield _text(item, line_break)
        else:
            yield encode(list(items))[1:-1]


def _holds_values(value: object) -> bool:
    return isinstance(value, _HOLDERS) and len(value) > 0


@cache
def _encoder(line_break: str) -> Callable[[object], str]:
    return json.JSONEncoder(separators=(f",{line_break}", ": ")).encode
