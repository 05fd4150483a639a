"""Compares a new verdict with the stored one and finds out what made the difference.

The cause is found by trying: the same log is graded by the other versions of the rules, by the
labels of the stored report and by the other log parsers, and what then gives the stored result is
the cause. What nothing gives is said to be unexplained: the log or the report was changed, or the
report was made by something that is not known here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TypeAlias

from harness.grading import grade
from harness.integrity.strict import strictly
from harness.parsers.registry import Parser, known_parsers, parser_for
from harness.published import PublishedReport
from harness.reports.terminal import LABELS
from harness.rules import RULES_VERSIONS, STRICT
from harness.transcript import Transcript
from harness.verdict import Level, ListResult, Outcome, Verdict
from task_specs.errors import InputError
from task_specs.instance import Instance

LISTS = ("FAIL_TO_PASS", "PASS_TO_PASS")
GRADED = (Outcome.RESOLVED, Outcome.UNRESOLVED)

ListedTest: TypeAlias = tuple[str, str]
"""A list's name and an id in it."""
Fates: TypeAlias = dict[ListedTest, bool]
"""Whether each test passed, of those that a verdict counts."""


class Cause(StrEnum):
    """What made a verdict differ from the stored one."""

    RULES = "rules"
    LABELS = "labels"
    PARSER = "parser"
    UNEXPLAINED = "unexplained"


@dataclass(frozen=True, slots=True, order=True)
class Why:
    """A cause, with the version of the rules or the parser that gives the stored result."""

    cause: Cause
    by: str = ""


UNEXPLAINED = Why(Cause.UNEXPLAINED)
BY_LABELS = Why(Cause.LABELS)


@dataclass(frozen=True, slots=True)
class TestChange:
    """One listed test that fares otherwise than in the stored report."""

    __test__ = False

    list_name: str
    test: str
    then: str
    now: str
    why: Why


@dataclass(frozen=True, slots=True)
class Change:
    """How a new verdict differs from the stored one."""

    then: str
    """The stored verdict in words: `resolved`, `unresolved`, `not graded`, or an outcome's."""
    now: str
    why: tuple[Why, ...]
    """Every cause that has a part in it."""
    tests: tuple[TestChange, ...]
    """Test by test; empty where the log was graded only then or only now."""

    @property
    def is_of_verdict(self) -> bool:
        """Whether the verdict itself is another, rather than single tests alone."""
        return self.then != self.now


def find_change(
    stored: PublishedReport, verdict: Verdict, instance: Instance, transcript: Transcript | None
) -> Change | None:
    """Return how `verdict` differs from the stored report, or None where it does not.

    `transcript` is what the verdict rests on, None where nothing ran. Reports without an outcome,
    which are all but ours, are taken at their word: resolved, unresolved, or not graded.
    """
    if _agrees(verdict, stored):
        return None
    then, now = _word_then(stored), LABELS[verdict.outcome]
    if transcript is None:
        return Change(then, now, (UNEXPLAINED,), ())
    fates = _fates_then(stored)
    if not fates or verdict.outcome not in GRADED:
        return Change(then, now, _why_as_a_whole(stored, verdict, instance, transcript), ())
    tests = tuple(_test_changes(fates, verdict, instance, transcript))
    # Without a test that differs the stored report contradicts itself.
    why = tuple(sorted({test.why for test in tests})) or (UNEXPLAINED,)
    return Change(then, now, why, tests)


def _agrees(verdict: Verdict, stored: PublishedReport) -> bool:
    graded = verdict.outcome in GRADED
    if stored.outcome not in (None, verdict.outcome):
        return False
    if (stored.resolved, stored.applied) != (verdict.resolved, graded):
        return False
    fates = _fates_then(stored)
    return not graded or not fates or fates == _fates_now(verdict)


def _word_then(stored: PublishedReport) -> str:
    if stored.outcome is not None:
        return LABELS[stored.outcome]
    if stored.resolved:
        return LABELS[Outcome.RESOLVED]
    return LABELS[Outcome.UNRESOLVED] if stored.applied else "not graded"


def _fates_then(stored: PublishedReport) -> Fates:
    return _fates(stored.fail_to_pass or ListResult(), stored.pass_to_pass or ListResult())


def _fates_now(verdict: Verdict) -> Fates:
    return _fates(verdict.fail_to_pass, verdict.pass_to_pass)


def _fates(*results: ListResult) -> Fates:
    fates: Fates = {}
    for name, result in zip(LISTS, results, strict=True):
        fates |= {(name, test): True for test in result.success}
        fates |= {(name, test): False for test in result.failure}
    return fates


def _test_changes(
    then: Fates, verdict: Verdict, instance: Instance, transcript: Transcript
) -> Iterator[TestChange]:
    """Yield every test that differs, with the cause that accounts for it."""
    now = _fates_now(verdict)
    differing = [key for key in then | now if then.get(key) != now.get(key)]
    causes = _causes(differing, then, verdict, instance, transcript)
    for key in differing:
        was, is_now = (_fate_in_words(fates.get(key), causes[key]) for fates in (then, now))
        yield TestChange(*key, was, is_now, causes[key])


def _causes(
    tests: Sequence[ListedTest],
    then: Fates,
    verdict: Verdict,
    instance: Instance,
    transcript: Transcript,
) -> dict[ListedTest, Why]:
    """Return why each test differs. The log is graded again only where the lists do not tell."""
    labels = {(name, test) for name in LISTS for test in getattr(instance, name)}
    causes = {key: BY_LABELS for key in tests if key not in labels}
    for rules in _other_rules(verdict):
        if len(causes) == len(tests):
            return causes
        fates = _fates_now(grade(instance, transcript, rules=rules))
        why = Why(Cause.RULES, rules)
        for key in tests:
            # A version of the rules may leave a listed test out of both lists.
            if fates and key not in causes and fates.get(key) == then.get(key):
                causes[key] = why
    causes |= {key: BY_LABELS for key in tests if key not in causes and key not in then}
    unclear = [key for key in tests if key not in causes]
    if unclear:
        by_parser = _parser_that_gives(then, unclear, verdict, instance, transcript)
        causes |= dict.fromkeys(unclear, by_parser)
    return causes


def _parser_that_gives(
    then: Fates,
    tests: Iterable[ListedTest],
    verdict: Verdict,
    instance: Instance,
    transcript: Transcript,
) -> Why:
    """Return the log parser that gives all of the stored results, or that there is none."""
    for parser in _other_parsers(instance):
        other = grade(replace(instance, log_parser=parser), transcript, rules=verdict.rules)
        fates = _fates_now(other)
        if all(fates.get(test) == then.get(test) for test in tests):
            return Why(Cause.PARSER, parser)
    return UNEXPLAINED


def _why_as_a_whole(
    stored: PublishedReport, verdict: Verdict, instance: Instance, transcript: Transcript
) -> tuple[Why, ...]:
    """Return what together gives the stored verdict, where there are no two sets of tests."""
    for candidate, rules, causes in _candidates(instance, stored, verdict):
        if _agrees(_judged(candidate, transcript, rules, verdict), stored):
            return causes
    return (UNEXPLAINED,)


def _judged(instance: Instance, transcript: Transcript, rules: str, like: Verdict) -> Verdict:
    """Judge by other rules what was looked at already, which is no matter of the rules."""
    verdict = grade(instance, transcript, rules=rules)
    return strictly(replace(verdict, integrity=like.integrity, findings=like.findings))


def _candidates(
    instance: Instance, stored: PublishedReport, verdict: Verdict
) -> Iterator[tuple[Instance, str, tuple[Why, ...]]]:
    """Yield what might have given the stored verdict, the likeliest first, with the causes."""
    labelled = _with_stored_labels(instance, stored)
    forged = verdict.integrity is Level.TAMPERED and stored.outcome is Outcome.INVALID
    for rules in ([STRICT] if forged else []) + _other_rules(verdict):
        yield instance, rules, (Why(Cause.RULES, rules),)
    if labelled is not instance:
        yield labelled, verdict.rules, (BY_LABELS,)
        for rules in _other_rules(verdict):
            yield labelled, rules, (BY_LABELS, Why(Cause.RULES, rules))
    for parser in _other_parsers(instance):
        why = Why(Cause.PARSER, parser)
        yield replace(instance, log_parser=parser), verdict.rules, (why,)
        if labelled is not instance:
            yield replace(labelled, log_parser=parser), verdict.rules, (BY_LABELS, why)


def _with_stored_labels(instance: Instance, stored: PublishedReport) -> Instance:
    """Return the instance with the lists that the stored report shows."""
    fates = _fates_then(stored)
    if not fates:
        return instance
    failing, passing = (tuple(test for of, test in fates if of == name) for name in LISTS)
    return replace(instance, FAIL_TO_PASS=failing, PASS_TO_PASS=passing)


def _other_rules(verdict: Verdict) -> list[str]:
    return [rules for rules in RULES_VERSIONS if rules != verdict.rules]


def _other_parsers(instance: Instance) -> Iterator[str]:
    """Yield one name for each parser that is another than the instance's."""
    seen = {_parser(instance.log_parser, instance)}
    for name in known_parsers():
        parser = _parser(name, instance)
        if parser is not None and parser not in seen:
            seen.add(parser)
            yield name


def _parser(name: str, instance: Instance) -> Parser | None:
    """Return a parser; None for one that is for certain other instances alone."""
    try:
        return parser_for(name, instance_id=instance.instance_id, version=instance.version)
    except InputError:
        return None


def _fate_in_words(passed: bool | None, why: Why) -> str:
    if passed is None:
        return "not listed" if why is BY_LABELS else "not counted"
    return "passed" if passed else "failed"
