"""Leases on images: many at once, none lost, and none that outlives its holder."""

from __future__ import annotations

import subprocess
import sys

import pytest

from containers.image_lease import held, unleased

HOLD = """
import sys
from containers.image_lease import held
with held("engine", ["a/b:1"]):
    print("held", flush=True)
    sys.stdin.read()
"""


def is_free(reference: str, engine: str = "engine") -> bool:
    with unleased(engine, reference) as free:
        return free


def test_an_image_is_free_when_the_last_lease_has_ended() -> None:
    with held("engine", ["a/b:1", "a/c:1", "a/b:1"]):
        with held("engine", ["docker.io/a/b:1"]):
            assert not is_free("a/b:1")
        assert not is_free("a/b:1")
        assert not is_free("a/c:1")
        assert is_free("a/b:2")
        assert is_free("a/b:1", engine="another")
    assert is_free("a/b:1")


def test_another_process_is_heeded_until_it_is_killed() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HOLD], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"held\n"
        assert not is_free("a/b:1")
        process.kill()
        process.wait()
        assert is_free("a/b:1")


def test_who_wants_a_lease_waits_for_a_removal() -> None:
    def give_up() -> None:
        raise KeyboardInterrupt

    with (
        unleased("engine", "a/b:1") as free,
        pytest.raises(KeyboardInterrupt),
        held("engine", ["a/b:1"], give_up),
    ):
        pytest.fail(f"it is being removed: {free}")
    assert is_free("a/b:1")
