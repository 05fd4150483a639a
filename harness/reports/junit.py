"""JUnit XML, so that CI systems show an evaluation: a suite an instance, a case a test.

The attributes and elements are those that Jenkins, GitLab and their kin agree on. A suite is
written when it is complete, so memory holds one instance and not the run.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TextIO
from xml.etree import ElementTree as ET
from xml.sax.saxutils import quoteattr

from harness.ids import Found, match_exactly_or_cut
from harness.verdict import ListResult, Outcome, TestStatus

EVALUATION = "evaluation"
"""The name of the one case of a suite whose instance has no test results."""

# Everything that XML 1.0 has no place for, escaped or not (its production 2, Char); and what it
# discourages or has a place for, but steers a terminal or turns text round on a page.
_ILLEGAL = re.compile(
    "[^\t\n\r\u0020-\u007e\u00a0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]"
    "|[\u200b\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]"
)

_NOTHING_TO_JUDGE = (Outcome.NOT_RUN, None)
_THE_PATCH_FAILS = (Outcome.UNRESOLVED, Outcome.EMPTY_PATCH)


@dataclass(frozen=True, slots=True)
class Suite:
    """One attempt at one instance, as JUnit shows it."""

    name: str
    outcome: Outcome | None
    """None where there was no prediction."""
    reason: str
    fail_to_pass: ListResult = field(default_factory=ListResult)
    pass_to_pass: ListResult = field(default_factory=ListResult)
    statuses: Mapping[str, TestStatus] | None = None
    """What the log says of each test; None where only the two lists are known."""
    seconds: float | None = None
    properties: tuple[tuple[str, str], ...] = ()
    doubt: str = ""
    """Why a resolved instance does not count; empty where it does."""


def write_junit(suites: Iterable[Suite], name: str, file: TextIO) -> None:
    """Write a whole document, one suite after the other as they come."""
    file.write("<?xml version='1.0' encoding='utf-8'?>\n")
    file.write(f"<testsuites name={quoteattr(legal(name))}>\n")
    for suite in suites:
        element = _suite_element(suite)
        ET.indent(element, level=1)
        file.write(f"  {ET.tostring(element, encoding='unicode')}\n")
    file.write("</testsuites>\n")


def legal(text: str) -> str:
    r"""Return text that XML 1.0 can hold: other characters become escapes such as `\x1b`."""
    return _ILLEGAL.sub(lambda match: match[0].encode("unicode_escape").decode(), text)


def _suite_element(suite: Suite) -> ET.Element:
    cases = list(_cases(suite))
    attributes = {"name": legal(suite.name), "tests": str(len(cases))}
    for tag, attribute in (("failure", "failures"), ("error", "errors"), ("skipped", "skipped")):
        attributes[attribute] = str(sum(case.find(tag) is not None for case in cases))
    if suite.seconds is not None:
        attributes["time"] = f"{suite.seconds:.3f}"
    element = ET.Element("testsuite", attributes)
    if suite.properties:
        properties = ET.SubElement(element, "properties")
        for name, value in suite.properties:
            ET.SubElement(properties, "property", name=name, value=legal(value))
    element.extend(cases)
    return element


def _cases(suite: Suite) -> Iterator[ET.Element]:
    """Yield a case for each listed test, and one that says how it ended where they do not."""
    lists = {"FAIL_TO_PASS": suite.fail_to_pass, "PASS_TO_PASS": suite.pass_to_pass}
    for name, result in lists.items():
        classname = f"{suite.name}.{name}"
        for test in result.success:
            yield _case(classname, test)
        for test in result.failure:
            message = _what_the_log_says(test, suite.statuses)
            yield _case(classname, test, _ending("failure", message, message.split()[0]))
    if suite.outcome is Outcome.RESOLVED and suite.doubt:
        yield _case(suite.name, EVALUATION, _ending("failure", suite.doubt, "NOT_TRUSTED"))
    elif suite.outcome is Outcome.RESOLVED:
        if not any(result.total for result in lists.values()):
            yield _case(suite.name, EVALUATION)
    elif not any(result.failure for result in lists.values()):
        ending = _ending(_tag(suite.outcome), suite.reason, suite.outcome or "")
        yield _case(suite.name, EVALUATION, ending)


def _case(classname: str, test: str, ending: ET.Element | None = None) -> ET.Element:
    element = ET.Element("testcase", classname=legal(classname), name=legal(test))
    if ending is not None:
        element.append(ending)
    return element


def _ending(tag: str, message: str, kind: str) -> ET.Element:
    element = ET.Element(tag, message=legal(message))
    if tag != "skipped":  # the one of the three that has no type
        element.set("type", kind)
    return element


def _tag(outcome: Outcome | None) -> str:
    """Return the element for an instance that is not resolved, though no test failed.

    A suite is green where the instance is resolved and nowhere else. Skipped is what nothing was
    tried at; an empty patch was the model's answer, and it is wrong.
    """
    if outcome in _NOTHING_TO_JUDGE:
        return "skipped"
    return "failure" if outcome in _THE_PATCH_FAILS else "error"


def _what_the_log_says(test: str, statuses: Mapping[str, TestStatus] | None) -> str:
    if statuses is None:
        return "FAILED or missing from the log"
    match = match_exactly_or_cut(test, statuses)
    if match.found is Found.AMBIGUOUS:
        return f"AMBIGUOUS: {match.candidates} tests begin with this cut id, and they disagree"
    if match.name is None:
        return "MISSING from the log"
    status = statuses[match.name]
    return str(status) if match.found is Found.EXACT else f"{status} (in the log as {match.name})"
