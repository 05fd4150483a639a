"""What a box's init says at its end, and what it means where it says nothing."""

from __future__ import annotations

from containers.last_words import LastWords

SAID = (
    b"[INFO  tini (1)] Spawned child process '/bin/bash' with pid '7'\n"
    b"[INFO  tini (1)] Main child exited normally (with status '3')\n"
)


def test_words_are_missing_only_where_they_are_known_to_be_said() -> None:
    """Podman's init says nothing, ever; that must not turn every box into a failure of ours."""
    words = LastWords()
    assert not words.are_missing(b"")
    assert not words.are_missing(SAID)
    assert words.are_missing(b"")
    assert words.are_missing(b"something else")
    assert not words.are_missing(SAID)


def test_what_one_engine_says_is_nothing_to_another() -> None:
    LastWords().are_missing(SAID)
    assert not LastWords().are_missing(b"")
