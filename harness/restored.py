"""The restored evaluation: a second one, in which the patch may change the product and no more.

In a fresh box the patch climbs the same ladder. What it made of the surface (`harness.surface`) is
then undone, the eval_script's own part before the tests runs (it installs the product), and all
that still runs is ended. The surface is put back once more, with the tests as HEAD and the test
patch have them, and the tests run. Their exit code is the box's own: the engine delivers it.

What counts as output of the tests lies between two lines that cannot be foreseen. Each is printed
when nothing of the patch's is alive to read it on its way, and neither tells the other.

What cannot be undone here is what installing changed outside the surface: the interpreter, the
tools, the home folder. Of that the engine's list of changed paths tells, see `Sandbox.changes`.
"""

from __future__ import annotations

import hashlib
import math
import re
import shlex
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from harness.apply import NO_REPOSITORY_EXIT_CODE, PATCH_PATH, ladder_script
from harness.driver import INNER_MARGIN_SECONDS, WORKDIR
from harness.eval_script import (
    TEST_EXIT_CODE,
    TEST_EXIT_CODE_VARIABLE,
    asset_path,
    with_universal_newlines,
)
from harness.evaluation import evaluation_of
from harness.integrity.reading import read_patch
from harness.options import ExecuteOptions
from task_specs.assets import listed_assets
from task_specs.instance import Instance
from task_specs.limits import Limits
from task_specs.prediction import Prediction
from task_specs.script_text import END_TEST_OUTPUT, START_TEST_OUTPUT

SCRIPT_PATH = "/swe-verify/restored.sh"
NOT_RESTORED_EXIT_CODE = 96
_FOLDER = "/swe-verify"
_FUNCTIONS = Path(__file__).parent / "in_box" / "restored.sh"
_PHRASES = re.compile("|".join((START_TEST_OUTPUT, END_TEST_OUTPUT, TEST_EXIT_CODE)))


@dataclass(frozen=True, slots=True)
class RestoredLog:
    """What a restored evaluation printed, read back."""

    log: str
    """For `grading.grade`: the tests' output between official markers, with the exit code that
    the engine gave. Empty where there is none."""
    problem: str = ""
    """Why there is none."""
    changed: tuple[str, ...] = ()
    """Restored files that were changed, or came into being, while the tests ran; as a shell
    quotes them."""


def restored_files(
    instance: Instance,
    prediction: Prediction,
    surface: Sequence[str],
    *,
    token: str,
    limits: Limits,
    options: ExecuteOptions,
    assets: Mapping[str, bytes],
    before: str = "",
) -> dict[str, bytes]:
    """Return the files for the box, by absolute path; `/bin/bash SCRIPT_PATH` is what runs.

    `token` is a secret of this box: nothing that runs in it may know it, a witness neither.
    `before` is bash that runs before the patch is applied. The instance's eval_script must have
    both markers, which every evaluation that resolved has had.
    """
    # That a test failed decides nothing here that is not known when all have run.
    whole = replace(options, stop_when_decided=False)
    evaluation = evaluation_of(instance, prediction, limits, whole)
    tests = _test_files(instance)
    pictures = [asset.path for asset in listed_assets(instance)]
    own = {*tests, *pictures}
    lists = {
        "surface": [path for path in surface if path not in own],
        "test_files": tests,
        "asset_files": pictures,
        "assets": [word for path in pictures for word in (path, asset_path(path))],
    }
    return {
        **{asset_path(path): content for path, content in assets.items()},
        **evaluation.files,
        **{f"{_FOLDER}/{name}": _terminated(paths) for name, paths in lists.items()},
        f"{_FOLDER}/test.patch": _encoded(instance.test_patch),
        # Git trusts a repository of another user only where the home folder says so.
        f"{_FOLDER}/home/.gitconfig": b"[safe]\n\tdirectory = *\n",
        PATCH_PATH: _encoded(prediction.model_patch or ""),
        SCRIPT_PATH: _encoded(_script(evaluation.script, token, limits, before)),
    }


def _test_files(instance: Instance) -> list[str]:
    """Return every name that the test patch gives a file."""
    files = read_patch(instance.test_patch).files
    return list(dict.fromkeys(name for file in files for name in file.names))


def _terminated(paths: Iterable[str]) -> bytes:
    return b"".join(_encoded(path) + b"\0" for path in paths)


def _encoded(text: str) -> bytes:
    # A name or a patch may hold half a surrogate; git shall judge it, not our encoder.
    return text.encode("utf-8", "surrogatepass")


def _script(eval_script: str, token: str, limits: Limits, before: str) -> str:
    """Return the box's own process.

    Bash reads a script as it goes; within a function it has all of it before the first command
    runs, so that nothing which is then done to the file can matter.
    """
    setup, tests = _parts(eval_script)
    settings = {
        "sv_begin": _mark(token, "begin"),
        "sv_end": _mark(token, "end"),
        "sv_seconds": str(math.ceil(limits.seconds + INNER_MARGIN_SECONDS)),
        "sv_no_repository": str(NO_REPOSITORY_EXIT_CODE),
        "sv_not_restored": str(NOT_RESTORED_EXIT_CODE),
    }
    return "\n".join(
        (
            *(f"{name}={shlex.quote(value)}" for name, value in settings.items()),
            _FUNCTIONS.read_text(encoding="utf-8"),
            "sv_main() {",
            f"sv_prepare {WORKDIR}",
            "sv_bound_time",
            before,
            ladder_script(token, WORKDIR),
            "sv_restore_before",
            *setup,
            "sv_restore",
            *tests,
            '{ sv_tests_ended "$?"; } 2>/dev/null',
            "}",
            "{ sv_main; exit; }\n",
        )
    )


def _parts(eval_script: str) -> tuple[list[str], list[str]]:
    """Return an eval_script's lines before the tests, and those that run them."""
    lines = eval_script.split("\n")
    # A test patch may quote a marker, so the last one counts.
    start = max(number for number, line in enumerate(lines) if START_TEST_OUTPUT in line)
    end = next(n for n in range(start, len(lines)) if END_TEST_OUTPUT in lines[n])
    tests = [line for line in lines[start + 1 : end] if line != f"{TEST_EXIT_CODE_VARIABLE}=$?"]
    return lines[:start], tests


def _mark(token: str, word: str) -> str:
    """Return what begins a line of ours. Who sees it learns neither the token nor another one."""
    return hashlib.sha256(f"{token} {word}".encode()).hexdigest()[:32]


def read_restored(output: str, token: str, exit_code: int | None) -> RestoredLog:
    """Return what a restored evaluation said; never raises.

    `output` is all that its box printed, or what followed the ladder; `exit_code` is the box's
    own, None where it was stopped.
    """
    text = with_universal_newlines(output)
    begin, end = _mark(token, "begin"), _mark(token, "end")
    failed = re.search(rf"^{begin} failed (.+)$", text, re.MULTILINE)
    if failed is not None:
        return RestoredLog("", failed[1])
    _, began, rest = text.partition(f"\n{begin} begin\n")
    if not began:
        return RestoredLog("", "the tests did not begin")
    tests, ended, after = rest.partition(f"\n{end} end\n")
    if not ended or exit_code is None:
        return RestoredLog("", "the tests did not come to an end")
    # Whoever prints what looks like a marker would cut the tests' output short.
    tests = _PHRASES.sub(lambda found: found[0].replace(">>>>>", ">>>>"), tests)
    log = (
        f": '{START_TEST_OUTPUT}'\n{tests}\n: '{END_TEST_OUTPUT}'\n{TEST_EXIT_CODE}: {exit_code}\n"
    )
    changed = re.findall(rf"^{end} changed (.+)$", after, re.MULTILINE)
    return RestoredLog(log, changed=tuple(changed))
