"""A Summary: what the verdicts of one model's attempts come to."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from harness.stats import rate, wilson_interval
from harness.verdict import Outcome


@dataclass(frozen=True, slots=True)
class Result:
    """One attempt's outcome, in brief."""

    instance_id: str
    model_name_or_path: str
    attempt: int
    outcome: Outcome
    reason: str
    patch_is_none: bool = False
    finding_kinds: tuple[str, ...] = ()
    reused: bool = False
    """Whether the verdict rests on the same work, done for another attempt or run."""


@dataclass(frozen=True, slots=True)
class Summary:
    """One model's n-th attempt at every selected instance.

    The denominator is every selected instance: one without a prediction, with an empty patch or
    with an infrastructure error stays in it and is not resolved.
    """

    model_name_or_path: str
    attempt: int
    results: tuple[Result, ...]
    """By instance id."""
    not_submitted: tuple[str, ...]
    """Selected instances without a prediction, sorted."""

    @property
    def total(self) -> int:
        return len(self.results) + len(self.not_submitted)

    @property
    def resolved(self) -> int:
        return self.count(Outcome.RESOLVED)

    @property
    def rate(self) -> float:
        """Resolved instances over selected ones, from 0 to 1."""
        return rate(self.resolved, self.total)

    @property
    def interval(self) -> tuple[float, float]:
        """The rate's 95 % Wilson interval."""
        return wilson_interval(self.resolved, self.total)

    def count(self, *outcomes: Outcome) -> int:
        return sum(result.outcome in outcomes for result in self.results)

    def ids(self, *outcomes: Outcome) -> tuple[str, ...]:
        """Return the ids of the instances that ended so, sorted."""
        return tuple(result.instance_id for result in self.results if result.outcome in outcomes)


def summarize(results: Iterable[Result], selected: Collection[str]) -> tuple[Summary, ...]:
    """Return one Summary for each model and attempt among the results, sorted by both.

    `selected` is every instance id of the run, and the denominator. Raises ValueError where a
    result is not of a selected instance, or where one attempt has two.
    """
    chosen = frozenset(selected)
    groups: dict[tuple[str, int], dict[str, Result]] = {}
    for result in results:
        group = groups.setdefault((result.model_name_or_path, result.attempt), {})
        if result.instance_id not in chosen:
            raise ValueError(f"{result.instance_id} is not among the selected instances")
        if result.instance_id in group:
            raise ValueError(f"two results for one attempt at {result.instance_id}")
        group[result.instance_id] = result
    return tuple(
        Summary(
            model_name_or_path=model,
            attempt=attempt,
            results=tuple(group[instance_id] for instance_id in sorted(group)),
            not_submitted=tuple(sorted(chosen - group.keys())),
        )
        for (model, attempt), group in sorted(groups.items())
    )
