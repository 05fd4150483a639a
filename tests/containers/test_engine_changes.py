"""The engine's list of changes."""

from __future__ import annotations

import json

import pytest

from containers import engine_changes
from containers.engine_changes import read_changes
from harness.sandbox import UNLISTED, Change, ChangeKind


def answer(*entries: tuple[str, int]) -> bytes:
    listed = [{"Path": path, "Kind": kind} for path, kind in entries]
    return json.dumps(listed, separators=(",", ":")).encode()


def test_kinds_are_told_apart_and_paths_put_in_order() -> None:
    said = answer(("/b", 2), ("/a", 0), ("/a/c\n", 1))
    assert read_changes(iter([said[:7], said[7:]])) == (
        Change("/a", ChangeKind.MODIFIED),
        Change("/a/c\n", ChangeKind.ADDED),
        Change("/b", ChangeKind.DELETED),
    )


def test_no_changes_are_null() -> None:
    assert read_changes(iter([b"null\n"])) == ()


def test_a_list_without_end_is_read_as_far_as_it_may(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine_changes, "MAX_ANSWER_BYTES", 120)
    odd = 'x"},{"Path":"/etc","Kind":0'
    said = answer(*((f"/{number}{odd}", 1) for number in range(100)))
    chunks = iter([said[:100], said[100:200], said[200:]])
    assert read_changes(chunks) == (
        UNLISTED,
        Change(f"/0{odd}", ChangeKind.ADDED),
        Change(f"/1{odd}", ChangeKind.ADDED),
    )
    assert next(chunks)
