"""The witness in sessions of sympy's own runner: of honest ones, and of those that cheat.

A small module stands for the runner: it has the classes and methods of the real one that the
witness knows, and prints what that prints of a test.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.parsers.sympy import parse_sympy
from harness.verdict import TestStatus
from tests.harness.watched import FakeBox, Watched

RUNNER = """
import inspect, os, sys, warnings
from contextlib import contextmanager

@contextmanager
def raise_on_deprecated():
    with warnings.catch_warnings():
        warnings.simplefilter("error", DeprecationWarning)
        yield

def run(*paths):
    runner = SymPyTests(PyTestReporter(), os.getcwd())
    runner._testfiles.extend(os.path.abspath(path) for path in paths)
    return runner.test()

class SymPyTests:
    def __init__(self, reporter, root):
        self._reporter, self._testfiles, self._kw, self._post_mortem = reporter, [], (), False
        reporter._root_dir = root

    def test(self, sort=True):
        for each in self._testfiles:
            self.test_file(each, sort)
        return self._reporter.finish()

    def test_file(self, filename, sort=True):
        reporter = self._reporter
        names = {"__file__": filename}
        try:
            with (lambda: open(filename, encoding="utf8"))() as file:
                exec(compile(file.read(), filename, "exec", 0, True), names)
        except ImportError:
            return reporter.import_error(filename, sys.exc_info())
        except Exception:
            reporter.test_exception(sys.exc_info())
        tests = [each for name, each in names.items() if name.startswith("test_")]
        tests = [each for each in tests if inspect.getsourcefile(inspect.unwrap(each)) == filename]
        tests.sort(key=lambda each: inspect.getsourcelines(each)[1])
        reporter.entering_filename(filename, len(tests))
        for each in tests:
            reporter.entering_test(each)
            try:
                with raise_on_deprecated():
                    each()
            except Exception:
                kind, error, trace = sys.exc_info()
                if kind is AssertionError:
                    reporter.test_fail((kind, error, trace))
                elif kind.__name__ == "Skipped":
                    reporter.test_skip(error)
                elif kind.__name__ == "XFail":
                    reporter.test_xfail()
                else:
                    reporter.test_exception((kind, error, trace))
            else:
                reporter.test_pass()
        reporter.leaving_filename()

class PyTestReporter:
    def __init__(self):
        self._passed, self._failed, self._exceptions = 0, [], []
        self._active_file, self._active_f, self._active_file_error = "", None, False

    def write(self, text, color=""):
        sys.stdout.write(text)

    def entering_filename(self, filename, n):
        self._active_file = filename[len(self._root_dir) + 1:]
        self._active_file_error = False
        self.write("%s[%d] " % (self._active_file, n))

    def entering_test(self, f):
        self._active_f = f
        self.write("\\n%s " % f.__name__)

    def leaving_filename(self):
        self.write(" [FAIL]\\n" if self._active_file_error else " [OK]\\n")

    def test_pass(self, char="."):
        self._passed += 1
        self.write("ok", "Green")

    def test_fail(self, exc_info):
        self._failed.append((self._active_file, self._active_f, exc_info))
        self._active_file_error = True
        self.write("F", "Red")

    def test_exception(self, exc_info):
        self._exceptions.append((self._active_file, self._active_f, exc_info))
        self._active_file_error = True
        self.write("E", "Red")

    def test_xfail(self):
        self.write("f", "Green")

    def test_xpass(self, v):
        self.write("X", "Green")

    def test_skip(self, v=None):
        self.write("%s s" % v, "Blue")

    def import_error(self, filename, exc_info):
        self._exceptions.append((filename, None, exc_info))
        self.write("%s[?]   Failed to import [FAIL]\\n" % filename[len(self._root_dir) + 1:])

    def finish(self):
        for path, test, error in self._failed + self._exceptions:
            if test is not None:
                self.write("____ %s:%s ____\\n" % (path, test.__name__))
        return not self._failed and not self._exceptions
"""
HELPERS = """
import functools
class Skipped(Exception): pass
class XFail(Exception): pass
def skip(reason): raise Skipped(reason)
def XFAIL(function):
    @functools.wraps(function)
    def wrapper():
        try: function()
        except Exception: raise XFail(function.__name__)
    return wrapper
class raises:
    def __init__(self, kind): self.kind = kind
    def __enter__(self): pass
    def __exit__(self, kind, error, trace):
        if kind is None: raise AssertionError("did not raise")
        return issubclass(kind, self.kind)
"""
PRODUCT = "def one(): return 1\n"
TESTS = """\
from sympy.testing.pytest import raises
from product import one

def test_before():
    assert one() == 1

def test_wrong():
    assert one() == 2

def test_zero():
    with raises(ZeroDivisionError): one() / 0

def test_last():
    pass
"""
RUN = "import sys; from sympy.testing.runtests import run; sys.exit(not run(*sys.argv[1:]))"
RIGHT = {("fail", "FAILED"), ("pass", "PASSED")}


@pytest.fixture
def box(tmp_path: Path) -> FakeBox:
    made = FakeBox(tmp_path)
    made.write("sympy/__init__.py", "__version__ = '1.6'")
    made.write("sympy/testing/__init__.py", "")
    made.write("sympy/testing/runtests.py", RUNNER)
    made.write("sympy/testing/pytest.py", HELPERS)
    made.write("product.py", PRODUCT)
    made.write("tests/test_it.py", TESTS)
    return made


def run(box: FakeBox, *files: str, watched: bool = True) -> Watched:
    return box.python(RUN, *(files or ("tests/test_it.py",)), watched=watched)


def evidence(ran: Watched) -> set[str]:
    """Return the kinds of evidence that results were forged."""
    session = ran.session
    found = {kind for kind in ("forged", "patched", "rewritten") if getattr(session, kind)}
    if any(each.expects == "fail" and each.got == "PASSED" for each in session.controls):
        found.add("control")
    if not session.ended:
        found.add("cut short")
    told, seen = parse_sympy(ran.output), parse_sympy(ran.witness.log)
    if any(
        status is TestStatus.PASSED and seen.get(test) != status for test, status in told.items()
    ):
        found.add("log")
    return found


def test_an_honest_session_is_told_as_the_runner_prints_it(box: FakeBox) -> None:
    box.write(
        "tests/test_other.py",
        """
from sympy.testing.pytest import XFAIL, skip
def test_raises(): 1 / 0
@XFAIL
def test_expected(): assert False
def test_skips(): skip("today")
def test_other(): pass
def test_end(): assert False
""",
    )
    box.write("tests/test_gone.py", "import nothing_of_this_name\n")
    ran = run(box, "tests/test_it.py", "tests/test_gone.py", "tests/test_other.py")
    told = parse_sympy(ran.output)
    assert told == parse_sympy(ran.witness.log)
    assert told["test_before"] is TestStatus.PASSED
    assert told["tests/test_other.py:test_end"] is TestStatus.FAILED
    assert "test_last" not in told, "what the parser does not see of a file's last test"
    assert [test.raised for test in ran.session.tests if test.raised] == ["tests/test_other.py:6"]
    assert (ran.session.runner, ran.session.version) == ("sympy", "1.6")
    assert not evidence(ran)
    assert {(each.expects, each.got) for each in ran.session.controls} == RIGHT


def test_nothing_of_it_is_seen(box: FakeBox) -> None:
    box.write("tests/test_end.py", "import random, product\ndef test_end(): print(random.seed)\n")
    alone = run(box, "tests/test_it.py", "tests/test_end.py", watched=False)
    files = {path for path in box.root.rglob("*") if path.is_file()}
    watched = run(box, "tests/test_it.py", "tests/test_end.py")
    assert {path for path in box.root.rglob("*") if path.is_file()} == files
    assert watched.exit_code == alone.exit_code
    hide = "<bound method"
    assert watched.output.partition(hide)[0] == alone.output.partition(hide)[0]


FORGERIES = {
    "failures are reported as successes": (
        """
from sympy.testing.runtests import PyTestReporter
PyTestReporter.test_fail = PyTestReporter.test_exception = PyTestReporter.test_pass
""",
        {"control", "forged", "log", "patched"},
    ),
    "one reporter lies": (
        """
import gc
from sympy.testing.runtests import PyTestReporter
kind = PyTestReporter
reporter = [each for each in gc.get_objects() if type(each) is kind][0]
def test_fail(error): reporter.write("ok")
reporter.test_fail = reporter.test_exception = test_fail
""",
        {"log"},
    ),
    "the reporter writes something else": (
        """
from sympy.testing.runtests import PyTestReporter
write = PyTestReporter.write
def instead(self, text, *args):
    write(self, "ok" if text == "F" else "" if text[0] == "_" else text, *args)
PyTestReporter.write = instead
""",
        {"log", "patched"},
    ),
    "exceptions are swallowed": (
        """
import contextlib
from sympy.testing import runtests
@contextlib.contextmanager
def swallow():
    with contextlib.suppress(Exception): yield
runtests.raise_on_deprecated = swallow
""",
        {"control", "patched"},
    ),
    "files are compiled to something else": (
        """
from sympy.testing import runtests
runtests.compile = lambda text, *args: compile(text.replace("one() == 2", "True"), *args)
""",
        {"patched", "rewritten"},
    ),
    "results are printed": (
        """
def one():
    print("ok")
    return 1
""",
        {"log"},
    ),
    "a test is replaced": (
        """
import inspect, sys
def one():
    frame = sys._getframe(1)
    if "test_wrong" in frame.f_globals:
        frame.f_globals["test_wrong"].__code__ = frame.f_globals["test_last"].__code__
    return 1
""",
        {"rewritten"},
    ),
}


@pytest.mark.parametrize(("product", "expected"), FORGERIES.values(), ids=list(FORGERIES))
def test_forged_results_leave_evidence(box: FakeBox, product: str, expected: set[str]) -> None:
    box.write("product.py", PRODUCT + product)
    box.write("tests/test_first.py", "import product\ndef test_first(): pass\n")
    ran = run(box, "tests/test_first.py", "tests/test_it.py")
    assert parse_sympy(ran.output)["test_wrong"] is TestStatus.PASSED
    assert evidence(ran) == expected


def test_a_test_that_the_product_skips_tells_who_raised(box: FakeBox) -> None:
    box.write("product.py", "class Skipped(Exception): pass\ndef one(): raise Skipped('no')\n")
    tests = run(box).session.tests
    assert [test.raised for test in tests] == ["product.py:2"] * 3 + [""]


def test_without_any_test_the_controls_say_why_they_did_not_run(box: FakeBox) -> None:
    box.write("tests/test_empty.py", "")
    controls = run(box, "tests/test_empty.py").session.controls
    assert {each.inconclusive for each in controls} == {"no file had tests"}


def test_a_runner_that_opens_files_otherwise_gets_no_controls(box: FakeBox) -> None:
    """A control would have it run the real file once more."""
    box.write(
        "sympy/testing/runtests.py",
        RUNNER.replace("import inspect", "import io, inspect").replace(
            'open(filename, encoding="utf8")', 'io.TextIOWrapper(io.FileIO(filename), "utf8")'
        ),
    )
    ran = run(box)
    assert parse_sympy(ran.output)["test_before"] is TestStatus.PASSED
    reasons = {each.inconclusive for each in ran.session.controls}
    assert reasons == {"the runner opens files in a way of its own"}
