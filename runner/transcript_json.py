"""A Transcript as JSON and back; its long texts travel apart, for they have files of their own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields, is_dataclass
from enum import Enum
from functools import cache
from typing import Any, cast, get_args, get_origin, get_type_hints

from harness.transcript import Transcript
from runner.as_record import as_record


class _Unreadable(Exception):
    """A stored value that is not of its field's type."""


@dataclass(frozen=True, slots=True)
class Texts:
    """What of a transcript may fill pages: logs, and what a witness recorded."""

    test_output: str = ""
    witness: str = ""
    restored_test_output: str = ""
    """Of the second evaluation, where there was one."""
    restored_witness: str = ""

    @property
    def characters(self) -> int:
        """How long all of it is."""
        return sum(len(getattr(self, field.name)) for field in fields(self))


NO_TEXTS = Texts()


def texts_of(transcript: Transcript) -> Texts:
    """Return the long texts of a transcript."""
    again = transcript.restored
    return Texts(
        transcript.test_output,
        _witness_of(transcript),
        again.test_output if again else "",
        _witness_of(again) if again else "",
    )


def to_json(transcript: Transcript) -> dict[str, object]:
    """Return all of a transcript but its long texts."""
    record = as_record(transcript)
    for part in (record, record["restored"]):
        if part is not None:
            del part["test_output"]
            if part["observed"] is not None:
                del part["observed"]["witness"]
    return record


def from_json(record: Mapping[str, object], texts: Texts = NO_TEXTS) -> Transcript:
    """Return the transcript of a record, which another version may have written.

    What is missing in it, or of a wrong type, has its default. The long texts are never taken
    from the record.
    """
    whole = _with_texts(record, texts.test_output, texts.witness)
    again = record.get("restored")
    if isinstance(again, Mapping):
        whole["restored"] = _with_texts(again, texts.restored_test_output, texts.restored_witness)
    return cast(Transcript, _read(Transcript, whole))


def _witness_of(transcript: Transcript) -> str:
    return transcript.observed.witness if transcript.observed else ""


def _with_texts(record: Mapping[str, object], test_output: str, witness: str) -> dict[str, object]:
    observed = record.get("observed")
    if isinstance(observed, Mapping):
        observed = {**observed, "witness": witness}
    # What was evaluated again was not evaluated a third time.
    return {**record, "test_output": test_output, "observed": observed, "restored": None}


def _read(kind: Any, value: Any) -> object:
    if is_dataclass(kind):
        return _read_dataclass(cast(type, kind), value)
    if get_origin(kind) is tuple:  # all of ours are tuple[X, ...]
        return _read_tuple(get_args(kind)[0], value)
    if get_args(kind):
        return _read_one_of(get_args(kind), value)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return _read_enum(kind, value)
    if kind is float and type(value) is int:
        return float(value)
    if type(value) is not kind:
        raise _Unreadable
    return value


def _read_one_of(kinds: tuple[Any, ...], value: Any) -> object:
    for kind in kinds:
        try:
            return _read(kind, value)
        except _Unreadable:
            continue
    raise _Unreadable


def _read_enum(kind: type[Enum], value: Any) -> Enum:
    try:
        return kind(value)
    except ValueError:
        raise _Unreadable from None


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
