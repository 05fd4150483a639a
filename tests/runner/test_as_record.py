"""Records are what the standard library makes of a dataclass, and cheaper."""

from __future__ import annotations

from dataclasses import asdict

from runner.as_record import as_record
from tests.runner.test_evidence import ITEM
from tests.runner.test_transcript_cache import PROVENANCE, TRANSCRIPT


def test_a_record_is_what_the_standard_library_makes_of_it() -> None:
    for value in (TRANSCRIPT, PROVENANCE, ITEM.limits, ITEM.options, ITEM.digests):
        assert as_record(value) == asdict(value)


def test_what_is_inside_is_a_record_too() -> None:
    record = as_record(TRANSCRIPT)
    assert record["limits"] == asdict(TRANSCRIPT.limits)
    assert record["apply_steps"] == (asdict(TRANSCRIPT.apply_steps[0]),)
