"""Which finding comes first, and how it is called."""

from __future__ import annotations

from harness.integrity.gravity import by_gravity, gravest, in_words, word_of
from harness.verdict import Finding

NOTE = Finding("network_enabled", "a network")
SUSPECT = Finding("stack_frames", "uses frames", "a.py:1: sys._getframe()")
OTHER = Finding("at_exit", "uses atexit")
TAMPERED = Finding("forges_markers", "holds the markers", "a.py:2")


def test_each_finding_has_a_word_for_readers() -> None:
    assert [word_of(each) for each in (NOTE, SUSPECT, TAMPERED)] == ["note", "suspect", "tampered"]
    assert word_of(Finding("of_a_later_version", "?")) == "note"


def test_the_gravest_come_first_and_equals_keep_their_order() -> None:
    assert by_gravity([NOTE, SUSPECT, TAMPERED, OTHER]) == [TAMPERED, SUSPECT, OTHER, NOTE]
    assert gravest([NOTE, SUSPECT, OTHER]) is SUSPECT


def test_notes_are_no_doubt() -> None:
    assert gravest([NOTE]) is None
    assert gravest([]) is None


def test_in_words_the_evidence_comes_along() -> None:
    assert in_words(SUSPECT) == "uses frames (a.py:1: sys._getframe())"
    assert in_words(OTHER) == "uses atexit"
