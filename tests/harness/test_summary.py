"""Many results, one number: nothing falls out of the denominator."""

from __future__ import annotations

import pytest

from harness.summary import Result, summarize
from harness.verdict import Level, Outcome


def result(instance_id: str, outcome: Outcome, model: str = "m", attempt: int = 0) -> Result:
    return Result(instance_id, model, attempt, outcome, "why")


def test_every_selected_instance_is_in_the_denominator() -> None:
    selected = [f"i{number:02}" for number in range(11)]
    results = [result(f"i{number:02}", outcome) for number, outcome in enumerate(Outcome)]
    (summary,) = summarize(reversed(results), selected)
    assert summary.total == 11
    assert summary.resolved == 1
    assert summary.rate == 1 / 11
    assert summary.not_submitted == ("i09", "i10")
    assert [each.instance_id for each in summary.results] == selected[:9]
    low, high = summary.interval
    assert 0 < low < summary.rate < high < 1


def test_ids_and_counts_by_outcome() -> None:
    results = [result("b", Outcome.INVALID), result("a", Outcome.UNRESOLVED)]
    (summary,) = summarize(results, {"a", "b"})
    assert summary.ids(Outcome.UNRESOLVED, Outcome.INVALID) == ("a", "b")
    assert summary.count(Outcome.INVALID) == 1
    assert summary.count(Outcome.RESOLVED) == 0


def judged(instance_id: str, outcome: Outcome, integrity: Level | None) -> Result:
    return Result(instance_id, "m", 0, outcome, "why", integrity=integrity)


def test_trusted_is_what_is_resolved_and_clean_over_all_that_was_selected() -> None:
    results = [
        judged("a", Outcome.RESOLVED, Level.CLEAN),
        judged("b", Outcome.RESOLVED, Level.SUSPECT),
        judged("c", Outcome.RESOLVED, None),
        judged("d", Outcome.UNRESOLVED, Level.CLEAN),
        judged("e", Outcome.UNRESOLVED, Level.TAMPERED),
    ]
    (summary,) = summarize(results, "abcdefghij")
    assert (summary.resolved, summary.trusted, summary.trusted_rate) == (3, 1, 0.1)
    assert summary.trusted_ids == ("a",)
    assert [result.instance_id for result in summary.not_trusted] == ["b", "c"]
    assert summary.ids_at(Level.CLEAN) == ("a", "d")
    assert summary.ids_at(Level.TAMPERED) == ("e",)
    low, high = summary.trusted_interval
    assert 0 < low < 0.1 < high < 1


@pytest.mark.parametrize(
    ("levels", "known"),
    [((), True), ((None,), False), ((None, None), False), ((None, Level.SUSPECT), True)],
)
def test_whether_anybody_looked(levels: tuple[Level | None, ...], known: bool) -> None:
    """Reports of others know nothing of integrity: that is not the same as nothing trusted."""
    results = [judged(str(n), Outcome.RESOLVED, level) for n, level in enumerate(levels)]
    results.append(judged("z", Outcome.UNRESOLVED, None))
    (summary,) = summarize(results, {"0", "1", "z"})
    assert summary.trust_is_known is known


def test_models_and_attempts_are_kept_apart() -> None:
    results = [
        result("a", Outcome.RESOLVED, "y", 1),
        result("a", Outcome.UNRESOLVED, "y", 0),
        result("b", Outcome.RESOLVED, "x", 0),
    ]
    summaries = summarize(results, {"a", "b"})
    assert [(each.model_name_or_path, each.attempt) for each in summaries] == [
        ("x", 0),
        ("y", 0),
        ("y", 1),
    ]
    assert [each.resolved for each in summaries] == [1, 0, 1]
    assert [each.not_submitted for each in summaries] == [("a",), ("b",), ("b",)]


def test_no_results_make_no_summary() -> None:
    assert summarize([], {"a"}) == ()


def test_what_cannot_be_added_up_is_refused() -> None:
    with pytest.raises(ValueError, match="z is not among the selected instances"):
        summarize([result("z", Outcome.RESOLVED)], {"a"})
    with pytest.raises(ValueError, match="two results for one attempt at a"):
        summarize([result("a", Outcome.RESOLVED), result("a", Outcome.RESOLVED)], {"a"})
