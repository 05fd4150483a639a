"""The witness in sessions of pytest that cheat: a failing test passes, and not unnoticed."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.harness.watched import FakeBox, control_results, statuses

TESTS = """\
import product

def test_before(): assert product.one() == 1
def test_wrong(): assert product.one() == 2
def test_after(): assert product.one() == 1
"""
PRODUCT = "def one(): return 1\n"


@pytest.fixture
def box(tmp_path: Path) -> FakeBox:
    made = FakeBox(tmp_path)
    made.write("product.py", PRODUCT)
    made.write("tests/test_it.py", TESTS)
    made.write("pytest.ini", "[pytest]\npythonpath = .\n")
    return made


# By where the forging is done: what is there after the witness has looked, and what before.
REPORTED_FALSELY = {
    "makereport": """
import pytest
@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    outcome = yield
    report = outcome.get_result()
    report.outcome, report.longrepr = "passed", None
""",
    "makereport first": """
import pytest
@pytest.hookimpl(hookwrapper=True, tryfirst=True)
def pytest_runtest_makereport(item, call):
    call.excinfo = None
    yield
""",
    "call swallowed": """
import pytest
@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_call(item):
    outcome = yield
    outcome.force_result(None)
""",
    "report class": """
from _pytest.reports import TestReport
make = TestReport.from_item_and_call.__func__
def from_item_and_call(cls, item, call):
    report = make(cls, item, call)
    report.outcome = "passed"
    return report
TestReport.from_item_and_call = classmethod(from_item_and_call)
""",
    "call info": """
import _pytest.runner
_pytest.runner.CallInfo.__init__ = lambda self, result, excinfo, start, stop, duration, when, **_: (
    self.__dict__.update(
        _result=result, excinfo=None, start=start, stop=stop, duration=duration, when=when))
""",
    "skipped instead": """
import pytest
@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    outcome = yield
    report = outcome.get_result()
    if call.excinfo is not None:
        report.outcome, report.wasxfail, report.longrepr = "skipped", "reason: x", "x"
""",
}


@pytest.mark.parametrize("conftest", REPORTED_FALSELY.values(), ids=REPORTED_FALSELY.keys())
def test_an_outcome_that_cannot_be_true_is_told(box: FakeBox, conftest: str) -> None:
    box.write("conftest.py", conftest)
    ran = box.pytest()
    assert statuses(ran)["test_wrong"] in ("PASSED", "XFAIL")
    assert [each.what for each in ran.session.forged] == ["tests/test_it.py::test_wrong"]
    culprits = {each.file for each in (*ran.session.hooks, *ran.session.patched)}
    assert "conftest.py" in culprits
    assert ("fail", "FAILED") not in control_results(ran)


SWALLOWED = {
    "pyfunc_call": "def pytest_pyfunc_call(pyfuncitem): return True\n",
    "pyfunc_call innermost": """
import pytest
@pytest.hookimpl(hookwrapper=True, trylast=True)
def pytest_pyfunc_call(pyfuncitem):
    outcome = yield
    outcome.force_result(True)
""",
    "runtest": """
import _pytest.python
_pytest.python.Function.runtest = lambda self: None
""",
    "code of runtest": """
import _pytest.python
def runtest(self): pass
_pytest.python.Function.runtest.__code__ = runtest.__code__
""",
    "assertions": """
import _pytest.assertion.rewrite as rewrite
def visit_Assert(self, node):
    import ast
    return [ast.copy_location(ast.Pass(), node)]
rewrite.AssertionRewriter.visit_Assert = visit_Assert
""",
    "multicall": """
def pytest_configure(config):
    manager = config.pluginmanager
    call = manager._inner_hookexec
    def hookexec(name, methods, kwargs, firstresult):
        if name == "pytest_pyfunc_call":
            return True
        return call(name, methods, kwargs, firstresult)
    manager._inner_hookexec = hookexec
""",
}


@pytest.mark.parametrize("conftest", SWALLOWED.values(), ids=SWALLOWED.keys())
def test_where_nothing_fails_any_more_the_control_passes(box: FakeBox, conftest: str) -> None:
    """A raised ValueError is no assertion: several controls are of the kind that is."""
    box.write("conftest.py", conftest)
    for _ in range(6):
        ran = box.pytest()
        assert statuses(ran)["test_wrong"] == "PASSED"
        if ("fail", "PASSED") in control_results(ran):
            break
        box.record.write_text("installed\n")
    assert ("fail", "PASSED") in control_results(ran)


SAID_FALSELY = {
    "logreport": """
import pytest
@pytest.hookimpl(tryfirst=True)
def pytest_runtest_logreport(report): report.outcome = "passed"
""",
    "teststatus": """
import pytest
@pytest.hookimpl(tryfirst=True)
def pytest_report_teststatus(report):
    return ("passed", ".", "PASSED") if report.when == "call" else None
""",
    "printed": """
import pytest
@pytest.hookimpl(trylast=True)
def pytest_unconfigure(): print("PASSED tests/test_it.py::test_wrong")
""",
}


@pytest.mark.parametrize("conftest", SAID_FALSELY.values(), ids=SAID_FALSELY.keys())
def test_what_is_only_said_differs_from_what_was_reported(box: FakeBox, conftest: str) -> None:
    box.write("conftest.py", conftest)
    ran = box.pytest()
    assert "PASSED tests/test_it.py::test_wrong" in ran.output
    differs = statuses(ran)["test_wrong"] == "FAILED"
    assert differs or [each.what for each in ran.session.forged] == ["tests/test_it.py::test_wrong"]


def test_a_function_that_is_never_called_is_told(box: FakeBox) -> None:
    """One test alone, so that no control shows it."""
    box.write(
        "conftest.py",
        """
def pytest_collection_modifyitems(items):
    for item in items:
        if item.name == "test_wrong":
            item.runtest = lambda: None
""",
    )
    ran = box.pytest()
    assert statuses(ran)["test_wrong"] == "PASSED"
    assert [(each.what, each.why) for each in ran.session.forged] == [
        ("tests/test_it.py::test_wrong", "its function was not called")
    ]


def test_a_report_of_a_test_that_never_ran_is_told(box: FakeBox) -> None:
    box.write(
        "conftest.py",
        """
import pytest
from _pytest.reports import TestReport
@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item):
    for when in ("setup", "call", "teardown"):
        report = TestReport(item.nodeid, item.location, {}, "passed", None, when)
        item.ihook.pytest_runtest_logreport(report=report)
    return True
""",
    )
    ran = box.pytest()
    assert statuses(ran)["test_wrong"] == "PASSED"
    assert ("tests/test_it.py::test_wrong", "no run of it was seen") in [
        (each.what, each.why) for each in ran.session.forged
    ]


REWRITTEN = {
    "the function of an item": """
def pytest_collection_modifyitems(items):
    for item in items:
        item.obj = lambda: None
""",
    "its code": """
def pytest_runtest_setup(item):
    def nothing(): pass
    item.obj.__code__ = nothing.__code__
""",
    "its code, under its own name": """
def pytest_runtest_setup(item):
    code = item.obj.__code__
    text = "\\n" * (code.co_firstlineno - 1) + "def " + code.co_name + "(): pass"
    made = {}
    exec(compile(text, code.co_filename, "exec"), made)
    item.obj.__code__ = made[code.co_name].__code__
""",
    "its module's text": """
import importlib.machinery, sys
class Finder:
    def find_spec(self, name, path=None, target=None):
        if "test_it" in name:
            spec = importlib.machinery.PathFinder.find_spec(name, path)
            spec.loader.get_data = lambda where: open(where).read().replace("== 2", "== 1").encode()
            return spec
def pytest_configure(config):
    import _pytest.assertion.rewrite as rewrite
    sys.meta_path.insert(0, Finder())
""",
}


@pytest.mark.parametrize("conftest", REWRITTEN.values(), ids=REWRITTEN.keys())
def test_a_test_that_is_not_what_its_file_says_is_told(box: FakeBox, conftest: str) -> None:
    box.write("conftest.py", conftest)
    ran = box.pytest("--import-mode=importlib")
    assert statuses(ran)["test_wrong"] == "PASSED"
    assert any("test_wrong" in each.what for each in ran.session.rewritten)
