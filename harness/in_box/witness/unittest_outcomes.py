"""What unittest's text runner prints of a test, told from what happened in it.

The words are those of `unittest.runner.TextTestResult`; the lines are such that a parser of its
verbose output reads the same names and statuses from them.
"""

import os
import sys
import unittest

from harness.in_box.witness.hooks import frames, place_of_raise

NAMED_STATUSES = sys.version_info >= (3, 11)
"""Since then a status is printed behind a name even where no test began, as for a subtest."""

_HEADINGS = {"FAIL": "FAILED", "ERROR": "ERROR"}
_STOP = "unittest.case" + "_ShouldStop"  # by which a failed subtest ends its test


class Event(object):
    """One thing that the runner has a word for."""

    def __init__(self, word, status, description="", is_part=False):
        # type: (str, str, str, bool) -> None
        self.word = word
        self.status = status
        self.description = description
        self.is_part = is_part
        self.error = ""
        self.place = None  # type: str | None
        self.codes = frozenset()  # type: frozenset[object]

    @property
    def is_bad(self):
        # type: () -> bool
        return self.word in _HEADINGS


def seen(raised, test, description, is_expected):
    """Return the event that an exception amounts to; None where it amounts to none.

    `raised` is what `sys.exc_info` returns; `test` is what it left, a test or one of its subtests.
    """
    kind, error, trace = raised
    whole = getattr(test, "test_case", test)
    is_part = whole is not test
    if issubclass(kind, unittest.SkipTest):
        event = _skipped(str(error), description, is_part)
    elif issubclass(kind, KeyboardInterrupt) or kind.__module__ + kind.__name__ == _STOP:
        return None
    elif is_expected:
        event = Event("expected failure", "XFAIL", description, is_part)
    else:
        word = "FAIL" if issubclass(kind, whole.failureException) else "ERROR"
        event = Event(word, _HEADINGS[word], description, is_part)
    event.error = kind.__name__
    event.codes = frozenset(frame.f_code for frame, _ in frames(trace))
    event.place = place_of_raise(trace, _own_paths())
    return event


def counted(entries, describe, test):
    """Return the events that entries of the result's lists amount to, by the lists' names."""
    events = []
    for name, word in (("failures", "FAIL"), ("errors", "ERROR")):
        for entry in entries[name]:
            is_part = entry[0] is not test
            events.append(Event(word, _HEADINGS[word], describe(entry[0]), is_part))
    for entry in entries["skipped"]:
        events.append(_skipped(entry[1], describe(entry[0]), entry[0] is not test))
    for entry in entries["expectedFailures"]:
        events.append(Event("expected failure", "XFAIL", describe(entry[0])))
    for each in entries["unexpectedSuccesses"]:
        events.append(Event("unexpected success", "FAILED", describe(each)))
    return events


def status_of(events):
    # type: (list[Event]) -> str
    """Return what became of a test in which all this happened."""
    bad = [each for each in events if each.is_bad]
    return (bad or events)[0].status if events else "PASSED"


def line_of(before, description, events):
    # type: (str, str, list[Event]) -> tuple[str, str]
    """Return what the runner prints of a test that began, and what it then leaves unfinished.

    The former has its reports of failures. `before` is what was left unfinished by an earlier one:
    an old unittest has no word for a test of which only subtests failed, nor ends its line.
    """
    begun = "%s ... " % description
    if not events:
        lines, before = [before + begun + "ok"], ""
    elif NAMED_STATUSES:
        lines = [begun + each.word for each in events if not each.is_part] or [begun]
        lines += ["  %s ... %s" % (each.description, each.word) for each in events if each.is_part]
    else:
        words = [each.word for each in events if not (each.is_part and each.is_bad)]
        lines = [before + begun + words[0], *words[1:]] if words else []
        before = "" if words else before + begun
    return "\n".join(lines + _reports(events)), before


def line_outside(before, event):
    # type: (str, Event) -> str
    """Return what the runner prints of something outside of any test, such as a `setUpClass`."""
    begun = "%s ... " % event.description if NAMED_STATUSES else before
    return "\n".join([begun + event.word, *_reports([event])])


def _reports(events):
    # type: (list[Event]) -> list[str]
    bad = sorted((each for each in events if each.is_bad), key=lambda each: each.word)
    return ["%s: %s" % (each.word, each.description) for each in bad]


def _skipped(reason, description, is_part):
    # type: (str, str, bool) -> Event
    return Event("skipped %r" % (reason,), "SKIPPED", description, is_part)


def _own_paths():
    # type: () -> tuple[str, ...]
    modules = [sys.modules.get(each) for each in ("unittest", "django.test")]
    paths = [getattr(each, "__file__", None) for each in modules]
    return tuple(os.path.dirname(each) + os.sep for each in paths if each)
