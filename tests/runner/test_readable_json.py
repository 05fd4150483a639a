"""Files for people look as they always did; only writing them is cheaper."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.verdict import Outcome, TestStatus
from runner.readable_json import readable_json

scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters())
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner) | st.lists(inner).map(tuple) | st.dictionaries(st.text(), inner),
)


@given(values)
def test_it_is_what_the_standard_library_writes(value: object) -> None:
    assert readable_json(value) == json.dumps(value, indent=2) + "\n"


def test_words_of_ours_are_strings() -> None:
    value = {"outcome": Outcome.RESOLVED, "tests": {"t::a": TestStatus.PASSED}}
    assert readable_json(value) == (
        '{\n  "outcome": "RESOLVED",\n  "tests": {\n    "t::a": "PASSED"\n  }\n}\n'
    )


def test_what_is_no_json_is_refused() -> None:
    with pytest.raises(TypeError, match="not JSON serializable"):
        readable_json({"ids": [{1, 2}]})
