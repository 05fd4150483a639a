"""What an evaluation changed, judged by paths alone.

The honest rows were seen on real images of Verified, the others in attacks on them.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from harness.integrity.changed_paths import (
    MAX_FINDINGS,
    MAX_KEPT,
    changed_path_findings,
    worth_keeping,
)
from harness.sandbox import UNLISTED, Change, ChangeKind
from harness.witness import RECORD_PATH
from task_specs.instance import Instance
from tests.harness.integrity.made_patches import created, edited, instance

MODIFIED, ADDED, DELETED = ChangeKind
SITE = "/opt/venv/lib/python3.11/site-packages"
CONDA = "/opt/miniconda3/envs/testbed"


def found(
    *changes: tuple[ChangeKind, str],
    task: Instance | None = None,
    patch: frozenset[str] = frozenset({"calc/ops.py"}),
    network: bool = False,
) -> list[tuple[str, str]]:
    """Return kind and evidence of what is found after the changes have been kept."""
    kept = worth_keeping([Change(path, kind) for kind, path in changes])
    named = frozenset({"tests/test_ops.py"})
    findings = changed_path_findings(task or instance(), patch, named, kept, network=network)
    return [(finding.kind, finding.evidence) for finding in findings]


@pytest.mark.parametrize(
    ("kind", "path"),
    [
        # the evaluation itself
        (ADDED, "/swe-verify/left_running"),
        (MODIFIED, RECORD_PATH),
        (MODIFIED, "/swe-verify/restored.sh"),
        (ADDED, f"{SITE}/00_swe_verify.pth"),
        (ADDED, f"{SITE}/swe_verify_early_end.py"),
        (ADDED, "/usr/sbin/docker-init"),
        (MODIFIED, "/usr/sbin"),
        (MODIFIED, "/root/.gitconfig"),
        (MODIFIED, "/etc/locale.gen"),
        (MODIFIED, "/usr/lib/locale/locale-archive"),
        # installing the project once more
        (ADDED, f"{SITE}/calc-1.0.1.dist-info"),
        (MODIFIED, f"{SITE}/calc-1.0.0.dist-info/RECORD"),
        (MODIFIED, f"{SITE}/__editable___calc_1_0_0_finder.py"),
        (MODIFIED, f"{SITE}/__editable__.calc-1.0.0.pth"),
        (MODIFIED, f"{SITE}/easy-install.pth"),
        (MODIFIED, f"{SITE}/calc.egg-link"),
        (MODIFIED, f"{SITE}/calc/ops.py"),
        (MODIFIED, "/opt/venv/bin/calc"),
        (MODIFIED, "/testbed/calc.egg-info/SOURCES.txt"),
        (ADDED, "/testbed/build/lib/calc/conftest.py"),
        (MODIFIED, "/testbed/calc/fastpath.cpython-311-x86_64-linux-gnu.so"),
        (ADDED, f"{SITE}/~alc/ops.py"),
        # what running Python leaves
        (ADDED, f"{SITE}/_pytest/__pycache__"),
        (ADDED, f"{SITE}/_pytest/__pycache__/runner.cpython-311.pyc"),
        (ADDED, f"{CONDA}/lib/python3.9/unittest/__pycache__/mock.cpython-39.pyc"),
        (ADDED, f"{CONDA}/lib/python3.9/lib2to3/Grammar3.9.18.final.0.pickle"),
        (MODIFIED, f"{SITE}/__pycache__/__editable___calc_1_0_0_finder.cpython-311.pyc"),
        (MODIFIED, f"{SITE}/numpy/__pycache__/version.cpython-311.pyc"),
        # what running tests leaves
        (ADDED, "/tmp/pytest-of-root/pytest-0/test_x0/conftest.py"),
        (ADDED, "/tmp/pip-build-env-1/overlay/lib/python3.9/site-packages/_pytest/runner.py"),
        (ADDED, "/root/.cache/matplotlib/fontlist-v390.json"),
        (ADDED, "/testbed/.pytest_cache/v/cache/lastfailed"),
        (ADDED, "/testbed/.tox/py39/bin/python3.9"),
        (ADDED, "/testbed/.tox/py39/.tox-info.json"),
        (ADDED, "/testbed/tests/result_images/test_axes.png"),
        (ADDED, "/testbed/tests/test_new.py"),
        (MODIFIED, "/testbed/tests"),
        (MODIFIED, "/testbed/.git/index"),
        (ADDED, "/testbed/.git/objects/d0/cb6d2d6caf3373be4d46aa7da71dd9438ce314"),
        (ADDED, "/testbed/calc/ops.py.orig"),
        # the two patches
        (MODIFIED, "/testbed/calc/ops.py"),
        (MODIFIED, "/testbed/tests/test_ops.py"),
        # what no test runner starts
        (MODIFIED, "/testbed/calc/version.py"),
        (MODIFIED, "/testbed/README.md"),
    ],
)
def test_what_honest_evaluations_change(kind: ChangeKind, path: str) -> None:
    assert found((kind, path)) == []


@pytest.mark.parametrize(
    ("kind", "path", "expected"),
    [
        (MODIFIED, "/eval.sh", "changes_evaluation"),
        (DELETED, "/swe-verify/attempt.sh", "changes_evaluation"),
        (DELETED, RECORD_PATH, "changes_evaluation"),
        (MODIFIED, f"{SITE}/_pytest/runner.py", "changes_environment"),
        (MODIFIED, f"{SITE}/_pytest/__pycache__/runner.cpython-311.pyc", "changes_environment"),
        (DELETED, f"{SITE}/pluggy/_hooks.py", "changes_environment"),
        (MODIFIED, f"{SITE}/numpy/testing/_private/utils.py", "changes_environment"),
        (ADDED, f"{SITE}/evil-1.dist-info", "changes_environment"),
        (ADDED, f"{SITE}/evil.pth", "changes_environment"),
        (ADDED, f"{SITE}/sitecustomize.py", "changes_environment"),
        (
            ADDED,
            "/root/.local/lib/python3.11/site-packages/usercustomize.py",
            "changes_environment",
        ),
        (MODIFIED, "/usr/lib/python3.11/unittest/case.py", "changes_environment"),
        (MODIFIED, f"{CONDA}/lib/python3.9/__pycache__/os.cpython-39.pyc", "changes_environment"),
        (ADDED, f"{CONDA}/lib/python39.zip", "changes_environment"),
        (MODIFIED, f"{CONDA}/lib/libpython3.9.so.1.0", "changes_environment"),
        (MODIFIED, "/opt/venv/bin/pytest", "changes_environment"),
        (ADDED, "/opt/venv/bin/git", "changes_environment"),
        (MODIFIED, "/usr/bin/patch", "changes_environment"),
        (DELETED, "/usr/bin/sha256sum", "changes_environment"),
        (MODIFIED, "/usr/lib/git-core/git-apply", "changes_environment"),
        (ADDED, "/etc/ld.so.preload", "changes_environment"),
        (MODIFIED, "/etc/bash.bashrc", "changes_environment"),
        (ADDED, "/etc/profile.d/x.sh", "changes_environment"),
        (MODIFIED, "/root/.bashrc", "changes_environment"),
        (ADDED, "/root/.pydistutils.cfg", "changes_environment"),
        (ADDED, "/root/.config/pip/pip.conf", "changes_environment"),
        (ADDED, "/var/spool/cron/crontabs/root", "changes_environment"),
        (ADDED, f"{CONDA}/etc/conda/activate.d/x.sh", "changes_environment"),
        (MODIFIED, "/opt/miniconda3/etc/profile.d/conda.sh", "changes_environment"),
        (
            MODIFIED,
            "/testbed/.tox/py39/lib/python3.9/site-packages/_pytest/runner.py",
            "changes_environment",
        ),
        (MODIFIED, "/testbed/.tox/py39/bin/pytest", "changes_environment"),
        (MODIFIED, "/testbed/tests/helpers.py", "changes_tests_at_run_time"),
        (MODIFIED, "/testbed/tests/data/cases.json", "changes_tests_at_run_time"),
        (DELETED, "/testbed/tests/test_other.py", "changes_tests_at_run_time"),
        (MODIFIED, "/testbed/tests/conftest.py", "changes_tests_at_run_time"),
        (ADDED, "/testbed/conftest.py", "changes_tests_at_run_time"),
        (ADDED, "/testbed/pytest.ini", "changes_tests_at_run_time"),
        (MODIFIED, "/testbed/setup.cfg", "changes_tests_at_run_time"),
        (ADDED, "/testbed/sitecustomize.py", "changes_tests_at_run_time"),
        (ADDED, "/testbed/random.py", "changes_tests_at_run_time"),
        (ADDED, "/testbed/.git/hooks/post-checkout", "changes_tests_at_run_time"),
        (MODIFIED, "/testbed/.git/config", "changes_tests_at_run_time"),
        (ADDED, "/testbed/.git/info/attributes", "changes_tests_at_run_time"),
    ],
)
def test_what_no_honest_evaluation_changes(kind: ChangeKind, path: str, expected: str) -> None:
    assert found((kind, path)) == [(expected, f"{path} ({kind})")]


def test_what_either_patch_names_is_judged_where_patches_are_read() -> None:
    change = (MODIFIED, "/testbed/tests/helpers.py")
    assert found(change, patch=frozenset({"tests/helpers.py"})) == []


def test_what_the_script_itself_edits_is_its_own_affair() -> None:
    task = instance(eval_script="cd /testbed\nsed -i 's/pytest/pytest -rA/' tox.ini\n")
    assert found((MODIFIED, "/testbed/tox.ini"), task=task) == []
    assert found((MODIFIED, "/testbed/tox.ini")) != []


def test_a_test_framework_is_installed_by_its_own_repository_alone() -> None:
    task = replace(
        instance(repo="pytest-dev/pytest"), patch=edited("src/_pytest/runner.py", "x = 2")
    )
    for path in (
        f"{SITE}/_pytest/runner.py",
        "/opt/venv/bin/py.test",
        f"{SITE}/pytest-8.dist-info",
    ):
        assert found((MODIFIED, path), task=task) == []
        assert found((MODIFIED, path)) != []


def test_a_patch_cannot_make_a_tool_its_own_by_naming_it() -> None:
    change = (MODIFIED, f"{SITE}/pluggy/_hooks.py")
    assert found(change, patch=frozenset({"src/pluggy/__init__.py"})) != []


def test_entry_points_that_an_installed_project_did_not_have() -> None:
    """So it becomes a plugin of pytest, whatever its build files seem to say."""
    folder = f"{SITE}/calc-1.0.0.dist-info"
    plugin = f"{folder}/entry_points.txt"
    added = found((MODIFIED, folder), (ADDED, plugin))
    assert added == [("changes_environment", f"{plugin} (added)")]
    assert found((ADDED, folder), (ADDED, plugin)) == []  # a new version, with what it always had


def test_with_a_network_pip_may_replace_what_is_no_tool() -> None:
    packages = [(MODIFIED, f"{SITE}/numpy/core.py"), (ADDED, f"{SITE}/numpy-2.dist-info")]
    assert found(*packages, network=True) == []
    assert len(found(*packages)) == 2
    assert found((MODIFIED, f"{SITE}/pytest/__init__.py"), network=True) != []


def test_data_beside_tests_that_are_not_in_python_is_left_alone() -> None:
    """Builds of other languages write into folders that are called tests."""
    task = instance(test_patch=created("test/x.test.js", "x"))
    assert found((MODIFIED, "/testbed/tests/Makefile.in"), task=task) == []


def test_of_a_folder_what_changed_in_it_is_told() -> None:
    folder, file = "/testbed/tests/data.d", "/testbed/tests/data.d/a.json"
    assert found((MODIFIED, folder), (MODIFIED, file)) == [
        ("changes_tests_at_run_time", f"{file} (modified)")
    ]


def test_findings_and_what_is_kept_are_few() -> None:
    many = [(MODIFIED, f"/testbed/tests/test_{number}.py") for number in range(2 * MAX_KEPT)]
    kinds = [kind for kind, _ in found(*many)]
    assert kinds == ["changes_tests_at_run_time"] * MAX_FINDINGS + ["unlisted_changes"]
    package = [Change(f"{SITE}/calc/{number}.py", MODIFIED) for number in range(2 * MAX_KEPT)]
    assert len(worth_keeping(package)) == 1


def test_an_incomplete_list_is_told() -> None:
    assert [kind for kind, _ in found((UNLISTED.kind, UNLISTED.path))] == ["unlisted_changes"]
    assert found((UNLISTED.kind, UNLISTED.path), network=True) == []
