"""Which paths of a patch a second evaluation has to put back, and when it can be spared."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from harness.surface import surface_of
from task_specs.instance import Instance
from tests.harness.integrity.made_patches import created, edited, instance

SCRIPT = """\
git checkout 0123 tests/test_ops.py
git apply -v - <<'EOF'
EOF
: '>>>>> Start Test Output'
pytest -rA -o x=y tests/test_ops.py
: '>>>>> End Test Output'
"""
TASK = instance(eval_script=SCRIPT)
FIX = edited("calc/ops.py", "y = 1")


@pytest.mark.parametrize(
    "path",
    [
        *("conftest.py", "calc/conftest.py", "tests/helpers.py", "tests/data/cases.json"),
        *("pytest.ini", "tox.ini", "setup.cfg", "pyproject.toml", "setup.py", "Makefile"),
        *("sitecustomize.py", "calc.pth", "calc/x.so", "calc/__pycache__/ops.cpython-311.pyc"),
        *(".gitattributes", ".gitmodules", ".git/hooks/post-checkout", "pytest.py", "json.py"),
        "tests/test_ops.py/keep",
    ],
)
def test_what_judges_a_patch_is_surface(path: str) -> None:
    assert surface_of(TASK, FIX + created(path, "x = 1")) == (path,)


@pytest.mark.parametrize("path", ["calc/ops.py", "docs/changes.rst", "calc/testament.py", "README"])
def test_the_product_is_not(path: str) -> None:
    assert surface_of(TASK, FIX + created(path, "x = 1")) == ()


def test_a_script_that_the_evaluation_starts_is_surface() -> None:
    started = replace(TASK, eval_script=SCRIPT.replace("pytest", "./tools/check.sh"))
    patch = edited("tools/check.sh", "exit 0")
    assert surface_of(started, patch) == ("tools/check.sh",)
    assert surface_of(TASK, patch) == ()


@pytest.mark.parametrize(
    "patch",
    [
        created("calc/data", "../tests", mode="120000"),
        created("vendored", "Subproject commit 1", mode="160000"),
    ],
)
def test_links_and_submodules_are_surface_wherever_they_are(patch: str) -> None:
    assert len(surface_of(TASK, patch)) == 1


def test_both_names_of_a_renamed_test_are_surface() -> None:
    patch = (
        "diff --git a/tests/helpers.py b/calc/old.py\nsimilarity index 100%\n"
        "rename from tests/helpers.py\nrename to calc/old.py\n"
    )
    assert surface_of(TASK, patch) == ("tests/helpers.py",)


def test_a_file_behind_a_link_of_the_same_patch_is_found_where_it_lies() -> None:
    """GNU patch follows the link, and `tests/helpers.py` is changed without being named."""
    patch = created("calc/x", "..", mode="120000") + edited("calc/x/tests/helpers.py", "y = 1")
    assert "tests/helpers.py" in surface_of(TASK, patch)


def test_links_that_lead_round_in_a_circle_come_to_an_end() -> None:
    patch = created("a", "b", mode="120000") + created("b", "a", mode="120000")
    assert set(surface_of(TASK, patch + created("a/x.py", "x"))) >= {"a", "b"}


@pytest.mark.parametrize(
    "name",
    ["a/../tests/x", "a/.git", "a/.", "a//tests/..", f"a/tests/{'x' * 5000}", '"a/tests/\\000b"'],
)
def test_what_is_no_file_of_the_repository_is_not_put_back(name: str) -> None:
    """Least of all the repository itself."""
    patch = f"diff --git {name} {name}\nnew file mode 120000\n--- {name}\n+++ {name}\n"
    assert surface_of(TASK, patch + "@@ -0,0 +1 @@\n+/\n") == ()


def test_a_file_that_the_fix_of_the_task_changes_is_product() -> None:
    """It may be about a test framework, or about settings; git's files are never what it is."""
    fix = edited("tests/helpers.py", "y = 1") + created(".gitattributes", "*.x text")
    assert surface_of(replace(TASK, patch=fix), fix) == (".gitattributes",)


def test_code_that_serves_tests_is_surface_unless_it_is_the_product() -> None:
    django, of_pytest = replace(TASK, repo="django/django"), replace(TASK, repo="pytest-dev/pytest")
    assert surface_of(django, edited("django/test/runner.py", "y = 1"))
    assert not surface_of(of_pytest, edited("src/_pytest/runner.py", "y = 1"))
    assert surface_of(of_pytest, edited("testing/example_scripts/conftest.py", "y = 1"))


def test_a_test_that_the_script_puts_back_makes_no_difference() -> None:
    patch = FIX + edited("tests/test_ops.py", "def test_mine(): pass")
    assert surface_of(TASK, patch) == ()


def test_once_something_makes_a_difference_all_of_the_surface_is_put_back() -> None:
    patch = edited("tests/test_ops.py", "y = 1") + created("conftest.py", "x = 1")
    assert surface_of(TASK, patch) == ("tests/test_ops.py", "conftest.py")


def test_a_script_that_names_a_new_file_puts_nothing_back() -> None:
    """One `git checkout` that names a file which is not there restores none of the others."""
    both = edited("tests/test_ops.py", "y = 1") + created("tests/test_new.py", "x = 1")
    names = "tests/test_ops.py tests/test_new.py"
    flawed = instance(test_patch=both, eval_script=SCRIPT.replace("tests/test_ops.py", names))
    patch = edited("tests/test_ops.py", "def test_mine(): pass")
    assert surface_of(flawed, patch) == ("tests/test_ops.py",)
    removing = SCRIPT.replace("git apply", "rm -f tests/test_new.py\ngit apply", 1)
    sound = instance(test_patch=both, eval_script=removing)
    assert surface_of(sound, patch) == ()
    assert surface_of(sound, created("tests/test_new.py", "x = 1")) == ()


@pytest.mark.parametrize("path", ["tests/test_mine.py", "test_reproduction.py"])
def test_a_new_test_of_its_own_is_seen_by_nobody(path: str) -> None:
    assert surface_of(TASK, FIX + created(path, "def test_mine(): pass")) == ()


@pytest.mark.parametrize(
    ("path", "mode"),
    [
        ("tests/helpers_test.py", "100644"),
        ("tests/conftest.py", "100644"),
        ("tests/test_data.json", "100644"),
        ("tests/test_mine.py", "120000"),
        ("tests/test_asyncio/__init__.py", "100644"),
        ("copy/tests/test_ops.py/test_mine.py", "100644"),
    ],
)
def test_other_new_files_of_tests_may_be(path: str, mode: str) -> None:
    assert path in surface_of(TASK, created(path, "x = 1", mode))


def test_a_test_that_is_not_new_may_be_imported_by_others() -> None:
    assert surface_of(TASK, edited("tests/test_other.py", "y = 1")) == ("tests/test_other.py",)


@pytest.mark.parametrize(
    ("command", "seen"),
    [
        ("pytest -rA", True),
        ("pytest -rA tests", True),
        ("pytest -rA tests/test_ops.py tests/sub", True),
        ("pytest -c other.ini tests/test_ops.py", True),
        ("pytest tests/test_ops.py; pytest", True),
        ("python -m pytest -rA 'tests/test_ops.py::test_a'", False),
        ("PYTHONWARNINGS='ignore::UserWarning' bin/test -C --verbose tests/test_ops.py", False),
        ("tox --current-env -epy39 -v -- tests/test_ops.py", False),
        ("./tests/runtests.py --settings=test_sqlite --parallel 1 test_ops", False),
        ("./tests/runtests.py --settings=test_sqlite --parallel 1", True),
        ("python -m unittest -v tests.test_ops", False),
        ("pytest 'tests/test_ops.py", True),
    ],
)
def test_a_new_test_is_seen_by_a_command_that_looks_for_tests(command: str, seen: bool) -> None:
    script = SCRIPT.replace("pytest -rA -o x=y tests/test_ops.py", command)
    patch = created("tests/test_mine.py", "def test_mine(): pass")
    assert bool(surface_of(instance(eval_script=script), patch)) is seen


def test_no_fix_of_a_published_task_is_evaluated_twice(data_dir: Path) -> None:
    rows = (data_dir / "swe-bench-verified.jsonl").read_text().splitlines()
    tasks = [Instance.from_row(json.loads(row), "a row") for row in rows]
    assert len(tasks) == 500
    assert [task.instance_id for task in tasks if surface_of(task, task.patch)] == []
    unrestored = [
        task.instance_id for task in tasks if surface_of(task, task.patch + task.test_patch)
    ]
    assert len(unrestored) == 18
