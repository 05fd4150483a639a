"""The kernel's counters of a box, on either version of control groups."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from containers import box_meter
from containers.box_meter import BoxMeter

BOX = "f00d"
COUNTERS = {
    "v1": {
        "memory/docker/f00d/memory.max_usage_in_bytes": "5000\n",
        "memory/docker/f00d/memory.oom_control": "oom_kill_disable 0\nunder_oom 0\noom_kill {k}\n",
        "cpuacct/docker/f00d/cpuacct.usage": "2500000000\n",
    },
    "v2 under systemd": {
        "system.slice/docker-f00d.scope/memory.peak": "5000\n",
        "system.slice/docker-f00d.scope/memory.events": "low 0\noom 0\noom_kill {k}\n",
        "system.slice/docker-f00d.scope/cpu.stat": "usage_usec 2500000\nuser_usec 1\n",
    },
}


@pytest.fixture(params=sorted(COUNTERS))
def groups(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(box_meter, "_CGROUPS", tmp_path)
    write(tmp_path, request.param, kills=0)
    return tmp_path


def write(folder: Path, version: str, kills: int) -> None:
    for name, text in COUNTERS[version].items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text.format(k=kills))


def test_memory_and_processor_time_are_read(groups: Path) -> None:
    with BoxMeter(BOX) as meter:
        meter.sample()
    assert (meter.peak_memory_bytes, meter.cpu_seconds, meter.oom_killed) == (5000, 2.5, False)


def test_a_kill_is_noticed_though_the_engine_may_not_say_so(
    groups: Path, request: pytest.FixtureRequest
) -> None:
    """Docker tells of a box that hit its own limit, not of a machine that ran out of memory."""
    version = request.node.callspec.params["groups"]
    with BoxMeter(BOX) as meter:
        meter.sample()
        write(groups, version, kills=1)
        meter.sample()
        assert meter.oom_killed


def test_the_last_values_outlive_the_box(groups: Path) -> None:
    with BoxMeter(BOX) as meter:
        meter.sample()
        shutil.rmtree(groups)
        meter.sample()
    meter.sample()
    assert meter.peak_memory_bytes == 5000


def test_counters_that_are_elsewhere_are_not_known() -> None:
    with BoxMeter("no-such-box") as meter:
        meter.sample()
    assert (meter.peak_memory_bytes, meter.cpu_seconds, meter.oom_killed) == (None, None, False)
