"""A file that is looked at while it grows; what a sandbox makes of it is in sandbox_contract."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from containers import output_watch
from containers.output_watch import watched_output


@pytest.fixture(autouse=True)
def _often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(output_watch, "WATCH_SECONDS", 0.01)


def test_what_is_said_is_told_once(tmp_path: Path) -> None:
    told: list[str] = []
    asked, output = threading.Event(), tmp_path / "output"
    output.touch()

    def stop(said: str) -> None:
        told.append(said)
        asked.set()

    with watched_output(output, lambda path: f"enough of {path.name}", stop):
        asked.wait()
    assert told == ["enough of output"]


def test_a_file_that_is_not_there_yet_is_not_looked_at(tmp_path: Path) -> None:
    looked = threading.Event()
    output = tmp_path / "output"

    def watch(path: Path) -> str | None:
        looked.set()
        return path.read_text() and None

    with watched_output(output, watch, lambda said: None):
        assert not looked.wait(0.1)
        output.touch()
        looked.wait()


def test_nobody_watches_once_the_context_is_left(tmp_path: Path) -> None:
    before = threading.active_count()
    output = tmp_path / "output"
    output.touch()
    with watched_output(output, lambda path: None, lambda said: None):
        assert threading.active_count() == before + 1
    assert threading.active_count() == before
    with watched_output(output, None, lambda said: None):
        assert threading.active_count() == before
