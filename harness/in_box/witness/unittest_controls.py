"""Control tests for unittest: throw-away tests of a real class, on a throw-away result.

They run where a class has run its last test and its fixtures still stand, through the suite as
real ones do. Among the other classes only those are taken whose own code would not run once more;
behind the very last test nothing can be disturbed, so there a `setUp` may run again.
"""

import copy
import io
import sys
import types
import unittest

from harness.in_box.witness import record, session
from harness.in_box.witness.control_texts import (
    chance,
    control_body,
    control_name,
    control_text,
    expected,
)
from harness.in_box.witness.written import codes_of

__unittest = True

_FRAMEWORKS = ("unittest.", "django.test.")
_OF_DJANGO = "django.test.testcases"
_NOT_RUN_PLAINLY = ("skip", "expecting_failure")
# Where a class has these of its own, what a control test does there says nothing of the runner.
DECISIVE = (
    "__init__ __call__ run defaultTestResult failureException fail assertEqual assertTrue assertIn"
    " assertIsNone assertRaises"
)
_FIXTURES = (
    "setUp tearDown asyncSetUp asyncTearDown _pre_setup _post_teardown _fixture_setup"
    " _fixture_teardown"
)
_LONGEST_SECONDS = 0.2
"""How long a test of a class may take for a control to be run there."""


class Controls(object):
    """The control tests of one session."""

    def __init__(self, classes):
        # type: (list[type]) -> None
        """Choose where they run, of the classes of a session in their order."""
        self.last = None  # type: Last | None
        self.planned = {}  # type: dict[type, list[str]]
        ways = chance().sample(["fail", "error", "pass"], 3)
        places = [each for each in classes[:-1] if not unfit(each)]
        places += [each for each in classes[-1:] if not unfit(each, is_last=True)]
        for way in ways if places else []:
            self.planned.setdefault(chance().choice(places), []).append(way)
        self.waiting = [] if places else ways

    def ran(self, test, code, seconds):
        """Note a real test: its class is where the next control test may run."""
        if self.last is None or self.last.owner is not type(test):
            self.last = Last(type(test))
        self.last.add(test._testMethodName, code, seconds)

    def leave_class(self, suite, result, is_last, observe):
        """Run what is due where a class is over, see `run_control`."""
        last, self.last = self.last, None
        reason = "no test of the class ran"
        if last is not None:
            for owner in list(self.planned) if is_last else [last.owner]:
                self.waiting += self.planned.pop(owner, [])
            reason = unfit(last.owner, is_last) or last.unfit(result, is_last)
        if not reason:
            while self.waiting:
                way = self.waiting.pop()
                session.control(expected(way), *run_control(way, suite, result, last, observe))
        if is_last:
            self.give_up(reason)

    def give_up(self, reason):
        # type: (str) -> None
        """Write down why the rest did not run."""
        for planned in self.planned.values():
            self.waiting += planned
        for way in self.waiting:
            session.control(expected(way), "", reason)
        self.planned, self.waiting = {}, []


class Last(object):
    """The class whose tests ran last, and what its control tests resemble."""

    def __init__(self, owner):
        # type: (type) -> None
        self.owner = owner
        self.tests = 0
        self.seconds = 0.0
        self.name = ""
        self.code = None  # type: types.CodeType | None

    def add(self, name, code, seconds):
        self.tests += 1
        self.seconds = max(self.seconds, seconds)
        self.name, self.code = name, code

    def unfit(self, result, is_last):
        """Say why no control test may run here after all; empty where one may."""
        if self.code is None:
            return "its tests are no functions"
        if self.seconds > _LONGEST_SECONDS:
            return "its tests take long"
        if result.shouldStop:
            return "the tests are to stop"
        if is_last and self.tests < 2 and not _all_of_framework(self.owner, _FIXTURES):
            return "a setUp that has run but once may not stand a second time"
        return ""


@record.guarded
def classes_in_order(suite):
    """Return the classes of the tests of a suite, each once, in the order of their ends."""
    backwards = []  # type: list[type]
    known = set()
    waiting = [suite] if isinstance(suite, unittest.TestSuite) else []  # type: list[object]
    while waiting:
        last = waiting.pop()
        if isinstance(last, unittest.BaseTestSuite):
            waiting += list(last)
        elif type(last) not in known:
            known.add(type(last))
            backwards.append(type(last))
    return backwards[::-1]


def unfit(owner, is_last=False):
    # type: (type, bool) -> str
    """Say why no control test may run in a class; empty where one may."""
    if not issubclass(owner, unittest.TestCase) or _is_of_framework(owner):
        return "its tests are no methods of a file"
    if any(getattr(owner, "__unittest_%s__" % each, False) for each in _NOT_RUN_PLAINLY):
        return "its tests are skipped or expected to fail"
    if not _all_of_framework(owner, DECISIVE):
        return "it has a way of its own to run or to assert"
    if not is_last and not _all_of_framework(owner, _FIXTURES):
        return "it has fixtures of its own"
    of_django = [each.__name__ for each in owner.__mro__ if each.__module__ == _OF_DJANGO]
    if "TransactionTestCase" in of_django and "TestCase" not in of_django:
        return "each of its tests empties the database"
    return ""


def _all_of_framework(owner, names):
    # type: (type, str) -> bool
    """Tell whether a class has all these from unittest or Django, or not at all."""
    return not list(own_definitions(owner, names))


def own_definitions(owner, names):
    """Yield the classes that define one of these for a test class, outside of frameworks."""
    for name in names.split():
        for each in owner.__mro__:
            if name in vars(each):
                if each is not object and not _is_of_framework(each):
                    yield each, name
                break


def _is_of_framework(owner):
    # type: (type) -> bool
    return (owner.__module__ + ".").startswith(_FRAMEWORKS)


def run_control(way, suite, result, last, observe):
    """Run one control test; return what became of it, and why nothing follows from it, or None.

    `observe(test)` begins to collect what happens in a test, and returns the list for it.
    """
    silent = io.StringIO()
    try:
        function = _function(way, last)
        test = last.owner(last.name)
        test._testMethodName = function.__name__
        test._testMethodDoc = None
        setattr(test, function.__name__, types.MethodType(function, test))
        throw_away = _like(result, silent, last.owner)
        tests = type(suite)([test])
    except Exception as error:
        return "", "it could not be made: %s" % type(error).__name__
    events = observe(test)
    streams = sys.stdout, sys.stderr
    sys.stdout = sys.stderr = io.StringIO()
    try:
        tests(throw_away)
    except Exception as error:
        return "", "it could not be run: %s" % type(error).__name__
    finally:
        sys.stdout, sys.stderr = streams
        observe(None)
    got = _got(expected(way), throw_away, silent.getvalue())
    is_own = any(function.__code__ in each.codes for each in events)
    if got == "PASSED" or is_own:
        return got, None
    return got, "what is around it failed"


def _function(way, last):
    """Make a function that looks as if it stood in the file, at its neighbour's place."""
    name = control_name(last.name, lambda each: hasattr(last.owner, each))
    body = control_body(way, "with self.assertRaises(ValueError): ", has_methods=True)
    text = control_text(name, "self", body, last.code.co_firstlineno)
    (code,) = codes_of(compile(text, last.code.co_filename, "exec", 0, True))
    function = types.FunctionType(code, vars(sys.modules[last.owner.__module__]), name)
    function.__qualname__ = "%s.%s" % (last.owner.__qualname__, name)
    return function


def _like(result, silent, owner):
    """Return a result like the real one, hooks and all, which neither counts nor prints for it."""
    like = copy.copy(result)
    for name, value in list(vars(like).items()):
        if isinstance(value, list):
            setattr(like, name, [])
    like.stream = type(result.stream)(silent)
    like.testsRun = 0
    like.failfast = like.buffer = like.shouldStop = like._mirrorOutput = False
    like._previousTestClass = owner  # its fixtures stand already,
    like._testRunEntered = True  # and remain after it
    return like


def _got(expects, result, printed):
    """Return the status of a control test: of what was counted and printed, the less expected."""
    word = printed.rstrip()
    is_bad = bool(result.failures or result.errors)
    if result.skipped or result.expectedFailures or result.unexpectedSuccesses:
        return "SKIPPED" if result.skipped else "XFAIL"
    says_ok = word.endswith(("ok", ".")) if word else not is_bad
    if expects == "fail":
        return "PASSED" if says_ok or not is_bad else "FAILED"
    return "FAILED" if is_bad or not says_ok else "PASSED"
