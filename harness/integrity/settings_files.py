"""What a patch changes in files that hold a test runner's settings beside others."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from harness.integrity.reach_rules import RUNNER_PROGRAM
from harness.integrity.reading import FileChange, Hunk

_LONGEST = 300
"""How much of a line is looked at: settings are short, and patterns must stay fast."""
_SECTION = re.compile(r"\s*+\[++([^\[\]]++)\]++\s*+(?:[#;].*)?")
_KEY = re.compile(r"\s*([A-Za-z_][\w.-]*|\"[^\"]*\")\s*[=:]")
_RUNNER_SECTION = re.compile(
    r"(pytest|tool:pytest|tool\.pytest.*|tool\.tox.*|nosetests|unittest|tool\.nox.*|coverage:run"
    r"|tool\.coverage\.run)"
)
# tox starts the tests of some projects: what it runs, and with which variables.
_TOX_SECTION = re.compile(r"testenv.*|tox.*")
_TOX_KEYS = frozenset({"commands", "commands_pre", "setenv", "set_env", "basepython", "skipsdist"})
_BUILD_KEYS = frozenset({"build-backend", "backend-path", "cmdclass", "py-modules", "py_modules"})
_RUNNER_KEYS = frozenset(
    {
        *("addopts", "testpaths", "python_files", "python_classes", "python_functions"),
        *("norecursedirs", "usefixtures", "xfail_strict", "required_plugins", "confcutdir"),
        *("collect_ignore", "collect_ignore_glob", "empty_parameter_set_mark", "pythonpath"),
        *("doctest_optionflags", "junit_family", "cache_dir", "filterwarnings", "minversion"),
    }
)
_REQUIREMENT = re.compile(r"pytest[\w-]*\s*([<>=~!]|['\"]?,?\s*$)")
_RUNNERS = re.compile(r"\b(py\.?test|unittest|nosetests|runtests|coverage)\b")
_OFFICIAL_EDIT = re.compile(r" -rA\b")
"""The published images of projects that use tox carry this edit, and patches taken as the
difference from the base commit bring it along."""


@dataclass(frozen=True, slots=True)
class SettingsChange:
    """One added or removed line that settings of the tests hang on."""

    kind: str
    line: int
    text: str
    what: str


@dataclass(slots=True)
class _Place:
    """Where a reader of a file with sections is; empty words where the hunk does not tell."""

    section: str = ""
    key: str = ""

    def read(self, text: str) -> None:
        if section := _SECTION.fullmatch(text):
            self.section, self.key = section[1].strip(), ""
        elif not text[:1].isspace() and (key := _KEY.match(text)):
            self.key = key[1].strip('"')


def settings_changes(file: FileChange) -> Iterator[SettingsChange]:
    """Yield the changes of a file that decide how tests are found, run or installed."""
    for hunk in file.hunks:
        yield from _of_hunk(hunk, file.path.endswith("entry_points.txt"))


def _of_hunk(hunk: Hunk, entry_points: bool) -> Iterator[SettingsChange]:
    removed = {line[1:] for line in hunk.lines if line.startswith("-")}
    added = {_OFFICIAL_EDIT.sub("", line[1:]) for line in hunk.lines if line.startswith("+")}
    unchanged = added & removed
    place = _Place()
    number = hunk.start
    for line in hunk.lines:
        text = line[1 : _LONGEST + 1].removesuffix("\r")
        place.read(text)
        changed = line.startswith(("+", "-")) and _OFFICIAL_EDIT.sub("", text) not in unchanged
        if changed and text.strip() and not text.lstrip().startswith(("#", ";")):
            told = _meaning(place, text, entry_points)
            if told is not None:
                yield SettingsChange(told[0], number, text, told[1])
        if not line.startswith("-"):
            number += 1


def _meaning(place: _Place, text: str, entry_points: bool) -> tuple[str, str] | None:
    """Return the kind of finding that a changed line is, and what it does."""
    section, key = place.section, place.key
    told: tuple[str, str] | None = None
    if "pytest11" in text or "pytest11" in section:
        told = "registers_plugin", "registers a plugin of pytest"
    elif RUNNER_PROGRAM.search(text):
        told = "changes_installation", "installs a program in a test runner's place"
    elif entry_points:
        told = "registers_plugin", "edits the entry points of an installed package"
    elif _RUNNER_SECTION.fullmatch(section):
        told = "changes_test_settings", f"changes [{section}]"
    elif not section and key in _RUNNER_KEYS:
        told = "changes_test_settings", f"changes the test runner's {key}"
    elif _TOX_SECTION.fullmatch(section) and key in _TOX_KEYS:
        told = "changes_test_settings", f"changes {key} of [{section}]"
    elif not section and _RUNNERS.search(text) and not _REQUIREMENT.search(text):
        told = "changes_test_settings", "changes a line that starts a test runner"
    elif key in _BUILD_KEYS and text.lstrip().startswith(key):
        told = "changes_installation", f"changes {key}, which decides what installing runs"
    return told
