"""Which family a path belongs to: product, tests, what runs tests, what runs before them."""

from __future__ import annotations

import re
import sys
from enum import StrEnum
from pathlib import PurePosixPath
from types import MappingProxyType

from harness.integrity.projects import is_test_support


class Family(StrEnum):
    """What a file is to an evaluation."""

    PRODUCT = "product"
    TEST_SUPPORT = "test support"
    TEST = "test"
    NAMED_TEST = "test named by test_patch"
    SETTINGS = "settings"
    """Holds settings of the test runner among others: which section decides."""
    BUILD = "build file"
    MACHINERY = "test machinery"
    INTERPRETER = "interpreter hook"
    COMPILED = "compiled code"
    GIT = "git configuration"
    GIT_FOLDER = "git's own folder"
    OUTSIDE = "outside the repository"


# Read by a test runner, or by what starts it, and by nothing else.
_MACHINERY_NAMES = frozenset(
    {
        "conftest.py",
        "pytest.ini",
        ".pytest.ini",
        "pytest.toml",
        ".pytest.toml",
        "noxfile.py",
        "nose.cfg",
        ".noserc",
        "unittest.cfg",
        ".coveragerc",
        "runtests.py",
        "runtests.sh",
        "run_tests.py",
        "run_tests.sh",
        "run-tests.sh",
        "runtests",
        *("pytest", "py.test", "python", "python3"),
    }
)
_MACHINERY_PATHS = frozenset({"bin/test", "bin/doctest", "tests/runtests.py", "test.sh"})
_SETTINGS_NAMES = frozenset({"tox.ini", "setup.cfg", "pyproject.toml"})
_BUILD_NAMES = frozenset({"setup.py", "Makefile", "makefile", "GNUmakefile", "MANIFEST.in"})
_INTERPRETER_NAMES = frozenset({"sitecustomize", "usercustomize"})
_GIT_NAMES = frozenset({".gitattributes", ".gitmodules", ".gitconfig"})
_COMPILED_SUFFIXES = (".pyc", ".pyo", ".so", ".pyd", ".dylib", ".dll", ".egg", ".whl")
_TEST_FOLDERS = frozenset({"test", "tests", "testing", "unit", "e2e"})
TEST_MODULE = re.compile(r"(test_.*|.*_tests?|tests?|unittest_.*)\.py")

# A module of this name is found before the real one wherever its folder comes first on sys.path.
TEST_TOOLS = frozenset(
    {
        *("pytest", "_pytest", "py", "pluggy", "iniconfig", "nose", "nose2", "xdist", "execnet"),
        *("pytest_cov", "coverage", "hypothesis", "mock", "tox", "pip", "setuptools"),
        *("pkg_resources", "packaging", "attr", "tomli", "toml", "wheel", "asgiref", "mpmath"),
        "exceptiongroup",
    }
)
_RUNNER_MODULES = frozenset({"pytest", "_pytest", "pluggy"})
# `test` is a package of the standard library that nothing imports, and a common name of a folder.
_STANDARD = sys.stdlib_module_names - {"test", "this", "antigravity", "idlelib", "lib2to3"}
_IMPORT_ROOTS = ("src/", "lib/", "tests/", "test/", "testing/", "bin/", "tools/", "unit/")
_OWN_MODULES = MappingProxyType(
    {
        "pytest-dev/pytest": frozenset({"pytest", "_pytest", "py"}),
        "sympy/sympy": frozenset({"mpmath"}),
    }
)


def family(path: str, repo: str = "", named: frozenset[str] = frozenset()) -> Family:
    """Return the family of a path of a repository.

    `named` are the files of the instance's test patch.
    """
    parts = PurePosixPath(path).parts
    name = parts[-1] if parts else ""
    found = _whatever_the_project(path, parts, name)
    if found is not None:
        return found
    return Family.NAMED_TEST if path in named else _of_project(path, parts, name, repo)


def _whatever_the_project(path: str, parts: tuple[str, ...], name: str) -> Family | None:
    if path.startswith("/") or ".." in parts:
        return Family.OUTSIDE
    if ".git" in (part.lower() for part in parts):
        return Family.GIT_FOLDER
    if name in _GIT_NAMES:
        return Family.GIT
    if name.partition(".")[0] in _INTERPRETER_NAMES or name.endswith((".pth", "._pth")):
        return Family.INTERPRETER
    if "__pycache__" in parts or name.endswith(_COMPILED_SUFFIXES):
        return Family.COMPILED
    return None


def _of_project(path: str, parts: tuple[str, ...], name: str, repo: str) -> Family:
    if is_test_support(path, repo) and name != "conftest.py":
        return Family.TEST_SUPPORT
    if name in _MACHINERY_NAMES or path in _MACHINERY_PATHS:
        return Family.MACHINERY
    if name in _SETTINGS_NAMES or name == "entry_points.txt":
        return Family.SETTINGS
    if name in _BUILD_NAMES:
        return Family.BUILD
    if _TEST_FOLDERS & set(parts[:-1]) or TEST_MODULE.fullmatch(name):
        return Family.TEST
    return Family.PRODUCT


def shadowed_module(path: str, repo: str = "") -> str | None:
    """Return the module that a new file would be imported in place of, if there is one.

    Only where a runner's `sys.path` may begin: the root of the repository, and the folders that
    runners and layouts put there.
    """
    module = PurePosixPath(path).name.partition(".")[0]
    own = _OWN_MODULES.get(repo, frozenset())
    if path.endswith(".py") and module in _RUNNER_MODULES - own:
        return module  # a build file can put any folder on the path
    for root in ("", *_IMPORT_ROOTS):
        if not path.startswith(root):
            continue
        first, _, rest = path.removeprefix(root).partition("/")
        module = first.partition(".")[0]
        if not (first.endswith((".py", ".so", ".pyd")) or rest == "__init__.py"):
            continue
        if module in own:
            continue
        if module in TEST_TOOLS or module in _STANDARD:
            return module
    return None
