"""A folder that stands for a box: tests run in it with the witness, and nothing else of ours."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from harness.witness import PATH_FILE_CONTENT, RECORD_PATH, Session, Witness, read_witness
from harness.witness import witness_files as files_of_witness

SECRET = "0123456789abcdef"


@dataclass(frozen=True)
class Watched:
    """How a command ended, and what the witness says of it."""

    output: str
    exit_code: int
    record: str

    @property
    def witness(self) -> Witness:
        return read_witness(self.record, SECRET)

    @property
    def session(self) -> Session:
        """The only session."""
        (session,) = self.witness.sessions
        assert not self.witness.problems
        assert not self.witness.failures
        return session


class FakeBox:
    """Files at absolute paths of a box are below `root`, wherever they are named."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.repository = self.inside("/testbed")
        self.repository.mkdir()
        self.record = self.inside(RECORD_PATH)
        files = files_of_witness(SECRET)
        for path, content in files.items():
            target = self.inside(path)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(self._relocated(content, files))
        self.record.write_text("installed\n")  # as where a Python was found
        self.path_line = self._relocated(PATH_FILE_CONTENT, files).decode()

    def inside(self, path: str) -> Path:
        return self.root / path.lstrip("/")

    def write(self, path: str, content: str) -> None:
        """Write a file of the repository."""
        target = self.repository / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(content)

    def python(self, code: str, *arguments: str, watched: bool = True) -> Watched:
        """Run code as a program of a Python that begins with the witness, in the repository."""
        ran = subprocess.run(
            [sys.executable, "-c", f"{self.path_line if watched else ''}\n{code}", *arguments],
            cwd=self.repository,
            env={"PATH": os.environ["PATH"], "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=60,
            check=False,
        )
        return Watched(ran.stdout, ran.returncode, self.record.read_text())

    def pytest(self, *arguments: str, watched: bool = True) -> Watched:
        code = "import sys; sys.argv[0] = 'pytest'; import pytest; sys.exit(pytest.main())"
        return self.python(code, "-rA", "-p", "no:cacheprovider", *arguments, watched=watched)

    def _relocated(self, content: bytes, files: dict[str, bytes]) -> bytes:
        for path in ("/testbed", "/eval.sh", *sorted(files, key=len, reverse=True)):
            content = content.replace(os.fsencode(path), os.fsencode(self.inside(path)))
        return content


def statuses(ran: Watched) -> dict[str, str]:
    """The outcome of each test by its name."""
    return {test.line.rpartition("::")[2]: test.status for test in ran.session.tests}


def control_results(ran: Watched) -> set[tuple[str, str]]:
    """What controls were to do, and did."""
    return {(each.expects, each.got) for each in ran.session.controls}


CONTROLS_AS_THEY_SHOULD_BE = {("fail", "FAILED"), ("pass", "PASSED")}
