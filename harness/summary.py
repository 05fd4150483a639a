"""A Summary: what the verdicts of one model's attempts come to."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from harness.stats import rate, wilson_interval
from harness.verdict import Level, Outcome


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
    integrity: Level | None = None
    """None where it is not known: nobody looked, or nothing was there to look at."""
    doubt: str = ""
    """The gravest finding, in words; empty where there is none above a note."""

    @property
    def trusted(self) -> bool:
        """As `Verdict.trusted`."""
        return self.outcome is Outcome.RESOLVED and self.integrity is Level.CLEAN


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

    @property
    def trusted(self) -> int:
        """How many are resolved and clean."""
        return len(self.trusted_ids)

    @property
    def trusted_ids(self) -> tuple[str, ...]:
        """The ids of those, sorted."""
        return tuple(result.instance_id for result in self.results if result.trusted)

    @property
    def trusted_rate(self) -> float:
        """Trusted instances over selected ones, from 0 to 1."""
        return rate(self.trusted, self.total)

    @property
    def trusted_interval(self) -> tuple[float, float]:
        """That rate's 95 % Wilson interval."""
        return wilson_interval(self.trusted, self.total)

    @property
    def trust_is_known(self) -> bool:
        """Whether the integrity of any resolved attempt is known; of none, where none is."""
        resolved = [each for each in self.results if each.outcome is Outcome.RESOLVED]
        return not resolved or any(each.integrity is not None for each in resolved)

    @property
    def not_trusted(self) -> tuple[Result, ...]:
        """What is resolved and not trusted, by instance id."""
        return tuple(
            result
            for result in self.results
            if result.outcome is Outcome.RESOLVED and not result.trusted
        )

    def ids_at(self, level: Level) -> tuple[str, ...]:
        """Return the ids of the instances with an integrity, however they ended, sorted."""
        return tuple(result.instance_id for result in self.results if result.integrity is level)

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
