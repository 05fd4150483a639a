"""A container engine of a test's own, to be killed, filled up and cut off without harm to others.

It has its own socket, storage and containerd, and a network namespace of its own: `--bridge=none`
removes the device docker0, which may be another engine's.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from containers.engine import Engine
from containers.errors import EngineUnavailable

OPTIONS = ("--iptables=false", "--bridge=none", "--log-level=error")


def missing() -> str:
    """Return what a private engine needs and this machine lacks; empty where nothing."""
    if os.geteuid() != 0:
        return "starting an engine apart needs root"
    absent = [
        name for name in ("dockerd", "unshare", "mkfs.ext4", "mount") if shutil.which(name) is None
    ]
    return f"starting an engine apart needs {', '.join(absent)}" if absent else ""


class PrivateEngine:
    """A daemon under `root`. `storage_bytes` bounds what it can store, images and boxes."""

    def __init__(self, root: Path, storage_bytes: int | None = None) -> None:
        self.root = root
        self.storage = root / "data"
        self.storage.mkdir()
        if storage_bytes is not None:
            _mount_a_small_disk(root / "disk", self.storage, storage_bytes)
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        """What DOCKER_HOST says to mean it."""
        return f"unix://{self.root / 's'}"

    def start(self) -> None:
        """Start it, and return once it answers; again where it fails, as a service manager does."""
        (self.root / "pid").unlink(missing_ok=True)  # what a killed daemon leaves
        deadline = time.monotonic() + 90
        self._process = self._started()
        while not self._answers():
            assert time.monotonic() < deadline, (self.root / "log").read_text()[-4000:]
            if self._process.poll() is not None:
                self._process = self._started()
            time.sleep(0.05)

    def _started(self) -> subprocess.Popen[bytes]:
        with (self.root / "log").open("ab") as log:
            return subprocess.Popen(
                [
                    *("unshare", "--net", "--", "dockerd", f"--host={self.address}"),
                    *(f"--data-root={self.storage}", f"--exec-root={self.root / 'exec'}"),
                    *(f"--pidfile={self.root / 'pid'}", *OPTIONS),
                ],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def beside(self, *command: str) -> list[str]:
        """Return a command as it is started in this engine's network, which is its alone."""
        assert self._process is not None
        return ["nsenter", f"--net=/proc/{self._process.pid}/ns/net", "--", *command]

    def kill(self) -> None:
        """End the daemon and its containerd as a crash does; the boxes run on, unattended."""
        assert self._process is not None
        self._process.kill()
        self._process.wait()
        for process in _processes_naming(self.root / "exec" / "containerd" / "containerd.toml"):
            os.kill(process, signal.SIGKILL)  # often it dies with the daemon

    def stop(self) -> None:
        """Stop it in order; its boxes end too."""
        assert self._process is not None
        self._process.terminate()
        self._process.wait()

    def close(self) -> None:
        """Stop it and everything that ran on it, and remove what it stored."""
        if self._process is not None:
            if self._process.poll() is not None:
                self.start()  # only a daemon ends the boxes that a killed one left
            self.stop()
        for process in _processes_naming(self.root):
            os.kill(process, signal.SIGKILL)
        for mount in reversed(_mounts_under(self.root)):
            subprocess.run(["umount", "--lazy", mount], check=True)
        shutil.rmtree(self.root)

    def _answers(self) -> bool:
        try:
            connected(self.address).close()
        except EngineUnavailable:
            return False
        return True


def connected(address: str) -> Engine:
    """Connect to the engine at an address, whatever DOCKER_HOST says."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DOCKER_HOST", address)
        return Engine.connect()


def _mount_a_small_disk(file: Path, folder: Path, size: int) -> None:
    """Mount a new file system; a real one, since a tmpfs counts as its writers' memory."""
    with file.open("wb") as disk:
        disk.truncate(size)
    subprocess.run(["mkfs.ext4", "-q", "-m", "0", file], check=True)
    subprocess.run(["mount", "-o", "loop", file, folder], check=True)


def _processes_naming(path: Path) -> list[int]:
    """Return the processes that have a path, or one beneath it, among their arguments."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if os.fsencode(path) in (process / "cmdline").read_bytes():
                found.append(int(process.name))
    return found


def _mounts_under(root: Path) -> list[str]:
    lines = Path("/proc/self/mounts").read_text().splitlines()
    return [place for line in lines if (place := line.split()[1]).startswith(f"{root}/")]


@contextmanager
def private_engine(storage_bytes: int | None = None) -> Iterator[PrivateEngine]:
    """Give a private engine that runs."""
    engine = PrivateEngine(Path(tempfile.mkdtemp(prefix="sv-")), storage_bytes)  # short: a socket
    try:
        engine.start()
        yield engine
    finally:
        engine.close()
