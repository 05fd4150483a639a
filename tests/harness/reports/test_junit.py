"""JUnit XML, read back as CI systems read it."""

from __future__ import annotations

from collections.abc import Iterator
from io import StringIO
from itertools import pairwise
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.reports.junit import Suite, legal, write_junit
from harness.verdict import ListResult, Outcome, TestStatus

SUITE = Suite(
    name="o__r-1",
    outcome=Outcome.UNRESOLVED,
    reason="2 of 3 tests fail",
    fail_to_pass=ListResult(("t::a",), ("t::b",)),
    pass_to_pass=ListResult((), ("t::gone",)),
    statuses={"t::a": TestStatus.PASSED, "t::b": TestStatus.ERROR},
    seconds=1.5,
    properties=(("outcome", "UNRESOLVED"),),
)

# The common ground of the schemas in use: children in this order, and these attributes.
CHILDREN = {
    "testsuites": ["testsuite"],
    "testsuite": ["properties", "testcase"],
    "properties": ["property"],
    "testcase": ["skipped", "error", "failure"],
}
REQUIRED = {
    "testsuites": {"name"},
    "testsuite": {"name", "tests", "failures", "errors", "skipped"},
    "property": {"name", "value"},
    "testcase": {"classname", "name"},
    "failure": {"message", "type"},
    "error": {"message", "type"},
    "skipped": {"message"},
    "properties": set(),
}
OPTIONAL = {"testsuite": {"time"}}


def document(*suites: Suite) -> ET.Element:
    file = StringIO()
    write_junit(suites, "run", file)
    root = ET.fromstring(file.getvalue().encode())
    check(root)
    return root


def check(element: ET.Element) -> None:
    """Hold an element to the schema, and its counts to its cases."""
    allowed = REQUIRED[element.tag] | OPTIONAL.get(element.tag, set())
    assert REQUIRED[element.tag] <= set(element.keys()) <= allowed
    order = [CHILDREN[element.tag].index(child.tag) for child in element]
    assert order == sorted(order)
    if element.tag == "testcase":
        assert len(element) <= 1
    if element.tag == "testsuite":
        cases = element.findall("testcase")
        assert int(element.attrib["tests"]) == len(cases) > 0
        for attribute, tag in (
            ("failures", "failure"),
            ("errors", "error"),
            ("skipped", "skipped"),
        ):
            assert int(element.attrib[attribute]) == len(element.findall(f"testcase/{tag}"))
    for child in element:
        check(child)


def test_a_suite_an_instance_and_a_case_a_test() -> None:
    (suite,) = document(SUITE)
    assert suite.attrib == {
        "name": "o__r-1",
        "tests": "3",
        "failures": "2",
        "errors": "0",
        "skipped": "0",
        "time": "1.500",
    }
    cases = [(case.get("classname"), case.get("name")) for case in suite.iter("testcase")]
    assert cases == [
        ("o__r-1.FAIL_TO_PASS", "t::a"),
        ("o__r-1.FAIL_TO_PASS", "t::b"),
        ("o__r-1.PASS_TO_PASS", "t::gone"),
    ]
    failures = [(each.get("message"), each.get("type")) for each in suite.iter("failure")]
    assert failures == [("ERROR", "ERROR"), ("MISSING from the log", "MISSING")]
    assert suite.find("properties/property[@name='outcome']") is not None


def test_a_report_of_others_says_no_more_than_that_a_test_failed() -> None:
    (suite,) = document(Suite("i", Outcome.UNRESOLVED, "", ListResult(failure=("t",))))
    assert [each.get("message") for each in suite.iter("failure")] == [
        "FAILED or missing from the log"
    ]


def test_a_cut_id_is_told_by_what_it_stands_for() -> None:
    statuses = {
        "t[a b]": TestStatus.FAILED,
        "u[a b]": TestStatus.FAILED,
        "u[a c]": TestStatus.PASSED,
    }
    failing = ListResult(failure=("t[a", "u[a"))
    (suite,) = document(Suite("i", Outcome.UNRESOLVED, "", failing, statuses=statuses))
    assert [each.get("message") for each in suite.iter("failure")] == [
        "FAILED (in the log as t[a b])",
        "AMBIGUOUS: 2 tests begin with this cut id, and they disagree",
    ]


@pytest.mark.parametrize(
    ("outcome", "tag"),
    [
        (Outcome.RESOLVED, None),
        (Outcome.UNRESOLVED, "failure"),
        (Outcome.EMPTY_PATCH, "failure"),
        (Outcome.PATCH_FAILED, "error"),
        (Outcome.TIMED_OUT, "error"),
        (Outcome.INVALID, "error"),
        (Outcome.INFRA_ERROR, "error"),
        (Outcome.NO_REPORT, "error"),
        (Outcome.NOT_RUN, "skipped"),
        (None, "skipped"),
    ],
)
def test_without_test_results_one_case_says_how_it_ended(
    outcome: Outcome | None, tag: str | None
) -> None:
    (suite,) = document(Suite("i", outcome, "why"))
    (case,) = suite
    assert (case.get("classname"), case.get("name")) == ("i", "evaluation")
    assert [(each.tag, each.get("message")) for each in case] == ([(tag, "why")] if tag else [])


def test_what_does_not_count_though_it_is_resolved_is_a_failure() -> None:
    passing = ListResult(("t::a",))
    suite = Suite("s", Outcome.RESOLVED, "", passing, doubt="resolved, but not trusted: forged")
    (element,) = document(suite)
    assert (element.get("tests"), element.get("failures")) == ("2", "1")
    (failure,) = element.iter("failure")
    assert failure.get("type") == "NOT_TRUSTED"
    assert failure.get("message") == "resolved, but not trusted: forged"


@pytest.mark.parametrize("outcome", [*Outcome, None])
def test_a_suite_is_green_where_it_is_resolved_and_nowhere_else(outcome: Outcome | None) -> None:
    (suite,) = document(Suite("i", outcome, "why", ListResult(("t",)), ListResult(("u",))))
    assert any(len(case) for case in suite) is (outcome is not Outcome.RESOLVED)


HOSTILE = '<a href="x">&amp;]]>\x00\x1b[31m\ud800\ufffe\u202e\U0001f600\t\r\n\''


def test_a_hostile_name_stays_within_its_attribute() -> None:
    failing = ListResult(failure=(HOSTILE,))
    (suite,) = document(Suite(HOSTILE, Outcome.UNRESOLVED, HOSTILE, failing, statuses={}))
    case = suite.find("testcase")
    assert case is not None
    shown = '<a href="x">&amp;]]>\\x00\\x1b[31m\\ud800\\ufffe\\u202e\U0001f600\t\r\n\''
    assert case.get("name") == suite.get("name") == shown


@given(st.text(st.characters(codec=None)), st.text(st.characters(codec=None)))
def test_any_text_at_all_makes_a_well_formed_document(name: str, reason: str) -> None:
    (suite,) = document(
        Suite(name, Outcome.TIMED_OUT, reason, properties=(("reason", reason),)),
    )
    assert suite.get("name") == legal(name)
    (error,) = suite.iter("error")
    assert error.get("message") == legal(reason)


def test_each_suite_is_written_before_the_next_is_asked_for() -> None:
    """Five hundred instances with thousands of tests each must not be in memory together."""
    file = StringIO()
    lengths = []

    def suites() -> Iterator[Suite]:
        for _ in range(3):
            lengths.append(len(file.getvalue()))
            yield SUITE

    write_junit(suites(), "run", file)
    steps = [after - before for before, after in pairwise(lengths)]
    assert len(set(steps)) == 1
    assert steps[0] > 0


def test_an_empty_run_is_a_document_too() -> None:
    assert len(document()) == 0
