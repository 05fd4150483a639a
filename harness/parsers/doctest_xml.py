"""Parser for the XML report of doctest, the C++ library (`-s -r=xml`).

The reading is that of swebench 5.0.2 (`harness/log_parsers/c.py`), oddities included, in time
linear in the log, but for reports that doctest itself never writes:

- Of a report that is cut short or is not well-formed, nothing is read; the official parser
  raises ParseError.
- A test case within another ends the outer one. The official parser lists what an inner one
  holds for each outer one too, so that a small log can fill the memory.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from dataclasses import dataclass

from harness.parsers.joined_names import collect
from harness.verdict import TestStatus

_OPENING, _CLOSING = "<doctest", "</doctest>"


def parse_doctest_xml(log: str) -> dict[str, TestStatus]:
    """Read the subcases of each test case in the first report, as `test case > subcase`.

    A subcase fails if an assertion in it, or in a subcase of it, does. What is outside all
    subcases is not read, and an exception is not an assertion: a test case that has no subcases
    has no name here, and one that ends in an exception may pass. A subcase is entered once for
    each way through those inside it; the last time counts.
    """
    start = log.find(_OPENING)
    end = log.find(_CLOSING, start)
    if start < 0 or end < 0:
        return {}
    report = _Report()
    parser = ET.XMLParser(target=report)
    try:
        parser.feed(log[start : end + len(_CLOSING)])
        parser.close()
    except (ET.ParseError, UnicodeEncodeError):
        return {}
    return collect((subcase.name, subcase.status) for subcase in report.subcases)


@dataclass(slots=True)
class _Subcase:
    test_case: str | None
    own_name: str | None
    status: TestStatus = TestStatus.PASSED

    @property
    def name(self) -> str:
        return f"{self.test_case} > {self.own_name}"


class _Report:
    """What an XML parser calls, element by element."""

    def __init__(self) -> None:
        self.subcases: list[_Subcase] = []
        self._test_case: str | None = None
        self._in_test_case = False
        self._open: list[_Subcase] = []

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        name = attributes.get("name")
        if tag == "TestCase":
            self._test_case, self._in_test_case = name, True
        elif tag == "SubCase":
            subcase = _Subcase(self._test_case, name)
            self._open.append(subcase)
            if self._in_test_case:
                self.subcases.append(subcase)
        elif tag == "Expression" and attributes.get("success") != "true" and self._open:
            self._open[-1].status = TestStatus.FAILED

    def end(self, tag: str) -> None:
        if tag == "TestCase":
            self._in_test_case = False
        elif tag == "SubCase":
            ended = self._open.pop()
            if ended.status is TestStatus.FAILED and self._open:
                self._open[-1].status = TestStatus.FAILED

    def close(self) -> None:
        """Do nothing: the report is read from `subcases`."""
