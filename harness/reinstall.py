"""Leaves out an eval_script's own installation where it cannot change what is installed.

Nearly every published script installs the repository once more after the model's patch. In an
image where it is installed editable, that changes nothing unless the patch touches what an
installation reads. The patch is looked at here, without running anything; what the image has is
looked at in the box, by `harness/in_box/installed.py`. Whatever is not certain runs as written.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from harness.patch import summarize_patch
from task_specs.script_text import START_TEST_OUTPUT

CHECK_PATH = "/swe-verify/installed.py"
CHANGED_PATH = "/swe-verify/changed.json"
_CHECK = Path(__file__).parent / "in_box" / "installed.py"

_FLAG = r"(?: (?:-v|--verbose|-q|--quiet|--no-use-pep517|--no-build-isolation|--no-deps))*"
_INSTALL = re.compile(
    rf"^(?:python -m )?pip install{_FLAG} (?:-e|--editable) \.(?:\[[\w,-]+\])?{_FLAG}$",
    re.MULTILINE,
)

# Read where they are, installed or not. Whatever has another ending may be compiled or generated.
_READ_IN_PLACE = re.compile(
    r"\.(?:pyi?|rst|md|txt|html|json|xml|csv|svg|png|jpg|gif|tex|ipynb|mplstyle)"
)
_BUILD_FILE = re.compile(
    r"setup|setup_.*|.*_setup|setupext|versioneer|hatch_build|build|build_.*|.*_build|configure"
    r"|cmakelists|ez_setup|ah_bootstrap|conanfile|.*version.*|release|__about__|.*pkginfo.*|.*metadata.*"
    r"|.*requirements?.*|.*constraints.*|.*dependenc.*",
    re.IGNORECASE,
)
_BUILD_FOLDER = re.compile(
    r".*\.(?:egg|dist)-info|_?build(?:_\w+)?|dist|.*distutils|.*_helpers|cmake|meson|requirements"
    r"|\.eggs|__pycache__",
    re.IGNORECASE,
)
_COMPILED = re.compile(
    r"\.(?:pyx|pxd|pxi|c|cc|cpp|cxx|h|hh|hpp|f|f90|for|rs|i|y|l|tp|in|toml|cfg|build|cmake"
    r"|templ|tmpl|tpl|template)$"
)
_SETS_A_VERSION = re.compile(
    r"^[+-][^#\n]*\b_*version(?:_info|_tuple)?_*\s*[=:]", re.MULTILINE | re.IGNORECASE
)
_GIT_HEADER = re.compile(r"^diff --git (.*)$", re.MULTILINE)
_GIT_NAMES = re.compile(r"a/(.+) b/(.+)")
_ODD_HEADER = re.compile(r"^(?:\*\*\* |Index: |.*\bmode 1[26]0000$)", re.MULTILINE)

_TRACED = re.compile(r"^\+ : 'swe-verify: reinstall (.+)'$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class CheckedScript:
    """An eval_script whose installation is left out where it is not needed."""

    text: str
    doubt: str = ""
    """Why the script is as it was written; empty where the box is asked."""
    files: Mapping[str, bytes] = field(default_factory=dict)
    """What the script needs in the box, by absolute path."""


def told_of_reinstall(output: str) -> str:
    """Return what the script printed of the check: `skipped because …`, `not skipped because …`."""
    said = _TRACED.search(output.partition(START_TEST_OUTPUT)[0])
    return said[1] if said else "not known: the evaluation did not get as far"


def without_needless_reinstall(
    script: str, patch: str, test_patch: str, *, network: bool
) -> CheckedScript:
    """Return the script with its installation made to depend on a look at what is installed."""
    installs = list(_INSTALL.finditer(script.partition(START_TEST_OUTPUT)[0]))
    if len(installs) != 1:
        return CheckedScript(script, "the eval_script has no single line that installs editable")
    if network:
        return CheckedScript(script, "the network is on, so it could fetch what is missing")
    doubt = why_it_may_matter(patch, test_patch)
    if doubt:
        return CheckedScript(script, doubt)
    install = installs[0]
    files = {
        CHECK_PATH: _CHECK.read_bytes(),
        CHANGED_PATH: json.dumps(sorted(changed_files(patch))).encode(),
    }
    text = script[: install.start()] + _conditional(install[0]) + script[install.end() :]
    return CheckedScript(text, files=files)


def _conditional(command: str) -> str:
    """Return the installation in a condition; `set -x` writes down how it came out."""
    return (
        f"if swe_verify_said=$(python -I {CHECK_PATH}); then\n"
        ': "swe-verify: reinstall skipped because $swe_verify_said"\n'
        "else\n"
        ': "swe-verify: reinstall not skipped because ${swe_verify_said:-the check did not run}"\n'
        f"{command}\n"
        "fi"
    )


def why_it_may_matter(patch: str, test_patch: str) -> str:
    """Return why a patch may change what is installed; empty where it cannot."""
    if not patch.strip():
        return ""
    if summarize_patch(patch).problem or _ODD_HEADER.search(patch):
        return "the patch is not plain enough to tell"
    if any(_GIT_NAMES.fullmatch(names) is None for names in _GIT_HEADER.findall(patch)):
        return "the patch has names that are hard to read"
    if _SETS_A_VERSION.search(patch):
        return "the patch may set a version"
    files = changed_files(patch)
    told = (
        *(f"the patch touches {file}" for file in files if not _is_read_in_place(file)),
        *(f"the tests touch {file}" for file in changed_files(test_patch) if _is_built(file)),
    )
    return next(iter(told), "")


def changed_files(patch: str) -> tuple[str, ...]:
    """Return every file that a patch names, also where only its mode changes."""
    named = [
        match.groups() for match in map(_GIT_NAMES.fullmatch, _GIT_HEADER.findall(patch)) if match
    ]
    both = (*summarize_patch(patch).files, *(name for pair in named for name in pair))
    return tuple(dict.fromkeys(both))


def _is_read_in_place(file: str) -> bool:
    return bool(_READ_IN_PLACE.fullmatch(PurePosixPath(file).suffix)) and not _is_built(file)


def _is_built(file: str) -> bool:
    """Whether a file says how to build, or is made into something else by building."""
    path = PurePosixPath(file)
    return bool(
        _BUILD_FILE.fullmatch(path.name.partition(".")[0])
        or _COMPILED.search(path.name)
        or any(_BUILD_FOLDER.fullmatch(part) for part in path.parts[:-1])
    )
