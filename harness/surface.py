"""The surface of an evaluation: what decides how a patch is judged, and is not for it to change.

A patch that touches the surface is evaluated a second time with the surface as it was, see
`harness.restored`.
"""

from __future__ import annotations

import posixpath
import re
import shlex
from collections.abc import Iterator
from functools import lru_cache
from pathlib import PurePosixPath

from harness.eval_script import TEST_EXIT_CODE_VARIABLE
from harness.integrity.families import Family, family, shadowed_module
from harness.integrity.projects import PYTEST
from harness.integrity.reading import SUBMODULE, SYMLINK, FileChange, ReadPatch, read_patch
from harness.integrity.touched import Task, task_of
from task_specs.instance import Instance
from task_specs.script_text import END_TEST_OUTPUT, START_TEST_OUTPUT

_SURFACE = frozenset(Family) - {Family.PRODUCT, Family.TEST_SUPPORT, Family.OUTSIDE}
# Whatever the fix of a task is, it is none of these.
_NEVER_PRODUCT = frozenset({Family.GIT_FOLDER, Family.GIT, Family.INTERPRETER, Family.COMPILED})
_LONGEST_PATH = 4096
"""Linux has no longer ones."""
_MAX_LINKS = 8
"""How many symbolic links of one patch are followed one after the other."""

_OWN_TEST = re.compile(r"test_\w+\.py")
_NEW_FILE_MODES = frozenset({"100644", "100755"})
# Options, numbers, and values of options or variables: `-rA`, `1`, `console_output_style=classic`.
_NO_TEST = re.compile(r"-.*|\d+|[\w.-]+[=:](?!:).*")


def surface_of(instance: Instance, patch: str) -> tuple[str, ...]:
    """Return the paths of a patch that are surface; none where they cannot make a difference.

    Surface are tests, whether the test patch names them or not, test machinery, files of settings
    and for installing, hooks of the interpreter, compiled code, git's files, links and
    submodules, modules that shadow others, files that the evaluation starts, and whatever stands
    where the tests need a place. Not surface is a file that the task's own fix changes: there the
    patch does what was asked for. Nor is code by which a project serves tests, where that is the
    project's product.

    Paths are relative to the repository and lead into it, each as git or GNU patch may take it.
    Empty, so that nothing is evaluated a second time, where all of them are without effect:

    - a test file that the evaluation's own script puts back, or removes, before the tests;
    - a new test module which is not among those that the test command names: no runner looks for
      it, and nothing that was there before can know it, let alone import it.

    Pure; time linear in the patch's length.
    """
    task = task_of(instance)
    read = read_patch(patch)
    fixed = _fixed_files(instance)
    surface: dict[str, None] = {}
    matters = False
    for file in read.files:
        for name in file.names:
            if _is_inside(name) and _is_surface(file, name, task, fixed):
                surface[name] = None
                matters |= not _is_without_effect(file, name, instance)
    behind_links = dict.fromkeys(_behind_links(read))
    return (*surface, *behind_links) if matters or behind_links else ()


def _is_inside(name: str) -> bool:
    """Whether a name can be that of a file of the repository, or in git's own folder."""
    leaves = name in ("", ".", "..", ".git") or name.startswith(("/", "../"))
    return not leaves and "\0" not in name and len(name) < _LONGEST_PATH


def _is_surface(file: FileChange, name: str, task: Task, fixed: frozenset[str]) -> bool:
    kind = family(name, task.repo, task.named)
    if {SYMLINK, SUBMODULE} & set(file.modes) or kind in _NEVER_PRODUCT:
        return True
    if name in fixed:
        return False
    if kind is Family.TEST_SUPPORT:
        # Here the tests lie among what the table knows as the product's support for tests.
        return task.repo != PYTEST or name.startswith("testing/")
    if kind in _SURFACE or name in task.started:
        return True
    return shadowed_module(name, task.repo) is not None or _is_in_the_way(name, task)


def _is_in_the_way(name: str, task: Task) -> bool:
    """Whether a file stands where the tests need a folder, or beneath one of their files."""
    return any(
        test.startswith(name + "/") or name.startswith(test + "/") for test in sorted(task.named)
    )


def _behind_links(read: ReadPatch) -> Iterator[str]:
    """Yield where names lead that go through a link which the patch itself makes.

    git refuses such a patch; GNU patch follows the link.
    """
    links = {
        file.path: line.text
        for file in read.files
        if SYMLINK in file.modes and (line := next(file.added(), None)) is not None
    }
    names = [name for file in read.files for name in file.names] if links else []
    for name in filter(_is_inside, names):
        path = name
        for _ in range(_MAX_LINKS):
            link = next((folder for folder in _folders(path) if folder in links), None)
            if link is None or not _is_inside(path):
                break
            target = posixpath.join(posixpath.dirname(link), links[link])
            path = posixpath.normpath(target + path.removeprefix(link))
        if path != name and _is_inside(path):
            yield path


def _folders(path: str) -> Iterator[str]:
    return (path[:at] for at, character in enumerate(path) if character == "/")


@lru_cache(maxsize=1024)
def _fixed_files(instance: Instance) -> frozenset[str]:
    """Return the files that the task's own fix changes."""
    return frozenset(name for file in read_patch(instance.patch).files for name in file.names)


def _is_without_effect(file: FileChange, name: str, instance: Instance) -> bool:
    """Whether a change of a surface file cannot reach the tests, see `surface_of`."""
    if {SYMLINK, SUBMODULE} & set(file.modes):
        return False
    return name in _put_back(instance) or _is_own_test(file, name, instance)


@lru_cache(maxsize=1024)
def _put_back(instance: Instance) -> frozenset[str]:
    """Return the test files that the evaluation's own script restores or removes.

    One name that is not in the repository, and a `git checkout` restores none: some published
    scripts name a file there that their test patch creates.
    """
    task = task_of(instance)
    before = instance.eval_script.partition(START_TEST_OUTPUT)[0].replace(instance.test_patch, "")
    found: set[str] = set()
    for line in before.split("\n"):
        for command in line.split(" && "):
            words = _words(command)
            if words[:2] == ["rm", "-f"]:
                found.update(words[2:])
            elif words[:1] == ["git"] and "checkout" in words and task.created.isdisjoint(words):
                found.update(words)
    return frozenset(found & task.named)


def _is_own_test(file: FileChange, name: str, instance: Instance) -> bool:
    """Whether this is a new test module that the evaluation has no business with.

    Its name must be that of a test module and of nothing else: a `conftest.py`, or helpers of
    tests, are found by others than runners. sympy's runner takes whatever has one of its
    arguments anywhere in its path.
    """
    task = task_of(instance)
    is_new = file.created and len(file.names) == 1 and set(file.modes) <= _NEW_FILE_MODES
    whole = len(file.hunks) == 1 and all(line.startswith("+") for line in file.hunks[0].lines)
    return (
        is_new
        and whole
        and _OWN_TEST.fullmatch(PurePosixPath(name).name) is not None
        and name not in task.started
        and family(name, task.repo, task.named) in (Family.TEST, Family.TEST_SUPPORT)
        and shadowed_module(name, task.repo) is None
        and not any(test in name for test in task.named)
        and not _is_in_the_way(name, task)
        and _names_its_tests(instance)
    )


@lru_cache(maxsize=1024)
def _names_its_tests(instance: Instance) -> bool:
    """Whether a test command consists of nothing but a runner and files of the test patch.

    Then the runner looks for no others. Django's and unittest's labels name files too.
    """
    between = instance.eval_script.partition(START_TEST_OUTPUT)[2].partition(END_TEST_OUTPUT)[0]
    lines = [line for line in between.split("\n")[1:-1] if TEST_EXIT_CODE_VARIABLE not in line]
    words = [word for word in _words("\n".join(lines)) if not _NO_TEST.fullmatch(word)]
    if words[:1] in (["python"], ["python3"]) and words[1:2] in (["pytest"], ["unittest"]):
        del words[0]
    named = task_of(instance).named
    return len(lines) == 1 and len(words) > 1 and all(_is_named(w, named) for w in words[1:])


def _is_named(word: str, named: frozenset[str]) -> bool:
    file = word.partition("::")[0]
    module = word.replace(".", "/") + ".py"
    return file in named or module in named or f"tests/{module}" in named


def _words(command: str) -> list[str]:
    try:
        return shlex.split(command)
    except ValueError:  # a quotation that goes on in the next line
        return []
