"""Control tests for sympy's runner: files of one test, run in the way of the file before.

Nothing is written to a disk: while a control runs, `open` means something else to the runner.
"""

import copy
import io
import random
import sys

from harness.in_box.witness import session
from harness.in_box.witness.control_texts import (
    chance,
    control_body,
    control_name,
    control_text,
    expected,
)
from harness.in_box.witness.hooks import frames, innermost
from harness.in_box.witness.written import codes_of

HELPERS = ("sympy.testing.pytest", "sympy.utilities.pytest")
"""Where `raises` is. The first is not in old versions; in new ones the last only refers to it."""


class Controls(object):
    """The control tests of one session."""

    def __init__(self, module, runner):
        self.module = module
        self.runner = runner
        self.due = chance().sample(["fail", "error", "pass"], 3)
        files = list(runner._testfiles)
        self.chosen = chance().choice(files) if files else None
        self.last = None
        self.reporter = None
        self.codes = set()  # type: set[object]

    def file_over(self, filename, neighbour, args, kwargs):
        """Run the control tests if the file is the one chosen for them."""
        if getattr(neighbour, "__code__", None) is not None:
            self.last = (filename, neighbour, args, kwargs)
            if filename == self.chosen:
                self._run()

    def ended(self):
        """Run the control tests now, if there was no occasion before."""
        if self.due and self.last:
            self._run()
        while self.due:
            session.control(expected(self.due.pop()), "", "no file had tests")

    def saw(self, reporter, error):
        """Note the exception that led to what is reported of a control test."""
        if reporter is self.reporter:
            self.codes.update(frame.f_code.co_name for frame, _ in frames(error[2]))

    def _run(self):
        while self.due:
            way = self.due.pop()
            try:
                got, reason = self._run_one(way, self.last)
            except Exception as error:
                got, reason = "", "it could not be run: %s" % type(error).__name__
            session.control(expected(way), got, reason)

    def _run_one(self, way, last):
        """Run one control test; return what became of it, and why nothing follows from it."""
        filename, neighbour, args, kwargs = last
        if "open" in vars(self.module) or not _opens(innermost(type(self.runner).test_file)):
            return "", "the runner opens files in a way of its own"
        name = control_name(neighbour.__name__, lambda each: each in neighbour.__globals__)
        text = _text(way, name, neighbour.__code__.co_firstlineno)
        written = []  # type: list[str]
        runner = copy.copy(self.runner)
        runner._reporter = self.reporter = _like(self.runner._reporter, written)
        runner._kw, runner._post_mortem = (), False
        self.codes = set()
        state = random.getstate()
        self.module.open = lambda *args, **kwargs: io.StringIO(text)
        try:
            runner.test_file(filename, *args, **kwargs)
        finally:
            del self.module.open
            random.setstate(state)
        failed = bool(self.reporter._failed or self.reporter._exceptions)
        passed = "ok" in written or "." in written
        if not failed and not passed:
            return "", "it did not run"
        if expected(way) == "fail":
            got = "PASSED" if passed or not failed else "FAILED"
        else:
            got = "PASSED" if passed and not failed else "FAILED"
        is_own = got == "PASSED" or name in self.codes
        return got, None if is_own else "what is around it failed"


def _text(way, name, line):
    # type: (str, str, int) -> str
    helper = next((each for each in HELPERS if each in sys.modules), "")
    # What `raises` raises is an error to this runner, and no failure.
    has_raises = helper and line > 1 and way != "fail"
    first = "from %s import raises" % helper if has_raises else ""
    body = control_body(way, "with raises(ValueError): " if first else "", has_methods=False)
    return control_text(name, "", body, line, first)


def _like(reporter, written):
    """Return a reporter like the real one, which neither counts nor prints for it."""
    like = copy.copy(reporter)
    for name, value in list(vars(like).items()):
        if isinstance(value, list):
            setattr(like, name, [])
    like.write = lambda text, *args, **kwargs: written.append(text)
    return like


def _opens(code):
    """Tell whether some code, or code within it, uses `open`."""
    if code is None:
        return False
    return "open" in code.co_names or any(_opens(each) for each in codes_of(code))
