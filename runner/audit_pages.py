"""What `audit` tells of many attempts: which to look at, and the counts. Text, and JSON."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from harness.integrity.attempt import CHANGES, LOG, RESTORED, STATIC, WITNESS
from harness.integrity.gravity import NOTE, by_gravity, word_of
from harness.integrity.record import finding_record
from harness.reports.terminal import LABELS, UNKNOWN
from harness.verdict import Level, Outcome
from runner.audit_run import Audited
from runner.story import finding_lines

SHOWN_FINDINGS = 5
"""Findings shown of each attempt, the gravest ones; all of them where everything is asked for."""

_LEVELS = (Level.TAMPERED, Level.SUSPECT, Level.CLEAN, None)
_WORDS = (Level.TAMPERED.value, Level.SUSPECT.value, NOTE)
_LAYERS = {
    STATIC: "patch read",
    LOG: "log read",
    WITNESS: "witness beside the tests",
    CHANGES: "changed paths",
    RESTORED: "restored evaluation",
}


@dataclass(frozen=True, slots=True)
class Audit:
    """Attempts that were looked at."""

    source: str
    """What was named, in words: `Run my-run`, `Folder logs`."""
    attempts: Sequence[Audited]
    dataset: str | None
    """The name of the dataset that what was read now was compared with, where one was given."""
    show: str = ""
    """The command that tells more of one attempt, where there is one."""

    def listed(self, *, everything: bool) -> list[Audited]:
        """Return the attempts to be shown, the gravest first: the doubtful ones, or all."""
        shown = [each for each in self.attempts if everything or each.doubtful]
        return sorted(shown, key=lambda each: _LEVELS.index(each.level))

    def count(self, level: Level | None, *, resolved: bool) -> int:
        """Return how many attempts are at a level, of the resolved ones or of the others."""
        return sum(
            each.level is level and (each.outcome is Outcome.RESOLVED) is resolved
            for each in self.attempts
        )

    def kinds(self, *, notes: bool) -> list[tuple[str, str, int]]:
        """Return each kind of finding: how grave, its name, and how many attempts have it."""
        counts = Counter(
            pair
            for each in self.attempts
            for pair in {(word_of(finding), finding.kind) for finding in each.integrity.findings}
        )
        found = [(word, kind, number) for (word, kind), number in counts.items()]
        found.sort(key=lambda each: (_WORDS.index(each[0]), -each[2], each[1]))
        return [each for each in found if notes or each[0] != NOTE]

    def layers(self) -> dict[str, int]:
        """Return for how many attempts each layer looked."""
        return dict(Counter(name for each in self.attempts for name in each.integrity.layers))

    @property
    def read_now(self) -> int:
        """Of how many attempts nothing was recorded."""
        return sum(not each.recorded for each in self.attempts)

    @property
    def resolved(self) -> int:
        return sum(each.outcome is Outcome.RESOLVED for each in self.attempts)

    @property
    def doubtful(self) -> int:
        """How many claim to be resolved and are not clean."""
        return sum(each.doubtful for each in self.attempts)


def audit_lines(audit: Audit, *, everything: bool) -> Iterator[str]:
    """Yield the page's lines; nothing in them is made safe for a terminal yet."""
    attempts = "1 attempt" if len(audit.attempts) == 1 else f"{len(audit.attempts)} attempts"
    yield f"{audit.source}: {attempts}, {audit.resolved} resolved, {audit.doubtful} in doubt"
    yield ""
    several_runs = len({each.run_id for each in audit.attempts}) > 1
    listed = audit.listed(everything=everything)
    for each in listed:
        yield from _attempt_lines(each, everything=everything, name_run=several_runs)
        if each.integrity.findings:
            yield ""
    if listed and not listed[-1].integrity.findings:
        yield ""
    yield from _level_lines(audit)
    kinds = audit.kinds(notes=everything)
    if kinds:
        yield ""
        width = max(len(kind) for _, kind, _ in kinds)
        yield from (f"{word:8}  {kind:<{width}}  {number:5}" for word, kind, number in kinds)
    yield ""
    yield from _how_it_was_looked_at(audit)


def _attempt_lines(audited: Audited, *, everything: bool, name_run: bool) -> Iterator[str]:
    ended = LABELS[audited.outcome] if audited.outcome else "no report says how it ended"
    number = f", attempt {audited.attempt}" if audited.attempt else ""
    run = f"{audited.run_id}/" if name_run else ""
    level = audited.level or UNKNOWN
    trouble = f"; {audited.trouble}" if audited.trouble else ""
    yield f"{level:8}  {audited.instance_id}  {run}{audited.model}{number}: {ended}{trouble}"
    findings = by_gravity(audited.integrity.findings)
    shown = findings
    if not everything:
        shown = [each for each in findings if word_of(each) != NOTE][:SHOWN_FINDINGS]
    yield from finding_lines(shown)
    if len(shown) < len(findings):
        yield f"  … and {len(findings) - len(shown)} more (--all shows them)"


def _level_lines(audit: Audit) -> Iterator[str]:
    yield f"{'':8}  {'resolved':>8}  {'others':>8}"
    for level in _LEVELS:
        resolved, others = (audit.count(level, resolved=which) for which in (True, False))
        if resolved or others:
            yield f"{level or UNKNOWN:8}  {resolved:8}  {others:8}"


def _how_it_was_looked_at(audit: Audit) -> Iterator[str]:
    if audit.show:
        yield f"More of one: {audit.show}"
    layers = audit.layers()
    if layers:
        told = (f"{words} {layers[name]}" for name, words in _LAYERS.items() if name in layers)
        yield f"Layers: {', '.join(told)}."
    if not audit.read_now:
        return
    of = "" if audit.read_now == len(audit.attempts) else f" of {audit.read_now}"
    yield f"Nothing was recorded{of}: what is there was read now, and nothing was run."
    if audit.dataset is None:
        yield (
            "That is the static layer only: without --dataset it is not known which tests a task "
            "names, and logs are not read."
        )
    else:
        yield "What shows only while tests run cannot be seen any more."


def audit_json(audit: Audit, *, everything: bool) -> dict[str, object]:
    """Return the same for programs, with every finding of what is listed."""
    return {
        "source": audit.source,
        "dataset": audit.dataset,
        "attempts": len(audit.attempts),
        "resolved": audit.resolved,
        "doubtful": audit.doubtful,
        "integrity": {
            level or UNKNOWN: {
                "resolved": audit.count(level, resolved=True),
                "others": audit.count(level, resolved=False),
            }
            for level in _LEVELS
        },
        "kinds": [
            {"kind": kind, "level": word, "attempts": number}
            for word, kind, number in audit.kinds(notes=True)
        ],
        "layers": audit.layers(),
        "read_now": audit.read_now,
        "listed": [_attempt_json(each) for each in audit.listed(everything=everything)],
    }


def _attempt_json(audited: Audited) -> dict[str, object]:
    return {
        "run_id": audited.run_id,
        "model_name_or_path": audited.model,
        "attempt": audited.attempt,
        "instance_id": audited.instance_id,
        "outcome": audited.outcome,
        "integrity": audited.level,
        "doubtful": audited.doubtful,
        "integrity_layers": list(audited.integrity.layers),
        "findings": [finding_record(each) for each in by_gravity(audited.integrity.findings)],
        "recorded": audited.recorded,
        "trouble": audited.trouble,
        "folder": str(audited.folder),
    }
