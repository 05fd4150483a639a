"""Commands are measured, and their failures are not mistaken for speed."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.bench.spending import CommandFailed, output_of, spend


def test_the_memory_of_the_command_itself_is_measured(tmp_path: Path) -> None:
    big = "x = b'1' * 80_000_000"
    spent = spend([sys.executable, "-c", big], tmp_path)
    assert 80 < spent.peak_mb < 200


def test_the_environment_is_set_beside_what_is_there(tmp_path: Path) -> None:
    ask = "import os; print(os.environ['ADDED'], 'PATH' in os.environ)"
    assert output_of([sys.executable, "-c", ask], tmp_path, ADDED="yes") == "yes True\n"


def test_a_command_that_fails_is_an_error_with_what_it_said(tmp_path: Path) -> None:
    command = [sys.executable, "-c", "print('went wrong'); raise SystemExit(3)"]
    with pytest.raises(CommandFailed, match=r"exit code 3 (.|\n)*went wrong"):
        spend(command, tmp_path)
