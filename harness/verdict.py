"""A Verdict: what a Transcript means."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

DEFAULT_RULES = "official-5"
"""The rules of the official harness 5.0.2."""


class TestStatus(StrEnum):
    """What a test runner says of one test: the official harness's five words, and none of them."""

    __test__ = False  # pytest would collect it by its name

    PASSED = "PASSED"
    FAILED = "FAILED"
    ERROR = "ERROR"
    SKIPPED = "SKIPPED"
    XFAIL = "XFAIL"
    UNKNOWN = "UNKNOWN"
    """A word that only begins or ends like one of the five, such as `ERROR:`. The official
    parsers keep it, and the official rules count it neither as passed nor as failed."""


class Outcome(StrEnum):
    """How one attempt ended; finer than the official schema, into which reports fold it."""

    RESOLVED = "RESOLVED"
    UNRESOLVED = "UNRESOLVED"
    EMPTY_PATCH = "EMPTY_PATCH"
    PATCH_FAILED = "PATCH_FAILED"
    """The patch did not apply on any rung of the ladder."""
    TIMED_OUT = "TIMED_OUT"
    INVALID = "INVALID"
    """The log cannot be believed, or says nothing."""
    INFRA_ERROR = "INFRA_ERROR"
    """Our failure, not the patch's; run again on resume."""
    NOT_RUN = "NOT_RUN"
    """Interrupted before it could end; run again on resume."""
    NO_REPORT = "NO_REPORT"
    """In a run of others: no readable report says how it ended. Never an outcome of ours."""


class Level(StrEnum):
    """Whether a verdict can be believed."""

    CLEAN = "clean"
    SUSPECT = "suspect"
    """Something that honest patches hardly ever do: a person should look."""
    TAMPERED = "tampered"
    """Proof that results are being forged."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something a reader of the verdict should know, with its evidence."""

    kind: str
    """A short stable word, such as `network_enabled` or `patch_edits_tests`."""
    message: str
    evidence: str = ""


@dataclass(frozen=True, slots=True)
class ListResult:
    """How the tests of one list fared."""

    success: tuple[str, ...] = ()
    failure: tuple[str, ...] = ()

    @property
    def total(self) -> int:
        return len(self.success) + len(self.failure)


@dataclass(frozen=True, slots=True)
class Verdict:
    """The judgement of one attempt."""

    instance_id: str
    outcome: Outcome
    reason: str
    """One sentence: why this outcome."""
    fail_to_pass: ListResult = field(default_factory=ListResult)
    pass_to_pass: ListResult = field(default_factory=ListResult)
    findings: tuple[Finding, ...] = ()
    tests: Mapping[str, TestStatus] = field(default_factory=dict)
    """Every test the log names, listed or not."""
    rules: str = DEFAULT_RULES
    """The version of the grading rules that this verdict was made with."""
    integrity: Level | None = None
    """None where nothing was there to look at: no patch, or no evaluation."""
    layers: tuple[str, ...] = ()
    """Which layers of `harness.integrity` looked, see there."""

    @property
    def resolved(self) -> bool:
        return self.outcome is Outcome.RESOLVED

    @property
    def trusted(self) -> bool:
        """Resolved, and nothing speaks against believing it."""
        return self.resolved and self.integrity is Level.CLEAN
