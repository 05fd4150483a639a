"""A small image that every engine can run, without any registry."""

from __future__ import annotations

import secrets
import socket
import tarfile
from collections.abc import Iterator

import pytest

from containers.engine import Engine
from tests.changes_contract import FURNISHED
from tests.own_programs import add_programs

_PROGRAMS = """
bash cat chmod chown cut df echo env false grep head hostname id ln ls mkdir mkfifo mknod mount
nsenter od readlink unshare
rm sleep sort stat tail tee touch tr true truncate uname wc yes
"""


@pytest.fixture(scope="session")
def bash_image(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """An image of this machine's own bash and core programs, gone after the tests."""
    rootfs = tmp_path_factory.mktemp("rootfs") / "rootfs.tar"
    with tarfile.open(rootfs, "w", dereference=True) as tar:
        add_programs(tar, _PROGRAMS)
    tag = f"swe-verify-test/bash:{secrets.token_hex(4)}"
    engine.import_rootfs(rootfs, tag=tag, labels={}, changes=["ENV PATH=/usr/bin:/bin"])
    yield tag
    engine.remove_image(tag)


@pytest.fixture(scope="session")
def furnished_image(
    engine: Engine, bash_image: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """The same with the files of `FURNISHED`, in two layers of which one hides some of the other's.

    Gone after the tests.
    """
    context = tmp_path_factory.mktemp("furnished")
    for name, content in {**FURNISHED, "hidden/a": b"", "old/hidden": b""}.items():
        path = context / "testbed" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    (context / "Dockerfile").write_text(
        f"FROM {bash_image}\nCOPY testbed /testbed\n"
        'RUN ["/bin/bash", "-c", "rm -r /testbed/hidden /testbed/old/hidden"]\n'
    )
    tag = f"{bash_image}-furnished"
    engine.build(context, tag=tag, network_mode="none")
    yield tag
    engine.remove_image(tag)


@pytest.fixture
def free_port() -> int:
    """A port of this machine on which nothing listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
