"""The witness in honest sessions of pytest: it sees them as they are, and is not seen."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.harness.watched import (
    CONTROLS_AS_THEY_SHOULD_BE,
    FakeBox,
    control_results,
    statuses,
)

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


def test_an_honest_session_is_told_in_the_words_of_its_summary(box: FakeBox) -> None:
    box.write(
        "tests/test_it.py",
        """
import pytest, unittest
import product
def test_passes(): assert product.one() == 1
def test_fails(): assert product.one() == 2
@pytest.fixture
def unready(): raise ValueError
def test_without_fixture(unready): pass
@pytest.fixture
def untidy():
    yield
    raise ValueError
def test_untidy(untidy): pass
@pytest.mark.skip
def test_marked(): pass
@pytest.mark.xfail
def test_expected(): assert 0
@pytest.mark.parametrize("word", ["a b", "c"])
def test_words(word): assert word
class TestMethods:
    def test_method(self): assert self
class TestCase(unittest.TestCase):
    def test_equal(self): self.assertEqual(1, 1)
    def test_unequal(self): self.assertEqual(1, 2)
    @unittest.expectedFailure
    def test_known(self): self.assertEqual(1, 2)
""",
    )
    ran = box.pytest()
    lines = set(ran.witness.log.splitlines())
    summary = re.findall(r"^((?:PASSED|FAILED|ERROR|XFAIL) \S+::.*?)(?: - .*)?$", ran.output, re.M)
    assert len(summary) == 12
    assert lines == set(summary)
    assert control_results(ran) == CONTROLS_AS_THEY_SHOULD_BE
    session = ran.session
    assert (session.ended, session.exit_code) == (True, 1)
    assert session.rewritten == session.forged == session.events == ()


def test_nothing_of_it_shows(box: FakeBox) -> None:
    """Fixtures of every scope, warnings and what is printed: the log is the same, word for word."""
    box.write(
        "tests/test_it.py",
        """
import sys, warnings, pytest
@pytest.fixture(autouse=True)
def each_time():
    print("each time")
    warnings.warn("each time")
@pytest.fixture(autouse=True, scope="module")
def once(): print("once", file=sys.stderr)
def setup_module(): print("set up")
def test_one(): assert 0
def test_two(): assert [type(f).__module__ for f in sys.meta_path if "witness" in repr(f)] == []
def test_three(): assert not [name for name in sys.modules if "witness" in name]
class TestMore:
    def test_four(self): print("four"); assert 0
""",
    )
    for arguments in ((), ("-v", "-s"), ("-x",)):
        plain, watched = (
            re.sub(r"\d+\.\d\ds|0x\w+", "", box.pytest(*arguments, watched=watched).output)
            for watched in (False, True)
        )
        assert watched == plain


def test_a_single_test_has_its_controls_before_it(box: FakeBox) -> None:
    box.write("tests/test_it.py", "def test_only(): assert 1\n")
    ran = box.pytest()
    assert control_results(ran) == CONTROLS_AS_THEY_SHOULD_BE
    assert statuses(ran) == {"test_only": "PASSED"}


def test_a_session_within_a_session_is_no_concern(box: FakeBox) -> None:
    """pytest's own tests run pytest, here in the same process and in another one."""
    box.write(
        "tests/test_it.py",
        """
import subprocess, sys, pytest
pytest_plugins = "pytester"
def test_inside(pytester):
    pytester.makepyfile("def test_inner(): assert 0")
    pytester.runpytest_inprocess().assert_outcomes(failed=1)
def test_below():
    code = sys.argv_of_box + "; import pytest; pytest.main(['--markers'])"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0
""",
    )
    box.write("conftest.py", f"import sys\nsys.argv_of_box = {box.path_line.strip()!r}\n")
    ran = box.pytest("tests")
    assert statuses(ran) == {"test_inside": "PASSED", "test_below": "PASSED"}
    assert '"nested": true' in ran.record


def test_where_workers_run_the_tests_their_reports_are_believed(box: FakeBox) -> None:
    ran = box.pytest("-p", "xdist", "-n", "2")
    assert statuses(ran) == {
        "test_before": "PASSED",
        "test_wrong": "FAILED",
        "test_after": "PASSED",
    }
    assert (ran.session.forged, ran.session.controls) == ((), ())


HONEST = {
    "fixtures that call the test": """
import pytest
@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    outcome = yield
    outcome.get_result().sections.append(("note", "x"))
""",
    "a monkeypatch that is undone": """
import pytest, unittest, _pytest.runner
@pytest.fixture(autouse=True)
def patched(monkeypatch):
    monkeypatch.setattr(unittest.TestCase, "assertEqual", None)
    monkeypatch.setattr(_pytest.runner, "show_test_item", None)
    monkeypatch.setattr("builtins.print", None)
""",
    "expected failures from outside": """
import pytest
def pytest_collection_modifyitems(items):
    for item in items:
        item.add_marker(pytest.mark.xfail)
""",
    "tests that run again": """
import pytest
from _pytest.runner import runtestprotocol
def pytest_runtest_protocol(item, nextitem):
    item.ihook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
    for last in (False, True):
        reports = runtestprotocol(item, nextitem=nextitem if last else item, log=last)
    item.ihook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
    return True
""",
}


@pytest.mark.parametrize("conftest", HONEST.values(), ids=HONEST.keys())
def test_what_honest_machinery_does_is_nothing_special(box: FakeBox, conftest: str) -> None:
    box.write("conftest.py", conftest)
    ran = box.pytest()
    ours = [each for each in ran.session.patched if not each.file.startswith("/")]
    assert [*ours, *ran.session.forged, *ran.session.rewritten] == []
    assert control_results(ran) == CONTROLS_AS_THEY_SHOULD_BE


def test_decorated_and_generated_tests_are_what_their_files_say(box: FakeBox) -> None:
    """And so are those that have run so often that the interpreter has specialised their code."""
    box.write("tests/base.py", "class Base:\n    def test_inherited(self): assert self\n")
    box.write(
        "tests/test_it.py",
        """
from __future__ import annotations
import functools, unittest, unittest.mock as mock, pytest
from hypothesis import given, strategies
from base import Base
def checked(function):
    @functools.wraps(function)
    def inner(*args, **kwargs):
        return function(*args, **kwargs)
    return inner
@checked
def test_wrapped(): assert 1
@mock.patch("os.getcwd")
def test_patched(getcwd): assert getcwd
@given(strategies.integers())
def test_given(number): assert number == number
class TestInherits(Base): pass
class TestNames:
    __secret = 1
    def test_mangled(self): assert self.__secret; super().__init__()
    @staticmethod
    def test_static(): assert 1
    class TestDeeper:
        def test_deep(self):
            def inner(): assert self, "message"
            inner()
try:
    import nothing_of_this_name
except ImportError:
    def test_in_branch(): assert (lambda: 1)()
for name in ("x", "y"):
    def made(name=name): assert name
    globals()["test_made_" + name] = made
test_lambda = lambda: None
exec("def test_from_text(): assert 1")
@pytest.mark.parametrize("number", range(200))
def test_hot(number):
    total = 0.0
    for each in range(50):
        total += each * 1.5 if each > 2 and str(each) in {"a": 1}.keys() or each < 9 else number
        [x for x in (each, number) if x is not None]
    assert total >= 0
async def helper(): pass
""",
    )
    ran = box.pytest("-o", "pythonpath=. tests")
    assert set(statuses(ran).values()) == {"PASSED"}
    whys = {each.why for each in ran.session.rewritten}
    assert whys <= {"it runs the code of another file"}  # the base class: a test's file as well


def test_what_raised_a_skip_is_told_by_file_and_line(box: FakeBox) -> None:
    box.write(
        "product.py",
        "import pytest, unittest\n"
        "def skip(): pytest.skip('not yet')\n"
        "def xfail(): pytest.xfail('not yet')\n"
        "def skip_case(): raise unittest.SkipTest('not yet')\n",
    )
    box.write(
        "tests/test_it.py",
        """
import product, pytest, unittest
def test_skip(): product.skip()
def test_xfail(): product.xfail()
def test_unittest(): product.skip_case()
class TestIt(unittest.TestCase):
    def test_case(self): product.skip_case()
@pytest.mark.skip
def test_marked(): pass
@pytest.mark.xfail
def test_marked_too(): assert 0
def test_itself(): pytest.skip("no")
""",
    )
    seen = {test.line.rpartition("::")[2]: test.raised for test in box.pytest().session.tests}
    assert seen == {
        "test_skip": "product.py:2",
        "test_xfail": "product.py:3",
        "test_unittest": "product.py:4",
        "test_case": "product.py:4",
        "test_marked": "",
        "test_marked_too": "",
        "test_itself": "tests/test_it.py:12",
    }
