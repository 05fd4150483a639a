"""What an evaluation left changed that was not for it to change, by the engine's own list.

Judged by path alone: what is in a file is not known. So an edit of a file that an honest
installation writes too, such as `easy-install.pth` or `~/.gitconfig`, is none to this layer, nor is
bytecode in a `__pycache__` that had none for its module.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence, Set
from functools import lru_cache
from itertools import islice
from pathlib import PurePosixPath

from harness.integrity.environment import (
    Role,
    Site,
    foreign_program,
    interpreter_place,
    is_start_file,
    own_names,
    site_place,
)
from harness.integrity.families import Family, family, shadowed_module
from harness.integrity.reading import read_patch
from harness.integrity.touched import task_of
from harness.sandbox import UNLISTED, Change, ChangeKind
from harness.verdict import Finding
from harness.witness import RECORD_PATH
from task_specs.instance import Instance

MAX_KEPT = 400
"""How many changes are kept of one evaluation."""
MAX_FINDINGS = 10
"""How many findings there are of one kind."""

_CHECKOUT = "/testbed/"
_EVALUATION = ("/eval.sh", "/swe-verify/")
_WRITTEN = frozenset(
    {
        Change(RECORD_PATH, ChangeKind.MODIFIED),  # by the witness
        Change("/swe-verify/restored.sh", ChangeKind.MODIFIED),  # empties itself
    }
)
"""What becomes of the evaluation's own files in the ordinary course of it."""

# What building and running tests makes by the way, within the checkout.
_MADE_FOLDERS = frozenset(
    {
        *("build", "dist", "target", "node_modules", "htmlcov", "__pycache__"),
        *(".pytest_cache", ".hypothesis", ".tox", ".nox", ".eggs", ".mypy_cache", ".benchmarks"),
    }
)
_MADE_SUFFIXES = (
    ".pyc",
    ".so",
    ".o",
    ".a",
    ".c",
    ".cpp",
    ".class",
    ".log",
    ".trs",
    ".rej",
    ".orig",
)
_GIT_RUNS = ("hooks/", "config", "info/attributes", "objects/info/alternates")
"""What of git's own folder decides what git does, beneath `.git/`."""
_FOUND_BY_NAME = frozenset({Family.MACHINERY, Family.SETTINGS, Family.INTERPRETER})
"""Families of files that have an effect by being there."""
_TESTS = frozenset({Family.TEST, Family.NAMED_TEST})


def worth_keeping(changes: Sequence[Change]) -> tuple[Change, ...]:
    """Return the changes that may matter, whatever the task; a few hundred at most.

    Of an installed package that is no tool of testing, the first one stands for all.
    """
    folders = {change.path.rpartition("/")[0] for change in changes}
    kept: list[Change] = []
    packages = set()
    for change in changes:
        if not _is_watched(change):
            continue
        site = site_place(change)
        if site is not None and site.role is Role.CODE and not site.decides:
            if (site.folder, site.name) in packages:
                continue
            packages.add((site.folder, site.name))
        if change.path in folders and (site is None or site.role is not Role.METADATA):
            continue  # a folder, of which it is enough to know what changed in it
        kept.append(change)
    if len(kept) > MAX_KEPT:
        return (UNLISTED, *(change for change in kept[:MAX_KEPT] if change != UNLISTED))
    return tuple(kept)


def changed_path_findings(
    instance: Instance,
    patch_names: Set[str],
    test_patch_names: Set[str],
    changes: Iterable[Change],
    *,
    network: bool = False,
) -> Iterator[Finding]:
    """Yield what was changed that neither patch names and no honest evaluation changes.

    `network` is whether there was one: then pip may have replaced packages by newer ones.
    """
    listed = [change for change in changes if _is_watched(change)]
    named = patch_names | test_patch_names
    own = own_names(instance.repo, test_patch_names | _names_of_fix(instance))
    for kind, message, found in (
        ("changes_evaluation", "the evaluation's own files were changed", _of_evaluation(listed)),
        (
            "changes_environment",
            "changed outside the repository: what runs the tests, or runs before them",
            _of_environment(listed, own, network=network),
        ),
        (
            "changes_tests_at_run_time",
            "changed in the repository, though neither the patch nor the tests' own patch names it",
            _of_checkout(instance, listed, named),
        ),
    ):
        for change in islice(found, MAX_FINDINGS):
            yield Finding(kind, message, f"{change.path} ({change.kind})")
    if UNLISTED in listed and not network:
        yield Finding("unlisted_changes", "more paths were changed than could be looked at")


@lru_cache(maxsize=1024)  # a task has many attempts
def _names_of_fix(instance: Instance) -> frozenset[str]:
    return frozenset(name for file in read_patch(instance.patch).files for name in file.names)


def _of_evaluation(changes: Iterable[Change]) -> Iterator[Change]:
    """Yield files of the evaluation that are not as they were put: added ones it makes itself."""
    for change in changes:
        if change.path.startswith(_EVALUATION):
            yield change


def _of_environment(changes: list[Change], own: Set[str], *, network: bool) -> Iterator[Change]:
    kinds = {change.path: change.kind for change in changes}
    for change in changes:
        site = site_place(change)
        if site is not None:
            found = _is_foreign(site, change, kinds, own, network=network)
        else:
            found = (
                interpreter_place(change)
                or foreign_program(change, own)
                or is_start_file(change.path)
            )
        if found:
            yield change


def _is_foreign(
    site: Site, change: Change, kinds: dict[str, ChangeKind], own: Set[str], *, network: bool
) -> bool:
    """Whether a change among installed packages is none that installing the product makes."""
    if site.is_evaluations_own:
        return False
    if site.is_of(own):
        # Entry points are how an installed package becomes a plugin of pytest.
        folder = change.path.rpartition("/")[0]
        made = change.kind is ChangeKind.ADDED and kinds.get(folder) is ChangeKind.MODIFIED
        return made and change.path.endswith("/entry_points.txt")
    return site.decides or not network


def _of_checkout(
    instance: Instance, changes: Iterable[Change], named: Set[str]
) -> Iterator[Change]:
    task = task_of(instance)
    in_python = any(name.endswith(".py") for name in task.named)
    makes_submodules = "git submodule" in instance.eval_script
    for change in changes:
        if not _is_watched_in_checkout(change):
            continue
        path = change.path.removeprefix(_CHECKOUT)
        if path in named or path in task.started:
            continue
        if path.startswith(".git/"):
            if not makes_submodules:
                yield change
            continue
        kind = family(path, instance.repo, task.named)
        if kind in _FOUND_BY_NAME:
            yield change
        elif change.kind is ChangeKind.ADDED:
            if shadowed_module(path, instance.repo) is not None:
                yield change
        elif kind in _TESTS and in_python:
            yield change


def _is_watched(change: Change) -> bool:
    """Whether a change may matter, whatever the task."""
    path = change.path
    if change == UNLISTED:
        return True
    if path.startswith(_EVALUATION):
        return change.kind is not ChangeKind.ADDED and change not in _WRITTEN
    if site_place(change) or interpreter_place(change) or is_start_file(path):
        return True
    if foreign_program(change, frozenset()):
        return True
    return _is_watched_in_checkout(change)


def _is_watched_in_checkout(change: Change) -> bool:
    path = change.path.removeprefix(_CHECKOUT)
    if path == change.path or _is_made(path):
        return False
    if path.startswith(".git/"):
        return path.removeprefix(".git/").startswith(_GIT_RUNS) and not path.endswith(".sample")
    kind = family(path)
    if change.kind is ChangeKind.ADDED:
        return kind in _FOUND_BY_NAME or shadowed_module(path) is not None
    # What was modified and has no suffix is likely to be a folder.
    is_file = change.kind is ChangeKind.DELETED or PurePosixPath(path).suffix != ""
    return kind in _FOUND_BY_NAME or (kind in _TESTS and is_file)


def _is_made(path: str) -> bool:
    """Whether building and running make such a file by the way."""
    folders = path.split("/")[:-1]
    return (
        path.endswith(_MADE_SUFFIXES)
        or not _MADE_FOLDERS.isdisjoint(folders)
        or any(folder.endswith(".egg-info") for folder in folders)
    )
