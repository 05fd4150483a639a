"""What is printed in a box where a command cannot be started."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from containers.box_command import GO, MERGED, why_it_did_not_run


def started(output: Path, *command: str) -> int:
    """Run a command as a box does; `output` gets the one stream on which it prints."""
    ran = subprocess.run([*MERGED, *command], input=GO, capture_output=True, check=False)
    assert b"" in (ran.stdout, ran.stderr)
    output.write_bytes(ran.stdout + ran.stderr)
    return ran.returncode


def test_both_streams_of_a_command_go_down_one_pipe(tmp_path: Path) -> None:
    started(tmp_path / "output", "bash", "-c", "echo one; echo two >&2; echo three")
    assert (tmp_path / "output").read_text() == "one\ntwo\nthree\n"


@pytest.mark.parametrize("program", ["/bin/missing", "/etc"])
def test_a_command_that_cannot_be_started(tmp_path: Path, program: str) -> None:
    assert started(tmp_path / "output", program) in (126, 127)
    told = why_it_did_not_run(tmp_path / "output")
    assert told is not None
    assert told.startswith(f"cannot run {program}: ")


def test_a_box_without_a_shell(tmp_path: Path) -> None:
    line = "[FATAL tini (7)] exec /bin/bash failed: No such file or directory\n"
    (tmp_path / "output").write_text(line)
    told = why_it_did_not_run(tmp_path / "output")
    assert told == "cannot run /bin/bash: No such file or directory"


def test_a_command_that_ran_and_failed_is_its_own_affair(tmp_path: Path) -> None:
    assert started(tmp_path / "output", "bash", "-c", "/bin/missing") == 127
    assert why_it_did_not_run(tmp_path / "output") is None


def test_nothing_runs_where_the_word_to_begin_never_comes() -> None:
    ran = subprocess.run([*MERGED, "echo", "ran"], input=b"", capture_output=True, check=False)
    assert ran.returncode != 0
    assert ran.stdout + ran.stderr == b""
