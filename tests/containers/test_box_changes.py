"""Both ways to tell what a box changed."""

from __future__ import annotations

import math
import os
from pathlib import Path
from typing import cast

import pytest

from containers.box_changes import PutFiles, box_changes
from containers.disk_usage import storage_here
from containers.docker_sandbox import DockerSandboxes
from containers.engine import Engine
from containers.errors import EngineError
from containers.labels import RUN_LABEL
from harness.sandbox import UNLISTED, Change, SandboxRequest
from tests.changes_contract import LIMITS

CHANGES = """
cd /testbed
echo > old/new; echo more >> edited; rm removed; rm -r gone; mkdir gone; echo > gone/b
rm kept; mkdir kept; ln -s / link; rm -r untouched; mkdir untouched; echo > untouched/a
mkdir -p new/deep; echo > new/deep/file; chmod 700 old; rm /usr/bin/yes; echo > /etc/profile
echo > /put/altered; rm /put/gone
"""


NOTHING_PUT = PutFiles({}, 0.0)


class OutOfOrder:
    """An engine that fails over a container."""

    def __init__(self, status: int | None) -> None:
        self.status = status

    def changes(self, container: str) -> tuple[Change, ...]:
        raise EngineError("engine_error", "list", "too long", status=self.status, retryable=True)


@pytest.mark.engine
def test_the_folders_of_the_engine_tell_what_it_tells_itself(
    engine: Engine, furnished_image: str, tmp_path: Path
) -> None:
    storage = storage_here(engine, engine.info())
    if storage is None:
        pytest.skip("the engine is not on this machine")
    run = f"box-changes-{os.getpid()}"
    provider = DockerSandboxes(engine, run)
    put = PutFiles({"/put/as_it_was": b"x", "/put/altered": b"y", "/put/gone": b"z"}, math.inf)
    with provider.open(SandboxRequest(furnished_image, LIMITS)) as box:
        box.put(put.files)
        box.run(["/bin/bash", "-c", CHANGES], tmp_path / "output")
        (container,) = (found.id for found in engine.containers(f"{RUN_LABEL}={run}"))
        read = box_changes(engine, container, storage, put)
        told = box_changes(engine, container, None, put)
        assert box.changes() == read
    provider.close()
    assert read == told
    assert len(read) > 15


def test_an_engine_that_fails_over_a_box_has_listed_nothing() -> None:
    assert box_changes(cast(Engine, OutOfOrder(500)), "abc", None, NOTHING_PUT) == (UNLISTED,)


@pytest.mark.parametrize("status", [None, 404])
def test_an_engine_that_is_away_or_a_box_that_is_gone_is_our_failure(status: int | None) -> None:
    with pytest.raises(EngineError):
        box_changes(cast(Engine, OutOfOrder(status)), "abc", None, NOTHING_PUT)
