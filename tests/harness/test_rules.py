"""The versions of the rules, each on evaluations that they judge differently."""

from __future__ import annotations

from dataclasses import replace

import pytest

from harness.grading import grade, id_summary
from harness.ids import Found
from harness.parsers.registry import known_parsers
from harness.rules import RULES_VERSIONS, STRICT, checked_rules, rules_named
from harness.transcript import Transcript
from harness.verdict import DEFAULT_RULES, Outcome
from task_specs.errors import InputError
from task_specs.instance import Instance

INSTANCE = Instance(
    instance_id="o__r-1",
    repo="o/r",
    base_commit="HEAD",
    patch="",
    test_patch="",
    FAIL_TO_PASS=("t.py::new",),
    PASS_TO_PASS=("t.py::old",),
    image="",
    eval_script="",
    log_parser="parse_log_pytest_v2",
)
START, END = "+ : '>>>>> Start Test Output'\n", "+ : '>>>>> End Test Output'\n"
PASSES = "PASSED t.py::new\nPASSED t.py::old\n"
APPLIED = "Applied patch t.py cleanly.\n"
RESOLVED, UNRESOLVED, INVALID = Outcome.RESOLVED, Outcome.UNRESOLVED, Outcome.INVALID


@pytest.mark.parametrize(
    ("log", "outcomes"),
    [
        (APPLIED + START + PASSES + END, (RESOLVED, RESOLVED, RESOLVED)),
        (START + PASSES + END, (RESOLVED, RESOLVED, INVALID)),
        (APPLIED + PASSES, (INVALID, INVALID, RESOLVED)),
        (APPLIED + START + END + PASSES, (RESOLVED, RESOLVED, RESOLVED)),
        (APPLIED + START + PASSES + END + "FAILED t.py::old\n", (RESOLVED, RESOLVED, UNRESOLVED)),
        (APPLIED + START + END, (INVALID, UNRESOLVED, UNRESOLVED)),
        (
            APPLIED + START + PASSES + END + ">>>>> Test Exit Code: 1\n",
            (INVALID, RESOLVED, RESOLVED),
        ),
        (
            APPLIED + START + PASSES.replace("PASSED t.py::new", "SKIPPED t.py::new") + END,
            (UNRESOLVED, RESOLVED, RESOLVED),
        ),
    ],
    ids=[
        "a whole log",
        "no word on a patch",
        "no markers",
        "results outside the markers",
        "more results after the end marker",
        "no result and no sign of a suite",
        "an exit code that no failure explains",
        "a FAIL_TO_PASS test that is skipped",
    ],
)
def test_where_the_versions_part(log: str, outcomes: tuple[Outcome, ...]) -> None:
    verdicts = [grade(INSTANCE, Transcript(log), rules=rules) for rules in RULES_VERSIONS]
    assert tuple(verdict.outcome for verdict in verdicts) == outcomes
    assert tuple(verdict.rules for verdict in verdicts) == RULES_VERSIONS


def test_harness_4_leaves_skipped_tests_out_and_says_so() -> None:
    log = Transcript(START + "PASSED t.py::new\nSKIPPED t.py::old\n" + END)
    verdict = grade(INSTANCE, log, rules="official-4")
    assert verdict.resolved
    assert verdict.pass_to_pass.total == 0
    assert [finding.kind for finding in verdict.findings] == ["skips_left_out"]
    kept = grade(INSTANCE, log)
    assert kept.pass_to_pass.success == ("t.py::old",)
    assert kept.findings == ()


def test_a_cut_id_is_one_name_to_harness_4_and_a_beginning_to_harness_5() -> None:
    """Harness 4 cut every name at its first space, and the last of equal names won."""
    cut = replace(INSTANCE, FAIL_TO_PASS=("t.py::p[1",), PASS_TO_PASS=())
    log = Transcript(START + "FAILED t.py::p[1 2]\nPASSED t.py::p[1 3]\n" + END)
    then, now = (grade(cut, log, rules=rules) for rules in ("official-4", "official-5"))
    assert (then.outcome, now.outcome) == (RESOLVED, UNRESOLVED)
    assert tuple(then.tests) == ("t.py::p[1",)
    assert id_summary(cut, then.tests, "official-4").found == {Found.EXACT: 1}
    assert id_summary(cut, now.tests, "official-5").found == {Found.AMBIGUOUS: 1}


def test_an_older_reading_holds_for_every_name_of_a_parser_and_for_no_other() -> None:
    today, then = rules_named("official-5"), rules_named("official-4")
    plain = [name for name in known_parsers() if not name.endswith(("immutable_js", "jekyll"))]
    differing = {
        name
        for name in plain
        if today.parser(task := replace(INSTANCE, log_parser=name, version="9.5"))
        is not then.parser(task)
    }
    assert len(differing) == 20
    assert "parse_log_scikit" in differing
    assert "parse_log_django" not in differing
    jest = replace(
        INSTANCE, log_parser="parse_log_immutable_js", instance_id="immutable-js__immutable-js-2006"
    )
    assert today.parser(jest) is not then.parser(jest)


def test_strict_rules_read_a_log_as_the_newest_official_ones_and_are_not_one_of_them() -> None:
    strict, official = rules_named(STRICT), rules_named(DEFAULT_RULES)
    assert replace(strict, name=DEFAULT_RULES, invalidates_tampered=False) == official
    assert STRICT not in RULES_VERSIONS
    assert not any(rules_named(name).invalidates_tampered for name in RULES_VERSIONS)
    verdict = grade(INSTANCE, Transcript(START + PASSES + END), rules=STRICT)
    assert (verdict.outcome, verdict.rules) == (RESOLVED, "strict")


def test_rules_that_do_not_exist_are_refused_with_those_that_do() -> None:
    assert checked_rules(DEFAULT_RULES) == RULES_VERSIONS[0] == "official-5"
    with pytest.raises(InputError, match=r"unknown rules '5': use one of official-5, .*, strict"):
        checked_rules("5")
    with pytest.raises(InputError, match="unknown rules 'x'"):
        grade(INSTANCE, Transcript(""), rules="x")
