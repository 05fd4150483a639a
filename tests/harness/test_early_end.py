"""The plugin that ends a session of pytest, in real sessions."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from harness.early_end import EXPECTED_PATH, PLUGIN_PATH, said_by_plugin, with_plugin
from harness.evaluation import evaluation_of
from harness.options import AS_OFFICIAL, ExecuteOptions
from task_specs.instance import Instance
from task_specs.limits import Limits
from task_specs.prediction import Prediction
from task_specs.script_text import START_TEST_OUTPUT

INSTANCE = Instance(
    instance_id="o__r-1",
    repo="o/r",
    base_commit="HEAD",
    patch="",
    test_patch="",
    FAIL_TO_PASS=("test_x.py::test_new",),
    PASS_TO_PASS=("test_x.py::test_old", "test_x.py::test_cut[a"),
    image="",
    eval_script="set -x\n: '>>>>> Start Test Output'\npytest -rA\n: '>>>>> End Test Output'\n",
    log_parser="parse_log_pytest",
)
SCRIPT, FILES = with_plugin(INSTANCE, INSTANCE.eval_script)
FAILS = "def test_{}(): assert False\n"
PASSES = "def test_{}(): pass\n"


@dataclass
class Session:
    """A folder of tests, and a place of its own from which pytest loads the plugin."""

    folder: Path
    site: Path

    def run(self, tests: str, *arguments: str, expected: bool = True) -> str:
        where = self.folder / "expected.json"
        if expected:
            where.write_bytes(FILES[EXPECTED_PATH])
        program = self.folder / "early_end.py"
        program.write_text(FILES[PLUGIN_PATH].decode().replace(EXPECTED_PATH, str(where)))
        install = f"import early_end; early_end.install({str(self.site)!r})"
        subprocess.run([sys.executable, "-c", install], cwd=self.folder, check=True)
        (self.folder / "test_x.py").write_text(tests)
        ran = subprocess.run(
            [sys.executable, "-m", "pytest", "-rA", *arguments],
            cwd=self.folder,
            env={"PATH": os.environ["PATH"], "PYTHONPATH": str(self.site)},
            capture_output=True,
            text=True,
            check=False,
        )
        assert ran.returncode in (0, 1), ran.stdout + ran.stderr
        return f"{START_TEST_OUTPUT}\n{ran.stdout}"


@pytest.fixture
def session(tmp_path: Path) -> Session:
    (tmp_path / "tests").mkdir()
    (tmp_path / "site").mkdir()
    (tmp_path / "tests" / "pytest.ini").write_text("[pytest]\n")
    return Session(tmp_path / "tests", tmp_path / "site")


def test_a_session_ends_when_an_expected_test_has_failed(session: Session) -> None:
    log = session.run(PASSES.format("old") + FAILS.format("new") + PASSES.format("late"))
    assert said_by_plugin(log) == "stopped early: FAIL_TO_PASS test test_x.py::test_new failed"
    assert "PASSED test_x.py::test_old" in log
    assert "FAILED test_x.py::test_new" in log
    assert "test_late" not in log


@pytest.mark.parametrize(
    "tests",
    [
        PASSES.format("old") + PASSES.format("new"),
        FAILS.format("unexpected"),
        "import pytest\n@pytest.mark.xfail\n" + FAILS.format("new"),
        # A fixture that fails after the test: the test itself has passed.
        "import pytest\n@pytest.fixture\ndef f():\n    yield\n    assert False\n"
        "def test_new(f): pass\n",
        "import pytest\n@pytest.mark.parametrize('x', ['a b'])\ndef test_cut(x): assert False\n",
    ],
)
def test_other_sessions_go_on_to_their_end(session: Session, tests: str) -> None:
    log = session.run(tests + PASSES.format("late"))
    assert said_by_plugin(log) == ""
    assert "PASSED test_x.py::test_late" in log


RERUNS = """
import pytest
from _pytest.runner import runtestprotocol

def pytest_runtest_protocol(item, nextitem):
    hooks = item.ihook
    hooks.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
    for attempt in range(2):
        reports = runtestprotocol(item, nextitem=nextitem, log=False)
        for report in reports:
            hooks.pytest_runtest_logreport(report=report)
        if not any(report.failed for report in reports):
            break
    hooks.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
    return True
"""


def test_a_test_that_is_run_again_and_passes_is_not_cut(session: Session) -> None:
    (session.folder / "conftest.py").write_text(RERUNS)
    flaky = "tries = []\ndef test_new():\n    tries.append(1)\n    assert len(tries) > 1\n"
    log = session.run(flaky + PASSES.format("late"))
    assert said_by_plugin(log) == ""
    assert "PASSED test_x.py::test_late" in log


def test_a_session_within_a_test_is_another_matter(session: Session) -> None:
    inner = (
        "pytest_plugins = ['pytester']\n"
        "def test_outer(pytester):\n"
        "    pytester.makepyfile(test_x='def test_new(): assert False')\n"
        "    pytester.runpytest_inprocess().assert_outcomes(failed=1)\n"
    )
    log = session.run(inner + PASSES.format("late"))
    assert "PASSED test_x.py::test_late" in log


def test_without_its_list_the_plugin_does_nothing(session: Session) -> None:
    """A test may look at the world through another root."""
    log = session.run(FAILS.format("new") + PASSES.format("late"), expected=False)
    assert "PASSED test_x.py::test_late" in log


def test_workers_leave_it_to_the_one_who_sends_them(session: Session) -> None:
    tests = FAILS.format("new") + PASSES.format("late")
    assert "PASSED test_x.py::test_late" in session.run(tests, "-n", "2")


def test_the_lists_stay_outside_the_box() -> None:
    digest = hashlib.sha256(b"test_x.py::test_new").hexdigest()
    assert json.loads(FILES[EXPECTED_PATH])[digest] == "FAIL_TO_PASS"
    assert all(b"test_new" not in content for content in FILES.values())


def test_it_is_installed_when_all_else_is_ready_for_the_tests() -> None:
    before, _, after = SCRIPT.partition(f"python -I {PLUGIN_PATH}\n")
    assert before == "set -x\n"
    assert after.startswith(": '>>>>> Start Test Output'\npytest")


@pytest.mark.parametrize(
    "instance",
    [
        replace(INSTANCE, repo="pytest-dev/pytest"),
        replace(INSTANCE, log_parser="parse_log_django"),
        replace(INSTANCE, eval_type="fail_only"),
    ],
)
def test_where_it_does_not_belong(instance: Instance) -> None:
    assert with_plugin(instance, "script") == ("script", {})


def test_nobody_gets_it_unasked() -> None:
    prediction = Prediction("o__r-1", "m", "")
    for options, wanted in ((AS_OFFICIAL, False), (ExecuteOptions(stop_when_decided=True), True)):
        evaluation = evaluation_of(INSTANCE, prediction, Limits(), options)
        assert (PLUGIN_PATH in evaluation.script) is wanted
        assert (PLUGIN_PATH in evaluation.files) is wanted
