"""A box in the words of the engine's API: what runs in it, its limits, its confinement. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from containers.box_command import MERGED
from containers.engine_facts import EngineInfo
from containers.last_words import INIT_ENVIRONMENT
from harness.sandbox import SandboxRequest
from task_specs.limits import GIB, Limits

HOSTNAME = "testbed"
"""The name of the machine inside every box: some tests print it, some look it up."""

_CAPABILITIES = (
    # Test suites run as root and expect root's ordinary rights over files and processes:
    "CHOWN",  # tar, pip and install(1) set owners
    "DAC_OVERRIDE",  # root reads and writes files that belong to others
    "FOWNER",  # chmod and utime on files that belong to others
    "FSETID",  # set-user-id bits survive a write, as file-mode tests check
    "KILL",  # signal processes that gave up root
    "SETGID",  # su, and servers that give up root
    "SETUID",  # the same
    "SYS_CHROOT",  # chroot, in tests of installers
    "NET_BIND_SERVICE",  # servers under test on ports below 1024
    # Not given, of what Docker gives by default: AUDIT_WRITE, MKNOD, NET_RAW, SETFCAP, SETPCAP.
)

_SHARED_MEMORY_BYTES = GIB
"""Size of /dev/shm. Docker's 64 MiB break multiprocessing and data loaders; what is used counts
as the box's memory in any case."""


def box_config(
    request: SandboxRequest, command: Sequence[str], labels: Mapping[str, str], engine: EngineInfo
) -> dict[str, Any]:
    """Return the description of a container for `command`, in which the image's own is void."""
    environment = (*request.environment, *INIT_ENVIRONMENT)
    return {
        "Image": request.image,
        "Entrypoint": list(MERGED),
        "Cmd": list(command),
        "User": "0",
        "Hostname": HOSTNAME,
        "WorkingDir": request.workdir,
        "Env": [f"{name}={value}" for name, value in environment],
        "Labels": dict(labels),
        "Healthcheck": {"Test": ["NONE"]},
        "Tty": False,
        "OpenStdin": True,  # see `box_command`
        "StdinOnce": True,
        "AttachStdin": True,
        "AttachStdout": True,
        "AttachStderr": True,
        "HostConfig": host_config(request.limits, engine),
    }


def network_mode(limits: Limits, engine: EngineInfo) -> str:
    """Return the network of a box: none, or where tests need one, a bridge or the host's."""
    if not limits.network:
        return "none"
    return "bridge" if engine.has_bridge_network else "host"


def host_config(limits: Limits, engine: EngineInfo) -> dict[str, Any]:
    """Return the `HostConfig` of a box. It never mounts anything of the host.

    https://docs.docker.com/reference/api/engine/version/v1.41/#tag/Container
    """
    return {
        "CapDrop": ["ALL"],
        "CapAdd": list(_CAPABILITIES),
        "SecurityOpt": ["no-new-privileges"],
        "Memory": limits.memory_bytes,
        "MemorySwap": limits.memory_bytes,  # the sum of both: equal means no swap
        # The API refuses more processors than the machine has.
        "NanoCpus": round(min(limits.cpus, engine.cpus) * 1_000_000_000),
        "PidsLimit": limits.pids,
        "NetworkMode": network_mode(limits, engine),
        # Without a network Docker leaves the box's own name unresolvable.
        "ExtraHosts": [f"{HOSTNAME}:127.0.0.1"],
        "IpcMode": "private",
        "ShmSize": min(_SHARED_MEMORY_BYTES, limits.memory_bytes),
        "Ulimits": [{"Name": "core", "Soft": 0, "Hard": 0}],
        # An init as process 1 reaps what tests leave behind, so that it cannot use up the pids.
        "Init": True,
        # Output is read from the attached stream; a log on the engine's disk would be a copy.
        "LogConfig": {"Type": "none", "Config": {}},
    }
