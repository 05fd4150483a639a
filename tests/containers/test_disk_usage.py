"""How much disk the engine uses, as engines of all ages tell it."""

from __future__ import annotations

import os
import shutil
import threading
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from containers.disk_usage import disk_free, disk_used
from containers.engine import Engine
from containers.engine_facts import DiskUsage, EngineInfo


@pytest.mark.parametrize(
    ("answer", "usage"),
    [
        (
            {
                "LayersSize": 100,
                "Containers": [{"Id": "a", "SizeRw": 7}, {"Id": "b"}],
                "BuildCache": [{"Size": 5, "Shared": False}, {"Size": 50, "Shared": True}],
            },
            DiskUsage(100, 7, 5),
        ),
        ({"LayersSize": 0, "Containers": None, "BuildCache": None}, DiskUsage(0, 0, 0)),
        (
            {
                "ImageUsage": {"TotalSize": 100, "TotalCount": 3},
                "ContainerUsage": {"TotalSize": 7},
                "BuildCacheUsage": {},
                "LayersSize": 100,
            },
            DiskUsage(100, 7, 0),
        ),
        ({"ImageUsage": {"TotalSize": -1}}, DiskUsage(0, 0, 0)),
    ],
)
def test_what_the_engine_answers(answer: dict[str, Any], usage: DiskUsage) -> None:
    assert DiskUsage.from_api(answer) == usage


def engine_at(root: Path, *, kernel: str = "", local: bool = True) -> Engine:
    info = EngineInfo.from_api(
        {
            "NCPU": 1,
            "MemTotal": 1,
            "DockerRootDir": str(root),
            "KernelVersion": kernel or os.uname().release,
        },
        api_version="1.41",
        has_bridge_network=True,
    )
    return cast(Engine, SimpleNamespace(info=lambda: info, through_local_socket=local))


def test_what_is_free_where_the_engine_keeps_its_images(tmp_path: Path) -> None:
    free = disk_free(engine_at(tmp_path))
    assert free is not None
    assert 0 < free <= shutil.disk_usage(tmp_path).total


@pytest.mark.parametrize(
    "elsewhere", [{"local": False}, {"kernel": "6.6.12-linuxkit"}], ids=["network", "virtual"]
)
def test_the_disk_of_another_machine_is_not_this_ones(
    tmp_path: Path, elsewhere: dict[str, Any]
) -> None:
    """Their engines, too, keep images in /var/lib/docker."""
    assert disk_free(engine_at(tmp_path, **elsewhere)) is None


def test_a_folder_that_is_not_here_is_on_another_disk(tmp_path: Path) -> None:
    assert disk_free(engine_at(tmp_path / "absent")) is None


@pytest.mark.engine
def test_many_may_ask_at_once(engine: Engine, bash_image: str) -> None:
    """Engines before 23 answer one at a time, and send all others away."""
    image = engine.image(bash_image)
    assert image is not None
    measured: list[int] = []
    threads = [
        threading.Thread(target=lambda: measured.append(disk_used(engine))) for _ in range(6)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(measured) == 6
    assert min(measured) >= image.size_bytes


@pytest.mark.engine
def test_this_machines_engine_is_seen(engine: Engine) -> None:
    free = disk_free(engine)
    if free is None:
        pytest.skip("the engine's disk is not this machine's")
    assert free > 0
