"""Watches sympy's own test runner: `bin/test`, which prints `test_name ok`.

It reads a file of tests, executes it, and calls a reporter for what became of each function in it:
there its outcomes are seen, with the exceptions that led to them.
"""

import sys

from harness.in_box.witness import framework, imports, record, session
from harness.in_box.witness.hooks import Part, around, innermost_function, place_of_raise
from harness.in_box.witness.sympy_controls import HELPERS, Controls
from harness.in_box.witness.written import difference, tell_difference

_OUTCOMES = {
    "test_pass": ("ok", "PASSED"),
    "test_fail": ("F", "FAILED"),
    "test_exception": ("E", "ERROR"),
    "test_xfail": ("f", "XFAIL"),
    "test_xpass": ("X", "FAILED"),
    "test_skip": ("s", "SKIPPED"),
}
"""The reporter's methods, with what the runner prints for each, and what it means."""
_REPORTED = ("F", "E")


class _Now(object):
    """What goes on in this process."""

    module = sys  # the one that is watched, once there is one
    watched = None  # type: Watched | None


def watch(runtests):
    """Put hooks around the runner and its reporter."""
    if runtests.SymPyTests.__module__ != runtests.__name__:
        return  # sympy.utilities.runtests only hands on what has moved to sympy.testing
    _Now.module = runtests
    around(runtests.SymPyTests, "test", _run_session)
    around(runtests.SymPyTests, "test_file", _run_file)
    around(runtests.PyTestReporter, "entering_filename", _enter_file)
    around(runtests.PyTestReporter, "entering_test", _enter_test)
    around(runtests.PyTestReporter, "import_error", _fail_to_import)
    for name in _OUTCOMES:
        around(runtests.PyTestReporter, name, _outcome(name))
    if hasattr(runtests, "raise_on_deprecated"):
        around(runtests, "raise_on_deprecated", _run_part)
    framework.remember(runtests)  # with the hooks: these are what must not change any more
    imports.watch("doctest", framework.remember)  # of which sympy's runner replaces a function
    for name in HELPERS:
        imports.watch(name, framework.remember)


def _run_session(original, runner, *args, **kwargs):
    watched = _begun(runner)
    result = original(runner, *args, **kwargs)
    if watched is not None:
        _ended(watched)
    return result


@record.guarded
def _begun(runner):
    if not session.begin("sympy", str(getattr(sys.modules.get("sympy"), "__version__", ""))):
        return None
    _Now.watched = Watched(runner)
    return _Now.watched


def _ended(watched):
    _Now.watched = None
    watched.ended()
    session.end(None)


def _run_file(original, runner, filename, *args, **kwargs):
    result = original(runner, filename, *args, **kwargs)
    if _Now.watched is not None:
        _Now.watched.file_over(runner, filename, args, kwargs)
    return result


def _enter_file(original, reporter, filename, count):
    if _Now.watched is not None:
        _Now.watched.file_begins(reporter, filename, count)
    return original(reporter, filename, count)


def _enter_test(original, reporter, function):
    if _Now.watched is not None:
        _Now.watched.test_begins(reporter, function)
    return original(reporter, function)


def _outcome(name):
    def hook(original, reporter, *args, **kwargs):
        if _Now.watched is not None:
            _Now.watched.test_ended(reporter, name, sys.exc_info())
        return original(reporter, *args, **kwargs)

    return hook


def _fail_to_import(original, reporter, filename, exc_info):
    if _Now.watched is not None and reporter is _Now.watched.reporter:
        session.test("%s[?]   Failed to import [FAIL]" % record.told_path(filename), "ERROR")
    return original(reporter, filename, exc_info)


def _run_part(original):
    watched = _Now.watched
    return original() if watched is None else Part(original(), watched.left_by)


class Watched(object):
    """The session of this process."""

    def __init__(self, runner):
        self.runner = runner
        self.reporter = runner._reporter
        self.around = sys.exc_info()[1]  # what is being handled around the whole session
        self.path = ""
        self.name_of_file = ""
        self.remaining = 0
        self.failed = False
        self.test = None
        self.raised = None
        self.ran = []
        self.controls = Controls(_Now.module, runner)

    def is_mine(self, reporter):
        """Tell whether something is reported of this session, and not of one of its tests."""
        return reporter is self.reporter and session.active()

    @record.guarded
    def file_begins(self, reporter, filename, count):
        if self.is_mine(reporter):
            self.path, self.remaining, self.failed = filename, count, False
            self.name_of_file = filename[len(reporter._root_dir) + 1 :]

    @record.guarded
    def test_begins(self, reporter, function):
        self.raised = None
        if self.is_mine(reporter):
            self.test = function
            self.ran.append((self.path, function))

    @record.guarded
    def left_by(self, *error):
        """Note an exception that left what is around a test."""
        self.raised = error

    @record.guarded
    def test_ended(self, reporter, name, handled):
        """Write down what became of a test; `handled` is the exception that led to it."""
        if handled[1] is None or handled[1] is self.around:
            handled = self.raised or (None, None, None)
        if not self.is_mine(reporter):
            self.controls.saw(reporter, handled)
            return
        word, status = _OUTCOMES[name]
        test, self.test = getattr(self.test, "__name__", ""), None
        if name == "test_pass" and handled[0] is not None:
            why = "%s at %s was not counted" % (handled[0].__name__, self._place(handled[2]))
            record.record("forged", test=test, status=status, why=why)
            is_failure = issubclass(handled[0], AssertionError)
            word, status = _OUTCOMES["test_fail" if is_failure else "test_exception"]
        self.remaining -= 1
        self.failed = self.failed or word in _REPORTED
        line = "%s %s" % (test, word)
        if test and self.remaining == 0:
            line += " [FAIL]" if self.failed else " [OK]"
        if word in _REPORTED:
            line += "\n_ %s:%s _" % (self.name_of_file, test)
        is_early = status in ("SKIPPED", "XFAIL")
        session.test(line, status, self._place(handled[2]) if is_early else None)

    @record.guarded
    def file_over(self, runner, filename, args, kwargs):
        """Note how a file was run; run control tests in the same way."""
        if runner is self.runner and session.active() and self.ran and self.ran[-1][0] == filename:
            neighbour = innermost_function(self.ran[-1][1])
            self.controls.file_over(filename, neighbour, args, kwargs)

    @record.guarded
    def ended(self):
        """Write down what is known only in the end."""
        self.controls.ended()
        for path, function in self.ran:
            found = difference(function, path, "", function.__name__)
            if found is not None:
                test = "%s:%s" % (record.told_path(path), function.__name__)
                tell_difference(test, path, *found)

    def _place(self, trace):
        modules = map(sys.modules.get, (_Now.module.__name__, "contextlib", *HELPERS))
        own = tuple(module.__file__ for module in modules if module is not None)
        return place_of_raise(trace, own)
