"""Which installations are left out by what the patch and the script tell."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from harness.evaluation import evaluation_of
from harness.options import AS_OFFICIAL, ExecuteOptions, Reinstall
from harness.reinstall import changed_files, why_it_may_matter, without_needless_reinstall
from task_specs.limits import Limits
from task_specs.prediction import Prediction
from tests.harness.test_execute import INSTANCE

FIX = (
    "diff --git a/pkg/core.py b/pkg/core.py\n--- a/pkg/core.py\n+++ b/pkg/core.py\n"
    "@@ -1 +1 @@\n-wrong\n+right\n"
)
SCRIPT = """#!/bin/bash
set -uxo pipefail
python -m pip install -e .
: '>>>>> Start Test Output'
grep right pkg/core.py
: '>>>>> End Test Output'
"""
PLAIN = replace(INSTANCE, eval_script=SCRIPT)
AUTO = ExecuteOptions(Reinstall.AUTO)


def touching(path: str, line: str = "right") -> str:
    return FIX.replace("pkg/core.py", path).replace("+right", f"+{line}")


def renamed(old: str, new: str) -> str:
    return (
        f"diff --git a/{old} b/{new}\nsimilarity index 100%\nrename from {old}\nrename to {new}\n"
    )


# What the patch alone tells.


@pytest.mark.parametrize(
    "patch",
    [
        FIX,
        "",
        touching("pkg/templates/form.html"),
        touching("docs/changes.rst"),
        touching("reproduce.py"),
        touching("pkg/setupable.py"),
        renamed("pkg/a.py", "pkg/b.py"),
        touching("pkg/core.py", "if sys.version_info >= (3, 8):"),
        # Only the mode changes.
        "diff --git a/pkg/x.py b/pkg/x.py\nold mode 100644\nnew mode 100755\n" + FIX,
    ],
)
def test_a_patch_that_no_installation_reads(patch: str) -> None:
    assert why_it_may_matter(patch, "") == ""


@pytest.mark.parametrize(
    "path",
    [
        *("setup.py", "setup.cfg", "pyproject.toml", "MANIFEST.in", "tox.ini", "meson.build"),
        *("CMakeLists.txt", "requirements.txt", "requirements/dev.txt", "pkg/setup_package.py"),
        *("pkg/_fast.pyx", "pkg/src/fast.c", "pkg/fast.h", "src/lib.rs", "pkg/fast.pyx.tp"),
        *("pkg/_version.py", "pkg/release.py", "pkg/__pkginfo__.py", "pkg/_min_dependencies.py"),
        *("Pkg.egg-info/entry_points.txt", "sklearn/_build_utils/openmp.py", "build/lib/pkg/x.py"),
        *("mplrc.template", "pkg/locale/de.po", "AUTHORS", "pkg/data.bin", "pkg/core.py.orig"),
    ],
)
def test_a_patch_that_an_installation_may_read(path: str) -> None:
    assert why_it_may_matter(touching(path), "") == f"the patch touches {path}"
    assert why_it_may_matter(renamed(path, "pkg/b.py"), "") == f"the patch touches {path}"


def test_a_patch_that_may_set_a_version() -> None:
    patch = touching("pkg/__init__.py", "__version__ = '2.0'")
    assert why_it_may_matter(patch, "") == "the patch may set a version"


def test_tests_that_come_with_something_to_build() -> None:
    assert why_it_may_matter(FIX, touching("tests/data.fits")) == ""
    assert why_it_may_matter(FIX, touching("tests/ext.c")) == "the tests touch tests/ext.c"


@pytest.mark.parametrize(
    "patch",
    [
        "no patch at all",
        "*** pkg/core.py\n" + FIX,
        "Index: setup.py\n" + FIX,
        FIX.replace("--- a", "new file mode 120000\n--- a"),
        FIX.replace("diff --git a/pkg/core.py", 'diff --git "a/pkg/c\\303\\266re.py"'),
    ],
)
def test_a_patch_that_is_hard_to_read_is_in_doubt(patch: str) -> None:
    assert why_it_may_matter(patch, "")


def test_every_name_of_a_patch_counts() -> None:
    patch = renamed("a.py", "b.py") + FIX + "diff --git a/c.py b/c.py\nold mode 100644\n"
    assert set(changed_files(patch)) == {"a.py", "b.py", "c.py", "pkg/core.py"}


# What the script tells.


@pytest.mark.parametrize(
    "line",
    [
        "python -m pip install -e .",
        "python -m pip install -e .[test] --verbose",
        "python -m pip install -v --no-use-pep517 --no-build-isolation -e .",
        "pip install --editable .",
    ],
)
def test_an_editable_installation_is_made_to_depend(line: str) -> None:
    script = SCRIPT.replace("python -m pip install -e .", line)
    checked = without_needless_reinstall(script, FIX, "", network=False)
    assert checked.doubt == ""
    assert 'else\n: "swe-verify: reinstall not' in checked.text
    assert f"\n{line}\nfi\n" in checked.text


@pytest.mark.parametrize(
    "line",
    [
        "python -m pip install .",
        "python setup.py install",
        "python -m pip install -q 'pytest<7.2'",
        "python -m pip install -e . && make",
        "python -m pip install -e .\npython -m pip install -e .",
        "+python -m pip install -e .",
    ],
)
def test_any_other_runs_as_written(line: str) -> None:
    script = SCRIPT.replace("python -m pip install -e .", line)
    checked = without_needless_reinstall(script, FIX, "", network=False)
    assert (checked.text, bool(checked.doubt), checked.files) == (script, True, {})


def test_with_a_network_it_runs_as_written() -> None:
    checked = without_needless_reinstall(SCRIPT, FIX, "", network=True)
    assert checked.text == SCRIPT
    assert checked.doubt == "the network is on, so it could fetch what is missing"


def test_of_the_published_scripts_nearly_all_can_be_checked(data_dir: Path) -> None:
    """8 of requests and 2 of django install a copy; a few gold patches touch what is read."""
    rows = map(json.loads, (data_dir / "swe-bench-verified.jsonl").read_text().splitlines())
    asked = [
        without_needless_reinstall(
            row["eval_script"], row["patch"], row["test_patch"], network=False
        ).doubt
        == ""
        for row in rows
    ]
    assert (sum(asked), len(asked)) == (484, 500)


def test_nobody_gets_it_unasked() -> None:
    prediction = Prediction("o__r-1", "m", FIX)
    assert evaluation_of(PLAIN, prediction, Limits(), AS_OFFICIAL).script.count("pip install") == 1
    assert "if " not in evaluation_of(PLAIN, prediction, Limits(), AS_OFFICIAL).script
