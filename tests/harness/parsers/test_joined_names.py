"""Names with the names of all suites around them, and logs that make gigabytes of them."""

from __future__ import annotations

import pytest

from harness.parsers import joined_names
from harness.parsers.cypress import parse_cypress
from harness.parsers.doctest_xml import parse_doctest_xml
from harness.parsers.jest import parse_jest_tree
from harness.parsers.joined_names import collect
from harness.parsers.karma import parse_karma, parse_karma_in_xvfb
from harness.parsers.mocha_spec import parse_highlightjs, parse_lighthouse_mocha
from harness.parsers.phpunit import parse_phpunit
from harness.parsers.registry import Parser
from harness.verdict import TestStatus

PASSED, FAILED = TestStatus.PASSED, TestStatus.FAILED

LOGS: dict[Parser, tuple[str, str, str]] = {
    parse_jest_tree: ("+ ./node_modules/.bin/jest \n  {}\n", "    ✓ t{}\n", ""),
    parse_karma: ("Starting browser\n  {}\n", "    ✔ t{}\n", ""),
    parse_karma_in_xvfb: ("+ xvfb-run \n  {}\n", "    ✓ t{}\n", ""),
    parse_highlightjs: ("  {}\n", "    ✓ t{}\n", ""),
    parse_lighthouse_mocha: ("running 1 test files\nx\n  {}\n", "    ✔ t{}\n", ""),
    parse_phpunit: ("{} (N)\n", " ✔ t{}\n", ""),
    parse_cypress: ("Running: x (1)\n\n\n  {}\n", "    ✓ t{} (1ms)\n", ""),
    parse_doctest_xml: (
        '<doctest><TestCase name="{}">',
        '<SubCase name="t{}"></SubCase>',
        "</TestCase></doctest>",
    ),
}
"""What stands above the tests of a suite, one test, and what stands below them."""


def a_log(parser: Parser, suite: str, tests: int) -> str:
    above, test, below = LOGS[parser]
    return above.format(suite) + "".join(test.format(n) for n in range(tests)) + below


@pytest.mark.parametrize("parser", LOGS)
def test_a_suite_is_in_the_name_of_each_of_its_tests(parser: Parser) -> None:
    names = parser(a_log(parser, "suite", 3))
    assert len(names) == 3
    assert all("suite" in name for name in names)


@pytest.mark.parametrize("parser", LOGS)
def test_a_long_heading_cannot_fill_the_memory(parser: Parser) -> None:
    """Half a megabyte above fifty thousand tests would be 25 gigabytes of names."""
    assert parser(a_log(parser, "s" * 500_000, 50_000)) == {}


def test_the_last_status_of_a_name_counts() -> None:
    assert collect([("a", PASSED), ("b", FAILED), ("a", FAILED)]) == {"a": FAILED, "b": FAILED}


def test_of_too_much_nothing_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """What passed could stand above what is cut off, with what failed below."""
    monkeypatch.setattr(joined_names, "MOST_CHARACTERS", 10)
    assert collect([("12345", PASSED), ("67890", FAILED)]) != {}
    assert collect([("12345", PASSED), ("67890x", FAILED)]) == {}
