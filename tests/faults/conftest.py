"""Toy images, a private engine to be maltreated, and boxes on either."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from containers.docker_sandbox import DockerSandboxes
from containers.engine import Engine
from tests.faults.boxes import Boxes
from tests.faults.private_engine import PrivateEngine, missing, private_engine
from tests.faults.toy import toy_image


@pytest.fixture(scope="session")
def toy(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A toy image on the engine that is in use here."""
    with toy_image(engine, tmp_path_factory.mktemp("toy")) as image:
        yield image


@pytest.fixture
def boxes(engine: Engine, toy: str, tmp_path: Path) -> Iterator[Boxes]:
    """Boxes on the engine that is in use here."""
    provider = DockerSandboxes(engine, f"faults-{tmp_path.name}")
    yield Boxes(engine, provider, toy, tmp_path)
    provider.close()
    assert engine.containers(f"swe-verify.run=faults-{tmp_path.name}") == []


@pytest.fixture
def private(engine: Engine) -> Iterator[PrivateEngine]:
    """An engine that may be killed. Without `engine`, the machine has none to make it from."""
    if reason := missing():
        pytest.skip(reason)
    with private_engine() as apart:
        yield apart
