"""The restored evaluation in a real box, where all processes are the box's own."""

from __future__ import annotations

import os
import secrets
import shlex
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from containers.docker_sandbox import DockerSandboxes
from containers.engine import Engine
from harness.verdict import Outcome
from tests.harness.restored_runs import FIX, NO_HELPER, TEST, run_restored, task, with_repository
from tests.own_programs import add_programs

pytestmark = pytest.mark.engine

PROGRAMS = """
bash cat cp date dirname env find git grep ls mkdir patch rm sed setsid sha256sum sleep stat tar
timeout touch xargs
"""
FORGE = "echo 'check() { echo PASSED t::$2; }' >tests/helper.sh"


@pytest.fixture(scope="module")
def image(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """This machine's own git and core programs, with the repository of the task."""
    folder = tmp_path_factory.mktemp("image")
    (folder / "testbed").mkdir()
    with_repository(folder)
    with tarfile.open(folder / "rootfs.tar", "w", dereference=True) as tar:
        add_programs(tar, PROGRAMS)
        tar.add(folder / "testbed", "testbed", filter=_of_root)
    tag = f"swe-verify-test/restored:{secrets.token_hex(4)}"
    environment = ["ENV PATH=/usr/bin:/bin HOME=/root"]
    engine.import_rootfs(folder / "rootfs.tar", tag=tag, labels={}, changes=environment)
    yield tag
    engine.remove_image(tag)


def _of_root(member: tarfile.TarInfo) -> tarfile.TarInfo:
    member.uid = member.gid = 0
    return member


@pytest.fixture
def boxes(engine: Engine) -> Iterator[DockerSandboxes]:
    boxes = DockerSandboxes(engine, f"restored-{os.getpid()}")
    yield boxes
    boxes.close()


def test_a_right_patch_resolves(boxes: DockerSandboxes, image: str, tmp_path: Path) -> None:
    restored = run_restored(FIX, tmp_path, boxes=boxes, image=image)
    assert restored.verdict.outcome is Outcome.RESOLVED
    assert restored.read.changed == ()


@pytest.mark.parametrize(
    "deed",
    [
        f"while :; do {FORGE}; done",
        f"f() {{ {FORGE}; f & }}; f",
    ],
    ids=["that goes on", "that forks its way past who looks for it"],
)
def test_nothing_that_installing_starts_lives_on(
    boxes: DockerSandboxes, image: str, tmp_path: Path, deed: str
) -> None:
    """It would write to the tests after they have been put back."""
    started = shlex.quote(f"trap '' TERM HUP; {deed}")
    instance = task(late=f"(setsid bash -c {started} >/dev/null 2>&1 &); sleep 1")
    restored = run_restored(NO_HELPER, tmp_path, instance, boxes=boxes, image=image)
    assert restored.verdict.fail_to_pass.failure == ("t::a",)
    assert restored.read.changed == ()


def test_what_the_tests_leave_running_does_not_see_their_end(
    boxes: DockerSandboxes, image: str, tmp_path: Path
) -> None:
    """It could take the line from the pipe, and write what it likes before it."""
    instance = task(test=f"(setsid bash -c 'while :; do echo alive; done' &); sleep 0.1; {TEST}")
    restored = run_restored(FIX, tmp_path, instance, boxes=boxes, image=image)
    assert restored.verdict.outcome is Outcome.RESOLVED
    assert "\nalive\n" in restored.read.log
    assert restored.output.endswith(" end\n")
