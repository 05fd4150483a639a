"""What a box cannot do, tried from inside on a real engine."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from containers.disk_usage import storage_here
from containers.docker_sandbox import DockerSandboxes
from containers.engine import Engine
from containers.labels import container_name
from harness.sandbox import SandboxRequest
from task_specs.limits import MIB
from tests.changes_contract import LIMITS

pytestmark = pytest.mark.engine

LENT = {"/etc/hosts", "/etc/hostname", "/etc/resolv.conf"}
"""Files of the engine's own that it mounts into every container."""

Inside = Callable[[str], tuple[int | None, str]]


@pytest.fixture
def inside(engine: Engine, bash_image: str, tmp_path: Path) -> Iterator[Inside]:
    """Runs a script in a box; returns its exit code and what it printed."""
    provider = DockerSandboxes(engine, f"confinement-tests-{os.getpid()}")

    def run(script: str) -> tuple[int | None, str]:
        with provider.open(SandboxRequest(bash_image, LIMITS)) as box:
            ended = box.run(["/bin/bash", "-c", script], tmp_path / "output")
        return ended.exit_code, (tmp_path / "output").read_text()

    yield run
    provider.close()


@pytest.mark.parametrize(
    "command",
    [
        "mount -t tmpfs none /sys",
        "mount -o remount,rw /proc/sys",
        "unshare --user true",
        "unshare --mount true",
        "unshare --net true",
        "nsenter --target 1 --mount true",
        "mknod /testbed/disk b 8 0",
        "mknod /testbed/memory c 1 1",
    ],
)
def test_a_command_that_reaches_out_of_the_box_fails(inside: Inside, command: str) -> None:
    code, said = inside(command)
    assert code in (1, 32), said  # mount has a code of its own for having failed
    assert "not permitted" in said or "ermission denied" in said


@pytest.mark.parametrize(
    "path",
    [
        "/proc/sys/kernel/core_pattern",
        "/proc/sys/kernel/hostname",
        "/proc/sys/vm/drop_caches",
        "/proc/irq/default_smp_affinity",
        "/sys/kernel/mm/transparent_hugepage/enabled",
        "/sys/fs/cgroup/cgroup.procs",
        "/sys/fs/cgroup/memory/memory.limit_in_bytes",
        "/sys/fs/cgroup/memory/cgroup.procs",
        "/sbin/docker-init",
    ],
)
def test_what_belongs_to_the_machine_cannot_be_written(inside: Inside, path: str) -> None:
    code, said = inside(f"[ -e {path} ] || exit 100; [ ! -e {path} ] || : 2>&1 >> {path}")
    if code == 100:
        pytest.skip(f"this kernel or engine has no {path}")
    assert code == 1
    assert "Read-only file system" in said or "ermission denied" in said or "busy" in said


def test_nothing_of_the_machine_is_mounted(inside: Inside) -> None:
    _, said = inside("cat /proc/mounts")
    mounts = [line.split(" ")[:2] for line in said.splitlines()]
    from_disks = {target for source, target in mounts if source.startswith("/dev/")}
    assert {path for path in from_disks if not path.endswith("/docker-init")} <= LENT


def test_the_root_of_its_init_is_its_own(inside: Inside) -> None:
    code, said = inside("touch /mark; [ -e /proc/1/root/mark ] && ls /proc/1/root/etc/shadow")
    assert code != 0
    assert "No such file" in said


def test_processes_of_others_are_not_seen(inside: Inside) -> None:
    _, said = inside("echo /proc/[0-9]*")
    assert len(said.split()) <= 4


def test_what_is_written_to_files_that_the_engine_lends_counts(
    engine: Engine, bash_image: str
) -> None:
    """They lie on the machine's disk, outside of what the engine measures as the container's."""
    if storage_here(engine, engine.info()) is None:
        pytest.skip("the engine is not on this machine")
    script = "head -c 5M /dev/zero > /etc/hosts; head -c 5M /dev/zero > /etc/resolv.conf; sleep 60"
    config = {"Image": bash_image, "Cmd": ["/bin/bash", "-c", script]}
    container = engine.create(config, name=container_name("test"))
    try:
        engine.start(container)
        deadline = time.monotonic() + 30
        while engine.written_bytes(container) < 10 * MIB:
            assert time.monotonic() < deadline
            time.sleep(0.1)
    finally:
        engine.remove(container)
