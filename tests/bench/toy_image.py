"""An image from this machine's own programs, with a repository that has one bug. No registry."""

from __future__ import annotations

import os
import secrets
import subprocess
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

from containers.engine import Engine
from tests.own_programs import add_programs

# `tail` is the main process of the official harness's containers, `mkdir` makes way for its files.
PROGRAMS = "bash cat date env git grep ls mkdir patch rm sh sleep tail"
FILES = {"value.txt": "wrong\n", "tests/expected.txt": "nothing yet\n"}


@contextmanager
def toy_image() -> Iterator[str]:
    """Yield the reference of a new image on the engine of this machine, and remove it after."""
    engine = Engine.connect()
    tag = f"swe-verify-bench/toy:{secrets.token_hex(4)}"
    try:
        with TemporaryDirectory() as name:
            rootfs = _rootfs(Path(name))
            engine.import_rootfs(rootfs, tag=tag, labels={}, changes=["ENV PATH=/usr/bin:/bin"])
        try:
            yield tag
        finally:
            engine.remove_image(tag)
    finally:
        engine.close()


def _rootfs(folder: Path) -> Path:
    path = folder / "rootfs.tar"
    with tarfile.open(path, "w", dereference=True) as tar:
        add_programs(tar, PROGRAMS)
        tar.add(_repository(folder / "testbed"), "testbed")
        _add_folder(tar, "tmp", 0o1777)
        _add_folder(tar, "root", 0o700)
        # The official harness asks for the user "root" by name.
        users = b"root:x:0:0:root:/root:/bin/bash\n"
        entry = tarfile.TarInfo("etc/passwd")
        entry.size = len(users)
        tar.addfile(entry, BytesIO(users))
    return path


def _add_folder(tar: tarfile.TarFile, name: str, mode: int) -> None:
    entry = tarfile.TarInfo(name)
    entry.type, entry.mode = tarfile.DIRTYPE, mode
    tar.addfile(entry)


def _repository(folder: Path) -> Path:
    for name, text in FILES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    identity = [
        f"GIT_{who}_{what}" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")
    ]
    environment = {**os.environ, **dict.fromkeys(identity, "toy"), "GIT_CONFIG_GLOBAL": "/dev/null"}
    for arguments in ("init -q", "add .", "commit -qm base"):
        subprocess.run(["git", *arguments.split()], cwd=folder, env=environment, check=True)
    return folder
