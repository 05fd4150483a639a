"""What a killed run left behind is removed at the next start, and nothing else."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from containers.engine import Engine
from containers.labels import OWNER_LABEL, RUN_LABEL, Owner, container_name, run_labels
from containers.reaper import reap, remove_own

pytestmark = pytest.mark.engine

RUN = f"reaper-tests-{os.getpid()}"

KILLED_RUN = """
import os, signal, sys, threading
from pathlib import Path
from containers.docker_sandbox import DockerSandboxes
from containers.engine import Engine
from harness.sandbox import SandboxRequest
from task_specs.limits import Limits

engine = Engine.connect()
output = Path(sys.argv[2])

def die_once_it_runs():
    while not (output.exists() and output.stat().st_size):
        pass
    os.kill(os.getpid(), signal.SIGKILL)

threading.Thread(target=die_once_it_runs).start()
limits = Limits(memory_bytes=64 * 1024**2)
with DockerSandboxes(engine, sys.argv[3]).open(SandboxRequest(sys.argv[1], limits)) as box:
    box.run(["/bin/bash", "-c", "head -c 100000 /dev/zero; sleep 600"], output)
"""


@pytest.fixture
def left_by(engine: Engine, bash_image: str) -> Iterator[Callable[[dict[str, str]], str]]:
    """Make a stopped container that belongs to an owner."""
    made: list[str] = []

    def leave(labels: dict[str, str]) -> str:
        config = {"Image": bash_image, "Cmd": ["true"], "Labels": {RUN_LABEL: RUN, **labels}}
        made.append(engine.create(config, name=container_name("reaper-test")))
        return made[-1]

    yield leave
    for container in made:
        engine.remove(container)


def ours(engine: Engine) -> set[str]:
    return {found.id for found in engine.containers(f"{RUN_LABEL}={RUN}")}


def test_a_killed_runs_container_is_stopped_and_removed(
    engine: Engine, bash_image: str, tmp_path: Path
) -> None:
    """Its container runs on, for up to half an hour, with nobody to read what it prints."""
    ended = subprocess.run(
        [sys.executable, "-c", KILLED_RUN, bash_image, str(tmp_path / "output"), RUN], check=False
    )
    assert ended.returncode == -9
    (left,) = engine.containers(f"{RUN_LABEL}={RUN}")
    assert left.running
    assert left.id in {removed.id for removed in reap(engine)}
    assert ours(engine) == set()


DIES_BEFORE_ITS_TURN = """
import contextlib, os, signal, sys
from pathlib import Path
from containers.docker_sandbox import DockerSandboxes
from containers.engine import Engine
from harness.sandbox import SandboxRequest
from task_specs.limits import Limits

@contextlib.contextmanager
def turn():
    os.kill(os.getpid(), signal.SIGKILL)
    yield

request = SandboxRequest(sys.argv[1], Limits())
with DockerSandboxes(Engine.connect(), sys.argv[2]).open(request) as box:
    box.run(["/bin/bash", "-c", "sleep 600"], Path("/dev/null"), turn())
"""


def test_a_box_whose_run_died_before_its_turn_ends_by_itself(
    engine: Engine, bash_image: str
) -> None:
    ended = subprocess.run(
        [sys.executable, "-c", DIES_BEFORE_ITS_TURN, bash_image, RUN], check=False
    )
    assert ended.returncode == -9
    for _ in range(200):
        (left,) = engine.containers(f"{RUN_LABEL}={RUN}")
        if not left.running:
            break
        time.sleep(0.05)
    assert not left.running
    reap(engine)


def test_living_foreign_and_other_containers_are_left_alone(
    engine: Engine, left_by: Callable[[dict[str, str]], str]
) -> None:
    me = Owner.current()
    dead = left_by({OWNER_LABEL: str(replace(me, started=me.started - 1))})
    rest = {
        left_by({OWNER_LABEL: str(me)}),
        left_by({OWNER_LABEL: str(replace(me, host="elsewhere", pid=1))}),
        left_by({OWNER_LABEL: "no owner"}),
        left_by({}),
    }
    removed = {found.id for found in reap(engine)}
    assert dead in removed
    assert ours(engine) == rest


def test_a_run_ends_by_removing_what_is_left_of_its_own(
    engine: Engine, left_by: Callable[[dict[str, str]], str]
) -> None:
    """The engine may have made a container whose creation we never heard of."""
    mine = run_labels(RUN)
    left_by(mine)
    rest = {
        left_by({**mine, OWNER_LABEL: str(replace(Owner.current(), pid=1))}),
        left_by({**mine, RUN_LABEL: f"{RUN}-other"}),
    }
    remove_own(engine, mine)
    assert ours(engine) | {c.id for c in engine.containers(f"{RUN_LABEL}={RUN}-other")} == rest
