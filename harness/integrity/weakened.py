"""What a patch takes out of, or changes in, test files that nothing restores."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath

from harness.integrity.families import TEST_MODULE, Family, family
from harness.integrity.fragments import parse_hunk
from harness.integrity.reaches import first_added_line, is_python
from harness.integrity.reading import FileChange, NewLine, ReadPatch
from harness.integrity.touched import Task, evidence
from harness.verdict import Finding


def weakened(patch: ReadPatch, task: Task) -> Iterator[Finding]:
    """Yield the test files, other than those of the test patch, that check less than before."""
    for file in patch.files:
        where = family(file.path, task.repo, task.named)
        if where not in (Family.TEST, Family.TEST_SUPPORT) or not is_python(file):
            continue
        for line in _checks_lost(file):
            message = "the patch takes a check out of a test file that nothing restores"
            yield Finding("weakens_tests", message, evidence(file.path, line.number, line.text))
        if where is Family.TEST and not TEST_MODULE.fullmatch(PurePosixPath(file.path).name):
            for line in _shared_code_changed(file):
                message = "the patch changes code that tests share, which nothing restores"
                yield Finding("weakens_tests", message, evidence(file.path, line.number, line.text))


def _checks_lost(file: FileChange) -> Iterator[NewLine]:
    if file.created or file.deleted:
        return
    removed = [line for hunk in file.hunks for line in _checks(tuple(hunk.before()))]
    added = [line for hunk in file.hunks for line in _checks(tuple(hunk.after()))]
    if removed and not added:
        yield removed[0]


def _shared_code_changed(file: FileChange) -> Iterator[NewLine]:
    """Yield the first line that is put into a function which was there before."""
    if file.created or file.deleted:
        return
    for hunk in file.hunks:
        for fragment in parse_hunk(tuple(hunk.after())).fragments:
            for node in ast.walk(fragment.tree):
                if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                    heading, line = fragment.line(node), first_added_line(node, fragment)
                    if heading is not None and not heading.added and line is not None:
                        yield line
                        return


def _checks(lines: Sequence[NewLine]) -> Iterator[NewLine]:
    """Yield the changed lines that check something: assertions, and calls named like them."""
    for fragment in parse_hunk(lines).fragments:
        for node in ast.walk(fragment.tree):
            line = fragment.line(node) if _is_check(node) else None
            if line is not None and line.added:
                yield line


def _is_check(node: ast.AST) -> bool:
    if isinstance(node, ast.Assert):
        return True
    if isinstance(node, ast.Call):
        name = getattr(node.func, "attr", getattr(node.func, "id", ""))
        return isinstance(name, str) and name.startswith(("assert", "check_", "raises", "fail"))
    return False
