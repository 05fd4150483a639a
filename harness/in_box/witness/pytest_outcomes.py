"""What a test did, and what is said of it: whether both can be true."""

import sys
import unittest

from harness.in_box.witness import framework, record

_NOT_CALLED = BaseException("the function of a test has not been called")


class Seen(object):
    """What was seen of one run of a test."""

    def __init__(self, item):
        self.item = item
        self.call_raised = _NOT_CALLED
        """What the test function raised; None where it returned."""
        self.function = None  # type: object
        self.excinfos = {}  # type: dict[str, object]
        """What a phase raised, by its name; None where it raised nothing."""

    def add(self, call):
        excinfo = call.excinfo
        if excinfo is None and getattr(self.item, "_excinfo", None):
            excinfo = self.item._excinfo[0]  # a TestCase leaves it there for its own hook
        self.excinfos[call.when] = excinfo


def word_of(report):
    """Return the word by which pytest's summary calls the outcome; None where it has no line."""
    expected = hasattr(report, "wasxfail")
    if report.outcome == "failed":
        return "FAILED" if report.when == "call" else "ERROR"
    if report.outcome == "skipped":
        return "XFAIL" if expected else "SKIPPED"
    if report.outcome == "passed" and report.when == "call":
        return "XPASS" if expected else "PASSED"
    return None


def why_forged(seen, report):
    """Say why a test cannot have come out as it is reported; empty where it can.

    A failing phase may be reported as skipped where the test is marked as expected to fail.
    """
    if seen is None or report.when not in seen.excinfos:
        return "" if report.outcome == "failed" else "no run of it was seen"
    excinfo = seen.excinfos[report.when]
    error = getattr(excinfo, "value", None)
    if report.when == "call" and report.outcome == "passed" and error is None:
        return _why_not_passed(seen)
    if error is None or report.outcome not in ("passed", "skipped") or _is_skip(error):
        return ""
    if report.outcome == "skipped" and _is_expected_to_fail(seen.item):
        return ""
    return "it raised %s" % type(error).__name__


def _why_not_passed(seen):
    if seen.call_raised is _NOT_CALLED:
        kind = type(seen.item)  # others, such as a TestCase's, have ways of their own
        is_plain = (kind.__module__, kind.__name__) == ("_pytest.python", "Function")
        return "its function was not called" if is_plain else ""
    if seen.call_raised is None or _is_skip(seen.call_raised):
        return ""
    return "its function raised %s" % type(seen.call_raised).__name__


def _is_skip(error):
    """Tell whether an exception says itself that the test is skipped or expected to fail."""
    outcomes = sys.modules.get("_pytest.outcomes") or sys.modules.get("_pytest.runner")
    skipping = sys.modules.get("_pytest.skipping")
    kinds = [unittest.SkipTest, getattr(outcomes, "Skipped", None)]
    kinds += [getattr(place, "XFailed", None) for place in (outcomes, skipping)]
    xfail = getattr(outcomes, "xfail", None) or getattr(skipping, "xfail", None)
    kinds.append(getattr(xfail, "Exception", None))
    return isinstance(error, tuple(kind for kind in kinds if isinstance(kind, type)))


def _is_expected_to_fail(item):
    if hasattr(item, "get_closest_marker"):
        marked = item.get_closest_marker("xfail") is not None
    else:
        marked = "xfail" in item.keywords
    return marked or hasattr(item, "_testcase") or hasattr(item, "_excinfo")


def raised_at(excinfo):
    """Return `path:line` that raised a skip or an expected failure; None where a marker says so.

    It is the innermost frame outside of the machinery.
    """
    error = getattr(excinfo, "value", None)
    while error is not None and _is_skip(error):
        place = _innermost_place(error.__traceback__)
        if place is not None:
            return place
        error = error.__context__  # pytest raises its own kind where unittest caught another
    return None


def _innermost_place(trace):
    place = None
    while trace is not None:
        code = trace.tb_frame.f_code
        if not framework.is_of_framework(code.co_filename):
            place = record.place_of(code, trace.tb_lineno)
        trace = trace.tb_next
    return place
