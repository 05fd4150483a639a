"""A Row: one record of a data file, with its place, read column by column."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from task_specs.errors import InputError
from task_specs.path_names import path_name_fault


@dataclass(frozen=True, slots=True)
class Row:
    """One record as it was read, before it becomes an Instance or a Prediction."""

    values: Mapping[str, object]
    where: str
    """The place that errors name, such as `preds.jsonl, line 3`."""

    def fault(self, message: str) -> InputError:
        """Return the error for something wrong with this row, naming it as well as can be."""
        instance_id = self.values.get("instance_id")
        named = f" ({instance_id})" if isinstance(instance_id, str) and instance_id else ""
        return InputError(f"{self.where}{named}: {message}")

    def text(self, column: str) -> str:
        """Return a text column; a missing one, or null, is empty. Dates become ISO text."""
        value = self.values.get(column)
        if value is None:
            return ""
        if isinstance(value, date):
            return value.isoformat()
        if not isinstance(value, str):
            raise self.fault(f"column {column} must be text, not {kind_of(value)}")
        self._check_unicode(column, value)
        return value

    def required_text(self, column: str) -> str:
        """Return a text column that must be there and must not be empty."""
        value = self.text(column)
        if not value.strip():
            raise self.fault(f"column {column} is missing or empty")
        return value

    def instance_id(self) -> str:
        """Return the instance id, which must be fit to name a folder."""
        value = self.required_text("instance_id")
        if reason := path_name_fault(value):
            raise self.fault(f"instance_id {reason}, so it cannot name a folder; choose another")
        return value

    def test_ids(self, column: str) -> tuple[str, ...]:
        """Return a list of test ids, in either published spelling: a list, or its JSON text."""
        value = self.values.get(column)
        if value is None:
            raise self.fault(f"column {column} is missing")
        if isinstance(value, str):
            try:
                value = json.loads(value)
            except ValueError:
                raise self.fault(f"column {column} is text but not a JSON list") from None
        if not isinstance(value, list | tuple):
            raise self.fault(f"column {column} must be a list of test ids, not {kind_of(value)}")
        for test_id in value:
            if not isinstance(test_id, str):
                raise self.fault(
                    f"column {column} must hold test ids as text, but holds {kind_of(test_id)}"
                )
            self._check_unicode(column, test_id)
        return tuple(value)

    def seconds(self, column: str) -> float | None:
        """Return a duration above 0; None for a missing one, or null."""
        value = self.values.get(column)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise self.fault(f"column {column} must be a number of seconds, not {kind_of(value)}")
        if not 0 < value < 1e9:  # nor infinite, nor no number at all
            raise self.fault(f"column {column} must be above 0 and below 1e9 seconds, not {value}")
        return float(value)

    def json_text(self, column: str) -> str:
        """Return a column that is published as JSON text, and kept as a mapping by some."""
        value = self.values.get(column)
        if isinstance(value, Mapping):
            return json.dumps(value, sort_keys=True)
        return self.text(column)

    def _check_unicode(self, column: str, value: str) -> None:
        try:
            value.encode()
        except UnicodeEncodeError:
            raise self.fault(f"column {column} holds half of a Unicode character") from None


def kind_of(value: object) -> str:
    """Name a JSON value's kind for people."""
    kinds = {dict: "an object", list: "a list", bool: "true or false", str: "text"}
    if value is None:
        return "null"
    if isinstance(value, int | float) and not isinstance(value, bool):
        return "a number"
    return kinds.get(type(value), f"a {type(value).__name__}")
