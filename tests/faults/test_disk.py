"""A disk that is full: the box's own doing, or everybody's, in a box or under the run's files."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tarfile
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from containers.docker_sandbox import DockerSandboxes
from containers.engine import Engine
from containers.images import ImageStore
from harness.sandbox import InfrastructureError
from task_specs.limits import GIB, MIB
from tests.containers.test_images import instance
from tests.faults.boxes import BEGUN, LIMITS, Boxes
from tests.faults.disturbed_run import DisturbedRun, flaws
from tests.faults.private_engine import PrivateEngine, connected, missing, private_engine
from tests.faults.toy import FIX, hook, toy_image, write_tasks

pytestmark = pytest.mark.engine

ROOMY = replace(LIMITS, memory_bytes=GIB, disk_bytes=20 * GIB)


@pytest.fixture(scope="module")
def small() -> Iterator[PrivateEngine]:
    """An engine whose disk has room for 700 MiB."""
    if reason := missing():
        pytest.skip(reason)
    with private_engine(700 * MIB) as engine:
        yield engine


@pytest.fixture
def small_boxes(small: PrivateEngine, tmp_path: Path) -> Iterator[Boxes]:
    connection = connected(small.address)
    with toy_image(connection, tmp_path / "toy") as image:
        provider = DockerSandboxes(connection, "disk")
        yield Boxes(connection, provider, image, tmp_path)
        provider.close()
    connection.close()


def write(mebibytes: int) -> str:
    return f"{BEGUN} dd if=/dev/zero of=/tmp/big bs=1M count={mebibytes} status=none; "


def test_a_box_that_writes_too_much_is_stopped_at_its_limit(boxes: Boxes) -> None:
    """The engine cannot bound it on most file systems: ten gigabytes would be the user's loss."""
    result = boxes.run(write(300) + "sleep 50", replace(ROOMY, disk_bytes=100 * MIB))
    assert result.disk_limit_hit
    assert (result.exit_code, result.timed_out) == (None, False)


def test_a_box_within_its_limit_is_not(boxes: Boxes) -> None:
    result = boxes.run(write(50) + "sleep 1; exit 3", replace(ROOMY, disk_bytes=100 * MIB))
    assert (result.exit_code, result.disk_limit_hit) == (3, False)


def test_where_the_disk_runs_short_the_greediest_box_goes_and_the_others_stay(
    small_boxes: Boxes,
) -> None:
    other = Boxes(
        small_boxes.engine, small_boxes.provider, small_boxes.image, small_boxes.folder / "other"
    )
    other.folder.mkdir()
    modest: list[int | None] = []
    small_file = "dd if=/dev/zero of=/tmp/small bs=1k count=1 conv=fsync"

    def work() -> None:
        modest.append(other.run(f"sleep 8; {small_file} && exit 3").exit_code)

    beside = threading.Thread(target=work)
    beside.start()
    slowly = (
        "for i in {1..200}; do dd if=/dev/zero of=/tmp/$i bs=1M count=2 status=none; sleep .1; done"
    )
    with pytest.raises(InfrastructureError, match=r"written 0\.[3-7] GiB") as caught:
        small_boxes.run(f"{write(500)} {slowly}; sleep 50", ROOMY)
    beside.join()
    assert (caught.value.kind, caught.value.retryable) == ("disk_full", True)
    assert modest == [3]


def test_a_disk_that_others_fill_is_not_the_boxes_failure(
    small: PrivateEngine, small_boxes: Boxes
) -> None:
    """Its tests fail for want of space, and print what a failing test prints."""
    stuffing = small.storage / "stuffing"

    def fill(_container: str) -> None:
        command = ["dd", "if=/dev/zero", f"of={stuffing}", "bs=1M"]
        subprocess.run(command, stderr=subprocess.DEVNULL, check=False)

    try:
        with pytest.raises(InfrastructureError) as caught:
            small_boxes.run(BEGUN + "sleep 6; exit 3", once_begun=fill)
    finally:
        stuffing.unlink()
    assert caught.value.kind == "disk_full"


@pytest.fixture
def registry(small: PrivateEngine, tmp_path: Path) -> Iterator[str]:
    """A registry in the small engine's network, with its files elsewhere."""
    if not all(map(shutil.which, ("docker-registry", "ip", "nsenter"))):
        pytest.skip("a registry apart needs docker-registry, ip and nsenter")
    subprocess.run(small.beside("ip", "link", "set", "lo", "up"), check=True)
    config = tmp_path / "registry.yml"
    settings = {
        "version": 0.1,
        "log": {"level": "error"},
        "storage": {"filesystem": {"rootdirectory": str(tmp_path / "registry")}},
        "http": {"addr": "127.0.0.1:5000"},
    }
    config.write_text(json.dumps(settings))
    command = small.beside("docker-registry", "serve", str(config))
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as serving:
        yield "127.0.0.1:5000"
        serving.kill()


def test_a_disk_that_fills_up_under_a_pull_is_our_failure_and_leaves_nothing(
    small: PrivateEngine, registry: str, tmp_path: Path
) -> None:
    (tmp_path / "noise").write_bytes(os.urandom(MIB) * 120)
    with tarfile.open(tmp_path / "rootfs.tar", "w") as tar:
        tar.add(tmp_path / "noise", "noise")
    connection = connected(small.address)
    reference = f"{registry}/noise:1"
    connection.import_rootfs(tmp_path / "rootfs.tar", tag=reference, labels={})
    push_until_it_answers(connection, reference)
    connection.remove_image(reference)
    stuffing = small.storage / "stuffing"
    free = shutil.disk_usage(small.storage).free
    with stuffing.open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, free - 90 * MIB)
    store = ImageStore(connection)
    try:
        with pytest.raises(InfrastructureError) as caught:
            store.acquire(instance(reference))
        assert caught.value.kind == "disk_full"
        assert connection.images() == []
    finally:
        stuffing.unlink()
    assert store.acquire(instance(reference)).how == "pulled"
    connection.remove_image(reference)
    connection.close()


def push_until_it_answers(engine: Engine, reference: str) -> None:
    deadline = time.monotonic() + 30
    while "error" in str(list(engine._client.push(reference, stream=True, decode=True))):
        assert time.monotonic() < deadline, "the registry never answered"
        time.sleep(0.2)


def test_an_output_folder_that_fills_up_ends_the_run_in_a_sentence_and_it_resumes(
    toy: str, tmp_path: Path
) -> None:
    """What was done is kept, no folder is half written, and the command goes on with room."""
    if missing():
        pytest.skip("mounting a small disk needs root")
    out = tmp_path / "out"
    out.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", out], check=True)
    try:
        chatter = hook("yes 'a line of a log that is not short' | head -n 20000")
        patches: list[str | None] = [
            FIX + chatter.replace("not short", f"no {n}") for n in range(4)
        ]
        run = DisturbedRun(tmp_path, *write_tasks(tmp_path, toy, patches), options=("-j", "1"))
        ended = run.finish()
        assert ended.returncode == 1
        # Where the last room goes decides: a log that cannot be kept is that attempt's failure, in
        # the report; an artifact or a row that cannot be written ends the run, in one sentence.
        said = ended.stdout + ended.stderr
        assert "No space left on device" in said or "disk is full" in said
        assert "Traceback" not in ended.stderr
        assert flaws(run) == []
        done = [outcome for outcome in run.ledger().values() if outcome == "RESOLVED"]
        assert 0 < len(done) < 4
        subprocess.run(["mount", "-o", "remount,size=64m", out], check=True)
        resumed = run.finish()
        assert set(run.ledger().values()) == {"RESOLVED"}
        assert len(json.loads(resumed.stdout)["attempts"]) == 4
        assert flaws(run) == []
    finally:
        subprocess.run(["umount", out], check=True)
