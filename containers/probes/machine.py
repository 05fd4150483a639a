"""Is there room: disk, memory, cores, and a processor of the images' kind?"""

from __future__ import annotations

import shutil

from containers.engine_facts import EngineInfo
from containers.probes.probe import Probe
from task_specs.limits import GIB, Limits

_VERIFIED_BYTES = 240 * 10**9
"""What the 500 official images of SWE-bench Verified take when all are kept."""
_OFFICIAL_ARCHITECTURE = "x86_64"


def probe_disk(info: EngineInfo) -> Probe:
    """Compare the space where the engine keeps its images with what the images take."""
    try:
        free = shutil.disk_usage(info.root_dir).free
    except OSError:
        return Probe(
            "disk",
            "warn",
            f"cannot see the engine's disk ({info.root_dir} is not on this machine)",
            "check there that it has room for the images",
        )
    detail = f"{free / 10**9:.0f} GB free in {info.root_dir}"
    if free >= _VERIFIED_BYTES:
        return Probe("disk", "ok", detail)
    return Probe(
        "disk",
        "warn",
        f"{detail}; the images of all of Verified take about {_VERIFIED_BYTES // 10**9} GB",
        "evaluate under a --disk-budget, which removes images on the way; "
        "`swe-verify images gc` frees what earlier runs left",
    )


def probe_resources(info: EngineInfo) -> Probe:
    """Compare memory and cores with the default limits of one attempt."""
    limits = Limits()
    detail = f"{info.cpus} cores, {info.memory_bytes / GIB:.1f} GiB of memory"
    if info.memory_bytes >= limits.memory_bytes and info.cpus >= limits.cpus:
        return Probe("resources", "ok", detail)
    return Probe(
        "resources",
        "warn",
        f"{detail}, less than one attempt may use by default "
        f"({limits.cpus:g} cores, {limits.memory_bytes / GIB:g} GiB)",
        "evaluate one task at a time (-j 1), and expect the largest to be short of memory",
    )


def probe_architecture(info: EngineInfo) -> Probe:
    """Compare the engine's processor with that of the official images."""
    if info.architecture == _OFFICIAL_ARCHITECTURE:
        return Probe("architecture", "ok", info.architecture)
    return Probe(
        "architecture",
        "warn",
        f"{info.architecture}, but the official images are for {_OFFICIAL_ARCHITECTURE}: they "
        "run emulated, if at all, and slowly",
        f"evaluate on a {_OFFICIAL_ARCHITECTURE} machine; tasks built here run as they are",
    )


def probe_git() -> Probe:
    """Look for git, which checks sources out."""
    path = shutil.which("git")
    if path:
        return Probe("git", "ok", path)
    return Probe(
        "git",
        "warn",
        "not found: the images of task directories cannot be built",
        "install git",
        fixable=True,
    )
