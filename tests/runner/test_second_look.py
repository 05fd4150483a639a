"""Which failures are looked at again, and which are believed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from harness.transcript import Transcript
from harness.verdict import Outcome, Verdict
from runner.attempt import AttemptResult
from runner.history import Expectation
from runner.plan import work_item
from runner.second_look import believed, may_be_load
from runner.settings import Settings
from tests.runner.test_plan import INSTANCE, PREDICTION

ITEM = work_item(INSTANCE, PREDICTION, Settings(), "official-5")  # 1800 seconds


def ended(outcome: Outcome, *, company: bool = True, oom: bool = False) -> AttemptResult:
    return AttemptResult(
        ITEM,
        Verdict("o__r-1", outcome, "so it ended"),
        Transcript("", oom_killed=oom),
        1800.0,
        had_company=company,
    )


def took(seconds: float, source: str = "history") -> Expectation:
    return Expectation(seconds, None, None, source)


@pytest.mark.parametrize(
    ("result", "again"),
    [
        (ended(Outcome.TIMED_OUT), True),
        (ended(Outcome.TIMED_OUT, company=False), False),
        (ended(Outcome.UNRESOLVED), False),
        (ended(Outcome.UNRESOLVED, oom=True), True),
        (ended(Outcome.INVALID, oom=True), True),
        (ended(Outcome.RESOLVED, oom=True), False),
        (ended(Outcome.UNRESOLVED, oom=True, company=False), False),
        (replace(ended(Outcome.INFRA_ERROR), transcript=None), False),
    ],
)
def test_time_and_memory_in_company_are_looked_at_again(result: AttemptResult, again: bool) -> None:
    assert may_be_load(result, None) is again


@pytest.mark.parametrize(
    ("usual", "again"),
    [(took(35.0), False), (took(37.0), True), (took(1.0, "tests"), True), (None, True)],
)
def test_a_limit_that_company_cannot_reach_is_believed(
    usual: Expectation | None, again: bool
) -> None:
    """A patch that loops for ever would otherwise hold the whole machine for half an hour."""
    late = ended(Outcome.TIMED_OUT)
    assert may_be_load(late, usual) is again
    kinds = [finding.kind for finding in believed(late, usual).verdict.findings]
    assert kinds == ([] if again else ["believed_in_company"])


def test_nothing_is_said_of_what_ran_alone_or_ended() -> None:
    for result in (ended(Outcome.TIMED_OUT, company=False), ended(Outcome.RESOLVED)):
        assert believed(result, took(1.0)) is result
