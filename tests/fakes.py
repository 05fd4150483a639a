"""Sandboxes without an engine: boxes that are folders and processes of this machine."""

from __future__ import annotations

import os
import shutil
import signal
import stat
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path

from containers.box_files import check_box_path
from containers.output_file import copy_output
from containers.output_watch import watched_output
from harness.sandbox import (
    NO_WAITING,
    UNLISTED,
    Change,
    ChangeKind,
    ExecResult,
    Sandbox,
    SandboxCancelled,
    SandboxRequest,
)

MAX_PATHS = 100_000
"""How many paths of a box are looked at."""


class LocalSandboxes:
    """A SandboxProvider whose boxes are temporary folders and processes of this machine.

    The box's absolute paths (its workdir, and what is put into it) are rewritten to the folder's
    wherever they stand in the command or in the files. It bounds time and output, and nothing
    else. `prepare` is called with the folder that stands for `/`, to furnish it.
    """

    def __init__(self, prepare: Callable[[Path], None] = lambda root: None) -> None:
        self._prepare = prepare
        self._open: set[LocalSandbox] = set()
        self._cancelled = False

    @contextmanager
    def open(self, request: SandboxRequest) -> Iterator[Sandbox]:
        if self._cancelled:
            raise SandboxCancelled
        root = Path(tempfile.mkdtemp(prefix="local-sandbox-"))
        box = LocalSandbox(root, request)
        self._open.add(box)
        try:
            box.inside(request.workdir).mkdir(parents=True, exist_ok=True)
            self._prepare(root)
            yield box
        finally:
            self._open.discard(box)
            box.kill()
            shutil.rmtree(root, ignore_errors=True)

    def cancel(self) -> None:
        self._cancelled = True
        for box in list(self._open):
            box.cancel()

    def close(self) -> None:
        """Nothing is left to wait for: boxes are removed at once."""


class LocalSandbox:
    """A Sandbox in a folder."""

    def __init__(self, root: Path, request: SandboxRequest) -> None:
        self._root = root
        self._request = request
        self._files: dict[str, bytes] = {}
        self._at_first: dict[str, object] = {}
        self._as_put: dict[str, tuple[bytes, int]] = {}
        self._process: subprocess.Popen[bytes] | None = None
        self._cancelled = False
        self._timed_out = False
        self._flooded = False
        self._said = ""

    def inside(self, path: str) -> Path:
        return self._root / path.lstrip("/")

    def put(self, files: Mapping[str, bytes]) -> None:
        for path in files:
            check_box_path(path)
        self._files.update(files)

    def run(
        self, command: Sequence[str], output: Path, turn: AbstractContextManager[None] = NO_WAITING
    ) -> ExecResult:
        with turn:
            return self._run(command, output)

    def _run(self, command: Sequence[str], output: Path) -> ExecResult:
        self._at_first = self._snapshot()
        for path, content in self._files.items():
            target = self.inside(path)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(self._relocated(content))
            target.chmod(0o755 if path.endswith(".sh") else 0o644)
            self._as_put[path] = (target.read_bytes(), target.stat().st_ctime_ns)
        if self._cancelled:
            raise SandboxCancelled
        started = time.monotonic()
        self._process = process = subprocess.Popen(
            [os.fsdecode(self._relocated(os.fsencode(word))) for word in command],
            cwd=self.inside(self._request.workdir),
            env={"PATH": os.environ["PATH"], "HOME": "/", **dict(self._request.environment)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        timer = threading.Timer(self._request.limits.seconds, self._time_out)
        timer.start()
        copier = threading.Thread(target=self._copy, args=(process, output))
        copier.start()
        # What the main process leaves behind holds the pipe open until it is killed too; the
        # dead one is kept until then, so that its process group's number stays its own.
        with watched_output(output, self._request.watch, self._stop_as_said):
            os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
        self.kill()
        copier.join()
        timer.cancel()
        exit_code = process.wait()
        self._process = None
        if self._cancelled:
            raise SandboxCancelled
        stopped = self._timed_out or self._flooded or bool(self._said)
        return ExecResult(
            exit_code=None if stopped else exit_code if exit_code >= 0 else 128 - exit_code,
            seconds=time.monotonic() - started,
            timed_out=self._timed_out and not self._flooded,
            output_limit_hit=self._flooded,
            stopped=self._said,
        )

    def read(self, path: str, max_bytes: int) -> bytes | None:
        target = self.inside(path)
        if target.is_symlink() or not target.is_file():
            return None
        with target.open("rb") as file:
            return file.read(max_bytes)

    def changes(self) -> tuple[Change, ...] | None:
        before, after = self._at_first, self._snapshot()
        kinds = {path: ChangeKind.ADDED for path in after if path not in before}
        for path, content in before.items():
            if path not in after:
                if _parent(path) in after:
                    kinds[path] = ChangeKind.DELETED
            elif after[path] != content:
                kinds[path] = ChangeKind.MODIFIED
        for path, as_put in self._as_put.items():
            kinds.pop(path, None)
            target = self.inside(path)
            if target.is_symlink() or not target.is_file():
                kinds[path] = ChangeKind.DELETED
            elif as_put != (target.read_bytes(), target.stat().st_ctime_ns):
                kinds[path] = ChangeKind.MODIFIED
        for path in list(kinds):
            while (path := _parent(path)) and path not in kinds:
                kinds[path] = ChangeKind.MODIFIED
        if len(after) == MAX_PATHS:
            kinds[UNLISTED.path] = UNLISTED.kind
        return tuple(Change(path, kinds[path]) for path in sorted(kinds))

    def cancel(self) -> None:
        self._cancelled = True
        self.kill()

    def kill(self) -> None:
        """Kill the process group; does nothing where there is none any more."""
        process = self._process
        if process is not None:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)

    def _copy(self, process: subprocess.Popen[bytes], output: Path) -> None:
        assert process.stdout is not None
        with process.stdout as pipe:
            chunks = iter(lambda: os.read(pipe.fileno(), 64 * 1024), b"")
            self._flooded = copy_output(chunks, output, self._request.limits.output_bytes)
        if self._flooded:
            self.kill()

    def _snapshot(self) -> dict[str, object]:
        """Return what is at each path, as text that can be stored."""
        found: dict[str, object] = {"": None}
        for folder, folders, files in os.walk(self._root):
            for path in (Path(folder) / name for name in (*folders, *files)):
                if len(found) == MAX_PATHS:
                    return found
                mode, content = path.lstat().st_mode, b""
                if stat.S_ISREG(mode):
                    content = path.read_bytes()
                elif stat.S_ISLNK(mode):
                    content = os.fsencode(path.readlink())
                inside = os.fsencode(f"/{path.relative_to(self._root)}").decode(errors="replace")
                found[inside] = (mode, content)
        return found

    def _relocated(self, text: bytes) -> bytes:
        for path in {self._request.workdir, *self._files}:
            text = text.replace(os.fsencode(path), os.fsencode(self.inside(path)))
        return text

    def _time_out(self) -> None:
        self._timed_out = not self._said
        self.kill()

    def _stop_as_said(self, said: str) -> None:
        self._said = said
        self.kill()


def _parent(path: str) -> str:
    return path.rpartition("/")[0]
