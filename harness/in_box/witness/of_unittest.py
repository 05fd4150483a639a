"""Watches unittest's text runner: `python -m unittest`, and Django's runner, which ends in it.

What became of a test is taken from the exceptions that reach unittest's own `with` blocks around
its parts, and from what the result object counts; not from what is printed.
"""

import sys
import unittest
from time import perf_counter

from harness.in_box.witness import framework, imports, record, session
from harness.in_box.witness.hooks import Part, around
from harness.in_box.witness.unittest_code import Methods
from harness.in_box.witness.unittest_controls import Controls, classes_in_order
from harness.in_box.witness.unittest_outcomes import (
    counted,
    line_of,
    line_outside,
    seen,
    status_of,
)

__unittest = True  # so that unittest leaves these frames out of what it prints

_COUNTED = ("failures", "errors", "skipped", "expectedFailures", "unexpectedSuccesses")
_OF_DJANGO = ("django.test.testcases", "django.test.runner", "django.test.utils")


class _Now(object):
    """What goes on in this process."""

    watched = None  # type: Watched | None


def watch(runner):
    """Put hooks around the few functions of unittest through which every test goes."""
    case, suite = sys.modules["unittest.case"], sys.modules["unittest.suite"]
    around(runner.TextTestRunner, "run", _run_session)
    around(case.TestCase, "run", _run_test)
    around(case._Outcome, "testPartExecutor", _run_part)
    around(suite.TestSuite, "_tearDownPreviousClass", _leave_class)
    for module in (runner, case, suite):
        framework.remember(module)  # with the hooks: these are what must not change any more
    for name in _OF_DJANGO:
        imports.watch(name, framework.remember)


def _run_session(original, runner, test):
    watched = _begun(test)
    result = original(runner, test)
    if watched is not None:
        _ended(watched, result)
    return result


@record.guarded
def _begun(test):
    runner, version = "unittest", "%d.%d.%d" % sys.version_info[:3]
    if "django.test.runner" in sys.modules:
        runner, version = "django", str(sys.modules["django"].get_version())
    if not session.begin(runner, version):
        return None
    _Now.watched = Watched(test)
    return _Now.watched


def _ended(watched, result):
    _Now.watched = None
    watched.ended(result)
    session.end(None)


def _run_test(original, test, result=None):
    watched = _Now.watched
    if watched is None or not watched.test_begins(test, result):
        return original(test, result)
    try:
        return original(test, result)
    finally:
        watched.test_ended(test, result)


def _run_part(original, outcome, test, *args, **kwargs):
    part = original(outcome, test, *args, **kwargs)
    watched = _Now.watched
    if watched is None:
        return part
    return Part(part, lambda *error: watched.raised(test, outcome, error))


def _leave_class(original, suite, test, result):
    if _Now.watched is not None:
        _Now.watched.class_left(suite, test, result)
    return original(suite, test, result)


class Watched(object):
    """The session of this process: what its tests did, and what its result says of them."""

    def __init__(self, suite):
        self.result = None
        self.test = None
        self.description = ""
        self.unfinished = ""  # what an old unittest has printed of a line
        self.events = []
        self.lengths = dict.fromkeys(_COUNTED, 0)
        self.began = 0.0
        self.methods = Methods()
        self.controls = Controls(classes_in_order(suite) or [])

    @record.guarded
    def test_begins(self, test, result):
        """Tell whether this is a test of the session, and not of one of its tests."""
        if self.test is not None or not session.active():
            return False
        if self.result is None and isinstance(result, unittest.TestResult):
            self.result = result
        if result is None or result is not self.result:
            return False
        self._tell_what_is_outside()
        self.description = self._describe(test)
        self.test, self.events = test, []
        self.began = perf_counter()
        return True

    @record.guarded
    def raised(self, test, outcome, error):
        """Note an exception that left a part of a test, as `sys.exc_info` has it."""
        if self.test is None or getattr(test, "test_case", test) is not self.test:
            return
        event = seen(error, test, self._describe(test), outcome.expecting_failure)
        if event is not None:
            self.events.append(event)

    @record.guarded
    def test_ended(self, test, result):
        """Write down what became of a test."""
        seconds = perf_counter() - self.began
        self.test = None
        saw, told = self.events, counted(self._new_entries(), self._describe, test)
        bad = [each for each in saw if each.is_bad]
        is_told = any(each.is_bad for each in told)
        if bad and not is_told:
            why = "%s at %s was not counted" % (bad[0].error, bad[0].place)
            record.record("forged", test=self.description, status=status_of(told), why=why)
        events = told if is_told and not bad else saw or told
        skips = [each.place for each in events if each.status == "SKIPPED"]
        line, self.unfinished = line_of(self.unfinished, self.description, events)
        session.test(line, status_of(events), skips[0] if skips else None)
        self.controls.ran(test, self.methods.ran(test), seconds)

    @record.guarded
    def class_left(self, suite, test, result):
        """Run control tests where the last test of a class has run."""
        previous = getattr(result, "_previousTestClass", None)
        if result is not self.result or self.test is not None or not session.active():
            return
        if previous is not None and type(test) is not previous:
            if previous._classSetupFailed or getattr(result, "_moduleSetUpFailed", False):
                self.controls.last = None
            self.controls.leave_class(suite, result, test is None, self._observe)

    @record.guarded
    def ended(self, result):
        """Write down what is known only in the end."""
        if self.result is None and result.testsRun:
            self.controls.give_up("the tests ran in other processes")
        self._tell_what_is_outside()
        self.controls.give_up("it was not come by")
        self.methods.compare()

    def _observe(self, test):
        self.test, self.events = test, []
        return self.events

    def _describe(self, test):
        return getattr(self.result, "getDescription", str)(test)

    def _new_entries(self):
        """Return what the result has counted since this was last asked."""
        new = {}
        for name in _COUNTED:
            entries = getattr(self.result, name, [])
            new[name] = entries[self.lengths[name] :]
            self.lengths[name] = len(entries)
        return new

    def _tell_what_is_outside(self):
        # type: () -> None
        """Write down what was counted between tests: a class or a database that failed."""
        if self.result is not None:
            for event in counted(self._new_entries(), self._describe, None):
                session.test(line_outside(self.unfinished, event), event.status)
                self.unfinished = ""
