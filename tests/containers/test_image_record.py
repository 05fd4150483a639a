"""What was fetched, for whom: remembered by every process, and never made up."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from containers.image_record import ImageRecord

A, B = "sha256:" + "a" * 64, "sha256:" + "b" * 64


@pytest.fixture
def record() -> ImageRecord:
    return ImageRecord("engine")


def fetch(record: ImageRecord, run: str, image_id: str, digest: str = A) -> None:
    record.begun("a/b:1", run, "pulled")
    record.ended("a/b:1", run, image_id, digest)


def test_what_was_fetched_is_known_to_the_next_process(record: ImageRecord) -> None:
    fetch(record, "run", "id-1")
    latest = ImageRecord("engine").latest("docker.io/a/b:1")
    assert latest is not None
    assert (latest.run, latest.how, latest.image_id, latest.digest) == ("run", "pulled", "id-1", A)
    assert [each.reference for each in ImageRecord("engine").all()] == ["a/b:1"]


def test_engines_have_records_of_their_own(record: ImageRecord) -> None:
    fetch(record, "run", "id-1")
    assert ImageRecord("another").latest("a/b:1") is None
    assert ImageRecord("another").all() == []


def test_a_fetch_that_a_kill_ended_is_known_as_begun(record: ImageRecord) -> None:
    record.begun("a/b:1", "run", "pulled")
    latest = record.latest("a/b:1")
    assert latest is not None
    assert (latest.run, latest.image_id) == ("run", "")


def test_a_fetch_that_failed_is_forgotten(record: ImageRecord) -> None:
    record.begun("a/b:1", "run", "pulled")
    record.failed("a/b:1", "run")
    assert record.of("a/b:1") is None


def test_one_of_two_threads_fails_and_the_other_brings_the_image(record: ImageRecord) -> None:
    record.begun("a/b:1", "run", "built")
    record.begun("a/b:1", "run", "built")
    record.failed("a/b:1", "run")
    record.ended("a/b:1", "run", "id-1", "id-1")
    latest = record.latest("a/b:1")
    assert latest is not None
    assert latest.image_id == "id-1"


def test_a_run_keeps_the_digest_that_it_began_with(record: ImageRecord) -> None:
    fetch(record, "run", "id-1", A)
    record.removed("a/b:1")
    fetch(record, "other", "id-2", B)
    fetch(record, "run", "id-2", B)
    assert record.first_digest("a/b:1", "run") == A
    assert record.first_digest("a/b:1", "other") == B
    assert record.first_digest("a/b:1", "third") == ""


def test_an_image_that_comes_and_goes_fills_no_disk(record: ImageRecord) -> None:
    """Under a disk budget one image may be fetched a hundred times."""
    for _ in range(100):
        fetch(record, "run", "id-1")
        record.removed("a/b:1")
    known = record.of("a/b:1")
    assert known is not None
    assert len(known.fetches) == 1
    assert known.fetches[0].removed


def test_a_use_is_noted_of_what_was_fetched_and_of_nothing_else(record: ImageRecord) -> None:
    fetch(record, "run", "id-1")
    path = record._path("a/b:1")
    os.utime(path, (1.0, 1.0))
    record.used("a/b:1")
    record.used("the/users:own")
    known = record.of("a/b:1")
    assert known is not None
    assert known.last_used > 1.0
    assert record.of("the/users:own") is None


@pytest.mark.parametrize(
    "content",
    ["", "{", "null", "[]", '{"reference": "a/b:1", "fetches": [{"nonsense": 1}]}', "\x00" * 40],
)
def test_a_broken_file_claims_no_image_and_is_replaced(record: ImageRecord, content: str) -> None:
    fetch(record, "run", "id-1")
    record._path("a/b:1").write_text(content)
    assert record.latest("a/b:1") is None
    assert record.all() == []
    fetch(record, "run", "id-2")
    latest = record.latest("a/b:1")
    assert latest is not None
    assert latest.image_id == "id-2"


def test_a_record_that_cannot_be_written_stops_nobody(
    record: ImageRecord, caplog: pytest.LogCaptureFixture
) -> None:
    record._folder.write_text("a file where the folder should be")
    fetch(record, "run", "id-1")
    assert "the record of the image a/b:1 cannot be kept" in caplog.text
    assert record.latest("a/b:1") is None


def test_processes_that_write_at_once_leave_a_whole_file(record: ImageRecord) -> None:
    program = """
import sys
from containers.image_record import ImageRecord
record = ImageRecord("engine")
for number in range(20):
    record.begun("a/b:1", sys.argv[1], "pulled")
    record.ended("a/b:1", sys.argv[1], "id", "digest of " + sys.argv[1])
"""
    processes = [subprocess.Popen([sys.executable, "-c", program, name]) for name in "pqr"]
    assert [process.wait() for process in processes] == [0, 0, 0]
    known = record.of("a/b:1")
    assert known is not None
    assert all(each.digest == f"digest of {each.run}" for each in known.fetches)
    assert not list(record._folder.glob("*.draft"))
