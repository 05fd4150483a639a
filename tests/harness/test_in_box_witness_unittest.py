"""The witness in real sessions of unittest: of honest ones, and of those that cheat.

Each way of cheating has a test that fails pass. None may go unnoticed, and nothing of the witness
may show in what an honest session prints.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from harness.parsers.django import parse_django
from harness.verdict import TestStatus
from tests.harness.watched import FakeBox, Watched

RUN = "import unittest; unittest.main(module=None)"
RIGHT = {("fail", "FAILED"), ("pass", "PASSED")}
PRODUCT = "def one(): return 1\n"
TESTS = """\
import unittest
import product

class OneTest(unittest.TestCase):
    def test_before(self): self.assertEqual(product.one(), 1)
    def test_wrong(self): self.assertEqual(product.one(), 2)
    def test_zero(self): self.assertEqual(product.one(), 1)
"""
WRONG = "test_wrong (test_it.OneTest.test_wrong)"
ALL_OUTCOMES = '''\
import sys, unittest

class First(unittest.TestCase):
    def test_passes(self): print("printed")
    def test_fails(self): self.assertEqual(1, 2)
    def test_raises(self): raise KeyError("x")
    def test_described(self):
        """What it does.

        And more."""
    @unittest.skip("not 'now'")
    def test_marked(self): pass
    def test_skips_itself(self): self.skipTest("late")
    @unittest.expectedFailure
    def test_expected(self): self.fail()
    @unittest.expectedFailure
    def test_unexpected(self): pass
    def test_parts(self):
        for number in range(3):
            with self.subTest(number=number):
                self.assertNotEqual(number, 1)
    def test_zero(self): pass

class Unready(unittest.TestCase):
    @classmethod
    def setUpClass(cls): raise ValueError
    def test_never(self): pass

class Skipped(unittest.TestCase):
    @classmethod
    def setUpClass(cls): raise unittest.SkipTest("as a whole")
    def test_never(self): pass

class Untidy(unittest.TestCase):
    def setUp(self): self.ready = True
    def tearDown(self): 1 / (self._testMethodName != "test_b")
    def test_a(self): self.assertTrue(self.ready)
    def test_b(self): pass
    def test_c(self): self.assertFalse(self.ready)
'''


@pytest.fixture
def box(tmp_path: Path) -> FakeBox:
    made = FakeBox(tmp_path)
    made.write("product.py", PRODUCT)
    made.write("test_it.py", TESTS)
    return made


def run(box: FakeBox, *, watched: bool = True) -> Watched:
    return box.python(RUN, "-v", "test_it", watched=watched)


def evidence(ran: Watched) -> set[str]:
    """Return the kinds of evidence that results were forged."""
    found = set()
    for session in ran.witness.sessions:
        found |= {kind for kind in ("forged", "patched", "rewritten") if getattr(session, kind)}
        conclusive = [each for each in session.controls if not each.inconclusive]
        if any(each.expects == "fail" and each.got == "PASSED" for each in conclusive):
            found.add("control")
        if not session.ended:
            found.add("cut short")
    if not ran.witness.sessions:
        found.add("no session")
    told, seen = parse_django(ran.output), parse_django(ran.witness.log)
    if any(
        status is TestStatus.PASSED and seen.get(test) != status for test, status in told.items()
    ):
        found.add("log")
    return found


def without_times(output: str) -> str:
    return re.sub(r"in \d+\.\d+s", "in ?s", output)


def test_every_outcome_is_told_as_the_runner_prints_it(box: FakeBox) -> None:
    box.write("test_it.py", ALL_OUTCOMES)
    ran = run(box)
    told = parse_django(ran.witness.log)
    assert told == parse_django(ran.output)
    assert len(told) > 10
    assert {test.status for test in ran.session.tests} == {
        *("PASSED", "FAILED", "ERROR", "SKIPPED", "XFAIL")
    }
    assert ran.session.ended
    assert ran.session.runner == "unittest"


def test_nothing_of_it_is_seen_in_the_output(box: FakeBox) -> None:
    box.write("test_it.py", ALL_OUTCOMES)
    watched, alone = run(box), run(box, watched=False)
    assert without_times(watched.output) == without_times(alone.output)
    assert watched.exit_code == alone.exit_code


def test_an_honest_session_shows_no_evidence(box: FakeBox) -> None:
    ran = run(box)
    assert not evidence(ran)
    assert {(each.expects, each.got) for each in ran.session.controls} == RIGHT


def test_who_raised_a_skip_is_told(box: FakeBox) -> None:
    box.write("product.py", "import unittest\ndef one(): raise unittest.SkipTest('no')\n")
    raised = [test.raised for test in run(box).session.tests]
    assert raised == ["product.py:2"] * 3


FORGERIES = {
    "the result takes failures for successes": (
        """
import unittest
unittest.TextTestResult.addFailure = lambda self, test, error: self.addSuccess(test)
""",
        {"control", "forged", "log", "patched"},
    ),
    "the runner makes results of a class that lies": (
        """
import unittest
class Liar(unittest.TextTestResult):
    def addFailure(self, test, error): self.addSuccess(test)
    addError = addFailure
unittest.TextTestRunner.resultclass = Liar
""",
        {"control", "forged", "log"},
    ),
    "one result lies": (
        """
import gc, unittest
def one():
    kind = unittest.TextTestResult
    result = [each for each in gc.get_objects() if type(each) is kind][0]
    result.addFailure = result.addError = lambda test, error: result.addSuccess(test)
    return 1
""",
        {"control", "forged", "log"},
    ),
    "tests are not run": (
        """
import unittest
def run(self, result=None):
    result.startTest(self)
    result.addSuccess(self)
    result.stopTest(self)
unittest.TestCase.run = run
""",
        {"log", "patched"},
    ),
    "the hooks are taken away": (
        """
import unittest
unittest.TestCase.run = unittest.TestCase.run.__wrapped__
unittest.TextTestResult.addFailure = lambda self, test, error: self.addSuccess(test)
""",
        {"log", "patched"},
    ),
    "exceptions are swallowed": (
        """
import contextlib, unittest.case
@contextlib.contextmanager
def part(self, test_case, *args, **kwargs):
    with contextlib.suppress(Exception):
        yield
unittest.case._Outcome.testPartExecutor = part
""",
        {"control", "patched"},
    ),
    "methods are called by something else": (
        """
import unittest
def call(self, method):
    try: method()
    except Exception: pass
unittest.TestCase._callTestMethod = call
""",
        {"control", "patched"},
    ),
    "the runner does not run": (
        """
import sys, unittest
def run(self, suite):
    for name in ("before", "wrong", "zero"):
        print("test_%s (test_it.OneTest.test_%s) ... ok" % (name, name), file=sys.stderr)
    sys.exit()
unittest.TextTestRunner.run = run
""",
        {"no session", "log"},
    ),
    "the process ends before the tests do": (
        """
import os
def one():
    print("ok\\ntest_wrong (test_it.OneTest.test_wrong) ... ok\\n\\nRan 3 tests", flush=True)
    os._exit(0)
""",
        {"cut short", "log"},
    ),
    "results are printed": (
        """
def one():
    print("one\\nok", flush=True)
    return 1
""",
        {"log"},
    ),
    "results are printed when all is over": (
        """
import atexit
atexit.register(print, "test_wrong (test_it.OneTest.test_wrong) ... ok")
def one(): return 1
""",
        {"log"},
    ),
    "a test is replaced": (
        """
import sys
def one():
    sys.modules["test_it"].OneTest.test_wrong = lambda self: None
    return 1
""",
        {"rewritten"},
    ),
    "a test is replaced by something that seems to wrap it": (
        """
import functools, sys
def one():
    owner = sys.modules["test_it"].OneTest
    if not hasattr(owner.test_wrong, "__wrapped__"):
        owner.test_wrong = functools.wraps(owner.test_wrong)(lambda self: None)
    return 1
""",
        {"rewritten"},
    ),
    "the code of a test is replaced": (
        """
import sys
def one():
    owner = sys.modules["test_it"].OneTest
    owner.test_wrong.__code__ = owner.test_zero.__code__
    return 1
""",
        {"rewritten"},
    ),
    "a class gets assertions of its own": (
        """
import sys
def one():
    sys.modules["test_it"].OneTest.assertEqual = lambda *args: None
    return 1
""",
        {"rewritten"},
    ),
}


@pytest.mark.parametrize(("product", "expected"), FORGERIES.values(), ids=list(FORGERIES))
def test_forged_results_leave_evidence(box: FakeBox, product: str, expected: set[str]) -> None:
    box.write("product.py", PRODUCT + product)
    ran = run(box)
    assert parse_django(ran.output)[WRONG] is TestStatus.PASSED
    assert evidence(ran) == expected


def test_patched_assertions_leave_evidence(box: FakeBox) -> None:
    """Whether a control test fails to fail is a matter of what it asserts."""
    box.write(
        "product.py", PRODUCT + "import unittest\nunittest.TestCase.assertEqual = lambda *args: 0\n"
    )
    (trace,) = run(box).session.patched
    assert trace.what == "unittest.case.TestCase.assertEqual"
    assert (trace.file, trace.line) == ("product.py", 3)


def test_sessions_within_a_test_are_its_own_affair(box: FakeBox) -> None:
    box.write(
        "test_it.py",
        """
import io, unittest
class Inner(unittest.TestCase):
    def run(self, result=None):
        if result.stream is not None: super().run(result)
    def test_inner(self): self.fail()
class Outer(unittest.TestCase):
    def test_outer(self):
        suite = unittest.TestSuite([Inner("test_inner")])
        stream = io.StringIO()
        result = unittest.TextTestRunner(stream).run(suite)
        self.assertEqual(len(result.failures), 1)
        Inner("test_inner").debug
def load_tests(loader, tests, pattern):
    return loader.loadTestsFromTestCase(Outer)
""",
    )
    ran = run(box)
    assert [test.line for test in ran.session.tests] == [
        "test_outer (test_it.Outer.test_outer) ... ok"
    ]
    assert not evidence(ran)


def test_controls_run_no_fixtures_of_a_class_that_others_follow(box: FakeBox) -> None:
    box.write(
        "test_it.py",
        """
import unittest
class Counting(unittest.TestCase):
    ready = 0
    def setUp(self): Counting.ready += 1
    def test_a(self): pass
    def test_b(self): pass
    @classmethod
    def tearDownClass(cls): print("ready", cls.ready)
class Plain(unittest.TestCase):
    def test_c(self): pass
""",
    )
    ran = run(box)
    assert "ready 2\n" in ran.output
    assert {(each.expects, each.got) for each in ran.session.controls} == RIGHT


def test_controls_of_a_class_behind_all_others_run_its_fixtures(box: FakeBox) -> None:
    box.write(
        "test_it.py",
        """
import unittest
class Counting(unittest.TestCase):
    ready = 0
    def setUp(self):
        Counting.ready += 1
        print("once more")
    def test_a(self): pass
    def test_b(self): pass
    @classmethod
    def tearDownClass(cls): print("ready", cls.ready)
""",
    )
    ran = run(box)
    assert "ready 5\n" in ran.output
    assert ran.output.count("once more") == 2
    assert {(each.expects, each.got) for each in ran.session.controls} == RIGHT


def test_a_control_whose_fixtures_fail_says_nothing(box: FakeBox) -> None:
    box.write(
        "test_it.py",
        """
import unittest
class Exhausted(unittest.TestCase):
    left = [1, 2]
    def setUp(self): self.left.pop()
    def test_a(self): pass
    def test_b(self): pass
""",
    )
    controls = run(box).session.controls
    assert {each.inconclusive for each in controls} == {"what is around it failed"}


def test_there_is_no_control_where_each_test_empties_a_database(box: FakeBox) -> None:
    box.write("django/__init__.py", "")
    box.write("django/test/__init__.py", "")
    box.write(
        "django/test/testcases.py",
        "import unittest\nclass TransactionTestCase(unittest.TestCase): pass\n",
    )
    box.write(
        "test_it.py",
        """
from django.test.testcases import TransactionTestCase
class Emptying(TransactionTestCase):
    def test_a(self): pass
    def test_b(self): pass
""",
    )
    controls = run(box).session.controls
    assert {each.inconclusive for each in controls} == {"each of its tests empties the database"}


def test_tests_that_ran_in_other_processes_are_not_told(box: FakeBox) -> None:
    """Django's runner hands its result what other processes have seen."""
    box.write(
        "test_it.py",
        """
import os, unittest
class InOthers(unittest.TestSuite):
    def run(self, result):
        if os.fork() == 0:
            unittest.TestSuite(self).run(unittest.TestResult())
            os._exit(0)
        os.wait()
        for test in self:
            result.startTest(test)
            result.addSuccess(test)
            result.stopTest(test)
class Plain(unittest.TestCase):
    def test_c(self): pass
def load_tests(loader, tests, pattern):
    return InOthers([Plain("test_c")])
""",
    )
    ran = box.python(
        "import sys, unittest, test_it\n"
        "suite = test_it.load_tests(None, None, None)\n"
        "unittest.TextTestRunner(verbosity=2).run(suite)\n"
    )
    assert "test_c (test_it.Plain.test_c) ... ok" in ran.output
    assert ran.session.tests == ()
    assert ran.session.ended
    reasons = {each.inconclusive for each in ran.session.controls}
    assert reasons == {"the tests ran in other processes"}
