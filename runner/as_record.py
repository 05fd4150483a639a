"""A dataclass as a dict that JSON can take."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from _typeshed import DataclassInstance


def as_record(value: DataclassInstance) -> dict[str, Any]:
    """Return what `dataclasses.asdict` returns of a dataclass whose values are frozen too.

    Nothing that cannot change has to be copied, which is what that one spends its time on.
    """
    return {name: _plain(getattr(value, name)) for name in _field_names(type(value))}


def _plain(value: Any) -> Any:
    kind: Any = type(value)
    if _field_names(kind):
        return as_record(value)
    if isinstance(value, tuple):
        return tuple(map(_plain, value))
    return value


@cache
def _field_names(kind: type) -> tuple[str, ...]:
    """Return the names of a dataclass's fields; none for what is no dataclass."""
    return tuple(field.name for field in fields(kind)) if is_dataclass(kind) else ()
