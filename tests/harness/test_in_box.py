"""Programs that run by the Python of an image: they must not be too new for it, nor need us."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

import pytest

import harness.in_box

PROGRAMS = sorted(Path(harness.in_box.__path__[0]).glob("*.py"))


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda path: path.name)
def test_it_is_understood_by_the_pythons_of_published_images(program: Path) -> None:
    tree = ast.parse(program.read_text(encoding="utf-8"), feature_version=(3, 5))
    for node in ast.walk(tree):
        assert not isinstance(node, ast.JoinedStr | ast.AnnAssign | ast.NamedExpr | ast.ImportFrom)
        if isinstance(node, ast.Import):
            assert {alias.name for alias in node.names} <= sys.stdlib_module_names
