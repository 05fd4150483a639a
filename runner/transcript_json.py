"""A Transcript as JSON and back; its log travels apart, for it has a file of its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from functools import cache
from types import NoneType
from typing import Any, cast, get_args, get_origin, get_type_hints

from harness.transcript import Transcript
from runner.as_record import as_record


class _Unreadable(Exception):
    """A stored value that is not of its field's type."""


def to_json(transcript: Transcript) -> dict[str, object]:
    """Return all of a transcript but its `test_output`."""
    record = as_record(transcript)
    del record["test_output"]
    return record


def from_json(record: Mapping[str, object], test_output: str) -> Transcript:
    """Return the transcript of a record, which another version may have written.

    What is missing in it, or of a wrong type, has its default.
    """
    return cast(Transcript, _read(Transcript, {**record, "test_output": test_output}))


def _read(kind: Any, value: Any) -> object:
    if is_dataclass(kind):
        return _read_dataclass(cast(type, kind), value)
    if get_origin(kind) is tuple:  # all of ours are tuple[X, ...]
        return _read_tuple(get_args(kind)[0], value)
    kinds = get_args(kind) or (kind,)
    if value is None and NoneType in kinds:
        return None
    if float in kinds and type(value) is int:
        return float(value)
    if type(value) not in kinds:
        raise _Unreadable
    return value


def _read_tuple(kind: Any, value: Any) -> tuple[object, ...]:
    if not isinstance(value, list | tuple):
        raise _Unreadable
    return tuple(_read(kind, item) for item in value)


def _read_dataclass(kind: type, value: Any) -> object:
    if not isinstance(value, Mapping):
        raise _Unreadable
    given: dict[str, object] = {}
    for name, (field_kind, required) in _field_kinds(kind).items():
        try:
            given[name] = _read(field_kind, value.get(name, MISSING))
        except _Unreadable:
            if required:
                raise
    return kind(**given)


@cache
def _field_kinds(kind: type) -> dict[str, tuple[Any, bool]]:
    """Return the type of each field, and whether it has no default."""
    hints = get_type_hints(kind)
    return {
        field.name: (
            hints[field.name],
            field.default is MISSING and field.default_factory is MISSING,
        )
        for field in fields(kind)
    }
